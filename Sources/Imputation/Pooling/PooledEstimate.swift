internal import Probability

/// One estimate from several completed data sets, by Rubin's rules.
///
/// *Q̄* is the mean of the estimates, *Ū* the mean of their variances, *B* the variance between estimates and
/// *T* = *Ū* + (1 + 1/m)*B*. With λ = (1 + 1/m)*B*/*T* the degrees of freedom are Barnard and Rubin's:
/// ν = ν_old ν_obs/(ν_old + ν_obs), ν_old = (m − 1)/λ², ν_obs = (1 − λ) ν_com (ν_com + 1)/(ν_com + 3),
/// where ν_com are those of the complete data. Where the estimates do not differ ν is ν_com.
///
/// Rubin (1987), *Multiple Imputation for Nonresponse in Surveys*; Barnard & Rubin (1999),
/// doi:10.1093/biomet/86.4.948.
public struct PooledEstimate: Sendable, Hashable {
  public let estimate: Double
  /// *Ū*.
  public let within: Double
  /// *B*.
  public let between: Double
  public let imputations: Int
  /// ν_com; +∞ where the normal distribution was asked for.
  public let completeDegreesOfFreedom: Double

  /// - Parameters:
  ///   - estimates: one of each completed data set, two or more.
  ///   - variances: squared standard errors.
  ///   - completeDegreesOfFreedom: those of each fit, whose mean is ν_com.
  /// - Throws: ``PoolingError``
  public init(
    estimates: [Double], variances: [Double], completeDegreesOfFreedom: [Double]
  ) throws(PoolingError) {
    guard estimates.count > 1 else { throw .tooFew(estimates.count) }
    guard variances.count == estimates.count, completeDegreesOfFreedom.count == estimates.count
    else { throw .unequal }
    guard (estimates + variances).allSatisfy(\.isFinite) else { throw .notFinite }
    let m = Double(estimates.count)
    let mean = estimates.reduce(0, +) / m
    estimate = mean
    within = variances.reduce(0, +) / m
    between = estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (m - 1)
    imputations = estimates.count
    self.completeDegreesOfFreedom = completeDegreesOfFreedom.reduce(0, +) / m
  }

  /// *T*.
  public var variance: Double { within + (1 + 1 / Double(imputations)) * between }

  public var standardError: Double { variance.squareRoot() }

  /// By how much missing values raise the variance: (1 + 1/m)*B*/*Ū*.
  public var relativeIncrease: Double { (1 + 1 / Double(imputations)) * between / within }

  /// λ, the share of the variance that is due to missing values.
  public var missingShare: Double {
    variance > 0 ? (1 + 1 / Double(imputations)) * between / variance : 0
  }

  /// ν.
  public var degreesOfFreedom: Double {
    let share = missingShare
    guard share > 0 else { return completeDegreesOfFreedom }
    let old = Double(imputations - 1) / (share * share)
    let complete = completeDegreesOfFreedom
    guard complete.isFinite else { return old }
    let observed = (1 - share) * complete * (complete + 1) / (complete + 3)
    return old * observed / (old + observed)
  }

  /// The fraction of information that is missing: (r + 2/(ν + 3))/(r + 1).
  public var missingInformation: Double {
    guard between > 0 else { return 0 }
    guard within > 0 else { return 1 }
    let r = relativeIncrease
    let small = degreesOfFreedom.isFinite ? 2 / (degreesOfFreedom + 3) : 0
    return (r + small) / (r + 1)
  }

  /// The two-sided interval, and the p-value against zero.
  public func test(level: Double = 0.95) -> (low: Double, high: Double, pValue: Double) {
    let distribution = StudentT(degreesOfFreedom: max(degreesOfFreedom, 1e-3))
    let reach = distribution.quantile(0.5 + level / 2) * standardError
    return (
      estimate - reach, estimate + reach, distribution.twoSidedTail(estimate / standardError)
    )
  }
}

/// Estimates that cannot be pooled.
public enum PoolingError: Error, Sendable, Hashable, CustomStringConvertible {
  case tooFew(Int)
  case unequal
  case notFinite
  /// The mean of the covariances has no inverse.
  case singular

  public var description: String {
    switch self {
    case .tooFew(let count):
      "estimates of \(count) completed data sets cannot be pooled: two or more are needed"
    case .unequal: "the completed data sets give estimates of different shape"
    case .notFinite: "an estimate or its variance is not finite"
    case .singular: "the covariance of the estimates is singular, so they have no joint test"
    }
  }
}
