public import Designs
public import Probability
internal import StudyFiles
internal import Tables

extension ScenariosStep {
  /// Simulates every policy.
  ///
  /// - Parameters:
  ///   - places: of the actors, in the order of their table.
  ///   - estimates: what ``estimateSteps`` have left, by step.
  ///   - groups: what ``groupSteps`` have left, by step.
  ///   - starting: the step that `start` names, with what it has left.
  ///   - seed: of this step.
  ///   - threads: of influence on time alone.
  ///   - store: where blocks of replicates are kept while the run goes on.
  ///   - progress: called with blocks of replicates done and the most there may be.
  public func run(
    in data: DataSet, places: Places?, estimates: [String: CarriedEstimate],
    groups: [String: SchoolGroups] = [:], starting: StartingFormation? = nil, seed: Seed,
    threads: Int, store: (any BlockStore)? = nil,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ScenarioError) -> ScenarioResult {
    if let name = start, starting == nil { throw .noEstimate(step: name.text) }
    return try (starting.map { started(from: $0.step) } ?? self).simulate(
      in: data, places: places, estimates: estimates, groups: groups, starting: starting,
      seed: seed, threads: threads, store: store, progress: progress)
  }

  /// The same where the relations of `start` are known.
  private func simulate(
    in data: DataSet, places: Places?, estimates: [String: CarriedEstimate],
    groups: [String: SchoolGroups], starting: StartingFormation?, seed: Seed, threads: Int,
    store: (any BlockStore)?, progress: (_ done: Int, _ total: Int) -> Void
  ) throws(ScenarioError) -> ScenarioResult {
    let actors = try ActorData(
      data, table: self.actors.text, places: places, id: id?.text)
    var diagnostics: [Diagnostic] = []
    let start = try startNetwork(ownRelation, actors, in: data, &diagnostics)
    diagnostics += starting?.diagnostics ?? []
    let weights = try weights(actors)
    let values = try outcome.map { (spec) throws(ScenarioError) in
      try actors.numbers(spec.column.text)
    }
    let sd = try outcomeSD(values, weights, &diagnostics)
    let pupils = try (outcome?.pupils ?? []).map { (spec) throws(ScenarioError) in
      try spec.value.group(spec.name.text, among: actors)
    }
    let schools = MeasuredSchools(
      actors: actors, weights: weights,
      poverty: try outcome?.poverty.map { (column) throws(ScenarioError) in
        try actors.numbers(column.text)
      }, prices: costs, sd: sd, relations: relationNames,
      pupils: pupils,
      behaviours: behaviours.map(\.name.text) + (starting?.behaviourNames ?? []))
    let outcomes = values ?? [Double](repeating: 0, count: actors.count)
    var builder = ScenarioBuilder(
      data: data, actors: actors, horizon: horizon, sd: sd, outcome: outcomes,
      estimates: estimates, groups: groups, priors: try priorTable(in: data), prices: costs,
      relations: relationNames)
    builder.pupils = pupils
    let model = try outcomeModel(&builder, pupilsOfSchools: weights)
    let present: [PresentBehaviour]
    if let starting {
      present = try starting.behaviours(&builder, years: self.formation.years ?? 1)
    } else {
      present = try startBehaviours(actors)
    }
    let limits = try limits(ownRelation, formation, starting, among: actors, start: start)
    let formation = try formation(
      &builder, ownRelation, self.formation, starting, limits, present, &diagnostics)
    var made: [Policy] = []
    for policy in policies {
      var actions: [any PolicyAction] = []
      for action in policy.value { actions.append(try action.action(&builder)) }
      made.append(Policy(policy.name.text, actions))
    }
    // After policies, so that what these draw does not depend on other relations.
    var others: [(start: Network, formation: UncertainFormation?)] = []
    for relation in otherRelations {
      let start = try startNetwork(relation, actors, in: data, &diagnostics)
      var process: UncertainFormation?
      if let spec = relation.formation {
        process = try self.formation(
          &builder, relation, spec, starting,
          try self.limits(relation, spec, starting, among: actors, start: start), present,
          &diagnostics)
      }
      others.append((start, process))
    }
    let behaviours = try processes(of: present, &builder)
    let groupsAtStart = try memberships.map { (spec) throws(ScenarioError) in
      try spec.groups(in: data, actors: self.actors.text, id: actors.id)
    }
    let presence = try presence.map { (spec) throws(ScenarioError) in
      try spec.presence(
        actors, in: data, networks: [start] + others.map(\.start), groups: groupsAtStart ?? [])
    }
    let middle = builder.parameters.middle
    let scenario = Scenario(
      WorldSetting(
        start: start, groups: groupsAtStart ?? [],
        formation: formation.simulator(at: middle), horizon: horizon,
        outcome: outcomes, locations: actors.locations, rules: builder.ruleTables,
        uncertain: formation, presence: presence,
        relations: zip(otherRelations, others).map { relation, made in
          OtherRelation(
            relation.name.text, start: made.start, made.formation, at: middle)
        }, behaviours: behaviours),
      model: model, parameters: builder.parameters, policies: made,
      measures: try report.map { (item) throws(ScenarioError) in
        try item.spec.measure(named: item.text.text, of: schools)
      })
    diagnostics += modelDiagnostics(scenario) + groupsAboveLimit(scenario)
    let target = replications.target.map {
      Replications.Target(
        mcse: $0.mcse.unit == "sd" ? $0.mcse.value * sd : $0.mcse.value,
        measures: $0.measures.map(\.text))
    }
    let asked = Replications(
      atMost: replications.atMost, target: target, perDraw: replications.perDraw,
      usesControls: replications.usesControls, design: replications.design)
    var result = try scenario.run(
      asked, seed: seed, threads: threads, store: store, progress: progress)
    if let backCast {
      result = result.opening(
        try backCast.run(
          scenario, actors, in: data,
          beside: EarlierWave(
            backCast, otherRelations, behaviours, of: starting?.step, among: actors, in: data),
          seed: seed, threads: threads))
    }
    if let sensitivity {
      result = result.adding(
        try sensitivity.run(scenario, outcome: outcome?.column.text, seed: seed, threads: threads))
    }
    if let replay {
      let run = scenario.simulate(
        replicate: UInt32(replay - 1), seed: seed,
        point: scenario.point(UInt32(replay - 1), asked, seed),
        recording: true)
      result = result.adding(run.tables(relationNames, behaviours: behaviours.map(\.name)))
    }
    return result.adding(diagnostics)
  }

