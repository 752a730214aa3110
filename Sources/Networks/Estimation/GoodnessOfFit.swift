internal import LinearAlgebra

/// How far an auxiliary statistic of the observed waves lies from those simulated at the estimate.
///
/// The distance is Mahalanobis', with the covariance of the simulated values; *p* is the share of
/// simulations at least as far out. Lospinoso & Snijders (2019), doi:10.1177/2059799119884282.
public struct GoodnessOfFit: Sendable, Hashable {
  public let statistic: String
  public let levels: [String]
  /// Summed over periods.
  public let observed: [Double]
  public let simulatedMean: [Double]
  /// 5 % and 95 % quantiles of the simulated values.
  public let low: [Double]
  public let high: [Double]
  public let distance: Double
  public let p: Double

  init(_ statistic: String, levels: [String], observed: [Double], simulated: [[Double]]) {
    self.statistic = statistic
    self.levels = levels
    self.observed = observed
    let count = Double(simulated.count)
    let size = observed.count
    let mean = (0..<size).map { k in simulated.reduce(0) { $0 + $1[k] } / count }
    simulatedMean = mean
    let sorted = (0..<size).map { k in simulated.map { $0[k] }.sorted() }
    low = sorted.map { $0[Int(0.05 * (count - 1))] }
    high = sorted.map { $0[Int((0.95 * (count - 1)).rounded(.up))] }
    var covariance = Matrix(rows: size, columns: size)
    for row in simulated {
      for i in 0..<size {
        for j in 0..<size {
          covariance[i, j] += (row[i] - mean[i]) * (row[j] - mean[j]) / max(1, count - 1)
        }
      }
    }
    guard let inverse = try? SymmetricEigen(covariance).pseudoInverse(tolerance: 1e-10) else {
      (distance, p) = (.nan, .nan)
      return
    }
    func squared(_ row: [Double]) -> Double {
      var sum = 0.0
      for i in 0..<size {
        for j in 0..<size { sum += (row[i] - mean[i]) * inverse[i, j] * (row[j] - mean[j]) }
      }
      return sum
    }
    let own = squared(observed)
    distance = max(0, own).squareRoot()
    p = Double(simulated.count { squared($0) >= own }) / count
  }
}
