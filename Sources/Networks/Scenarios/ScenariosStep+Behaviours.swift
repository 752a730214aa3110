internal import Designs
internal import StudyFiles
internal import Tables

/// A behaviour at the start of a scenario, before its coefficients are known.
struct PresentBehaviour: Sendable {
  let name: String
  let values: [Double]
  let range: ClosedRange<Double>
  let centring: Centring
  /// Where it was estimated.
  var estimated: Estimated?

  /// What an earlier step has found of it.
  struct Estimated: Sendable {
    let rates: [ParameterValue]
    let years: Double
    let terms: [(effect: any BehaviourEffect, weight: ParameterValue)]
  }
}

extension [PresentBehaviour] {
  /// What a tie is worth by the present values of a behaviour, where the effect's column is one.
  func selection(_ spec: any NetworkEffectSpec) -> (any SurroundingFunction)? {
    guard let column = spec.columns.first?.text,
      let position = firstIndex(where: { $0.name == column }),
      let function = spec.selection(self[position].centring)
    else { return nil }
    return PresentValues(function: function, behaviour: position)
  }
}

extension ScenariosStep {
  func isBehaviour(_ column: LocatedText) -> Bool {
    behaviours.contains { $0.name.text == column.text }
  }

  /// Whether it is the mean of a behaviour, or may be one of the step that is started from, which is looked at later.
  func isBehaviour(_ item: Report) -> Bool {
    guard item.spec is MeanSpec, let column = item.spec.outcome else { return false }
    return isBehaviour(column) || start != nil
  }

  /// Rules between behaviours and the rest.
  func checkBehaviourRules(_ section: Section) throws(SpecErrors) {
    var problems: [SpecError] = []
    func add(_ sentence: String, at location: SourceLocation, _ key: String) {
      problems.append(SpecError(.rule(sentence), path: "\(path).\(key)", at: location))
    }
    if start != nil, section.has("behaviour") {
      add(
        "`start` says what behaviours there are: leave `behaviour` out",
        at: section.location(of: "behaviour"), "behaviour")
    }
    for behaviour in behaviours {
      let key = "behaviour.\(behaviour.name.text)"
      if behaviour.name.text == outcome?.column.text {
        add(
          "`\(behaviour.name.text)` is the outcome, which partnership changes by its `effects`: give one or the "
            + "other", at: behaviour.name.location, key)
      }
      if let name = behaviour.value.relation, !relationNames.contains(name.text) {
        problems.append(
          SpecError(
            .unknownName(name.text, kind: "relation", known: relationNames),
            path: "\(path).\(key).relation", at: name.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// What names mean nothing in behaviours.
  func behaviourProblems(in data: DataSet) -> [SpecError] {
    var problems: [SpecError] = []
    for behaviour in behaviours {
      let key = "\(path).behaviour.\(behaviour.name.text)"
      let columns =
        [behaviour.value.column ?? behaviour.name]
        + behaviour.value.terms.flatMap(\.spec.columns)
      problems += columns.compactMap {
        columnProblem($0, path: key, in: data, actors: actors.text)
      }
      problems += behaviour.value.terms.compactMap { term in
        priors == nil ? term.weight.problem(among: .shipped) : nil
      }
    }
    return problems
  }

  /// The behaviours of the study at the start.
  func startBehaviours(_ actors: ActorData) throws(ScenarioError) -> [PresentBehaviour] {
    try behaviours.map { (behaviour) throws(ScenarioError) -> PresentBehaviour in
      let name = (behaviour.value.column ?? behaviour.name).text
      let values = try actors.numbers(name)
      let range = behaviour.value.range ?? (values.min() ?? 0)...(values.max() ?? 0)
      try range.check(values, of: behaviour.name.text, among: actors)
      return PresentBehaviour(
        name: behaviour.name.text, values: values, range: range, centring: Centring(values))
    }
  }

  /// Behaviours with their processes.
  func processes(
    of present: [PresentBehaviour], _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> [ScenarioBehaviour] {
    var made: [ScenarioBehaviour] = []
    for (position, behaviour) in present.enumerated() {
      if let estimated = behaviour.estimated {
        made.append(
          ScenarioBehaviour(
            name: behaviour.name, start: behaviour.values, range: behaviour.range,
            rates: estimated.rates, years: estimated.years, terms: estimated.terms, relation: 0))
        continue
      }
      let spec = behaviours[position].value
      var terms: [(effect: any BehaviourEffect, weight: ParameterValue)] = []
      for term in spec.terms {
        terms.append(
          (
            try term.spec.effect(behaviour.centring, among: builder.actors),
            try builder.value(
              term.weight, "behaviour.\(behaviour.name).\(term.text.text)")
          ))
      }
      made.append(
        ScenarioBehaviour(
          name: behaviour.name, start: behaviour.values, range: behaviour.range,
          rates: [ParameterValue(spec.rate)], years: 1, terms: terms,
          relation: try builder.relation(spec.relation)))
    }
    return made
  }
}
