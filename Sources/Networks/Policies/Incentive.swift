/// Payment for partnership: eligible schools know that a partnership is paid for, which raises what a tie is worth to
/// them by `raise`; at the year's end those that have one are paid. When payments stop, `after` remains: what
/// payment has done to partnership for its own sake.
///
/// Payments are per school and year, once a school, or per group and year. Once the budget is spent no payment is
/// promised any more.
public struct Incentive: PolicyAction {
  public let name = "incentive"
  public let terms: PolicyTerms
  /// Log odds.
  private let raise: ParameterValue
  /// Log odds, in the years after the last one.
  private let after: ParameterValue

  public init(
    _ terms: PolicyTerms, raise: ParameterValue, after: ParameterValue = ParameterValue(0)
  ) {
    self.terms = terms
    self.raise = raise
    self.after = after
  }

  public func begin(_ world: inout World, id: Int) {
    guard world.year >= terms.years.lowerBound else { return }
    let promised = terms.isActive(world) && terms.possible(1, world, id: id) > 0
    // After the end the lowered worth is of those to whom payment was promised: the eligible of today.
    let lift = promised ? world.value(raise) : world.value(after)
    guard lift != 0 || promised else { return }
    let eligible = terms.eligible.schools(world)
    for school in eligible.indices where eligible[school] { world.lift[school] += lift }
    if promised { world.didSomething(eligible.count { $0 }, by: id) }
  }

  public func end(_ world: inout World, id: Int) {
    guard terms.isActive(world) else { return }
    if terms.basis == .groupYear {
      let eligible = terms.eligible.schools(world)
      let groups = world.groups.count { group in
        group.isOpen && group.count > 1 && group.members.contains { eligible[Int($0)] }
      }
      let paid = terms.possible(groups, world, id: id)
      world.charge(terms, schools: [], groups: (paid, 0), by: id)
    } else {
      let isPaid = world.notes[id].schools
      let paid = terms.served(world, id: id) { school in
        world.isPartnered(school) && (terms.basis != .school || isPaid.isEmpty || !isPaid[school])
      }
      world.charge(terms, schools: paid, by: id)
    }
  }
}
