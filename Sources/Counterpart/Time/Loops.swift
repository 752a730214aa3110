internal import StudyFiles
internal import Tables

/// `for: {outcome: [reading, maths], lag: [1, 2]}` beside a kind of step: one step a combination.
enum Loops {
  /// A name of a loop and the values it takes.
  typealias Variable = (name: LocatedText, values: [LocatedText])

  static let format = ValueFormat<[Named<[LocatedText]>]>.named(
    .list(of: .text("a value"), atLeast: 1))

  /// Reads the pairs under a step's name, of which one is `for`.
  static func read(
    _ name: LocatedText, _ pairs: [Node.Pair], at node: Node,
    reading: (Node.Pair) throws(SpecErrors) -> Study.NamedStep
  ) throws(SpecErrors) -> Study.NamedStep {
    guard let loop = pairs.first(where: { $0.key.text == "for" }) else {
      return try reading(Node.Pair(key: name, value: node))
    }
    let variables = try format.read(loop.value)
    let kinds = pairs.filter { $0.key.text != "for" && $0.key.text != "adjust" }
    let adjust = try pairs.first { $0.key.text == "adjust" }.map { pair throws(SpecErrors) in
      try ValueFormat<Multiplicity>.oneOf("adjustment").read(pair.value)
    }
    guard kinds.count == 1, let kind = kinds.first else {
      throw node.wrongType(expected: "`for` beside one kind of step")
    }
    var seen: Set<String> = []
    for variable in variables where !seen.insert(variable.name.text).inserted {
      throw loop.value.error(.rule("`\(variable.name.text)` stands twice"))
    }
    let children = try collecting(combinations(of: variables.map { ($0.name, $0.value) })) {
      (values) throws(SpecErrors) -> LoopStudyStep.Child in
      var settings = kind.value
      for (name, value) in values { settings = settings.replacing(name.text, with: value.text) }
      if kind.key.text == MultilevelStudyStep.name,
        let lag = values.first(where: { $0.name.text == "lag" })
      {
        settings = settings.adding("lag", lag.value)
      }
      let step = Node(
        .mapping([Node.Pair(key: kind.key, value: settings)]), path: node.path, at: node.location)
      return LoopStudyStep.Child(
        values: values.map { ($0.name.text, $0.value.text) },
        named: try reading(Node.Pair(key: name, value: step)))
    }
    guard !children.isEmpty else {
      throw loop.value.wrongType(expected: "at least one value for each name")
    }
    return Study.NamedStep(
      name: name, kind: kind.key.text,
      step: LoopStudyStep(kind: kind.key.text, children: children, adjust: adjust),
      section: try Section(node, expecting: "a step"), keys: keys(of: kind.key.text))
  }

  /// The keys of a loop, for the plan.
  private static func keys(of kind: String) -> [AnyKey] {
    [
      AnyKey(Key("for", format, "the values of each name")),
      AnyKey(
        Key.optional(
          "adjust", ValueFormat<Multiplicity>.oneOf("adjustment"),
          "how the effects of all passes are judged together")),
      AnyKey(
        Key(
          kind,
          ValueFormat<String>("the settings of the step", schema: ["type": "object"]) {
            (node) throws(SpecErrors) in node.compact
          }, "what is done in each pass")),
    ]
  }

  private static func combinations(
    of variables: [Variable]
  ) -> [[(name: LocatedText, value: LocatedText)]] {
    variables.reduce([[]]) { combinations, variable in
      combinations.flatMap { known in variable.values.map { known + [(variable.name, $0)] } }
    }
  }
}

extension Node {
  /// The tree with a name replaced wherever it stands as a whole word of a value.
  fileprivate func replacing(_ name: String, with value: String) -> Node {
    let content: Content =
      switch self.content {
      case .scalar(let text): .scalar(Self.replacing(name, in: text, with: value))
      case .sequence(let items): .sequence(items.map { $0.replacing(name, with: value) })
      case .mapping(let pairs):
        .mapping(
          pairs.map {
            Pair(
              key: LocatedText(
                $0.key.text.contains(where: { "@ :".contains($0) })
                  ? Self.replacing(name, in: $0.key.text, with: value) : $0.key.text,
                at: $0.key.location), value: $0.value.replacing(name, with: value))
          })
      case .null: .null
      }
    return Node(content, path: path, at: location)
  }

  /// The text with a name replaced wherever it stands as a whole word.
  static func replacing(_ name: String, in text: String, with value: String) -> String {
    func isPart(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_"
    }
    var result = ""
    var word = ""
    func flush() {
      result += word == name ? value : word
      word = ""
    }
    for character in text {
      if isPart(character) {
        word.append(character)
      } else {
        flush()
        result.append(character)
      }
    }
    flush()
    return result
  }

  /// The section with one more key, where it has none of that name.
  func adding(_ key: String, _ value: LocatedText) -> Node {
    guard case .mapping(let pairs) = content, !pairs.contains(where: { $0.key.text == key }) else {
      return self
    }
    let node = Node(.scalar(value.text), path: "\(path).\(key)", at: value.location)
    return Node(
      .mapping(pairs + [Pair(key: LocatedText(key, at: value.location), value: node)]), path: path,
      at: location)
  }
}
