internal import Designs
internal import Tables

/// What a reader of the estimates must know.
struct GeneralisedDoubts {
  let frame: ModelFrame
  let terms: RandomTerms
  let theta: [Double]
  /// Coefficients of the standardised columns, and their variances.
  let standardised: [Double]
  let deviations: [Double]
  let names: [String]
  let family: ResponseFamily
  let certificate: GeneralisedCertificate
  /// Root mean squares of the columns of Z.
  let randomScales: [Double]

  var diagnostics: [Diagnostic] {
    singular + empty + few + separation + approximation + runaway + unidentified
      + (certificate.isOptimum
        ? []
        : [
          Diagnostic(
            .warning, code: "uncertain-optimum",
            "the optimum is not certain: \(certificate.distance) standard errors from it, smallest "
              + "curvature \(certificate.smallestCurvature): rescale covariates or simplify the "
              + "random part")
        ])
  }

  private var singular: [Diagnostic] {
    frame.random.indices.compactMap { position in
      let (factor, share) = terms.place(position)
      let diagonal = terms.diagonal.filter {
        $0 >= share.firstTheta
          && $0 < share.firstTheta + share.columns * (share.columns + 1) / 2
      }
      guard diagonal.contains(where: { theta[$0] == 0 }) else { return nil }
      let columns = frame.random[position].columns.map { frame.columns[$0].name }
      return Diagnostic(
        .warning, code: "singular-fit",
        "term (\(columns.joined(separator: " + ")) | \(terms.factors[factor].name)) is singular: "
          + (share.columns == 1
            ? "its variance is estimated as zero"
            : "a variance is estimated as zero or a correlation as ±1")
          + "; consider dropping a column of it")
    }
  }

  private var empty: [Diagnostic] {
    terms.factors.filter { $0.emptyLevels > 0 }.map { factor in
      Diagnostic(
        .note, code: "empty-groups",
        "\(factor.emptyLevels) levels of `\(factor.name)` have no row and are left out")
    }
  }

  private var few: [Diagnostic] {
    terms.factors.filter { $0.levels.count < 6 }.map { factor in
      Diagnostic(
        .warning, code: "few-groups",
        "`\(factor.name)` has \(factor.levels.count) levels only: its variance, and the standard "
          + "errors that rest on it, are too small on average")
    }
  }

  private var separation: [Diagnostic] {
    switch family {
    case .binomial, .cumulative: break
    case .poisson, .negativeBinomial: return []
    }
    return names.indices.filter { deviations[$0] > 9 || abs(standardised[$0]) > 12 }.map { j in
      Diagnostic(
        .warning, code: "near-separation",
        "column `\(names[j])` predicts the outcome almost perfectly in some rows: its coefficient is "
          + "hardly held by the data; merge its rare level or drop it")
    }
  }

  private var approximation: [Diagnostic] {
    guard let gap = certificate.gap, gap.shift > 0.1 else { return [] }
    return [
      Diagnostic(
        .warning, code: "laplace-gap",
        "Laplace's approximation moves an estimate by \(rounded(gap.shift)) standard errors from "
          + "adaptive quadrature (deviance \(rounded(gap.deviance))): use `quadrature: 9` or more")
    ]
  }

  /// A random part that leaves hardly anything to chance within its groups.
  private var runaway: [Diagnostic] {
    let level: Double
    switch family {
    case .binomial(let link), .cumulative(let link): level = link.latentVariance.squareRoot()
    case .poisson, .negativeBinomial: return []
    }
    return terms.factors.flatMap { factor in
      let lambda = factor.factor(theta)
      let k = factor.columns
      return factor.shares.flatMap { share in
        (share.start..<share.start + share.columns).compactMap { c -> Diagnostic? in
          let deviation = (0..<k).reduce(0) { $0 + lambda[c + $1 * k] * lambda[c + $1 * k] }
            .squareRoot()
          let own = deviation * randomScales[factor.firstColumn + c]
          guard own > 4 * level else { return nil }
          let column = frame.columns[frame.random[share.term].columns[c - share.start]].name
          return Diagnostic(
            .warning, code: "runaway-variance",
            "the standard deviation of `\(column)` between levels of `\(factor.name)` is "
              + "\(rounded(own)) on the scale of the link, whose own is \(rounded(level)): within groups "
              + "outcomes hardly vary, Laplace's approximation does not hold, and the estimates rest on "
              + "the few groups where they do; use quadrature or a coarser group")
        }
      }
    }
  }

  private var unidentified: [Diagnostic] {
    guard !certificate.unidentified.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "unidentified",
        "nothing tells "
          + certificate.unidentified.map { "`\($0)`" }.joined(separator: " and ")
          + " apart: drop a random term or a column")
    ]
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
