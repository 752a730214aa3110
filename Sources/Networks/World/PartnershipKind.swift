/// The kinds of partnership that a scenario tells apart.
public enum PartnershipKind: String, CaseIterable, Sendable, Hashable, Codable {
  /// Voluntary ties of two schools.
  case ties
  /// Schools under one governing body.
  case federation
  /// Schools of one academy trust.
  case trust
  /// Schools of similar intake that compare and learn.
  case family
  /// Schools served by one hub.
  case hub
  /// Schools of one partnership of an improvement programme.
  case programme

  /// Whether members are governed together: a school is in one such group at most.
  public var isGoverning: Bool { self == .federation || self == .trust }

  /// Its position among the kinds.
  var index: Int {
    switch self {
    case .ties: 0
    case .federation: 1
    case .trust: 2
    case .family: 3
    case .hub: 4
    case .programme: 5
    }
  }

  /// All but ties.
  static let ofGroups: [PartnershipKind] = [.federation, .trust, .family, .hub, .programme]
}
