package import Probability

/// A world to simulate, with every name resolved: who there is, how ties form, what they do, which policies are
/// compared and what is reported.
///
/// Each replicate runs every policy with the same random numbers: opportunities, choices and parameters are
/// keyed by the replicate, the school and the occasion, never by the policy, so that the difference between two
/// policies is not blurred by chance that both share.
public struct Scenario: Sendable {
  public let start: Network
  public let formation: FormationSimulator
  /// Model years.
  public let horizon: Int
  /// What partnership does; `nil` where ties are all that is asked about.
  public let effect: (any PartnershipEffect)?
  /// Each school's outcome at the start.
  public let outcome: [Double]
  /// The first is what the others are compared with.
  public let policies: [Policy]
  public let measures: [any Measure]

  public init(
    start: Network, formation: FormationSimulator, horizon: Int,
    effect: (any PartnershipEffect)?, outcome: [Double], policies: [Policy],
    measures: [any Measure]
  ) {
    precondition(
      outcome.count == start.actorCount, "\(outcome.count) outcomes, \(start.actorCount) actors")
    self.start = start
    self.formation = formation
    self.horizon = horizon
    self.effect = effect
    self.outcome = outcome
    self.policies = policies
    self.measures = measures
  }

  /// How many numbers a policy yields each year.
  var width: Int { measures.reduce(0) { $0 + $1.groups.count } }

  /// Simulates one replicate: policies × years 0 … horizon × measures' groups, in that order.
  ///
  /// - Throws: ``ScenarioError/runaway(policy:year:meanDegree:)``
  package func simulate(replicate: UInt32, seed: Seed) throws(ScenarioError) -> [Double] {
    let opportunities = formation.opportunities(
      years: Double(horizon), seed: seed, replicate: replicate)
    let years = yearRanges(opportunities.events)
    var parameters = RandomStream(seed["effect"], replicate: replicate)
    let profile =
      effect?.profile(years: horizon, using: &parameters)
      ?? [Double](repeating: 0, count: horizon + 1)
    let seeds = DecisionSeeds(seed)
    var work = TieChooser.Workspace()
    var results: [Double] = []
    results.reserveCapacity(policies.count * (horizon + 1) * width)
    for policy in policies {
      var network = start
      var exposure = [Int](repeating: 0, count: start.actorCount)
      var cost = 0.0
      append(year: 0, network, exposure, profile, cost, to: &results)
      for year in 1...max(1, horizon) where year <= horizon {
        var lift = [Double](repeating: 0, count: start.actorCount)
        for action in policy.actions {
          action.addLift(year: year, to: &lift)
          cost += action.cost(year: year)
        }
        formation.advance(
          &network, opportunities.events[years[year - 1]], lift: Lift(lift), seeds: seeds,
          replicate: replicate, &work)
        try stopRunaway(network, policy: policy.name, year: year)
        for school in exposure.indices where hasPartner(network, school) { exposure[school] += 1 }
        append(year: year, network, exposure, profile, cost, to: &results)
      }
    }
    return results
  }

  /// Where each year's opportunities stand.
  private func yearRanges(_ events: [Opportunities.Event]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    for year in 0..<horizon {
      var end = start
      while end < events.count, events[end].time < Double(year + 1) { end += 1 }
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }

  private func hasPartner(_ network: borrowing Network, _ school: Int) -> Bool {
    network.degree(school) > 0 || (network.isDirected && network.inDegree(school) > 0)
  }

  private func append(
    year: Int, _ network: borrowing Network, _ exposure: [Int], _ profile: [Double], _ cost: Double,
    to results: inout [Double]
  ) {
    var values = outcome
    var partnered = [Bool](repeating: false, count: outcome.count)
    for school in values.indices {
      values[school] += profile[exposure[school]]
      partnered[school] = hasPartner(network, school)
    }
    let state = ScenarioState(year: year, outcome: values, partnered: partnered, cost: cost)
    for measure in measures { results += measure.values(state) }
  }

  private func stopRunaway(
    _ network: borrowing Network, policy: String, year: Int
  ) throws(ScenarioError) {
    guard network.tieCount > formation.mostTies else { return }
    let ends = network.isDirected ? 1.0 : 2.0
    throw .runaway(
      policy: policy, year: year,
      meanDegree: ends * Double(network.tieCount) / Double(network.actorCount))
  }
}
