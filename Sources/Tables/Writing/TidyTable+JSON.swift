extension TidyTable {
  /// The table as JSON: `{"fields": [{"name", "unit", "meaning"}], "rows": [{NAME: VALUE, …}]}`, missing
  /// cells and numbers that are not finite as `null`. Of two fields of one name the last stands.
  public var json: JSON {
    [
      "fields": .array(
        fields.map { field in
          [
            "name": .string(field.name), "unit": field.unit.map(JSON.string) ?? .null,
            "meaning": .string(field.meaning),
          ]
        }),
      "rows": .array(
        rows.map { row in
          .object(
            Dictionary(
              zip(fields, row).map { ($0.name, $1.json) }, uniquingKeysWith: { _, last in last }))
        }),
    ]
  }
}

extension Cell {
  /// The value as JSON.
  public var json: JSON {
    switch self {
    case .number(let value): value.isFinite ? .number(value) : .null
    case .count(let value): .number(Double(value))
    case .text(let text): .string(text)
    case .flag(let value): .bool(value)
    case .missing: .null
    }
  }
}
