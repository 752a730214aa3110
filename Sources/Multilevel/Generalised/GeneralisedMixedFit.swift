internal import Designs
public import LinearAlgebra
internal import Probability
public import Tables

/// An estimated generalised linear mixed model.
public struct GeneralisedMixedFit: Sendable {
  public let model: GeneralisedMixedModel
  /// The fixed part, in the order of the formula; a cumulative model's thresholds come first.
  public let coefficients: [GeneralisedCoefficient]
  /// How many of the coefficients are thresholds: `1|2`, `2|3`, …
  public let thresholdCount: Int
  /// The names of ordered categories with rows, from low to high; empty for other families.
  public let categories: [String]
  /// Covariance of the coefficients, p × p, from the Hessian of the deviance in (θ, β).
  public let covariance: Matrix
  /// Covariance of θ and the coefficients together, in that order.
  public let jointCovariance: Matrix
  let source: GeneralisedSource
  /// The lower triangles of the terms' factors, terms by decreasing number of levels, diagonals ≥ 0.
  public let theta: [Double]
  /// As `school.(Intercept)` and `school.ses.(Intercept)`.
  public let thetaNames: [String]
  /// In the order of the formula's random terms.
  public let variances: [GeneralisedVariance]
  public let modes: [GeneralisedModes]
  /// With all constants of the distribution.
  public let logLikelihood: Double
  /// Σ of squared deviance residuals at the modes, which is not −2 × ``logLikelihood``.
  public let conditionalDeviance: Double
  /// −2 log likelihood of a model that fits every row perfectly.
  public let perfectFitDeviance: Double
  /// θ and coefficients, and a negative binomial size that was estimated.
  public private(set) var parameterCount: Int
  /// Rows of the frame.
  public let rowCount: Int
  /// Rows left where equal ones were gathered.
  public let distinctRowCount: Int
  public let partition: [LatentVarianceShare]
  public let certificate: GeneralisedCertificate
  /// The whole course of the optimisation.
  public let trace: [GeneralisedIteration]
  public private(set) var diagnostics: [Diagnostic]

  /// −2 log likelihood.
  public var deviance: Double { -2 * logLikelihood }
  public var aic: Double { deviance + 2 * Double(parameterCount) }
  /// With the number of rows, as `glmer` does.
  public var bic: Double { deviance + logarithm(Double(rowCount)) * Double(parameterCount) }

  init<Deviance: MarginalDeviance>(
    _ model: GeneralisedMixedModel, minimiser: DevianceMinimiser<Deviance>, newton: NewtonStep,
    frame: ModelFrame
  ) {
    let observations = minimiser.deviance.observations
    let terms = observations.terms
    let kernel = minimiser.deviance.kernel
    let point = minimiser.point
    let thetaCount = terms.thetaCount
    self.model = model
    let theta = Array(point[0..<thetaCount])
    self.theta = theta
    thetaNames = terms.thetaNames(frame)

    let fixed = FixedEstimates(
      point, metric: newton.metric, observations: observations, kernel: kernel)
    covariance = fixed.covariance
    let ownCovariance = 2 * newton.metric
    jointCovariance = fixed.joint(ownCovariance, thetaCount: thetaCount)
    source = GeneralisedSource(
      frame: frame, terms: terms, trials: observations.trials, deviance: minimiser.deviance,
      point: point, covariance: ownCovariance,
      meanOutcome: observations.totals.reduce(0, +) / observations.exposures.reduce(0, +))
    thresholdCount = fixed.thresholdCount
    categories = observations.categories
    coefficients = fixed.names.indices.map { j in
      GeneralisedCoefficient(
        name: fixed.names[j], estimate: fixed.values[j],
        standardError: fixed.covariance[j, j].squareRoot())
    }

    let variances = GeneralisedVariance.all(theta, terms: terms, frame: frame)
    self.variances = variances
    modes = GeneralisedModes.all(
      minimiser.deviance.conditionalModes(point), terms: terms, frame: frame)
    logLikelihood = -0.5 * minimiser.current.value
    conditionalDeviance = observations.conditionalDeviance(
      minimiser.deviance.linearPredictor(point), kernel: kernel)
    perfectFitDeviance =
      -2 * (observations.logConstant(kernel) + observations.saturatedLogLikelihood(kernel))
    parameterCount = point.count
    rowCount = observations.rowCount
    distinctRowCount = observations.count
    partition = LatentVarianceShare.all(
      variances, terms: terms, observations: observations, family: model.family)
    trace = minimiser.trace

    let gap = QuadratureGap(minimiser, newton: newton)
    certificate = GeneralisedCertificate(
      minimiser, newton: newton, names: terms.thetaNames(frame), gap: gap)
    diagnostics =
      frame.diagnostics
      + GeneralisedDoubts(
        frame: frame, terms: terms, theta: theta, standardised: fixed.standardised,
        deviations: fixed.deviations, names: observations.standardisation.names,
        family: model.family, certificate: certificate,
        randomScales: observations.randomScales
      ).diagnostics
  }
}

