internal import Designs

/// Which schools something is for: all, those for which a rule holds at the start, or those for which it holds when
/// it is asked, where the rule names the state of the world (`now.partners == 0`).
public struct SchoolRule: Sendable {
  /// What is known before the simulation.
  public let fixed: Eligibility?
  private let moving: Expression?

  /// All schools.
  public static let everyone = SchoolRule(fixed: nil, moving: nil)

  public init(_ fixed: Eligibility) { self.init(fixed: fixed, moving: nil) }

  init(moving rule: Expression) { self.init(fixed: nil, moving: rule) }

  private init(fixed: Eligibility?, moving: Expression?) {
    self.fixed = fixed
    self.moving = moving
  }

  /// Whether the answer depends on the state of the world.
  public var isMoving: Bool { moving != nil }

  /// One verdict a school; those that are not there are never among them.
  func schools(_ world: World) -> [Bool] {
    let verdicts = verdicts(world)
    let closed = world.absence.closed
    return closed.isEmpty ? verdicts : zip(verdicts, closed).map { $0 && !$1 }
  }

  private func verdicts(_ world: World) -> [Bool] {
    if let fixed { return fixed.schools }
    guard let moving, let tables = world.setting.rules else {
      return [Bool](repeating: true, count: world.count)
    }
    // The rule was bound to these tables before the run, so it cannot fail here.
    let outcome = try? moving.evaluateLogical(
      in: NowTable.beside(tables, world), table: tables.table)
    return outcome?.verdicts.map { $0 == .holds } ?? [Bool](repeating: false, count: world.count)
  }
}
