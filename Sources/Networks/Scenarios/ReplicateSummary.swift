/// What replicates say of one number.
public struct ReplicateSummary: Sendable, Hashable {
  public let mean: Double
  /// Standard deviation over replicates / √replicates; NaN for a single one.
  public let mcse: Double
  public let low: Double
  public let high: Double
  /// At ``fanLevels``.
  public let fan: [Double]
  public let replicates: Int

  public static let fanLevels = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]

  /// - Parameter values: one a replicate, in their order, none missing.
  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    mcse = values.count > 1 ? (squares / (count - 1) / count).squareRoot() : .nan
    let sorted = values.sorted()
    fan = Self.fanLevels.map { Self.quantile(sorted, $0) }
    low = fan[0]
    high = fan[Self.fanLevels.count - 1]
    replicates = values.count
  }

  /// Linear interpolation between order statistics at 1 + (*n* − 1) *p* (Hyndman & Fan's type 7).
  private static func quantile(_ sorted: [Double], _ p: Double) -> Double {
    let place = Double(sorted.count - 1) * p
    let below = Int(place)
    guard below + 1 < sorted.count else { return sorted[below] }
    return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
  }
}
