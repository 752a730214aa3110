/// Whose average effect a matched sample speaks about.
public enum Estimand: String, Sendable, Hashable, CaseIterable {
  /// The treated.
  case att
  /// The comparators.
  case atc
  /// Both together.
  case ate
  /// Those whom either arm could have held: overlap weights.
  case ato

  /// Whether the treated are the units that are kept and matched to; `nil` where both arms are.
  public var treatedAreFocal: Bool? {
    switch self {
    case .att: true
    case .atc: false
    case .ate, .ato: nil
    }
  }
}
