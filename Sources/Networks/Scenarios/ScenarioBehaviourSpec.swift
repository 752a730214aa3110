internal import StudyFiles

/// A behaviour of a scenario: `{column: level_2, rate: 2 per year, effects: {linear: 0.1, average-similarity: 3}}`
struct ScenarioBehaviourSpec: Sendable {
  /// An effect with its coefficient.
  struct Term: Sendable {
    let text: LocatedText
    let spec: any BehaviourEffectSpec
    let weight: ParameterSpec
  }

  static let column = Key.optional(
    "column", .text("the name of a column"), shown: "the behaviour's name",
    "its values at the start, in whole steps")
  static let rate = Key(
    "rate",
    .quantity("opportunities a year, as in `2 per year`", units: ["per year", ""], in: 0...1000),
    "how often a school may go one step up or down")
  static let effects = Key("effects", termsFormat, "its effects with their coefficients")
  static let range = Key.optional(
    "range", ValueFormat<[Double]>.list(of: .number("a number"), atLeast: 2),
    shown: "from the least value of the start to the greatest",
    "the least and the greatest value it can have, as `[0, 4]`")
  static let relation = Key.optional(
    "relation", .text("the name of a relation"), shown: "the scenario's own ties",
    "the relation whose ties its effects look at")
  static let keys = [
    AnyKey(column), AnyKey(rate), AnyKey(effects), AnyKey(range), AnyKey(relation),
  ]

  static let format = ValueFormat<ScenarioBehaviourSpec>.section(
    "`{column: level, rate: 2 per year, effects: {linear: 0.1, average-similarity: 3}}`", keys: keys
  ) { (section) throws(SpecErrors) in
    let range = try section.read(range)
    if let range, range.count != 2 || range[0] >= range[1] {
      throw section.error(
        .rule("expected the least and the greatest value, as in `[0, 4]`"), at: "range")
    }
    return ScenarioBehaviourSpec(
      column: try section.read(column), rate: try section.read(rate).value,
      terms: try section.read(effects), range: range.map { $0[0]...$0[1] },
      relation: try section.read(relation))
  }

  let column: LocatedText?
  let rate: Double
  let terms: [Term]
  let range: ClosedRange<Double>?
  let relation: LocatedText?

  /// `{linear: 0.1, average-similarity: 3}`
  private static let termsFormat = ValueFormat.named(
    ParameterSpec.format("a coefficient")
  ).mapping(
    expecting: "effects, each with its coefficient, as in `{linear: 0.1, average-similarity: 3}`"
  ) { (items, node) throws(SpecErrors) in
    try collecting(items) { (item) throws(SpecErrors) in
      let call = try Call(item.name, path: node.path)
      let section = Section(call: call.name, arguments: call.arguments, path: node.path)
      return Term(
        text: item.name, spec: try Registry.behaviourEffects.make(call.name, from: section),
        weight: item.value)
    }
  }
}
