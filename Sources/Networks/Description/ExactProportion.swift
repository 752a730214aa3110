internal import Probability

/// A proportion with its exact interval (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404): what a survey wave
/// says of a yes or no.
public struct ExactProportion: Sendable, Hashable {
  public let yes: Int
  public let of: Int
  public let level: Double
  public let estimate: Double
  public let low: Double
  public let high: Double

  /// - Parameters:
  ///   - yes: how many of them.
  ///   - count: of how many, at least one.
  ///   - level: of confidence, between 0 and 1.
  public init(_ yes: Int, of count: Int, level: Double = 0.95) {
    precondition(count > 0 && yes >= 0 && yes <= count, "\(yes) of \(count)")
    precondition(level > 0 && level < 1, "level \(level)")
    self.yes = yes
    of = count
    self.level = level
    estimate = Double(yes) / Double(count)
    let tail = (1 - level) / 2
    // P(X ≥ yes | low) = tail and P(X ≤ yes | high) = tail.
    low = yes == 0 ? 0 : Self.root { Self.atLeast(yes, of: count, $0) - tail }
    high = yes == count ? 1 : Self.root { tail - (1 - Self.atLeast(yes + 1, of: count, $0)) }
  }

  /// P(X ≥ k) of a binomial number with probability *p*, by its relation to the F distribution.
  private static func atLeast(_ k: Int, of count: Int, _ p: Double) -> Double {
    if k <= 0 || p >= 1 { return 1 }
    if p <= 0 { return 0 }
    let (a, b) = (Double(k), Double(count - k + 1))
    let f = FisherF(numerator: 2 * b, denominator: 2 * a)
    return f.upperTail(a * (1 - p) / (b * p))
  }

  /// Where an increasing function of a probability is zero.
  private static func root(_ f: (Double) -> Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if f(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
