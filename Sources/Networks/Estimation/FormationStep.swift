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
    if let problem = tableProblem(actors, path: "\(path).actors", in: data) {
      problems.append(problem)
    }
    for relation in allRelations {
      for wave in relation.spec.waves {
        if let problem = tableProblem(wave, path: "\(relation.path).waves", in: data) {
          problems.append(problem)
        }
      }
    }
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
    for relation in allRelations {
      problems += unknownNames(of: relation.spec, path: relation.path, in: data)
    }
    for behaviour in behaviours {
      for name in columns(of: behaviour) { column(name, "behaviour.\(behaviour.name.text)") }
      for term in behaviour.value.terms {
        for name in term.spec.columns { column(name, "behaviour.\(behaviour.name.text)") }
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// Names of one relation that mean nothing in the data.
  private func unknownNames(
    of relation: ObservedRelationSpec, path: String, in data: DataSet
  ) -> [SpecError] {
    var problems: [SpecError] = []
    func column(_ name: LocatedText, _ key: String) {
      if let problem = columnProblem(name, path: "\(path).\(key)", in: data, actors: actors.text) {
        problems.append(problem)
      }
    }
    func table(_ name: LocatedText, _ key: String) {
      if let problem = tableProblem(name, path: "\(path).\(key)", in: data) {
        problems.append(problem)
      }
    }
    if let kinds = relation.kinds { column(kinds.column, "kinds") }
    for rate in relation.rates { for name in rate.spec.columns { column(name, "rates") } }
    for (name, key) in [
      (relation.within, "within"), (relation.disjoint, "disjoint"),
      (relation.contains, "contains"),
    ] {
      if let name { table(name, key) }
    }
    let behaviourNames = Set(behaviours.map(\.name.text))
    for term in relation.terms {
      for name in term.spec.columns where !behaviourNames.contains(name.text) {
        column(name, "effects")
      }
      for name in term.spec.tables { table(name, "effects") }
    }
    for wave in relation.waves {
      guard let table = data[table: wave.text] else { continue }
      for name in ["from", "to"] where table[name] == nil {
        problems.append(
          SpecError(
            .unknownName(name, kind: "column", known: table.columnNames), path: "\(path).waves",
            at: wave.location))
      }
    }
    return problems
  }

  func columns(of behaviour: Named<BehaviourSpec>) -> [LocatedText] {
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
    let estimate = try estimator.estimate(
      intervals: intervals, seed: seed, threads: threads, progress: progress)
    return FormationResult(
      estimate, panel,
      relations: allRelations.map { ($0.name, $0.spec.waves.map(\.text)) },
      doubts: overfull(panel))
  }

  /// The model and the observations that the step asks for.
  func problem(
    in data: DataSet, places: Places?
  ) throws(FormationError) -> (model: PanelModel, panel: Panel) {
    let read: (model: PanelModel, states: [PanelState], ties: [[WaveTies]])
    let allowed: [PairRules]
    let presence: PresenceTimes
    let relations = allRelations.map(\.spec)
    do throws(ScenarioError) {
      read = try observations(in: data, places: places)
      let actors = try ActorData(data, table: self.actors.text, places: nil, id: id?.text)
      allowed = try relations.map { (relation) throws(ScenarioError) in
        try PairRules(
          within: relation.within, disjoint: relation.disjoint, contains: relation.contains,
          kinds: relation.kinds, directed: relation.directed, among: actors)
      }
      presence = try PresenceTimes(
        joins: joins.map { (name) throws(ScenarioError) in try actors.times(name.text) },
        leaves: leaves.map { (name) throws(ScenarioError) in try actors.times(name.text) },
        names: try actors.labels(actors.id).names)
    } catch { throw .data(error) }
    try presence.check(waves: waves.count)
    for (wave, state) in read.states.enumerated() {
      for (r, relation) in relations.enumerated() {
        let name = relation.waves[wave].text
        try presence.check(state[r], wave: wave + 1, name: name)
        try allowed[r].check(state[r], name: name)
      }
    }
    let constraints = relations.indices.map { r in
      waves.indices.dropLast().map { period in
        PeriodConstraints(
          actors: read.states[0].network.actorCount, directed: relations[r].directed,
          fixed: read.ties[r][period].fixed + allowed[r].fixed,
          absent: presence.absent(wave: period + 1), changes: presence.changes(after: period + 1))
      }
    }
    return (
      read.model,
      try Panel(
        waves: read.states, constraints: constraints[0], beside: Array(constraints.dropFirst()))
    )
  }

  /// The model, the waves, and the ties of each relation in each of them.
  private func observations(
    in data: DataSet, places: Places?
  ) throws(ScenarioError) -> (
    model: PanelModel, states: [PanelState], ties: [[WaveTies]]
  ) {
    let actors = try ActorData(data, table: self.actors.text, places: places, id: id?.text)
    var values: [[[Double]]] = []
    for behaviour in behaviours {
      values.append(
        try columns(of: behaviour).map { (name) throws(ScenarioError) in
          try actors.numbers(name.text)
        })
    }
    let relations = allRelations.map(\.spec)
    let ties = try relations.map { (relation) throws(ScenarioError) in
      try relation.waves.map { (wave) throws(ScenarioError) in
        try WaveTies(wave.text, of: actors, in: data)
      }
    }
    let states = waves.indices.map { k in
      let networks = zip(relations, ties).map { relation, waves in
        Network(actors: actors.count, directed: relation.directed, ties: waves[k].ties)
      }
      return PanelState(
        networks[0], beside: Array(networks.dropFirst()), behaviours: values.map { $0[k] })
    }
    return (try model(actors, values), states, ties)
  }

  private func model(
    _ actors: ActorData, _ values: [[[Double]]]
  ) throws(ScenarioError) -> PanelModel {
    let centrings = values.map { Centring(waves: $0) }
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
    let relations = try allRelations.map { (relation) throws(ScenarioError) in
      try self.relation(relation.name, relation.spec, actors, centrings)
    }
    return PanelModel(relations, behaviours: models)
  }

  private func relation(
    _ name: String, _ spec: ObservedRelationSpec, _ actors: ActorData, _ centrings: [Centring]
  ) throws(ScenarioError) -> PanelModel.Relation {
    let behaviourNames = behaviours.map(\.name.text)
    let relationNames = allRelations.map(\.name)
    let terms = try spec.terms.map { (term) throws(ScenarioError) -> PanelModel.NetworkTerm in
      let text = term.text.text
      if let column = term.spec.columns.first?.text,
        let b = behaviourNames.firstIndex(of: column),
        let function = term.spec.selection(centrings[b])
      {
        return PanelModel.NetworkTerm(text, selectionOn: b, function, part: term.part)
      }
      if let cross = term.spec as? any RelationEffectSpec,
        let other = relationNames.firstIndex(of: cross.otherRelation.text)
      {
        return PanelModel.NetworkTerm(
          text, lookingAt: other, cross.relationFunction, part: term.part)
      }
      return PanelModel.NetworkTerm(text, try term.spec.effect(among: actors), part: term.part)
    }
    return PanelModel.Relation(
      name, directed: spec.directed,
      consent: (spec.consent ?? ConfirmSpec()).consent(among: actors.count), terms: terms,
      rateTerms: try spec.rates.map {
        (rate) throws(ScenarioError) -> (name: String, effect: any RateEffect) in
        (rate.text.text, try rate.spec.effect(among: actors))
      }, maximumDegree: spec.maximumDegree)
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
