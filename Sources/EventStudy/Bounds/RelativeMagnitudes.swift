internal import Probability

/// Bounds where trends after treatment may depart from parallel as much as `magnitude` times their largest
/// departure from one year to the next before it.
///
///     |δ_{t+1} − δ_t| ≤ M̄ · max_{s < −1} |δ_{s+1} − δ_s|   for t ≥ −1
///
/// (Rambachan & Roth 2023, Review of Economic Studies 90(5), 2555-2591, DOI 10.1093/restud/rdad018, section 2.4.1).
/// The effect's weights l on times from 0 let a departure of B a year bias it by at most κB,
/// κ = Σ_u |Σ_{t ≥ u} l_t|, so the identified set is l′β ± κ M̄ max_s |β_{s+1} − β_s|.
///
/// The interval is the union over s and sign of the ordinary intervals of l′β ± κ M̄ (β_{s+1} − β_s): one of them
/// has the true largest departure, and its interval alone covers as often as asked. It never covers less; it is
/// wider than the hybrid tests of the paper where many years before treatment are alike, because it does not use
/// that the others are smaller. At M̄ = 0 it is the ordinary interval. Between years that were not observed
/// the change is spread evenly.
public struct RelativeMagnitudes: Sendable, Hashable {
  public let magnitude: Double
  public let setLow: Double
  public let setHigh: Double
  public let low: Double
  public let high: Double

  package init?(
    _ path: EventStudyPath, target weights: [Double], magnitude: Double, level: Double
  ) {
    guard let pieces = Self.pieces(path, weights) else { return nil }
    let critical = StudentT(degreesOfFreedom: path.degreesOfFreedom).quantile(0.5 + level / 2)
    let centre = path.estimate(weights)
    let reach = pieces.reduce(0) { max($0, abs(path.estimate($1))) } * magnitude
    var (low, high) = (Double.infinity, -Double.infinity)
    for piece in pieces {
      for sign in [-magnitude, magnitude] {
        let shifted = zip(weights, piece).map { $0 + sign * $1 }
        let middle = path.estimate(shifted)
        let half = critical * path.variance(shifted).squareRoot()
        low = min(low, middle - half)
        high = max(high, middle + half)
      }
    }
    self.magnitude = magnitude
    setLow = centre - reach
    setHigh = centre + reach
    self.low = low
    self.high = high
  }

  /// The largest M̄ at which the interval leaves out zero; `nil` where it holds zero even at none, infinite
  /// where no M̄ up to 1,000 brings zero in.
  package static func breakdown(
    _ path: EventStudyPath, target weights: [Double], level: Double
  ) -> Double? {
    func excludes(_ magnitude: Double) -> Bool {
      guard
        let bounds = RelativeMagnitudes(
          path, target: weights, magnitude: magnitude, level: level)
      else { return false }
      return bounds.low > 0 || bounds.high < 0
    }
    guard excludes(0) else { return nil }
    guard !excludes(1_000) else { return .infinity }
    var (low, high) = (0.0, 1_000.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if excludes(middle) { low = middle } else { high = middle }
    }
    return low
  }

  /// κ (β_{s+1} − β_s) as weights on the path's points, one list a step before treatment.
  private static func pieces(_ path: EventStudyPath, _ weights: [Double]) -> [[Double]]? {
    guard !path.before.isEmpty, let last = path.after.last?.time else { return nil }
    var kappa = 0.0
    for u in 0...last {
      kappa += abs(path.after.reduce(0) { $1.time >= u ? $0 + weights[$1.position] : $0 })
    }
    return path.before.indices.map { s in
      var piece = [Double](repeating: 0, count: weights.count)
      let here = path.before[s]
      let next = s + 1 < path.before.count ? path.before[s + 1] : nil
      let years = Double((next?.time ?? -1) - here.time)
      piece[here.position] = -kappa / years
      if let next { piece[next.position] = kappa / years }
      return piece
    }
  }
}
