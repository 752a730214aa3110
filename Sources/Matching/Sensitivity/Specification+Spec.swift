internal import StudyFiles

/// One way of making the design.
struct Specification: Sendable {
  let base: MatchStep
  let choices: [(key: String, value: Node)]
  private let section: Section?

  init(step: MatchStep, replacements: [(key: LocatedText, value: Node)]) {
    base = step
    choices = replacements.map { ($0.key.text, $0.value) }
    let replaced = Set(replacements.map(\.key.text))
    var pairs: [Node.Pair] = []
    for key in step.written.keys where !replaced.contains(key.text) {
      guard let value = step.written.value(key.text) else { continue }
      pairs.append(Node.Pair(key: key, value: value))
    }
    for (key, value) in replacements where value.content != .null {
      pairs.append(Node.Pair(key: key, value: value))
    }
    // A gate judges the study's own design; other inference and other levels are not asked for here.
    var unasked = ["gate", "inference", "draws", "equivalence"]
    if step.members?.design != .joint { unasked.append("members") }
    let left = pairs.filter { !unasked.contains($0.key.text) }
    section = try? Section(
      Node(.mapping(left), path: step.path, at: step.location), expecting: "a match")
  }

  func step() throws(SpecErrors) -> MatchStep {
    guard let section else { return base }
    return try MatchStep(from: section).completed(data: base.data, treated: base.treated)
  }
}

extension SpecificationCurve {
  /// All combinations, the last key changing fastest.
  func specifications(of step: MatchStep) -> [Specification] {
    var combinations: [[(key: LocatedText, value: Node)]] = [[]]
    for (key, values) in vary {
      combinations = combinations.flatMap { before in values.map { before + [(key, $0)] } }
    }
    return combinations.map { Specification(step: step, replacements: $0) }
  }

  /// What is varied where nothing is declared: adjusting or not, and the two common distances where the
  /// method has one.
  func standard(_ step: MatchStep) -> [Specification] {
    let at = step.location
    func scalar(_ text: String, _ key: String) -> Node {
      Node(.scalar(text), path: step.path(to: key), at: at)
    }
    func list(_ names: [LocatedText]) -> Node {
      Node(
        .sequence(names.map { scalar($0.text, "adjust") }), path: step.path(to: "adjust"), at: at)
    }
    var vary: [(key: LocatedText, values: [Node])] = []
    let kind = type(of: step.method)
    if kind.basis == .distance, step.within == nil,
      step.distance.propensity != nil || step.distance is Mahalanobis
    {
      vary.append(
        (
          LocatedText("distance", at: at),
          [scalar(PropensityScore.name, "distance"), scalar(Mahalanobis.name, "distance")]
        ))
    }
    let adjust = step.adjust.isEmpty ? step.covariates : step.adjust
    vary.append((LocatedText("adjust", at: at), [list([]), list(adjust)]))
    return SpecificationCurve(vary: vary).specifications(of: step)
  }
}
