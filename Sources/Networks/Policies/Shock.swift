internal import Probability
public import Tables

/// What happens to partnerships from outside: a change of policy that makes ties worth less or more, heads who
/// leave, money that stops.
///
/// `lift` is added to the worth of every tie of eligible schools in its years. In each of its years a share of eligible
/// schools changes its head: their ties build trust anew. Where funding stops, other actions of the same policy end in
/// its first year, for good.
public struct Shock: PolicyAction {
  public let name = "shock"
  public let terms: PolicyTerms
  /// Log odds.
  private let lift: ParameterValue
  /// A share.
  private let turnover: ParameterValue
  private let stopsFunding: Bool

  public init(
    _ terms: PolicyTerms, lift: ParameterValue, turnover: ParameterValue, stopsFunding: Bool
  ) {
    self.terms = terms
    self.lift = lift
    self.turnover = turnover
    self.stopsFunding = stopsFunding
  }

  public func begin(_ world: inout World, id: Int) {
    guard terms.years.contains(world.year) else { return }
    let eligible = terms.eligible.schools(world)
    let (lift, share) = (world.value(lift), world.value(turnover))
    var struck = 0
    for school in eligible.indices where eligible[school] {
      struck += 1
      world.lift[school] += lift
      guard share > 0 else { continue }
      var random = world.stream("shock", school: school)
      if random.uniform() < share { world.turnovers.append(Int32(school)) }
    }
    if stopsFunding { world.fundingEnds = min(world.fundingEnds, world.year) }
    world.didSomething(struck, by: id)
  }

  public func diagnostics(policy: String, horizon: Int) -> [Diagnostic] {
    terms.diagnostics(of: name, policy: policy, horizon: horizon).filter {
      $0.code != "policy-without-cost"
    }
  }
}
