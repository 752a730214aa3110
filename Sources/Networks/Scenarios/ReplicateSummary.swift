/// What replicates say of one number.
public struct ReplicateSummary: Sendable, Hashable {
  public let mean: Double
  /// Standard deviation over replicates / √replicates; NaN for a single one. Where several replicates share a
  /// draw of the parameters, that of the draws' means / √draws.
  public let mcse: Double
  public let low: Double
  public let high: Double
  /// At ``fanLevels``.
  public let fan: [Double]
  public let replicates: Int

  public static let fanLevels = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]

  /// - Parameters:
  ///   - values: one a replicate, in their order, none missing.
  ///   - draws: the draw of the parameters that each belongs to, ascending; each its own unless given.
  ///   - controls: adjusts the mean and its standard error.
  init(_ values: [Double], draws: [Int]? = nil, controls: ControlVariates? = nil) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    if let controls {
      (self.mean, mcse) = controls.mean(values)
    } else {
      self.mean = mean
      mcse = Self.standardError(draws.map { Self.means(values, by: $0) } ?? values)
    }
    let sorted = values.sorted()
    fan = Self.fanLevels.map { Self.quantile(sorted, $0) }
    low = fan[0]
    high = fan[Self.fanLevels.count - 1]
    replicates = values.count
  }

  private static func standardError(_ values: [Double]) -> Double {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return values.count > 1 ? (squares / (count - 1) / count).squareRoot() : .nan
  }

  /// The mean of each draw.
  private static func means(_ values: [Double], by draws: [Int]) -> [Double] {
    var means: [Double] = []
    var start = 0
    while start < values.count {
      var end = start
      while end < values.count, draws[end] == draws[start] { end += 1 }
      means.append(values[start..<end].reduce(0, +) / Double(end - start))
      start = end
    }
    return means
  }

  /// Linear interpolation between order statistics at 1 + (*n* − 1) *p* (Hyndman & Fan's type 7).
  static func quantile(_ sorted: [Double], _ p: Double) -> Double {
    let place = Double(sorted.count - 1) * p
    let below = Int(place)
    guard below + 1 < sorted.count else { return sorted[below] }
    return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
  }
}
