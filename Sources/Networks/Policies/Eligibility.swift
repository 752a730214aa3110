public import Designs
public import Tables

/// Which schools something is for, by a rule such as `fsm > 30`. A school that lacks a value which the rule needs
/// is not among them, and is counted.
public struct Eligibility: Sendable {
  /// Of each school.
  public let schools: [Bool]
  /// How many schools lack a value.
  public let missing: Int
  /// What the rule's evaluation found.
  public let diagnostics: [Diagnostic]

  public init(_ schools: [Bool]) {
    self.schools = schools
    missing = 0
    diagnostics = []
  }

  public init(_ outcome: RuleOutcome) {
    schools = outcome.verdicts.map { $0 == .holds }
    missing = outcome.count(.missing)
    diagnostics = outcome.diagnostics
  }

  public var count: Int { schools.count { $0 } }
}
