package import Probability

/// A world to simulate, with every name resolved: who there is, how ties form, what they do, which policies are
/// compared and what is reported.
///
/// Each replicate runs every policy with the same random numbers: opportunities, choices and parameters are
/// keyed by the replicate, the school and the occasion, never by the policy, so that the difference between two
/// policies is not blurred by chance that both share.
public struct Scenario: Sendable {
  package let setting: WorldSetting
  /// What partnership does to outcomes.
  public let model: OutcomeModel
  /// Everything that is not known for certain.
  public let parameters: ParameterSet
  /// The first is what the others are compared with.
  public let policies: [Policy]
  public let measures: [any Measure]

  package init(
    _ setting: WorldSetting, model: OutcomeModel, parameters: ParameterSet, policies: [Policy],
    measures: [any Measure]
  ) {
    precondition(
      setting.outcome.count == setting.count,
      "\(setting.outcome.count) outcomes, \(setting.count) actors")
    self.setting = setting
    self.model = model
    self.parameters = parameters
    self.policies = policies
    self.measures = measures
  }

  /// Model years.
  public var horizon: Int { setting.horizon }

  /// How many numbers a policy yields each year.
  var width: Int { measures.reduce(0) { $0 + $1.groups.count } }

  /// The last year in which an action of any policy works, where there is one before the last of all.
  var fundingEnd: Int {
    let ends = policies.flatMap(\.actions).map { $0.lastYear(horizon: horizon) }
    return ends.max().map { min($0, horizon) } ?? horizon
  }

  /// The draw of the parameters that belongs to a replicate.
  func point(_ seed: Seed, replicate: UInt32) -> ParameterPoint {
    parameters.point(seed["effect"], replicate: replicate)
  }

  /// Simulates one replicate.
  ///
  /// - Parameters:
  ///   - replicate: of chance.
  ///   - point: the draw of the parameters; that of the replicate unless given.
  ///   - recording: whether ties and memberships are kept year by year.
  package func simulate(
    replicate: UInt32, seed: Seed, point: ParameterPoint? = nil, recording: Bool = false
  ) -> ReplicateRun {
    let point = point ?? self.point(seed, replicate: replicate)
    let setting = setting.drawn(point)
    let process = setting.process(at: point)
    let start = process.agendas(
      setting.starts, years: Double(horizon), seed: seed, replicate: replicate)
    let seeds = process.seeds(seed)
    let fundingEnd = fundingEnd
    let looksBack = measures.contains(where: \.looksBack)
    var work = TieChooser.Workspace()
    var run = ReplicateRun(replicate: replicate)
    run.values.reserveCapacity(policies.count * (horizon + 1) * width)
    for policy in policies {
      var agendas = start
      var world = World(
        setting, point: point, seed: seed["policy"], replicate: replicate,
        actions: policy.actions.count)
      var path = OutcomePath(model, world)
      var record = recording ? ReplicateRecord(policy: policy.name, world) : nil
      var values = path.values(world)
      world.outcome = values
      for year in 0...horizon {
        if year > 0 {
          if let relation = world.advance(
            process, &agendas, until: Double(year), seeds: seeds, &work)
          {
            let ties = world.ties(relation)
            let ends = ties.isDirected ? 1.0 : 2.0
            run.runaway = Runaway(
              policy: policy.name, year: year, replicate: replicate,
              meanDegree: ends * Double(ties.tieCount) / Double(world.count),
              relation: relation == 0 ? nil : setting.relationName(relation))
            if let record { run.records.append(record) }
            return run
          }
          path.endYear(world)
          values = path.values(world)
          world.outcome = values
          for (id, action) in policy.actions.enumerated() { action.end(&world, id: id) }
          if year == fundingEnd {
            world.reference = world.allTies
          }
          record?.note(world)
        }
        let ended = looksBack ? world.allTies : []
        if path.hasAnticipation {
          // Ties and memberships as they are, outcomes with what the coming year's joiners do already.
          var state = ScenarioState(world, year: year, outcome: values, path: path)
          begin(year + 1, policy, &world)
          path.anticipate(world, in: &state)
          for measure in measures { run.values += measure.values(state) }
        } else {
          do {
            let state = ScenarioState(world, year: year, outcome: values, path: path)
            for measure in measures { run.values += measure.values(state) }
          }
          begin(year + 1, policy, &world)
        }
        world.yearBefore = ended
      }
      run.deeds.append(world.deeds)
      if policy.name == policies[0].name { run.tiesOfBaseline = world.network.tieCount }
      if let record { run.records.append(record) }
    }
    return run
  }

  private func begin(_ year: Int, _ policy: Policy, _ world: inout World) {
    guard year <= horizon else { return }
    world.startYear(year)
    // Shocks first, so that money which stops is not spent in that year.
    for (id, action) in policy.actions.enumerated() where action is Shock {
      action.begin(&world, id: id)
    }
    for (id, action) in policy.actions.enumerated() where !(action is Shock) {
      action.begin(&world, id: id)
    }
  }
}

/// What one replicate yields.
package struct ReplicateRun: Sendable, Codable {
  package let replicate: UInt32
  /// Policies × years 0 … horizon × measures' groups, in that order.
  package internal(set) var values: [Double] = []
  /// How often each action of each policy has changed something.
  package internal(set) var deeds: [[Int]] = []
  /// Ties at the end under the first policy.
  package internal(set) var tiesOfBaseline = 0
  /// Where it was stopped because partnerships ran away.
  package internal(set) var runaway: Runaway?
  package internal(set) var records: [ReplicateRecord] = []

  private enum CodingKeys: String, CodingKey {
    case replicate, values, deeds, tiesOfBaseline, runaway
  }
}

/// A replicate that was stopped: more ties than any school could keep.
package struct Runaway: Sendable, Hashable, Codable {
  package let policy: String
  package let year: Int
  package let replicate: UInt32
  package let meanDegree: Double
  /// The name of the relation; `nil` for the first.
  package let relation: String?

  var error: ScenarioError {
    if let relation {
      return .runawayRelation(relation, policy: policy, year: year, meanDegree: meanDegree)
    }
    return .runaway(policy: policy, year: year, meanDegree: meanDegree)
  }
}
