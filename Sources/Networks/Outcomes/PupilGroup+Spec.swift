internal import StudyFiles

/// `pupils: {disadvantaged: {attainment: attainment_fsm, count: fsm_pupils}}`: groups of pupils beside all.
struct PupilGroupSpec: Sendable {
  static let attainment = Key(
    "attainment", .text("the name of a column"),
    "the mean outcome of each school's pupils of the group at the start")
  static let count = Key(
    "count", .text("the name of a column"), "how many pupils of the group each school has")

  let attainment: LocatedText
  let count: LocatedText

  static let format = ValueFormat<PupilGroupSpec>.section(
    "`{attainment: COLUMN, count: COLUMN}`", keys: [AnyKey(attainment), AnyKey(count)]
  ) { (section) throws(SpecErrors) in
    PupilGroupSpec(attainment: try section.read(attainment), count: try section.read(count))
  }

  /// The group among real schools; those that have none of its pupils need no outcome of them.
  func group(_ name: String, among actors: ActorData) throws(ScenarioError) -> PupilGroup {
    let counts = try actors.numbers(count.text)
    if let row = counts.firstIndex(where: { $0 < 0 }) {
      throw .negativeWeight(column: count.text, at: actors.place(of: row))
    }
    guard counts.contains(where: { $0 > 0 }) else {
      throw .negativeWeight(column: count.text, at: actors.place(of: 0))
    }
    return PupilGroup(
      name, outcome: try actors.numbers(attainment.text, where: counts.map { $0 > 0 }),
      count: counts)
  }
}

extension ScenariosStep {
  /// What the study says of groups of pupils that it has not, or that have the name of another group.
  func pupilProblems() -> [SpecError] {
    let known = (outcome?.pupils ?? []).map(\.name)
    var problems: [SpecError] = []
    for name in known where name.text == "all" || name.text.hasPrefix("fifth-") {
      problems.append(
        SpecError(
          .rule("`\(name.text)` is what measures call schools: give the pupils another name"),
          path: "\(path).outcome.pupils", at: name.location))
    }
    for effect in effects {
      for times in effect.value.kernel.pupils
      where !known.contains(where: { $0.text == times.name.text }) {
        problems.append(
          SpecError(
            .unknownName(
              times.name.text, kind: "group of `outcome.pupils`", known: known.map(\.text)),
            path: "\(path).effects.\(effect.name.text).pupils", at: times.name.location))
      }
    }
    return problems
  }

  /// Whether a name is of a group of pupils.
  func isPupilGroup(_ name: LocatedText) -> Bool {
    (outcome?.pupils ?? []).contains { $0.name.text == name.text }
  }
}