  /// The shipped priors and the study's own.
  func priorTable(in data: DataSet) throws(ScenarioError) -> PriorTable {
    guard let priors else { return .shipped }
    guard let table = data[table: priors.text] else { throw .unknownTable(priors.text) }
    return PriorTable.shipped.adding(try PriorTable(table).priors)
  }

  private func outcomeModel(
    _ builder: inout ScenarioBuilder, pupilsOfSchools: [Double]
  ) throws(ScenarioError) -> OutcomeModel {
    // Effects first: their draws do not depend on what policies add.
    var kernels: [EffectKernel] = []
    for effect in effects {
      kernels.append(try effect.value.kernel(named: effect.name.text, &builder))
    }
    return OutcomeModel(
      kernels,
      diffusion: try diffusion.map { (spec) throws(ScenarioError) in try spec.diffusion(&builder) },
      workload: try workload.map { (spec) throws(ScenarioError) in try spec.workload(&builder) },
      trust: try trust.map { (spec) throws(ScenarioError) in try spec.trust(&builder) },
      pupils: builder.pupils, pupilsOfSchools: pupilsOfSchools)
  }

  private func startNetwork(
    _ relation: ScenarioRelationSpec, _ actors: ActorData, in data: DataSet,
    _ diagnostics: inout [Diagnostic]
  ) throws(ScenarioError) -> Network {
    guard let ties = relation.ties else {
      diagnostics.append(
        Diagnostic(
          .note, code: "no-ties-at-start",
          "no `ties` are given\(relation.key.isEmpty ? "" : " for relation `\(relation.name.text)`"): every "
            + "school starts without partner"))
      return Network(actors: actors.count, directed: relation.directed)
    }
    return Network(
      actors: actors.count, directed: relation.directed,
      ties: try WaveTies(ties.text, of: actors, in: data).ties)
  }

