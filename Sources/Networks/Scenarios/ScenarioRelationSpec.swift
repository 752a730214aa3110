internal import StudyFiles

/// A relation of a scenario: who is tied in it at the start, and how its ties form.
struct ScenarioRelationSpec: Sendable {
  static let formation = Key.optional(
    "formation",
    .section("how ties form", keys: FormationSpec.keys) { (section) throws(SpecErrors) in
      try FormationSpec(from: section)
    }, shown: "ties stay as they are", "how ties of the relation form and end")
  static let keys = [
    AnyKey(ScenariosStep.ties), AnyKey(ScenariosStep.directed), AnyKey(formation),
  ]

  /// What a relation says besides its name.
  struct Content: Sendable {
    let ties: LocatedText?
    let directed: Bool
    let formation: FormationSpec?
  }

  /// `{ties: practice_links, directed: true, formation: {rate: 1, effects: {density: -4, tied-in(partnership): 0.8}}}`
  static let format = ValueFormat<Content>.section(
    "`{ties: practice_links, directed: true}`", keys: keys
  ) { (section) throws(SpecErrors) in
    Content(
      ties: try section.read(ScenariosStep.ties),
      directed: try section.read(ScenariosStep.directed),
      formation: try section.read(formation))
  }

  let name: LocatedText
  let ties: LocatedText?
  let directed: Bool
  let formation: FormationSpec?
  /// Where it stands in the step; empty for the scenario's own ties.
  let key: String
  /// Its position among the relations of the step that is started from; `nil` where the study itself says how ties form.
  let estimated: Int?

  init(_ name: LocatedText, _ content: Content) {
    self.name = name
    ties = content.ties
    directed = content.directed
    formation = content.formation
    key = "relations.\(name.text)"
    estimated = nil
  }

  /// The scenario's own ties, or a further relation of the step that is started from.
  ///
  /// - Parameter key: where it stands in the step, or would.
  init(
    _ name: LocatedText, ties: LocatedText?, directed: Bool, _ formation: FormationSpec,
    key: String, estimated: Int?
  ) {
    self.name = name
    self.ties = ties
    self.directed = directed
    self.formation = formation
    self.key = key
    self.estimated = estimated
  }

  var formationKey: String { key.isEmpty ? "formation" : "\(key).formation" }
}

extension ScenariosStep {
  /// The scenario's own ties as a relation.
  var ownRelation: ScenarioRelationSpec {
    ScenarioRelationSpec(
      relation ?? LocatedText("ties", at: actors.location), ties: ties, directed: directed,
      formation, key: "", estimated: start.map { _ in 0 })
  }

  /// Names of all relations, that of the scenario's own ties first.
  var relationNames: [String] { [ownRelation.name.text] + otherRelations.map(\.name.text) }

  /// How ties form, in each relation in which they do.
  var formations: [FormationSpec] { keyedFormations.map(\.formation) }

  /// The same with where it stands in the step.
  var keyedFormations: [(key: String, formation: FormationSpec)] {
    ([ownRelation] + otherRelations).compactMap { relation in
      relation.formation.map { (relation.formationKey, $0) }
    }
  }

  /// What an effect looks at besides the ties of its own relation; `nil` for those that look at nothing else.
  func surrounding(_ spec: any NetworkEffectSpec) -> (any SurroundingFunction)? {
    if let together = spec as? TogetherInSpec { return SharedPresentGroup(kind: together.kind) }
    guard let other = spec as? any RelationEffectSpec,
      let position = relationNames.firstIndex(of: other.otherRelation.text)
    else { return nil }
    return RelationTies(function: other.relationFunction, relation: position)
  }