extension GeneralisedMixedFit {
  /// The same fit with its negative binomial size counted as estimated.
  func countingSize(isAtEnd: Bool) -> GeneralisedMixedFit {
    var fit = self
    fit.parameterCount += 1
    if isAtEnd {
      fit.diagnostics.append(
        Diagnostic(
          .warning, code: "no-overdispersion",
          "the counts vary no more than Poisson counts: use family `poisson`"))
    }
    return fit
  }
}

/// A fixed coefficient with its Wald test.
public struct GeneralisedCoefficient: Sendable, Hashable {
  public let name: String
  /// On the scale of the link.
  public let estimate: Double
  public let standardError: Double

  public var z: Double { estimate / standardError }
  /// Two-sided, from the normal distribution.
  public var pValue: Double { 2 * Normal().cumulative(-abs(z)) }
}

/// The covariance matrix of one random term's effects.
public struct GeneralisedVariance: Sendable, Hashable {
  public let factor: String
  public let columns: [String]
  public let levelCount: Int
  /// ΛΛᵀ
  public let covariance: Matrix

  public var standardDeviations: [Double] { covariance.diagonal.map { $0.squareRoot() } }

  /// The correlation of two effects; `nil` where one of them does not vary.
  public func correlation(_ i: Int, _ j: Int) -> Double? {
    let scale = (covariance[i, i] * covariance[j, j]).squareRoot()
    return scale > 0 ? covariance[i, j] / scale : nil
  }

  static func all(
    _ theta: [Double], terms: RandomTerms, frame: ModelFrame
  ) -> [GeneralisedVariance] {
    frame.random.indices.map { position in
      let (factor, share) = terms.place(position)
      let lambda = terms.factors[factor].factor(theta)
      let k = terms.factors[factor].columns
      let own = Array(share.start..<share.start + share.columns)
      let block = Matrix(rows: k, columns: k, elements: lambda).selecting(rows: own, columns: own)
      return GeneralisedVariance(
        factor: terms.factors[factor].name,
        columns: frame.random[position].columns.map { frame.columns[$0].name },
        levelCount: terms.factors[factor].levels.count, covariance: block.timesTransposed(block))
    }
  }
}

/// The conditional modes of one random term with their conditional covariances given θ and β.
public struct GeneralisedModes: Sendable, Hashable {
  public let factor: String
  public let columns: [String]
  public let levels: [String]
  /// levels × columns
  public let values: Matrix
  /// Conditional variances, levels × columns.
  public let variances: Matrix

  static func all(
    _ modes: [FactorModes], terms: RandomTerms, frame: ModelFrame
  ) -> [GeneralisedModes] {
    frame.random.indices.compactMap { position in
      let (factor, share) = terms.place(position)
      guard modes.indices.contains(factor) else { return nil }
      let k = terms.factors[factor].columns
      let levels = terms.factors[factor].levels
      var values = Matrix(rows: levels.count, columns: share.columns)
      var variances = values
      for level in levels.indices {
        for c in 0..<share.columns {
          let own = share.start + c
          values[level, c] = modes[factor].modes[level * k + own]
          variances[level, c] = modes[factor].covariances[level * k * k + own + own * k]
        }
      }
      return GeneralisedModes(
        factor: terms.factors[factor].name,
        columns: frame.random[position].columns.map { frame.columns[$0].name }, levels: levels,
        values: values, variances: variances)
    }
  }
}

extension RandomTerms {
  /// The factor of a term of the frame and the term's share of its block.
  func place(_ term: Int) -> (factor: Int, share: RandomFactor.Share) {
    for (position, factor) in factors.enumerated() {
      if let share = factor.shares.first(where: { $0.term == term }) { return (position, share) }
    }
    preconditionFailure("term \(term) of \(factors.count) factors")
  }

  func thetaNames(_ frame: ModelFrame) -> [String] {
    var names = [String](repeating: "", count: thetaCount)
    for factor in factors {
      for share in factor.shares {
        let columns = frame.random[share.term].columns.map { frame.columns[$0].name }
        var position = share.firstTheta
        for column in columns.indices {
          for row in column..<columns.count {
            names[position] =
              row == column
              ? "\(factor.name).\(columns[row])"
              : "\(factor.name).\(columns[row]).\(columns[column])"
            position += 1
          }
        }
      }
    }
    return names
  }
}
