public import Tables

/// A key of a section: its name, how its value is written, what it means and what holds without it.
public struct Key<Value: Sendable>: Sendable {
  public let name: String
  public let format: ValueFormat<Value>
  public let meaning: String
  /// What holds where the key is absent; `nil` where it must be given.
  let fallback: (value: Value, text: String)?

  /// A key that must be given.
  public init(_ name: String, _ format: ValueFormat<Value>, _ meaning: String) {
    self.name = name
    self.format = format
    self.meaning = meaning
    fallback = nil
  }

  /// A key with a default.
  ///
  /// - Parameter text: the default as a reader would write or say it.
  public init(
    _ name: String, _ format: ValueFormat<Value>, default value: Value, shown text: String,
    _ meaning: String
  ) {
    self.name = name
    self.format = format
    self.meaning = meaning
    fallback = (value, text)
  }

  /// A key that may be absent, which then means `nil`.
  public static func optional<Wrapped: Sendable>(
    _ name: String, _ format: ValueFormat<Wrapped>, shown text: String = "none", _ meaning: String
  ) -> Key<Wrapped?> where Value == Wrapped? {
    Key<Wrapped?>(
      name, format.mapping { (value, _) throws(SpecErrors) in value }, default: nil, shown: text,
      meaning)
  }
}

/// A ``Key`` without its value's type: what the registry lists, describes and checks.
public struct AnyKey: Sendable {
  public let name: String
  public let meaning: String
  public let expectation: String
  public let schema: JSON
  /// The keys of the section that is its value; empty where it is none.
  public let nested: [AnyKey]
  /// The default as shown to readers; `nil` where the key must be given.
  public let fallback: String?
  /// False for keys that the language has but this version does not offer yet.
  public let isAvailable: Bool
  let check: @Sendable (Node) -> [SpecError]

  public init<Value>(_ key: Key<Value>) {
    name = key.name
    meaning = key.meaning
    expectation = key.format.expectation
    schema = key.format.schema
    nested = key.format.nested
    fallback = key.fallback?.text
    isAvailable = true
    check = { node in
      do throws(SpecErrors) { _ = try key.format.read(node) } catch { return error.problems }
      return []
    }
  }

  /// A key of the language that this version refuses by name.
  public static func notAvailable(_ name: String) -> AnyKey { AnyKey(unavailable: name) }

  private init(unavailable name: String) {
    self.name = name
    meaning = "not available in this version"
    expectation = "nothing yet"
    schema = .object([:])
    nested = []
    fallback = "none"
    isAvailable = false
    check = { node in
      [SpecError(.notAvailable(name), path: node.path, at: node.location)]
    }
  }

  public var isRequired: Bool { fallback == nil }
}
