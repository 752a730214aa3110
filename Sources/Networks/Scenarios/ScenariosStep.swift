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
    for policy in policies {
      for action in policy.value {
        problems += action.problems(in: data, actors: actors.text)
      }
    }
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
  ///   - seed: of this step.
  ///   - threads: of influence on time alone.
  ///   - progress: called with blocks of replicates done and the most there may be.
  public func run(
    in data: DataSet, places: Places?, estimates: [String: CarriedEstimate], seed: Seed,
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
      })
    let scenario = Scenario(
      start: start,
      formation: try simulator(actors, &diagnostics),
      horizon: horizon,
      effect: try effect(sd: sd, estimates),
      outcome: values ?? [Double](repeating: 0, count: actors.count),
      policies: try policies.map { (policy) throws(ScenarioError) in
        Policy(
          policy.name.text,
          try policy.value.map { (action) throws(ScenarioError) in
            try action.action(in: data, actors: self.actors.text)
          })
      },
      measures: try report.map { (item) throws(ScenarioError) in
        try item.spec.measure(named: item.text.text, of: schools)
      })
    let target = replications.target.map {
      Replications.Target(
        mcse: $0.mcse.unit == "sd" ? $0.mcse.value * sd : $0.mcse.value,
        measures: $0.measures.map(\.text))
    }
    let result = try scenario.run(
      Replications(atMost: replications.atMost, target: target), seed: seed, threads: threads,
      progress: progress)
    return result.adding(diagnostics)
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

  private func effect(
    sd: Double, _ estimates: [String: CarriedEstimate]
  ) throws(ScenarioError) -> (any PartnershipEffect)? {
    switch effect?.value.origin {
    case nil: return nil
    case .declared(let years, let unit, let spread, let source):
      return DeclaredEffect(
        years: years, sd: spread, unit: unit == .sd ? sd : 1, source: source)
    case .carried(let step, let term, let share):
      guard let carried = estimates[step.text] else { throw .noEstimate(step: step.text) }
      return try CarriedEffect(
        carried, step: step.text, term: term, share: share, unit: carried.unit == "sd" ? sd : 1)
    }
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
}