  /// Rules of relations, and between them and what names them.
  func checkRelationRules(_ section: Section) throws(SpecErrors) {
    var problems = nameProblems()
    func add(_ sentence: String, at location: SourceLocation, _ key: String) {
      problems.append(SpecError(.rule(sentence), path: "\(path).\(key)", at: location))
    }
    for relation in otherRelations {
      guard let formation = relation.formation else {
        if relation.ties == nil {
          add(
            "relation `\(relation.name.text)` has no ties: give `ties`, which then stay as they are, or "
              + "`formation`, or both", at: relation.name.location, relation.key)
        }
        continue
      }
      for (key, isGiven) in [("rate", formation.rate != nil), ("effects", formation.terms != nil)]
      where !isGiven {
        add("`\(key)` is missing", at: relation.name.location, "\(relation.formationKey).\(key)")
      }
      if let inner = formation.section, inner.has("years") {
        add(
          "`years` goes with `start`, which is of the scenario's own ties",
          at: inner.location(of: "years"), "\(relation.formationKey).years")
      }
      problems += EffectTerm.problems(
        (formation.terms ?? []).map(\.effect), directed: relation.directed,
        consent: formation.consent.map { _ in
          formation.section?.location(of: "consent") ?? relation.name.location
        }, path: "\(path).\(relation.formationKey).effects",
        consentPath: "\(path).\(relation.formationKey).consent")
      for rate in formation.rates ?? [] where !relation.directed && !rate.spec.isForUndirected {
        problems.append(
          EffectTerm.needsDirected(rate.name, path: "\(path).\(relation.formationKey).rates"))
      }
    }
    for relation in [ownRelation] + otherRelations {
      for term in relation.formation?.terms ?? [] {
        if let problem = effectProblem(term, of: relation) { problems.append(problem) }
      }
    }
    // What the step that is started from calls its relations is looked at when it is known.
    if start == nil { problems += useProblems(behaviours: behaviours.map(\.name.text)) }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// Two relations of one name.
  private func nameProblems() -> [SpecError] {
    var seen = Set([ownRelation.name.text])
    return otherRelations.compactMap { other in
      seen.insert(other.name.text).inserted
        ? nil
        : SpecError(
          .rule(
            "two relations are called `\(other.name.text)`"
              + (relation == nil && other.name.text == ownRelation.name.text
                ? ": that is the scenario's own ties, unless `relation` calls them otherwise"
                : ": give each a name of its own")), path: "\(path).\(other.key)",
          at: other.name.location)
    }
  }

  /// What is wrong with the relation that an effect looks at.
  private func effectProblem(
    _ term: FormationSpec.Term, of relation: ScenarioRelationSpec
  ) -> SpecError? {
    guard let other = (term.spec as? any RelationEffectSpec)?.otherRelation else { return nil }
    let place = "\(path).\(relation.formationKey).effects"
    if otherRelations.isEmpty {
      return SpecError(
        .rule(
          "`\(term.name.text)` looks at another relation, and there is none: name it under `relations`"
        ),
        path: place, at: other.location)
    }
    if other.text == relation.name.text {
      return SpecError(
        .rule(
          "`\(term.name.text)` looks at the ties of `\(other.text)` itself: name another relation"),
        path: place, at: other.location)
    }
    guard !relationNames.contains(other.text) else { return nil }
    return SpecError(
      .unknownName(
        other.text, kind: "relation", known: relationNames.filter { $0 != relation.name.text }),
      path: place, at: other.location)
  }

  /// What outcomes, measures and a back-cast say of relations that cannot be, or a back-cast of behaviours.
  ///
  /// - Parameter behaviours: names of all there are.
  func useProblems(behaviours: [String]) -> [SpecError] {
    var problems: [SpecError] = []
    for name in (backCast?.behaviours ?? []).map(\.name) where !behaviours.contains(name.text) {
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "behaviour", known: behaviours),
          path: "\(path).back-cast.behaviour", at: name.location))
    }
    let beside = otherRelations.map(\.name.text)
    for name in (backCast?.relations ?? []).map(\.name) where !beside.contains(name.text) {
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "relation", known: beside),
          path: "\(path).back-cast.relations", at: name.location))
    }
    func check(_ name: LocatedText?, _ key: String) {
      guard let name, !relationNames.contains(name.text) else { return }
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "relation", known: relationNames), path: "\(path).\(key)",
          at: name.location))
    }
    check(diffusion?.relation, "diffusion.relation")
    check(workload?.relation, "workload.relation")
    check(trust?.relation, "trust.relation")
    let own = ownRelation.name.text
    for effect in effects {
      let (kernel, key) = (effect.value.kernel, "effects.\(effect.name.text).relation")
      check(kernel.relation, key)
      if let name = kernel.relation, effect.value.kind(named: effect.name.text) != .ties {
        problems.append(
          SpecError(
            .rule(
              "effect `\(effect.name.text)` is of groups: `relation` goes with effects of ties"),
            path: "\(path).\(key)", at: name.location))
      }
      let along = kernel.relation?.text ?? own
      let trusted = trust?.relation?.text ?? own
      if kernel.needsTrust, trust != nil, along != trusted {
        problems.append(
          SpecError(
            .rule(
              "effect `\(effect.name.text)` is of `\(along)` in proportion to trust, which is of "
                + "`\(trusted)`: give both the same `relation`"),
            path: "\(path).\(key)", at: kernel.relation?.location ?? effect.name.location))
      }
    }
    for item in report {
      check(item.spec.relation, "report")
      if item.spec is OverlapMeasureSpec, item.spec.relation?.text == own {
        problems.append(
          SpecError(
            .rule("`\(item.text.text)` compares the scenario's own ties with themselves"),
            path: "\(path).report", at: item.text.location))
      }
    }
    return problems
  }
}
