internal import Probability

/// The shape of a sample beside the normal distribution's.
struct SampleShape: Sendable {
  let count: Int
  let mean: Double
  /// Divisor n − 1.
  let deviation: Double
  /// Third and fourth standardised moment, divisor n; the fourth less 3.
  let skewness: Double
  let kurtosis: Double
  private let sorted: [Double]

  init(_ values: [Double]) {
    sorted = values.sorted()
    count = values.count
    let n = Double(count)
    let mean = sorted.reduce(0, +) / n
    var (second, third, fourth) = (0.0, 0.0, 0.0)
    for value in sorted {
      let d = value - mean
      second += d * d
      third += d * d * d
      fourth += d * d * d * d
    }
    self.mean = mean
    deviation = (second / max(1, n - 1)).squareRoot()
    let variance = second / n
    skewness = third / n / (variance * variance.squareRoot())
    kurtosis = fourth / n / (variance * variance) - 3
  }

  /// Linear between order statistics: R's default.
  func quantile(_ p: Double) -> Double {
    let place = p * Double(count - 1)
    let below = Int(place)
    guard below + 1 < count else { return sorted[count - 1] }
    return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
  }

  /// Shapiro and Francia's W′ and its p-value, for 5 to 5,000 values.
  ///
  /// Shapiro & Francia (1972), doi:10.1080/01621459.1972.10481232; the p-value by Royston (1993),
  /// doi:10.2307/2348439.
  var normality: (statistic: Double, pValue: Double)? {
    guard (5...5_000).contains(count), deviation > 0 else { return nil }
    let n = Double(count)
    let scores = (1...count).map { Normal.standardQuantile((Double($0) - 0.375) / (n + 0.25)) }
    let centre = scores.reduce(0, +) / n
    var (cross, own, theirs) = (0.0, 0.0, 0.0)
    for (value, score) in zip(sorted, scores) {
      cross += (value - mean) * (score - centre)
      own += (value - mean) * (value - mean)
      theirs += (score - centre) * (score - centre)
    }
    let statistic = cross * cross / (own * theirs)
    let u = PortableMath.log(n)
    let v = PortableMath.log(u)
    let z =
      (PortableMath.log(1 - statistic) - (-1.2725 + 1.0521 * (v - u)))
      / (1.0308 - 0.26758 * (v + 2 / u))
    return (statistic, Normal().cumulative(-z))
  }
}
