internal import StudyFiles

/// One relation of a `formation` step: its waves and how its ties form.
struct ObservedRelationSpec: Sendable {
  let waves: [LocatedText]
  let directed: Bool
  let consent: (any ConsentSpec)?
  let terms: [EffectTerm]
  let maximumDegree: Int?
  let rates: [(text: LocatedText, spec: any RateEffectSpec)]
  let within: LocatedText?
  let disjoint: LocatedText?
  let contains: LocatedText?
  let kinds: KindsSpec?

  /// Keys that a step itself and each of its `relations` have alike.
  private static let keys = [
    AnyKey(FormationStep.waves), AnyKey(FormationStep.directed), AnyKey(FormationStep.consent),
    AnyKey(FormationStep.effects), AnyKey(FormationStep.maximumDegree),
    AnyKey(FormationStep.rates), AnyKey(FormationStep.within), AnyKey(FormationStep.disjoint),
    AnyKey(FormationStep.contains), AnyKey(FormationStep.kinds),
  ]

  /// A relation beside the step's own, with what is wrong in it alone.
  static let format = ValueFormat<ObservedRelationSpec>.section(
    "a section of `waves`, `effects` and what else holds for the relation", keys: keys
  ) { (section) throws(SpecErrors) in
    let spec = ObservedRelationSpec(
      waves: try section.read(FormationStep.waves),
      directed: try section.read(FormationStep.directed),
      consent: try section.read(FormationStep.consent),
      terms: try section.read(FormationStep.effects),
      maximumDegree: try section.read(FormationStep.maximumDegree),
      rates: try section.read(FormationStep.rates),
      within: try section.read(FormationStep.within),
      disjoint: try section.read(FormationStep.disjoint),
      contains: try section.read(FormationStep.contains),
      kinds: try section.read(FormationStep.kinds))
    let problems = spec.problems(section)
    guard problems.isEmpty else { throw SpecErrors(problems) }
    return spec
  }

  /// What its keys say that does not go together.
  func problems(_ section: Section) -> [SpecError] {
    let path = section.path
    var problems = EffectTerm.problems(
      terms, directed: directed, consent: consent.map { _ in section.location(of: "consent") },
      path: "\(path).effects", consentPath: "\(path).consent")
    for rate in rates where !directed && !rate.spec.isForUndirected {
      problems.append(EffectTerm.needsDirected(rate.text, path: "\(path).rates"))
    }
    var seen: Set<String> = []
    for term in terms where !seen.insert(term.text.text).inserted {
      problems.append(
        SpecError(
          .rule("`\(term.text.text)` stands twice"), path: "\(path).effects",
          at: term.text.location))
    }
    return problems
  }
}

extension FormationStep {
  /// The step's own relation.
  var own: ObservedRelationSpec {
    ObservedRelationSpec(
      waves: waves, directed: directed, consent: consent, terms: terms,
      maximumDegree: maximumDegree, rates: rates, within: within, disjoint: disjoint,
      contains: contains, kinds: kinds)
  }

  /// All relations in the order of the model, each with what the others call it and where it stands in the study.
  var allRelations: [(name: String, spec: ObservedRelationSpec, path: String)] {
    [(relationName, own, path)]
      + relations.map { ($0.name.text, $0.value, "\(path).relations.\($0.name.text)") }
  }

  /// What other relations call the step's own.
  var relationName: String { relation?.text ?? "ties" }

  /// What is wrong between relations: their names, their numbers of waves, and whom their effects look at.
  ///
  /// - Parameter own: where the step names its relation, or would.
  func problemsBetweenRelations(own: SourceLocation) -> [SpecError] {
    var problems: [SpecError] = []
    func add(_ sentence: String, at location: SourceLocation, _ path: String) {
      problems.append(SpecError(.rule(sentence), path: path, at: location))
    }
    let taken = Set(behaviours.map(\.name.text))
    if taken.contains(relationName), !relations.isEmpty {
      add(
        "`\(relationName)` is a `behaviour` too: give the relation another name", at: own,
        "\(path).relation")
    }
    var seen: Set<String> = [relationName]
    for item in relations {
      let (name, here) = (item.name, "\(path).relations.\(item.name.text)")
      if !seen.insert(name.text).inserted {
        add(
          name.text == relationName
            ? "the step's own relation is `\(name.text)` already: name one of the two otherwise, its own under "
              + "`relation`"
            : "`\(name.text)` stands twice", at: name.location, here)
      }
      if taken.contains(name.text) {
        add(
          "`\(name.text)` is a `behaviour` too: give the relation another name", at: name.location,
          here)
      }
      if name.text == "rate" {
        add(
          "`rate` is what opportunities are called: give the relation another name",
          at: name.location, here)
      }
      if item.value.waves.count != waves.count {
        add(
          "expected \(waves.count) waves, as many as the step's own relation has, found "
            + "\(item.value.waves.count)", at: name.location, "\(here).waves")
      }
    }
    let names = allRelations.map(\.name)
    for (r, relation) in allRelations.enumerated() {
      for term in relation.spec.terms {
        guard let other = (term.spec as? any RelationEffectSpec)?.otherRelation else { continue }
        let here = "\(relation.path).effects"
        if relations.isEmpty {
          add(
            "`\(term.text.text)` looks at another relation, and the step has none: name it under `relations`",
            at: other.location, here)
        } else if other.text == names[r] {
          add(
            "`\(term.text.text)` looks at the relation that it shapes itself: name another, as in "
              + "`\(names.indices.contains(r + 1) ? names[r + 1] : names[0])`", at: other.location,
            here)
        } else if !names.contains(other.text) {
          problems.append(
            SpecError(
              .unknownName(
                other.text, kind: "relation", known: names.filter { $0 != names[r] }), path: here,
              at: other.location))
        }
      }
    }
    return problems
  }
}
