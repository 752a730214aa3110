public import Tables

/// An intervention in how partnerships form. Several may stand together in one policy of a study; they act in
/// the order in which they are written.
public protocol PolicyAction: Sendable {
  /// As a study calls it: `support`.
  var name: String { get }
  /// For whom, when, and with what money.
  var terms: PolicyTerms { get }

  /// What it does at the start of the world's year.
  ///
  /// - Parameter id: its position in the policy, for its accounts.
  func begin(_ world: inout World, id: Int)

  /// What it does at the year's end, when partnerships of the year are known.
  func end(_ world: inout World, id: Int)

  /// Of what kind of group it lets have how many schools at most.
  var limit: (kind: PartnershipKind, size: Int)? { get }

  /// The last year in which it works.
  func lastYear(horizon: Int) -> Int

  /// Doubts about it, such as that it never applies.
  func diagnostics(policy: String, horizon: Int) -> [Diagnostic]
}

extension PolicyAction {
  public func begin(_ world: inout World, id: Int) {}
  public func end(_ world: inout World, id: Int) {}
  public var limit: (kind: PartnershipKind, size: Int)? { nil }
  public func lastYear(horizon: Int) -> Int { min(terms.years.upperBound, horizon) }

  public func diagnostics(policy: String, horizon: Int) -> [Diagnostic] {
    terms.diagnostics(of: name, policy: policy, horizon: horizon)
  }
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
