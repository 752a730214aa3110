/// A one-sided test against a positive effect, under assignment that may be biased by up to Γ in odds.
protocol BiasedTest: Sendable {
  static var name: String { get }
  var statistic: Double { get }
  /// The largest and the least p-value that such a bias could give.
  func pValue(_ gamma: Double) -> (upper: Double, lower: Double)
}

extension BiasedTest {
  /// The least Γ at which the largest p-value reaches `alpha`; `nil` where it is above `alpha` without any
  /// bias, infinite where a million does not reach it.
  ///
  /// Found by bisection of the bracket that doubling gives, to the last bit: no grid of Γ limits it.
  func tippingPoint(_ alpha: Double) -> Double? {
    guard pValue(1).upper <= alpha else { return nil }
    var low = 1.0
    var high = 2.0
    while pValue(high).upper <= alpha {
      low = high
      high *= 2
      if high > 1e6 { return .infinity }
    }
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return middle }
      if pValue(middle).upper <= alpha { low = middle } else { high = middle }
    }
  }
}