  private func weights(_ actors: ActorData) throws(ScenarioError) -> [Double] {
    guard let column = outcome?.weight else { return [Double](repeating: 1, count: actors.count) }
    let weights = try actors.numbers(column.text)
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw .negativeWeight(column: column.text, at: actors.place(of: row))
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw .negativeWeight(column: column.text, at: actors.place(of: 0))
    }
    return weights
  }

  /// What one `sd` is in the outcome's unit.
  private func outcomeSD(
    _ values: [Double]?, _ weights: [Double], _ diagnostics: inout [Diagnostic]
  ) throws(ScenarioError) -> Double {
    guard let outcome, let values else { return 1 }
    if let sd = outcome.sd { return sd }
    let schools = WeightedGroups(weights: weights, fifthsOf: nil)
    let mean = schools.means { values[$0] }[0]
    let variance = schools.means { (values[$0] - mean) * (values[$0] - mean) }[0]
    guard variance > 0 else { throw .noSpreadOfOutcome(column: outcome.column.text) }
    let sd = variance.squareRoot()
    diagnostics.append(
      Diagnostic(
        .note, code: "sd-between-schools",
        "one sd of `\(outcome.column.text)` is taken as its standard deviation between schools at the "
          + "start, \(sd); give `outcome: {sd: …}` where the pupils' is known"))
    return sd
  }

  /// What keeps ties from being made or ended: as the study says, else as the step did that is started from.
  private func limits(
    _ relation: ScenarioRelationSpec, _ formation: FormationSpec, _ starting: StartingFormation?,
    among actors: ActorData, start: Network
  ) throws(ScenarioError) -> FormationLimits {
    let step = starting?.observed(relation)?.spec
    let rules = try PairRules(
      within: formation.within ?? step?.within, disjoint: formation.disjoint ?? step?.disjoint,
      contains: formation.contains ?? step?.contains, kinds: formation.kinds ?? step?.kinds,
      directed: start.isDirected, among: actors)
    do throws(PairRules.Breach) { try rules.check(start) } catch {
      throw .brokenRule(error.kind.rawValue, table: error.table, ties: error.ties)
    }
    let wave = try relation.ties.map { (name) throws(ScenarioError) in
      try WaveTies(name.text, of: actors, in: actors.data)
    }
    return rules.limits(
      maximumDegree: formation.maximumDegree ?? step?.maximumDegree, fixed: wave?.fixed ?? [],
      start: start)
  }

  /// How ties form: as it was estimated, or as the study says.
  private func formation(
    _ builder: inout ScenarioBuilder, _ relation: ScenarioRelationSpec, _ formation: FormationSpec,
    _ starting: StartingFormation?, _ limits: FormationLimits,
    _ behaviours: [PresentBehaviour], _ diagnostics: inout [Diagnostic]
  ) throws(ScenarioError) -> UncertainFormation {
    let actors = builder.actors
    let key = relation.formationKey
    var lists: [[Int32]]?
    var nearest: NearestCandidates?
    if case .nearest(let count) = formation.choiceSet {
      nearest = NearestCandidates(try actors.places(for: "nearest"), count: count)
      lists = nearest?.lists
    }
    let centring = Centring(builder.outcome)
    func follows(_ effect: any NetworkEffectSpec) -> (any PairFunction)? {
      guard formation.feedback, let outcome, effect.columns.first?.text == outcome.column.text
      else { return nil }
      return effect.selection(centring)
    }
    let made: UncertainFormation
    func beyond(_ effect: any NetworkEffectSpec) -> (any SurroundingFunction)? {
      surrounding(effect) ?? behaviours.selection(effect)
    }
    if let starting, let observed = starting.observed(relation) {
      made = try starting.formation(
        of: observed, &builder, formation, key: key, lists: lists, limits: limits,
        around: beyond, follows: follows)
    } else {
      var terms: [UncertainFormation.Term] = []
      var around: [UncertainFormation.AroundTerm] = []
      for term in formation.terms ?? [] {
        let weight = try builder.value(term.weight, "\(key).\(term.name.text)")
        if let function = beyond(term.spec) {
          around.append(
            UncertainFormation.AroundTerm(
              function: function, weight: weight, part: term.effect.part))
          continue
        }
        terms.append(
          UncertainFormation.Term(
            name: term.name.text, effect: try term.spec.effect(among: actors), weight: weight,
            part: term.effect.part, follows: follows(term.spec)))
      }
      let rateTerms = try (formation.rates ?? []).map {
        (term) throws(ScenarioError) -> (effect: any RateEffect, weight: ParameterValue) in
        (
          try term.spec.effect(among: actors),
          try builder.value(term.weight, "\(key).rate: \(term.name.text)")
        )
      }
      made = UncertainFormation(
        terms: terms, around: around, rateTerms: rateTerms, limits: limits, rates: [],
        fixedRate: formation.rate ?? 0, years: 1,
        consent: (formation.consent ?? ConfirmSpec()).consent(among: actors.count),
        actorCount: actors.count, isDirected: relation.directed, lists: lists,
        draws: formation.choiceSet.draws,
        outcome: builder.outcome)
    }
    if let nearest, case .nearest(let count) = formation.choiceSet {
      let outside = nearest.massOutside(made.effects(at: builder.parameters.middle))
      diagnostics.append(
        Diagnostic(
          .warning, code: "choices-left-out",
          "each school considers its \(count) nearest only: of new ties that all schools would choose "
            + "from, a share of \((outside * 1000).rounded() / 1000) lies outside"))
    }
    return made
  }

}
