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
  /// t(1 + 1/k)(1 + 1/r)²/2. Where complete data have few degrees of freedom ν is that of Reiter (2007),
  /// doi:10.1093/biomet/asm028, never more than those; it needs t > 4 and enough of them, and where it has
  /// no value ν is the smaller of the two.
  ///
  /// - Parameter completeDegreesOfFreedom: of the same test in complete data.
  public func jointTest(
    of positions: [Int], completeDegreesOfFreedom: Double = .infinity
  ) throws(PoolingError) -> PooledJointTest {
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
    let degrees = Self.degreesOfFreedom(
      increase, count: k, imputations: m, complete: completeDegreesOfFreedom)
    return PooledJointTest(
      statistic: statistic, numerator: k, denominator: degrees, relativeIncrease: increase,
      pValue: FisherF(numerator: k, denominator: degrees).upperTail(statistic))
  }

  private static func degreesOfFreedom(
    _ increase: Double, count k: Double, imputations m: Double, complete: Double
  ) -> Double {
    guard increase > 0 else { return complete }
    let t = k * (m - 1)
    guard t > 4 else {
      let root = 1 + 1 / increase
      return min(complete, t * (1 + 1 / k) * root * root / 2)
    }
    let root = 1 + (1 - 2 / t) / increase
    let large = 4 + (t - 4) * root * root
    guard complete.isFinite else { return large }
    let a = increase * t / (t - 2)
    let observed = complete * (complete + 1) / (complete + 3)
    let (two, four) = (observed - 2 * (1 + a), observed - 4 * (1 + a))
    guard four > 0 else { return min(complete, large) }
    let square = a * a
    let parts =
      square * two / ((1 + a) * (1 + a) * four) + 8 * square * two / ((1 + a) * four * four)
      + 4 * square / ((1 + a) * four) + 4 * square / (four * two)
      + 16 * square * two / (four * four * four) + 8 * square / (four * four)
    return min(complete, 4 + 1 / (1 / four + parts / (t - 4)))
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
