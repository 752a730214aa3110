internal import Tables

/// The named choices for one slot of a study file, in the order in which they are documented.
///
/// Parsing, `describe`, the JSON Schema, the documentation and the law tests all run over the registry,
/// so a choice added to it is covered by all of them.
public struct Registry<Kind: Sendable>: Sendable {
  /// A choice of this kind, with its type erased.
  public struct Entry: Sendable {
    public let name: String
    public let documentation: ChoiceDocumentation
    public let keys: [AnyKey]
    let make: @Sendable (Section) throws(SpecErrors) -> Kind

    /// - Parameter erase: the conversion to the kind, which is always `{ $0 }`.
    public init<C: Choice>(_ type: C.Type, _ erase: @escaping @Sendable (C) -> Kind) {
      name = C.name
      documentation = C.documentation
      keys = C.keys
      make = { (section) throws(SpecErrors) in erase(try C(from: section)) }
    }
  }

  /// What the choices are, in an error message: `matching method`.
  public let kind: String
  public let entries: [Entry]

  public init(_ kind: String, _ entries: [Entry]) {
    self.kind = kind
    self.entries = entries
  }

  public var names: [String] { entries.map(\.name) }

  public func entry(named name: String) -> Entry? { entries.first { $0.name == name } }

  /// The entry of a name, or the error that there is none.
  public func entry(_ name: LocatedText, path: String) throws(SpecErrors) -> Entry {
    guard let entry = entry(named: name.text) else {
      throw SpecErrors(
        SpecError(.unknownName(name.text, kind: kind, known: names), path: path, at: name.location))
    }
    return entry
  }

  /// Makes the named choice from a section that holds its settings and nothing else.
  public func make(_ name: LocatedText, from section: Section) throws(SpecErrors) -> Kind {
    let entry = try entry(name, path: section.path)
    try section.check(entry.keys)
    return try entry.make(section)
  }

  /// Makes the named choice from a section that its settings share with other keys; the section must have
  /// been checked already.
  public func makeInline(_ name: LocatedText, from section: Section) throws(SpecErrors) -> Kind {
    try entry(name, path: section.path).make(section)
  }

  /// Settings of all choices but the named one: what to say about a key that stands beside the wrong one.
  public func keysElsewhere(than name: String) -> [String: String] {
    var owners: [String: String] = [:]
    let own = Set(entry(named: name)?.keys.map(\.name) ?? [])
    for entry in entries {
      for key in entry.keys where !own.contains(key.name) && owners[key.name] == nil {
        owners[key.name] = "\(kind) `\(entry.name)`"
      }
    }
    return owners
  }

  /// How a choice is written: its name alone, or `{name: {settings}}`.
  public var format: ValueFormat<Kind> {
    let expectation = "a \(kind) (\(names.joined(separator: ", ")))"
    var forms: [JSON] = [["enum": .array(names.map(JSON.string))]]
    for entry in entries {
      forms.append([
        "type": "object", "properties": .object([entry.name: objectSchema(entry.keys)]),
        "additionalProperties": false, "required": .array([.string(entry.name)]),
      ])
    }
    return ValueFormat(expectation, schema: ["anyOf": .array(forms)]) { (node) throws(SpecErrors) in
      switch node.content {
      case .scalar(let text):
        let call = LocatedText(text, at: node.location)
        return try make(call, from: Section(call: call, arguments: [], path: node.path))
      case .mapping(let pairs) where pairs.count == 1:
        let pair = pairs[0]
        return try make(
          pair.key, from: Section(pair.value, expecting: "the settings of `\(pair.key.text)`"))
      default: throw node.wrongType(expected: expectation)
      }
    }
  }
}
