public import Designs
public import Probability
public import StudyFiles
internal import Tables

extension FormationStep {
  /// Finds every name that means nothing in the data.
  ///
  /// - Throws: ``SpecErrors``, located in the study file.
  public func check(in data: DataSet) throws(SpecErrors) {
    var problems: [SpecError] = []
    func table(_ name: LocatedText, _ key: String) {
      if data[table: name.text] == nil {
        problems.append(
          SpecError(
            .unknownName(name.text, kind: "table", known: data.tableNames), path: "\(path).\(key)",
            at: name.location))
      }
    }
    table(actors, "actors")
    for wave in waves { table(wave, "waves") }
    guard problems.isEmpty else { throw SpecErrors(problems) }
    func column(_ name: LocatedText, _ key: String) {
      if let problem = columnProblem(
        name, path: "\(path).\(key)", in: data, actors: actors.text)
      {
        problems.append(problem)
      }
    }
    if let id { column(id, "id") }
    if let joins { column(joins, "joins") }
    if let leaves { column(leaves, "leaves") }
    if let kinds { column(kinds.column, "kinds") }
    for rate in rates { for name in rate.spec.columns { column(name, "rates") } }
    for (name, key) in [(within, "within"), (disjoint, "disjoint"), (contains, "contains")] {
      if let name { table(name, key) }
    }
    let behaviourNames = Set(behaviours.map(\.name.text))
    for term in terms {
      for name in term.spec.columns where !behaviourNames.contains(name.text) {
        column(name, "effects")
      }
      for name in term.spec.tables { table(name, "effects") }
    }
    for behaviour in behaviours {
      for name in columns(of: behaviour) { column(name, "behaviour.\(behaviour.name.text)") }
      for term in behaviour.value.terms {
        for name in term.spec.columns { column(name, "behaviour.\(behaviour.name.text)") }
      }
    }
    for wave in waves {
      guard let table = data[table: wave.text] else { continue }
      for name in ["from", "to"] where table[name] == nil {
        problems.append(
          SpecError(
            .unknownName(name, kind: "column", known: table.columnNames), path: "\(path).waves",
            at: wave.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  private func columns(of behaviour: Named<BehaviourSpec>) -> [LocatedText] {
    behaviour.value.columns
      ?? waves.indices.map {
        LocatedText("\(behaviour.name.text)_\($0 + 1)", at: behaviour.name.location)
      }
  }

  /// Estimates the step's model.
  ///
  /// - Parameters:
  ///   - places: of the actors, in the order of their table.
  ///   - seed: of this step.
  ///   - threads: of influence on time alone.
  ///   - progress: called with parts done and parts expected.
  public func run(
    in data: DataSet, places: Places?, seed: Seed, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FormationError) -> FormationResult {
    let (model, panel) = try problem(in: data, places: places)
    let estimator = try MomentEstimator(
      model, panel, conditional: conditional, replicates: replicates)
    let estimate = try estimator.estimate(seed: seed, threads: threads, progress: progress)
    return FormationResult(
      estimate, panel, waves: waves.map(\.text), doubts: overfull(panel, maximum: maximumDegree))
  }

  /// The model and the observations that the step asks for.
  func problem(
    in data: DataSet, places: Places?
  ) throws(FormationError) -> (model: PanelModel, panel: Panel) {
    let read: (model: PanelModel, states: [PanelState], waves: [WaveTies])
    let allowed: PairRules
    let presence: PresenceTimes
    do throws(ScenarioError) {
      read = try observations(in: data, places: places)
      let actors = try ActorData(data, table: self.actors.text, places: nil, id: id?.text)
      allowed = try PairRules(
        within: within, disjoint: disjoint, contains: contains, kinds: kinds, directed: directed,
        among: actors)
      presence = try PresenceTimes(
        joins: joins.map { (name) throws(ScenarioError) in try actors.times(name.text) },
        leaves: leaves.map { (name) throws(ScenarioError) in try actors.times(name.text) },
        names: try actors.labels(actors.id).names)
    } catch { throw .data(error) }
    try presence.check(waves: waves.count)
    for (wave, state) in read.states.enumerated() {
      try presence.check(state.network, wave: wave + 1, name: waves[wave].text)
      try allowed.check(state.network, name: waves[wave].text)
    }
    let constraints = read.waves.indices.dropLast().map { period in
      PeriodConstraints(
        actors: read.states[0].network.actorCount, directed: directed,
        fixed: read.waves[period].fixed + allowed.fixed,
        absent: presence.absent(wave: period + 1), changes: presence.changes(after: period + 1))
    }
    return (read.model, try Panel(waves: read.states, constraints: constraints))
  }

  private func observations(
    in data: DataSet, places: Places?
  ) throws(ScenarioError) -> (
    model: PanelModel, states: [PanelState], waves: [WaveTies]
  ) {
    let actors = try ActorData(data, table: self.actors.text, places: places, id: id?.text)
    var values: [[[Double]]] = []
    for behaviour in behaviours {
      values.append(
        try columns(of: behaviour).map { (name) throws(ScenarioError) in
          try actors.numbers(name.text)
        })
    }
    var states: [PanelState] = []
    var allTies: [WaveTies] = []
    for (k, wave) in waves.enumerated() {
      let observed = try WaveTies(wave.text, of: actors, in: data)
      states.append(
        PanelState(
          Network(actors: actors.count, directed: directed, ties: observed.ties),
          behaviours: values.map { $0[k] }))
      allTies.append(observed)
    }
    return (try model(actors, values), states, allTies)
  }

  private func model(
    _ actors: ActorData, _ values: [[[Double]]]
  ) throws(ScenarioError) -> PanelModel {
    let centrings = values.map { Centring(waves: $0) }
    let names = behaviours.map(\.name.text)
    let terms = try terms.map { (term) throws(ScenarioError) -> PanelModel.NetworkTerm in
      if let column = term.spec.columns.first?.text, let b = names.firstIndex(of: column),
        let function = term.spec.selection(centrings[b])
      {
        return PanelModel.NetworkTerm(
          term.text.text, selectionOn: b, function, part: term.part)
      }
      return PanelModel.NetworkTerm(
        term.text.text, try term.spec.effect(among: actors), part: term.part)
    }
    var models: [PanelModel.Behaviour] = []
    for (b, behaviour) in behaviours.enumerated() {
      let all = values[b].joined()
      let range = (all.min() ?? 0)...(all.max() ?? 0)
      models.append(
        PanelModel.Behaviour(
          behaviour.name.text, range: range,
          terms: try behaviour.value.terms.map {
            (term) throws(ScenarioError) -> (name: String, effect: any BehaviourEffect) in
            (term.text.text, try term.spec.effect(centrings[b], among: actors))
          }))
    }
    return PanelModel(
      directed: directed,
      consent: consent?.consent(among: actors.count) ?? ConfirmSpec().consent(among: actors.count),
      terms: terms,
      rateTerms: try rates.map {
        (rate) throws(ScenarioError) -> (name: String, effect: any RateEffect) in
        (rate.text.text, try rate.spec.effect(among: actors))
      }, behaviours: models, maximumDegree: maximumDegree)
  }
}

/// The ties of one wave, and which of them, or of those absent, stay as they are in the period that follows.
struct WaveTies: Sendable {
  let ties: [(from: Int, to: Int)]
  let fixed: [(from: Int, to: Int)]

  init(_ table: String, of actors: ActorData, in data: DataSet) throws(ScenarioError) {
    guard data[table: table]?["value"] != nil else {
      ties = try actors.pairs(table, valued: false).map { ($0.from, $0.to) }
      fixed = []
      return
    }
    let pairs = try actors.pairs(table, valued: true)
    if let row = pairs.firstIndex(where: { ![0, 1, 10, 11].contains($0.value) }) {
      throw .tieValue(
        pairs[row].value, at: data[table: table]?.place(of: row) ?? table)
    }
    ties = pairs.filter { $0.value == 1 || $0.value == 11 }.map { ($0.from, $0.to) }
    fixed = pairs.filter { $0.value >= 10 }.map { ($0.from, $0.to) }
  }
}
