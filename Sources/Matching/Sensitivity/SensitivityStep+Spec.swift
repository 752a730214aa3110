public import StudyFiles
internal import Tables

extension SensitivityStep {
  static let ofKey = Key(
    "of", .text("the name of a match"), "the match whose effect is in question")
  static let checksKey = Key(
    "checks", .list(of: checkFormat, atLeast: 1),
    default: [RosenbaumBounds(), EValue()] as [any SensitivityCheck], shown: "rosenbaum, e-value",
    "what is asked of it")

  public static let keys = [AnyKey(ofKey), AnyKey(checksKey)]

  /// Reads the section under `sensitivity`, checking its keys.
  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    of = try section.read(Self.ofKey)
    checks = try section.read(Self.checksKey)
    location = section.location
    path = section.path
  }

  /// A check by name, with `{placebo: COLUMN}` short for `{placebo: {columns: COLUMN}}`.
  private static var checkFormat: ValueFormat<any SensitivityCheck> {
    let registry = Registry.sensitivityChecks
    let registered = registry.format
    let mainKeys = Registry.mainKeys
    return ValueFormat(
      registered.expectation, schema: ["anyOf": [registered.schema, ["type": "object"]]]
    ) {
      (node) throws(SpecErrors) in
      guard case .mapping(let pairs) = node.content, pairs.count == 1, let pair = pairs.first,
        let main = mainKeys[pair.key.text]
      else { return try registered.read(node) }
      switch pair.value.content {
      case .scalar, .sequence:
        let settings = Node(
          .mapping([
            Node.Pair(key: LocatedText(main, at: pair.value.location), value: pair.value)
          ]), path: pair.value.path, at: pair.value.location)
        return try registry.make(pair.key, from: Section(settings, expecting: "settings"))
      case .mapping, .null: return try registered.read(node)
      }
    }
  }
}
