/// The side of a comparison that a unit is on.
public enum Arm: String, Sendable, Hashable, CaseIterable {
  case treated
  case control

  init(treated: Bool) { self = treated ? .treated : .control }

  var plural: String { self == .treated ? "treated units" : "comparators" }
}
