internal import StudyFiles

/// `kinds: {column: role, ties: [[teacher, teacher], [teacher, head]]}`
struct KindsSpec: Sendable {
  static let column = Key("column", .text("the name of a column"), "what kind an actor is of")
  static let ties = Key(
    "ties",
    ValueFormat<[[LocatedText]]>.list(of: .list(of: .text("a kind"), atLeast: 2), atLeast: 1),
    "pairs of kinds that may be tied, the sender's first where ties have one")

  let column: LocatedText
  let pairs: [(from: LocatedText, to: LocatedText)]

  static let format = ValueFormat<KindsSpec>.section(
    "`{column: role, ties: [[teacher, teacher], [teacher, head]]}`",
    keys: [AnyKey(column), AnyKey(ties)]
  ) { (section) throws(SpecErrors) in
    let lists = try section.read(ties)
    guard lists.allSatisfy({ $0.count == 2 }) else {
      throw section.error(
        .rule("expected pairs of kinds, as in `[[teacher, teacher], [teacher, head]]`"), at: "ties")
    }
    return KindsSpec(
      column: try section.read(column), pairs: lists.map { ($0[0], $0[1]) })
  }
}

extension KindRules {
  init(_ spec: KindsSpec, directed: Bool, among actors: ActorData) throws(ScenarioError) {
    let names = try actors.labels(spec.column.text).names
    let kinds = Set(names).sorted()
    func position(_ name: LocatedText) throws(ScenarioError) -> Int {
      guard let place = kinds.firstIndex(of: name.text) else {
        throw .unknownKind(name.text, column: spec.column.text, known: kinds)
      }
      return place
    }
    var code: [String: Int32] = [:]
    for (k, kind) in kinds.enumerated() { code[kind] = Int32(k) }
    self.init(
      kindOf: names.map { code[$0] ?? 0 }, count: kinds.count,
      pairs: try spec.pairs.map { (pair) throws(ScenarioError) in
        (try position(pair.from), try position(pair.to))
      }, directed: directed)
  }
}
