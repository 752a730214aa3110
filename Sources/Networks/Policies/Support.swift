/// Support for partnership (time, cover, events, expert support): in given years it raises what every tie is
/// worth to eligible schools, and can take work off them, at a cost.
///
/// Raising utility by *r* multiplies the odds that an eligible school proposes, confirms or keeps a given
/// tie by *eʳ*.
public struct Support: PolicyAction {
  public let name = "support"
  public let terms: PolicyTerms
  /// Log odds.
  private let raise: ParameterValue
  /// The share of the workload of ties that it takes off.
  private let relief: ParameterValue

  public init(
    _ terms: PolicyTerms, raise: ParameterValue, relief: ParameterValue = ParameterValue(0)
  ) {
    self.terms = terms
    self.raise = raise
    self.relief = relief
  }

  public func begin(_ world: inout World, id: Int) {
    guard terms.isActive(world) else { return }
    let served = terms.served(world, id: id)
    let (raise, relief) = (world.value(raise), max(0, world.value(relief)))
    for school in served {
      world.lift[school] += raise
      world.relief[school] += relief
    }
    world.charge(terms, schools: served, by: id)
    world.didSomething(served.count, by: id)
  }
}
