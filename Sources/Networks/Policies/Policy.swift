public import Tables

/// An intervention in how partnerships form. Several may stand together in one policy of a study.
public protocol PolicyAction: Sendable {
  /// Adds what the action adds to the utility of each tie of each school in model year `year`, from 1.
  func addLift(year: Int, to lift: inout [Double])

  /// What it costs in that year.
  func cost(year: Int) -> Double

  /// Doubts about it, such as that it never applies.
  func diagnostics(policy: String, horizon: Int) -> [Diagnostic]
}

/// A named set of actions: one world to compare with another.
public struct Policy: Sendable {
  public let name: String
  public let actions: [any PolicyAction]

  public init(_ name: String, _ actions: [any PolicyAction]) {
    self.name = name
    self.actions = actions
  }
}
