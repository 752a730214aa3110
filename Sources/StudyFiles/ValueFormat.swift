public import Tables

/// How one kind of value is written: what is accepted, in words and as JSON Schema, and how it is read.
///
/// Parsing, error messages, `describe` and `schema` all come from the same format.
public struct ValueFormat<Value: Sendable>: Sendable {
  /// What is accepted, to stand after "expected": `a number above 0`.
  public let expectation: String
  public let schema: JSON
  /// The keys of a section, or of the sections in a list, for `describe`.
  public let nested: [AnyKey]
  public let read: @Sendable (Node) throws(SpecErrors) -> Value

  public init(
    _ expectation: String, schema: JSON, nested: [AnyKey] = [],
    read: @escaping @Sendable (Node) throws(SpecErrors) -> Value
  ) {
    self.expectation = expectation
    self.schema = schema
    self.nested = nested
    self.read = read
  }

  /// The same written form with another meaning, or with one more rule.
  public func mapping<Other: Sendable>(
    expecting expectation: String? = nil,
    _ transform: @escaping @Sendable (Value, Node) throws(SpecErrors) -> Other
  ) -> ValueFormat<Other> {
    ValueFormat<Other>(expectation ?? self.expectation, schema: schema, nested: nested) {
      (node) throws(SpecErrors) in try transform(try read(node), node)
    }
  }
}

extension ValueFormat where Value == LocatedText {
  /// Any text, with its place: names, expressions, formulas.
  public static func text(_ expectation: String = "a text") -> Self {
    ValueFormat(expectation, schema: ["type": ["string", "number", "boolean"]]) {
      (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content else {
        throw node.wrongType(expected: expectation)
      }
      return LocatedText(text, at: node.location)
    }
  }
}

extension ValueFormat where Value == Double {
  /// A number, within `range` where one is given.
  public static func number(
    _ expectation: String = "a number", in range: ClosedRange<Double>? = nil,
    above lowest: Double? = nil
  ) -> Self {
    var schema: [String: JSON] = ["type": "number"]
    if let range {
      if range.lowerBound.isFinite { schema["minimum"] = .number(range.lowerBound) }
      if range.upperBound.isFinite { schema["maximum"] = .number(range.upperBound) }
    }
    if let lowest { schema["exclusiveMinimum"] = .number(lowest) }
    return ValueFormat(expectation, schema: .object(schema)) { (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content, let value = decimal(text),
        range?.contains(value) ?? true, lowest.map({ value > $0 }) ?? true
      else { throw node.wrongType(expected: expectation) }
      return value
    }
  }
}

extension ValueFormat where Value == Int {
  /// A whole number, not below `least` and not above `most` where they are given.
  public static func integer(
    _ expectation: String = "a whole number", atLeast least: Int? = nil, atMost most: Int? = nil
  ) -> Self {
    var schema: [String: JSON] = ["type": "integer"]
    if let least { schema["minimum"] = .number(Double(least)) }
    if let most { schema["maximum"] = .number(Double(most)) }
    return ValueFormat(expectation, schema: .object(schema)) { (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content, let value = Int(text),
        least.map({ value >= $0 }) ?? true, most.map({ value <= $0 }) ?? true
      else { throw node.wrongType(expected: expectation) }
      return value
    }
  }
}

extension ValueFormat where Value == Bool {
  /// `true` or `false`, and nothing else.
  public static var flag: Self {
    ValueFormat("`true` or `false`", schema: ["type": "boolean"]) { (node) throws(SpecErrors) in
      switch node.content {
      case .scalar("true"): return true
      case .scalar("false"): return false
      default: throw node.wrongType(expected: "`true` or `false`")
      }
    }
  }
}

extension ValueFormat where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the names of a closed set.
  public static func oneOf(_ kind: String) -> Self {
    let names = Value.allCases.map(\.rawValue)
    let expectation = names.map { "`\($0)`" }.joined(separator: " or ")
    return ValueFormat(expectation, schema: ["enum": .array(names.map(JSON.string))]) {
      (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content else {
        throw node.wrongType(expected: expectation)
      }
      guard let value = Value(rawValue: text) else {
        throw node.error(.unknownName(text, kind: kind, known: names))
      }
      return value
    }
  }
}

/// A value under a name of the user's choice.
public typealias Named<Value> = (name: LocatedText, value: Value)

extension ValueFormat {
  /// A list, each item in the given format; a single value may stand without brackets.
  public static func list<Item: Sendable>(
    of item: ValueFormat<Item>, atLeast least: Int = 0
  ) -> ValueFormat<[Item]> where Value == [Item] {
    let expectation = "a list, each \(item.expectation)"
    let schema: JSON = [
      "anyOf": [
        ["type": "array", "items": item.schema, "minItems": .number(Double(least))], item.schema,
      ]
    ]
    return ValueFormat(expectation, schema: schema, nested: item.nested) {
      (node) throws(SpecErrors) in
      switch node.content {
      case .sequence(let nodes):
        guard nodes.count >= least else {
          throw node.wrongType(expected: "at least \(least) in the list")
        }
        return try collecting(nodes) { (node) throws(SpecErrors) in try item.read(node) }
      case .null: throw node.wrongType(expected: expectation)
      default: return [try item.read(node)]
      }
    }
  }

