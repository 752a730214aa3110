internal import Designs
internal import LinearAlgebra
internal import Tables

/// A share of variance that a model explains.
public struct ExplainedVariance: Sendable, Hashable {
  public enum Measure: String, Sendable, Hashable, CaseIterable {
    /// The fixed part's share of the variance of a row.
    case marginal
    /// The share of the fixed part and all random effects.
    case conditional
    /// The fall in the mean squared error of predicting a row, or the mean of a group.
    case predicted = "snijders-bosker"
    /// The fall in one variance component.
    case reduction
  }

  public let measure: Measure
  /// `rows`, a grouping factor, or `Residual`.
  public let level: String
  public let share: Double
  /// The variance that is not explained, and what there is to explain.
  public let left: Double
  public let whole: Double

  init(_ measure: Measure, _ level: String, left: Double, whole: Double) {
    self.measure = measure
    self.level = level
    self.left = left
    self.whole = whole
    share = whole > 0 ? 1 - left / whole : .nan
  }
}

extension LinearMixedModelFit {
  /// How much of the variance the model explains, in all and level by level.
  ///
  /// With σ_f² the variance of *Xβ* over the rows, τ_k² the mean over the rows of *zᵀΣz* of each factor and
  /// σ² the residual variance:
  /// - marginal σ_f² / (σ_f² + Στ_k² + σ²), conditional (σ_f² + Στ_k²) / (…): Nakagawa & Schielzeth (2013),
  ///   doi:10.1111/j.2041-210x.2012.00261.x, with slopes as Johnson (2014), doi:10.1111/2041-210X.12225;
  /// - by prediction: 1 − (Στ_k² + σ²) / (the same of the model without covariates) for a row, and for the
  ///   mean of a group the same with σ² over the group's size, averaged over groups, which is the harmonic
  ///   mean of sizes: Snijders & Bosker (1994), doi:10.1177/0049124194022003004. A factor whose groups mix
  ///   others counts with the squares of their shares of the group's rows;
  /// - reduction of each variance component: Raudenbush & Bryk (2002), *Hierarchical Linear Models*, ch. 4.
  ///
  /// - Parameter unconditional: the model without covariates on the same rows; without it the measures that
  ///   compare with it are left out.
  public func explainedVariance(
    unconditional: LinearMixedModelFit?
  ) -> [ExplainedVariance] {
    let moments = RowMoments(self)
    let between = moments.variances(self)
    let residual = sigma * sigma * moments.inverseWeight
    let random = between.reduce(0, +)
    let total = moments.fixedVariance + random + residual
    var result = [
      ExplainedVariance(.marginal, "rows", left: random + residual, whole: total),
      ExplainedVariance(.conditional, "rows", left: residual, whole: total),
    ]
    guard let null = unconditional else { return result }
    let nullMoments = RowMoments(null)
    let nullBetween = nullMoments.variances(null)
    let nullResidual = null.sigma * null.sigma * nullMoments.inverseWeight
    func before(_ index: Int) -> Double {
      null.factors.firstIndex { $0.name == factors[index].name }.map { nullBetween[$0] } ?? 0
    }
    result.append(
      ExplainedVariance(
        .predicted, "rows", left: random + residual,
        whole: nullBetween.reduce(0, +) + nullResidual))
    let shares = factors.indices.map { groupMeanShares($0) }
    for (index, share) in shares.enumerated() {
      var (left, whole) = (share.residual * residual, share.residual * nullResidual)
      for other in factors.indices {
        left += share.factors[other] * between[other]
        whole += share.factors[other] * before(other)
      }
      result.append(
        ExplainedVariance(.predicted, factors[index].name, left: left, whole: whole))
    }
    for index in factors.indices {
      result.append(
        ExplainedVariance(
          .reduction, factors[index].name, left: between[index], whole: before(index)))
    }
    result.append(ExplainedVariance(.reduction, "Residual", left: residual, whole: nullResidual))
    return result
  }

  /// What each factor's variance and the residual variance count for in the mean of a group, averaged over the
  /// factor's groups: Σ (rows shared / rows)² and 1 / rows.
  private func groupMeanShares(_ index: Int) -> (factors: [Double], residual: Double) {
    let structure = problem.structure.factors
    let own = structure[index]
    var sizes = [Double](repeating: 0, count: own.levelCount)
    for code in own.codes where code >= 0 { sizes[Int(code)] += 1 }
    let groups = Double(own.levelCount)
    let shares = structure.indices.map { other -> Double in
      if other == index { return 1 }
      var pairs: [UInt64] = []
      pairs.reserveCapacity(own.codes.count)
      for (a, b) in zip(own.codes, structure[other].codes) where a >= 0 && b >= 0 {
        pairs.append(UInt64(UInt32(a)) << 32 | UInt64(UInt32(b)))
      }
      pairs.sort()
      var (sum, start) = (0.0, 0)
      while start < pairs.count {
        var end = start
        while end < pairs.count, pairs[end] == pairs[start] { end += 1 }
        let share = Double(end - start) / sizes[Int(pairs[start] >> 32)]
        sum += share * share
        start = end
      }
      return sum / groups
    }
    return (shares, sizes.reduce(0) { $0 + 1 / $1 } / groups)
  }
}

extension ExplainedVariance {
  /// A covariate can raise a variance: said where it does.
  static func doubts(_ all: [ExplainedVariance]) -> [Diagnostic] {
    all.filter { $0.share < 0 }.map {
      Diagnostic(
        .note, code: "negative-explained",
        "The covariates raise the \($0.measure == .reduction ? "variance" : "prediction error") of "
          + "`\($0.level)` (explained share \(($0.share * 1e4).rounded() / 1e4)): groups differ more "
          + "at equal covariates than without them, or the model is misspecified.")
    }
  }
}
