internal import Designs
public import LinearAlgebra
public import Tables

/// A fitted linear mixed model, in the units of the data.
public struct LinearMixedModelFit: Sendable {
  public let criterion: LikelihoodCriterion
  /// Rows used.
  public let rowCount: Int
  public let responseName: String
  /// In the order of the formula, in R's spelling.
  public let coefficientNames: [String]
  public let coefficients: [Double]
  /// Covariance of the coefficients, σ²(*XᵀV⁻¹X*)⁻¹, as the model gives it.
  public let covariance: Matrix
  /// Residual standard deviation, of a row with weight 1.
  public let sigma: Double
  /// The lower triangles of the terms' relative covariance factors, column after column, terms by
  /// decreasing number of groups, diagonals ≥ 0.
  public let theta: [Double]
  /// −2 log likelihood, or −2 log restricted likelihood under REML.
  public let deviance: Double
  /// By decreasing number of groups.
  public let terms: [TermFit]
  /// By decreasing number of levels.
  public let factors: [FactorFit]
  /// Whether some variance is zero or some correlation ±1.
  public let isSingular: Bool
  public let certificate: Certificate
  public let trace: [OptimizationStep]
  public let diagnostics: [Diagnostic]
  /// Whether the rows were read in pieces, so that nothing can be asked of them again.
  public let isStreamed: Bool
  /// Residual variances by class, or the correlation in time; `nil` where residuals are independent and alike.
  public let residual: ResidualFit?
  let curvature: VarianceCurvature
  let problem: Problem
  let frame: ModelFrame
  /// θ of the standardised columns.
  let standardizedTheta: [Double]

  /// The variances of one random term.
  public struct TermFit: Sendable {
    /// The grouping factor.
    public let group: String
    public let columns: [String]
    public let levelCount: Int
    /// Covariance of the term's random effects.
    public let covariance: Matrix
    /// Means of the term's columns over the rows.
    public let means: [Double]
    /// Means over the rows of the products *zzᵀ* of the term's columns, columns × columns; where a row
    /// belongs to several groups, times the sum of its squared weights.
    public let meanProducts: Matrix

    public var standardDeviations: [Double] {
      covariance.diagonal.map { max(0, $0).squareRoot() }
    }

    /// The correlation of two effects; `nil` where one of them does not vary.
    public func correlation(_ i: Int, _ j: Int) -> Double? {
      let scale = (covariance[i, i] * covariance[j, j]).squareRoot()
      return scale > 0 ? max(-1, min(1, covariance[i, j] / scale)) : nil
    }

    /// The variance between groups, averaged over the rows: mean *zᵀΣz* = tr(Σ · mean *zzᵀ*).
    public var averageVariance: Double {
      var sum = 0.0
      for i in means.indices {
        for j in means.indices { sum += covariance[i, j] * meanProducts[i, j] }
      }
      return sum
    }

    /// The variance between groups at mean covariates.
    public var varianceAtMeans: Double {
      var sum = 0.0
      for i in means.indices {
        for j in means.indices { sum += means[i] * covariance[i, j] * means[j] }
      }
      return sum
    }
  }

  /// The random effects of one factor's levels.
  public struct FactorFit: Sendable {
    public let name: String
    public let levels: [String]
    /// The columns of all its terms.
    public let columns: [String]
    /// Conditional modes: levels × columns.
    public let modes: Matrix
    /// The covariance of each level's effects given the data and the coefficients:
    /// columns × columns, level after level.
    public let conditionalCovariances: [Double]
    /// The same with the uncertainty of the coefficients: what an interval for a level needs.
    public let predictionErrorCovariances: [Double]

    public func conditionalVariance(level: Int, column: Int) -> Double {
      conditionalCovariances[(level * columns.count + column) * columns.count + column]
    }

    public func predictionErrorVariance(level: Int, column: Int) -> Double {
      predictionErrorCovariances[(level * columns.count + column) * columns.count + column]
    }
  }

  public var standardErrors: [Double] { covariance.diagonal.map { $0.squareRoot() } }

  /// Log likelihood; the restricted one under REML, whose value depends on the units of the covariates.
  public var logLikelihood: Double { -deviance / 2 }

  /// Coefficients, variance parameters and σ.
  public var parameterCount: Int {
    coefficients.count + theta.count + 1 + (residual?.parameters.count ?? 0)
  }

  public var aic: Double { deviance + 2 * Double(parameterCount) }

  /// With the number of rows, as lme4 counts.
  public var bic: Double { deviance + Double(parameterCount) * naturalLog(Double(rowCount)) }

  /// The variance of a response given its covariates, averaged over the rows: every random term's and the
  /// residual variance.
  public var totalVariance: Double {
    terms.reduce(residualVariance) { $0 + $1.averageVariance }
  }

  /// σ², or its mean over the rows where classes of rows have residual variances of their own.
  public var residualVariance: Double { sigma * sigma * (residual?.meanVariance ?? 1) }

  public func position(of coefficient: String) throws(EstimationError) -> Int {
    guard let position = coefficientNames.firstIndex(of: coefficient) else {
      throw .unknownCoefficient(coefficient, known: coefficientNames)
    }
    return position
  }
}
