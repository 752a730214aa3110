internal import StudyFiles
internal import Tables

/// How steps are written: a name, and under it the kind with its settings.
enum StepFormat {
  static let steps = ValueFormat<[Study.NamedStep]>(
    "a section of steps, each a name with one of "
      + Registry<any StudyStep>.steps.names.map { "`\($0)`" }.joined(separator: ", "),
    schema: ["type": "object", "additionalProperties": schema]
  ) { (node) throws(SpecErrors) in
    guard case .mapping(let pairs) = node.content, !pairs.isEmpty else {
      throw node.wrongType(expected: "a section with at least one step")
    }
    return try collecting(pairs) { (pair) throws(SpecErrors) in try read(pair) }
  }

  private static var schema: JSON {
    [
      "anyOf": .array(
        Registry<any StudyStep>.steps.entries.map { entry in
          [
            "type": "object", "properties": .object([entry.name: objectSchema(entry.keys)]),
            "required": .array([.string(entry.name)]), "additionalProperties": false,
          ]
        })
    ]
  }

  private static func isFileName(_ name: String) -> Bool {
    let allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    return !name.isEmpty && name.allSatisfy(allowed.contains)
  }

  private static func read(_ pair: Node.Pair) throws(SpecErrors) -> Study.NamedStep {
    let registry = Registry<any StudyStep>.steps
    guard isFileName(pair.key.text) else {
      throw SpecErrors(
        SpecError(
          .rule(
            "a step's name stands in file names: expected letters a to z, digits, `-` and `_`, found "
              + "`\(pair.key.text)`"), path: "steps", at: pair.key.location))
    }
    guard case .mapping(let kinds) = pair.value.content, let kind = kinds.first else {
      throw pair.value.wrongType(
        expected: "a kind of step with its settings: "
          + registry.names.map { "`\($0)`" }.joined(separator: ", "))
    }
    if kinds.contains(where: { $0.key.text == "for" }) {
      return try Loops.read(pair.key, kinds, at: pair.value) { (pair) throws(SpecErrors) in
        try read(pair)
      }
    }
    guard kinds.count == 1 else {
      throw SpecErrors(
        SpecError(
          .rule(
            "one kind of step under a name, found "
              + kinds.map { "`\($0.key.text)`" }.joined(separator: " and ")),
          path: pair.value.path, at: kinds[1].key.location))
    }
    let entry = try registry.entry(kind.key, path: pair.value.path)
    let section = try Section(kind.value, expecting: "the settings of `\(kind.key.text)`")
    return Study.NamedStep(
      name: pair.key, kind: kind.key.text, step: try registry.makeInline(kind.key, from: section),
      section: section, keys: entry.keys)
  }
}
