/// A mapping of a study file, read key by key.
public struct Section: Sendable {
  public let node: Node
  /// What stood between the brackets of a call such as `same(la)` or `gap(reading, fsm)`.
  public let arguments: [LocatedText]
  private let pairs: [Node.Pair]

  /// - Throws: ``SpecErrors`` where `node` is not a section. An empty value counts as an empty one.
  public init(
    _ node: Node, expecting what: String, arguments: [LocatedText] = []
  ) throws(SpecErrors) {
    switch node.content {
    case .mapping(let pairs): self.pairs = pairs
    case .null: pairs = []
    default: throw node.wrongType(expected: what)
    }
    self.node = node
    self.arguments = arguments
  }

  /// A section with arguments and no keys, for calls that stand alone.
  public init(call: LocatedText, arguments: [LocatedText], path: String) {
    node = Node(.null, path: path, at: call.location)
    pairs = []
    self.arguments = arguments
  }

  public var path: String { node.path }
  public var location: SourceLocation { node.location }

  /// The keys that are given, in the order of the file.
  public var keys: [LocatedText] { pairs.map(\.key) }

  public func has(_ name: String) -> Bool { value(name) != nil }

  /// The value of a key, unread.
  public func value(_ name: String) -> Node? { pairs.first { $0.key.text == name }?.value }

  /// The value of a key, or its default.
  ///
  /// - Throws: ``SpecErrors`` for a wrong value, or a missing one that has no default.
  public func read<Value>(_ key: Key<Value>) throws(SpecErrors) -> Value {
    if let node = value(key.name) { return try key.format.read(node) }
    if let fallback = key.fallback { return fallback.value }
    throw missing(key.name, expected: key.format.expectation)
  }

  /// Where a key's value stands, or the section itself where the key is absent: for errors between keys.
  public func location(of name: String) -> SourceLocation {
    value(name)?.location ?? location
  }

  /// An error about the value of a key.
  public func error(_ reason: SpecError.Reason, at name: String? = nil) -> SpecErrors {
    guard let name, let node = value(name) else { return node.error(reason) }
    return node.error(reason)
  }

  /// Finds everything wrong with single keys: unknown ones, wrong values, missing ones.
  ///
  /// - Parameters:
  ///   - keys: all that may stand here.
  ///   - elsewhere: keys that would be known beside another choice, and that choice's name.
  public func check(_ keys: [AnyKey], elsewhere: [String: String] = [:]) throws(SpecErrors) {
    var problems: [SpecError] = []
    for pair in pairs {
      if let key = keys.first(where: { $0.name == pair.key.text }) {
        problems +=
          key.isAvailable
          ? key.check(pair.value)
          : [SpecError(.notAvailable(key.name), path: pair.value.path, at: pair.key.location)]
      } else if let owner = elsewhere[pair.key.text] {
        problems.append(
          SpecError(
            .misplacedKey(pair.key.text, belongsTo: owner), path: path, at: pair.key.location))
      } else {
        let known = keys.filter(\.isAvailable).map(\.name)
        problems.append(
          SpecError(.unknownKey(pair.key.text, known: known), path: path, at: pair.key.location))
      }
    }
    for key in keys where key.isRequired && !has(key.name) {
      problems += missing(key.name, expected: key.expectation).problems
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// Each key with its value as written or its default: the section as it will be run.
  public func resolved(_ keys: [AnyKey]) -> [(key: String, value: String, isDefault: Bool)] {
    keys.filter(\.isAvailable).map { key in
      if let node = value(key.name) { return (key.name, node.compact, false) }
      return (key.name, key.fallback ?? "", true)
    }
  }

  private func missing(_ name: String, expected: String) -> SpecErrors {
    node.error(.missingKey(name, expected: expected))
  }
}

extension Node {
  /// The value on one line, in YAML's flow style.
  public var compact: String {
    switch content {
    case .scalar(let text): text
    case .sequence(let items): "[" + items.map(\.compact).joined(separator: ", ") + "]"
    case .mapping(let pairs):
      "{" + pairs.map { "\($0.key.text): \($0.value.compact)" }.joined(separator: ", ") + "}"
    case .null: "~"
    }
  }
}
