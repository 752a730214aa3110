public import LinearAlgebra
public import Probability

/// The sampling covariance of estimates from their influence functions, summed within clusters.
///
///     Cov(θ̂_a, θ̂_b) = Σ_c (Σ_{i in c} ψ_{ia}) (Σ_{i in c} ψ_{ib}) / n²
///
/// With one unit a cluster this is the plain mean of squares over n.
public struct InfluenceCovariance: Sendable {
  /// Clusters × estimates: sums of influence over n.
  public let scores: Matrix

  /// - Parameter influences: one a unit of the panel, one list an estimate.
  public init(_ influences: [[Double]], in panel: StaggeredPanel) {
    var scores = Matrix(rows: panel.clusterCount, columns: influences.count)
    let n = Double(panel.unitCount)
    for (k, influence) in influences.enumerated() {
      precondition(influence.count == panel.unitCount, "influence of other units")
      for (value, cluster) in zip(influence, panel.clusters) {
        scores[Int(cluster), k] += value / n
      }
    }
    self.scores = scores
  }

  public var covariance: Matrix { scores.crossProduct }

  public var standardErrors: [Double] { covariance.diagonal.map { $0.squareRoot() } }

  /// For Student's t: clusters − 1.
  public var degreesOfFreedom: Double { Double(max(1, scores.rows - 1)) }

  /// The critical value c for which the intervals estimate ± c · standard error hold all true values at once,
  /// `level` of the time.
  ///
  /// A multiplier bootstrap: in each draw every cluster's score is multiplied by an independent number of mean
  /// zero and variance one (Mammen 1993, DOI 10.1214/aos/1176349025: two points, third moment one), and the
  /// quantile of the largest absolute t over draws is taken (Callaway & Sant'Anna 2021, algorithm 1). Draw b
  /// takes its numbers from a stream of its own, so threads change nothing. Never below the value for one
  /// interval.
  ///
  /// - Complexity: O(draws · clusters · estimates)
  public func simultaneousCriticalValue(
    level: Double, draws: Int, seed: Seed, threads: Int = 1
  ) -> Double {
    let pointwise = StudentT(degreesOfFreedom: degreesOfFreedom).quantile(0.5 + level / 2)
    let errors = standardErrors
    let used = errors.indices.filter { errors[$0] > 0 && errors[$0].isFinite }
    guard used.count > 1 else { return pointwise }
    let clusters = scores.rows
    let studentised = (0..<clusters).flatMap { c in used.map { scores[c, $0] / errors[$0] } }
    let largest: [Double] = replicate(draws, threads: threads) { (draw) -> Double in
      var stream = RandomStream(seed, replicate: UInt32(draw))
      var sums = [Double](repeating: 0, count: used.count)
      for c in 0..<clusters {
        let multiplier = stream.uniform() < Self.mammenShare ? Self.mammenLow : Self.mammenHigh
        for k in sums.indices { sums[k] += multiplier * studentised[c * used.count + k] }
      }
      return sums.reduce(0) { max($0, abs($1)) }
    }
    let position = min(draws - 1, max(0, Int((level * Double(draws)).rounded(.up)) - 1))
    return max(pointwise, largest.sorted()[position])
  }

  private static let mammenLow = (1 - 5.0.squareRoot()) / 2
  private static let mammenHigh = (1 + 5.0.squareRoot()) / 2
  /// The probability of the lower point.
  private static let mammenShare = (5.0.squareRoot() + 1) / (2 * 5.0.squareRoot())
}
