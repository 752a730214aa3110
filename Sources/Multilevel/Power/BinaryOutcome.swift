/// Rates of a binary outcome in the two arms, as an effect in standard deviations.
///
/// On the scale of the rate itself: (p₁ − p₀) / s with s² the mean of the two arms' p(1 − p), intraclass
/// correlations being those of the 0/1 outcome. Donner & Klar (2000), *Design and Analysis of Cluster
/// Randomization Trials in Health Research*, ch. 5; Moerbeek & Maas (2005), doi:10.1081/STA-200063183.
public struct BinaryOutcome: Sendable, Hashable {
  public let comparison: Double
  public let treated: Double

  /// - Precondition: both between 0 and 1.
  public init(comparison: Double, treated: Double) {
    precondition(comparison > 0 && comparison < 1, "a rate of \(comparison)")
    precondition(treated > 0 && treated < 1, "a rate of \(treated)")
    self.comparison = comparison
    self.treated = treated
  }

  public var effect: Double {
    let variance = (comparison * (1 - comparison) + treated * (1 - treated)) / 2
    return (treated - comparison) / variance.squareRoot()
  }

  /// The rate among the treated above that of the comparison at which the effect is `effect` standard deviations;
  /// `nil` where there is none below 1.
  public static func detectableRate(comparison: Double, effect: Double) -> Double? {
    var (low, high) = (comparison, 1 - 1e-9)
    guard BinaryOutcome(comparison: comparison, treated: high).effect >= effect else { return nil }
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      if BinaryOutcome(comparison: comparison, treated: middle).effect < effect {
        low = middle
      } else {
        high = middle
      }
    }
    return 0.5 * (low + high)
  }
}
