internal import Probability

/// A 95 % interval of a parameter of formation.
public struct FormationInterval: Sendable, Hashable {
  /// How it is found.
  public enum Method: String, Sendable, CaseIterable {
    /// From the standard error at the estimate.
    case wald
    /// From the score-type test: the values that it does not reject.
    case score
  }

  /// Its ends; `nil` where it has none on that side, because values however far out agree with the data, or
  /// none was found.
  public let low: Double?
  public let high: Double?

  public init(low: Double?, high: Double?) {
    self.low = low
    self.high = high
  }

  /// Whether a value lies in it.
  public func holds(_ value: Double) -> Bool {
    (low.map { $0 <= value } ?? true) && (high.map { value <= $0 } ?? true)
  }

  /// The point of the standard normal distribution that one in forty lies above.
  static let quantile = 1.959963984540054

  /// From the standard error *s*. That of a rate is symmetric on the scale of its logarithm, exp(ln *ρ* ± 1.96 *s*/*ρ*): a
  /// rate is above zero, and its estimates have a long tail upwards, so that plain intervals are too low too often.
  public static func wald(
    _ estimate: Double, standardError: Double, isRate: Bool
  ) -> FormationInterval {
    let reach = quantile * standardError
    guard isRate, estimate > 0 else {
      return FormationInterval(low: estimate - reach, high: estimate + reach)
    }
    let factor = PortableMath.exp(reach / estimate)
    return FormationInterval(low: estimate / factor, high: estimate * factor)
  }
}