  /// A section whose keys are names of the user's choice, in the order of the file.
  public static func named<Item: Sendable>(
    _ item: ValueFormat<Item>
  ) -> ValueFormat<[Named<Item>]> where Value == [Named<Item>] {
    let expectation = "a section of names, each with \(item.expectation)"
    let schema: JSON = ["type": "object", "additionalProperties": item.schema]
    return ValueFormat(expectation, schema: schema, nested: item.nested) {
      (node) throws(SpecErrors) in
      guard case .mapping(let pairs) = node.content else {
        throw node.wrongType(expected: expectation)
      }
      return try collecting(pairs) { (pair) throws(SpecErrors) in
        (pair.key, try item.read(pair.value))
      }
    }
  }

  /// A section with the given keys.
  public static func section(
    _ what: String, keys: [AnyKey],
    _ build: @escaping @Sendable (Section) throws(SpecErrors) -> Value
  ) -> Self {
    ValueFormat(what, schema: objectSchema(keys), nested: keys) { (node) throws(SpecErrors) in
      let section = try Section(node, expecting: what)
      try section.check(keys)
      return try build(section)
    }
  }

  /// Either of two forms: a scalar in the first, anything else in the second.
  public static func shorthand(
    _ scalar: ValueFormat<Value>, or full: ValueFormat<Value>
  ) -> Self {
    ValueFormat(
      "\(scalar.expectation), or \(full.expectation)",
      schema: ["anyOf": [scalar.schema, full.schema]], nested: scalar.nested + full.nested
    ) { (node) throws(SpecErrors) in
      if case .scalar = node.content { return try scalar.read(node) }
      return try full.read(node)
    }
  }
}

/// JSON Schema of a section with the given keys and no others.
public func objectSchema(_ keys: [AnyKey]) -> JSON {
  var properties: [String: JSON] = [:]
  for key in keys where key.isAvailable {
    var schema = key.schema
    if case .object(var fields) = schema {
      fields["description"] = .string(key.meaning)
      schema = .object(fields)
    }
    properties[key.name] = schema
  }
  return [
    "type": "object", "properties": .object(properties), "additionalProperties": false,
    "required": .array(keys.filter(\.isRequired).map { .string($0.name) }),
  ]
}

/// Applies `transform` to every item and, if any fail, throws all of their errors together.
public func collecting<Item, Result>(
  _ items: [Item], _ transform: (Item) throws(SpecErrors) -> Result
) throws(SpecErrors) -> [Result] {
  var results: [Result] = []
  var problems: [SpecError] = []
  for item in items {
    do throws(SpecErrors) { results.append(try transform(item)) } catch {
      problems += error.problems
    }
  }
  guard problems.isEmpty else { throw SpecErrors(problems) }
  return results
}

/// A plain decimal number. Neither hexadecimal nor `nan` nor `inf` is one.
func decimal(_ text: String) -> Double? {
  guard let first = text.utf8.first,
    first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
    !text.utf8.contains(UInt8(ascii: "x")), !text.utf8.contains(UInt8(ascii: "X")),
    let value = Double(text), value.isFinite
  else { return nil }
  return value
}
