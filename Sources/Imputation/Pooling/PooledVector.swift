public import LinearAlgebra
internal import Probability

/// Several estimates together from several completed data sets: their covariance, and the joint test that
/// some of them are zero.
public struct PooledVector: Sendable {
  public let estimates: [Double]
  /// *Ū*, k × k.
  public let within: Matrix
  /// *B*, k × k.
  public let between: Matrix
  public let imputations: Int

  /// - Parameters:
  ///   - estimates: k numbers of each completed data set, two or more.
  ///   - covariances: k × k of each.
  /// - Throws: ``PoolingError``
  public init(estimates: [[Double]], covariances: [Matrix]) throws(PoolingError) {
    guard estimates.count > 1, let first = estimates.first else { throw .tooFew(estimates.count) }
    let k = first.count
    guard covariances.count == estimates.count, estimates.allSatisfy({ $0.count == k }),
      covariances.allSatisfy({ $0.rows == k && $0.columns == k })
    else { throw .unequal }
    guard estimates.allSatisfy({ $0.allSatisfy(\.isFinite) }),
      covariances.allSatisfy({ $0.elements.allSatisfy(\.isFinite) })
    else { throw .notFinite }
    let m = Double(estimates.count)
    let mean = (0..<k).map { i in estimates.reduce(0) { $0 + $1[i] } / m }
    var within = Matrix(rows: k, columns: k)
    var between = within
    for i in 0..<k {
      for j in 0..<k {
        within[i, j] = covariances.reduce(0) { $0 + $1[i, j] } / m
        between[i, j] =
          estimates.reduce(0) { $0 + ($1[i] - mean[i]) * ($1[j] - mean[j]) } / (m - 1)
      }
    }
    self.estimates = mean
    self.within = within
    self.between = between
    imputations = estimates.count
  }

  /// *T* = *Ū* + (1 + 1/m)*B*.
  public var covariance: Matrix { within + (1 + 1 / Double(imputations)) * between }

  /// The test that the estimates at some positions are all zero, D₁ of Li, Raghunathan & Rubin (1991),
  /// doi:10.1080/01621459.1991.10475152.
  ///
  /// D₁ = *Q̄ᵀŪ*⁻¹*Q̄*/(k(1 + r)) with the average relative increase r = (1 + 1/m) tr(*BŪ*⁻¹)/k, against F on
  /// k and ν. With t = k(m − 1), ν = 4 + (t − 4)(1 + (1 − 2/t)/r)² for t > 4, otherwise
  /// t(1 + 1/k)(1 + 1/r)²/2. It is for large complete samples.
  public func jointTest(of positions: [Int]) throws(PoolingError) -> PooledJointTest {
    precondition(!positions.isEmpty, "a joint test of nothing")
    let k = Double(positions.count)
    let chosen = positions.map { estimates[$0] }
    let factor: Cholesky
    do throws(FactorizationError) {
      factor = try Cholesky(within.selecting(rows: positions, columns: positions))
    } catch { throw .singular }
    let spread = factor.solve(between.selecting(rows: positions, columns: positions))
    let m = Double(imputations)
    let increase = (1 + 1 / m) * spread.diagonal.reduce(0, +) / k
    let statistic = dot(chosen, factor.solve(chosen)) / (k * (1 + increase))
    let t = k * (m - 1)
    var degrees = Double.infinity
    if increase > 0, t > 4 {
      let root = 1 + (1 - 2 / t) / increase
      degrees = 4 + (t - 4) * root * root
    } else if increase > 0 {
      let root = 1 + 1 / increase
      degrees = t * (1 + 1 / k) * root * root / 2
    }
    return PooledJointTest(
      statistic: statistic, numerator: k, denominator: degrees, relativeIncrease: increase,
      pValue: FisherF(numerator: k, denominator: degrees).upperTail(statistic))
  }
}

/// A test that several estimates are zero together.
public struct PooledJointTest: Sendable, Hashable {
  /// F.
  public let statistic: Double
  public let numerator: Double
  public let denominator: Double
  public let relativeIncrease: Double
  public let pValue: Double
}
