internal import Probability

/// Bounds of the sign test of pairs, which for a 0/1 outcome is McNemar's: the number of positive differences
/// among those that are not zero is binomial with a probability between 1/(1 + Γ) and Γ/(1 + Γ) (Rosenbaum
/// 2002, section 4.3.2). The p-values are exact.
struct SignBound: BiasedTest {
  static let name = "sign"

  private let positive: Int
  private let count: Int

  var statistic: Double { Double(positive) }

  /// `nil` where no difference is other than zero.
  init?(_ differences: [Double]) {
    count = differences.count { $0 != 0 }
    positive = differences.count { $0 > 0 }
    if count == 0 { return nil }
  }

  func pValue(_ gamma: Double) -> (upper: Double, lower: Double) {
    (tail(gamma / (1 + gamma)), tail(1 / (1 + gamma)))
  }

  /// P(at least `positive` of `count`), summed from the largest term so that none overflows.
  private func tail(_ p: Double) -> Double {
    if positive == 0 { return 1 }
    let odds = p / (1 - p)
    // Terms relative to that of the mode; the whole sum divides.
    let mode = min(count, Int(Double(count + 1) * p))
    var terms = [Double](repeating: 0, count: count + 1)
    terms[mode] = 1
    for k in stride(from: mode, to: 0, by: -1) {
      terms[k - 1] = terms[k] * Double(k) / Double(count - k + 1) / odds
    }
    for k in mode..<count { terms[k + 1] = terms[k] * Double(count - k) / Double(k + 1) * odds }
    var tail = 0.0
    for k in stride(from: count, through: positive, by: -1) { tail += terms[k] }
    var rest = 0.0
    for k in 0..<positive { rest += terms[k] }
    return tail / (tail + rest)
  }
}
