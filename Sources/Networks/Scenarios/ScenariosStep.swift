public import Designs
public import Probability
public import StudyFiles
internal import Tables

extension ScenariosStep {
  /// Finds every name that means nothing in the data.
  ///
  /// - Throws: ``SpecErrors``, located in the study file.
  public func check(in data: DataSet) throws(SpecErrors) {
    var problems: [SpecError] = []
    for (name, key) in [(actors, "actors")] + (ties.map { [($0, "ties")] } ?? []) {
      if data[table: name.text] == nil {
        problems.append(
          SpecError(
            .unknownName(name.text, kind: "table", known: data.tableNames), path: "\(path).\(key)",
            at: name.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
    func check(_ name: LocatedText?, _ key: String) {
      guard let name else { return }
      if let problem = columnProblem(
        name, path: "\(path).\(key)", in: data, actors: actors.text)
      {
        problems.append(problem)
      }
    }
    check(id, "id")
    check(outcome?.column, "outcome.attainment")
    check(outcome?.poverty, "outcome.poverty")
    check(outcome?.weight, "outcome.weight")
    for term in formation.terms {
      for column in term.spec.columns { check(column, "formation.effects") }
      for table in term.spec.tables where data[table: table.text] == nil {
        problems.append(
          SpecError(
            .unknownName(table.text, kind: "table", known: data.tableNames),
            path: "\(path).formation.effects", at: table.location))
      }
    }
    for item in report {
      for column in item.spec.columns { check(column, "report") }
    }
    problems += ownProblems(in: data)
    if let ties, let table = data[table: ties.text] {
      for column in ["from", "to"] where table[column] == nil {
        problems.append(
          SpecError(
            .unknownName(column, kind: "column", known: table.columnNames), path: "\(path).ties",
            at: ties.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// Simulates every policy.
  ///
  /// - Parameters:
  ///   - places: of the actors, in the order of their table.
  ///   - estimates: what ``estimateSteps`` have left, by step.
  ///   - groups: what ``groupSteps`` have left, by step.
  ///   - seed: of this step.
  ///   - threads: of influence on time alone.
  ///   - progress: called with blocks of replicates done and the most there may be.
  public func run(
    in data: DataSet, places: Places?, estimates: [String: CarriedEstimate],
    groups: [String: SchoolGroups] = [:], seed: Seed,
    threads: Int, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ScenarioError) -> ScenarioResult {
    let actors = try ActorData(
      data, table: self.actors.text, places: places, id: id?.text)
    var diagnostics: [Diagnostic] = []
    let start = try startNetwork(actors, in: data, &diagnostics)
    let weights = try weights(actors)
    let values = try outcome.map { (spec) throws(ScenarioError) in
      try actors.numbers(spec.column.text)
    }
    let sd = try outcomeSD(values, weights, &diagnostics)
    let schools = MeasuredSchools(
      actors: actors, weights: weights,
      poverty: try outcome?.poverty.map { (column) throws(ScenarioError) in
        try actors.numbers(column.text)
      }, prices: costs, sd: sd)
    let formation = try simulator(actors, &diagnostics)
    let outcomes = values ?? [Double](repeating: 0, count: actors.count)
    var builder = ScenarioBuilder(
      data: data, actors: actors, horizon: horizon, sd: sd, outcome: outcomes,
      estimates: estimates, groups: groups, priors: try priorTable(in: data), prices: costs)
    let model = try outcomeModel(&builder)
    var made: [Policy] = []
    for policy in policies {
      var actions: [any PolicyAction] = []
      for action in policy.value { actions.append(try action.action(&builder)) }
      made.append(Policy(policy.name.text, actions))
    }
    let scenario = Scenario(
      WorldSetting(
        start: start,
        groups: try memberships.map { (spec) throws(ScenarioError) in
          try spec.groups(
            in: data, actors: self.actors.text, id: actors.id)
        } ?? [],
        formation: formation, horizon: horizon, outcome: outcomes, locations: actors.locations,
        rules: builder.ruleTables),
      model: model, parameters: builder.parameters, policies: made,
      measures: try report.map { (item) throws(ScenarioError) in
        try item.spec.measure(named: item.text.text, of: schools)
      })
    diagnostics += modelDiagnostics(scenario)
    let target = replications.target.map {
      Replications.Target(
        mcse: $0.mcse.unit == "sd" ? $0.mcse.value * sd : $0.mcse.value,
        measures: $0.measures.map(\.text))
    }
    var result = try scenario.run(
      Replications(
        atMost: replications.atMost, target: target, perDraw: replications.perDraw,
        usesControls: replications.usesControls), seed: seed, threads: threads,
      progress: progress)
    if let backCast {
      result = result.opening(
        try backCast.run(scenario, actors, in: data, id: actors.id, seed: seed, threads: threads))
    }
    if let sensitivity {
      result = result.adding(
        try sensitivity.run(scenario, outcome: outcome?.column.text, seed: seed, threads: threads))
    }
    if let replay {
      let run = scenario.simulate(
        replicate: UInt32(replay - 1), seed: seed,
        point: scenario.point(seed, replicate: UInt32((replay - 1) / replications.perDraw)),
        recording: true)
      result = result.adding(run.tables)
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
    _ builder: inout ScenarioBuilder
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
      trust: try trust.map { (spec) throws(ScenarioError) in try spec.trust(&builder) })
  }

  /// Doubts about what partnership is taken to do.
  private func modelDiagnostics(_ scenario: Scenario) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for kernel in scenario.model.kernels {
      let transport = kernel.transport
      let beyond = transport.holds.map { $0.count { !$0 } } ?? 0
      if transport.everyone || beyond > 0 || transport.compelled {
        let whom =
          transport.everyone
          ? "on another kind of partnership"
          : beyond > 0 ? "on schools unlike \(beyond) of these" : "on volunteers alone"
        found.append(
          Diagnostic(
            .warning, code: "effect-carried-over",
            "effect `\(kernel.name)` was estimated \(whom): there it counts as an assumption, and its "
              + "deviation is \((kernel.widening * 100).rounded() / 100) times as wide"))
      }
      if kernel.effect.errorsFromZero == nil, kernel.effect.source == .assumption {
        found.append(
          Diagnostic(
            .warning, code: "assumption-without-spread",
            "effect `\(kernel.name)` is an assumption without a spread: nothing of its uncertainty is in "
              + "the intervals"))
      }
    }
    return found
  }

  private func startNetwork(
    _ actors: ActorData, in data: DataSet, _ diagnostics: inout [Diagnostic]
  ) throws(ScenarioError) -> Network {
    guard let ties else {
      diagnostics.append(
        Diagnostic(
          .note, code: "no-ties-at-start",
          "no `ties` are given: every school starts without partner"))
      return Network(actors: actors.count, directed: directed)
    }
    let key = id?.text ?? data[table: actors.table]?.columnNames.first ?? ""
    let list = try TieList(ties.text, of: actors.table, id: key, in: data)
    return Network(actors: actors.count, directed: directed, ties: list.ties)
  }

  private func weights(_ actors: ActorData) throws(ScenarioError) -> [Double] {
    guard let column = outcome?.weight else { return [Double](repeating: 1, count: actors.count) }
    let weights = try actors.numbers(column.text)
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw .negativeWeight(column: column.text, row: row + 1)
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw .negativeWeight(column: column.text, row: 1)
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

  private func consent(among count: Int) -> Consent {
    formation.consent?.consent(among: count) ?? ConfirmSpec().consent(among: count)
  }

  private func simulator(
    _ actors: ActorData, _ diagnostics: inout [Diagnostic]
  ) throws(ScenarioError) -> FormationSimulator {
    let effects = try formation.terms.map { (term) throws(ScenarioError) in
      WeightedEffect(term.name.text, try term.spec.effect(among: actors), weight: term.weight)
    }
    let model = FormationModel(
      rate: formation.rate, effects: effects,
      consent: consent(among: actors.count))
    guard case .nearest(let count) = formation.choiceSet else {
      return FormationSimulator(model, actors: actors.count, directed: directed)
    }
    let nearest = NearestCandidates(try actors.places(for: "nearest"), count: count)
    let outside = nearest.massOutside(effects)
    diagnostics.append(
      Diagnostic(
        .warning, code: "choices-left-out",
        "each school considers its \(count) nearest only: of new ties that all schools would choose "
          + "from, a share of \((outside * 1000).rounded() / 1000) lies outside"))
    return FormationSimulator(
      model, actors: actors.count, directed: directed, lists: nearest.lists)
  }

  /// What names mean nothing among policies, effects, priors and memberships.
  private func ownProblems(in data: DataSet) -> [SpecError] {
    if let priors, data[table: priors.text] == nil {
      return [
        SpecError(
          .unknownName(priors.text, kind: "table", known: data.tableNames), path: "\(path).priors",
          at: priors.location)
      ]
    }
    let known: PriorTable
    do throws(ScenarioError) { known = try priorTable(in: data) } catch {
      return [
        SpecError(
          .rule("\(error)"), path: "\(path).priors",
          at: priors?.location ?? actors.location)
      ]
    }
    let names = ScenarioNames(data: data, table: actors.text, priors: known)
    var problems = policies.flatMap(\.value).flatMap { $0.problems(names) }
    problems += (effects.flatMap(\.value.kernel.parameters) + (diffusion?.parameters ?? []))
      .compactMap { $0.problem(among: known) }
    problems += [workload?.perTie, trust?.turnover].compactMap { $0?.problem(among: known) }
    for effect in effects {
      if case .prior(let name, _) = effect.value.origin, known[name.text] == nil {
        problems.append(
          SpecError(
            .unknownName(name.text, kind: "prior", known: known.priors.map(\.name)),
            path: "\(path).effects.\(effect.name.text).prior", at: name.location))
      }
      if let column = effect.value.kernel.moderator,
        let problem = columnProblem(
          column, path: "\(path).effects.\(effect.name.text).moderator", in: data,
          actors: actors.text)
      {
        problems.append(problem)
      }
      if let rule = effect.value.kernel.transport?.inside, let problem = rule.problem(names) {
        problems.append(problem)
      }
    }
    return problems + (memberships?.problems(in: data) ?? [])
      + (backCast?.problems(in: data, actors: actors.text) ?? [])
  }
}
