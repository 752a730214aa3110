extension TidyTable {
  /// The table as JSON: `{"name", "fields": [{"name", "unit", "meaning"}], "rows": [[…]]}`, the cells of
  /// a row in the order of the fields, missing cells and numbers that are not finite as `null`.
  public var json: JSON {
    [
      "name": .string(name),
      "fields": .array(
        fields.map { field in
          [
            "name": .string(field.name), "unit": field.unit.map(JSON.string) ?? .null,
            "meaning": .string(field.meaning),
          ]
        }),
      "rows": .array(rows.map { row in .array(row.map(\.json)) }),
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
