public import Tables

/// Everything that a run found, for software: `results.json` and the data dictionary.
///
/// ```json
/// { "format": 1,
///   "metadata": { … },
///   "order": ["comparators", …],
///   "steps": { "comparators": {
///     "kind": "match",
///     "diagnostics": [{ "severity": "warning", "code": "…", "message": "…" }],
///     "order": ["overall", "balance"],
///     "tables": { "balance": {
///       "fields": [{ "name": "smd", "unit": "sd", "meaning": "…" }],
///       "rows": [{ "covariate": "size", "smd": 0.03 }] } } } } }
/// ```
/// Missing values are `null`; names that stand twice keep the last.
public struct ResultsFile: Sendable, Hashable {
  /// What one step of a study left.
  public struct Step: Sendable, Hashable {
    public let name: String
    /// The kind of step, such as `match`.
    public let kind: String
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]

    public init(
      _ name: String, kind: String, tables: [TidyTable], diagnostics: [Diagnostic] = []
    ) {
      self.name = name
      self.kind = kind
      self.tables = tables
      self.diagnostics = diagnostics
    }
  }

  public let metadata: [String: JSON]
  public let steps: [Step]

  public init(metadata: [String: JSON] = [:], steps: [Step]) {
    self.metadata = metadata
    self.steps = steps
  }

  public var json: JSON {
    .object([
      "format": 1,
      "metadata": .object(metadata),
      "order": .array(steps.map { .string($0.name) }),
      "steps": .object(
        Dictionary(steps.map { ($0.name, $0.json) }, uniquingKeysWith: { _, last in last })),
    ])
  }

  /// One row a column of a table: the name, unit and meaning of everything in `tables/`.
  public var dictionary: TidyTable {
    let rows = steps.flatMap { step in
      step.tables.flatMap { table in
        table.fields.map { field in
          DictionaryRow(
            step: step.name, table: table.name, column: field.name, unit: field.unit,
            meaning: field.meaning)
        }
      }
    }
    return TidyTable("dictionary", rows)
  }
}

/// A line of the data dictionary.
struct DictionaryRow: TidyRow {
  let step: String
  let table: String
  let column: String
  let unit: String?
  let meaning: String

  static let schema = [
    Field("step", "The step of the study that left the table."),
    Field("table", "The table's name; it lies in tables/STEP.TABLE.csv."),
    Field("column", "The column's name."),
    Field("unit", "The unit of its values; empty for names and pure numbers."),
    Field("meaning", "What the column says."),
  ]

  var cells: [Cell] {
    [.text(step), .text(table), .text(column), .optional(unit), .text(meaning)]
  }
}

extension ResultsFile.Step {
  fileprivate var json: JSON {
    .object([
      "kind": .string(kind),
      "diagnostics": .array(
        diagnostics.map { diagnostic in
          .object([
            "severity": .string(diagnostic.severity.rawValue), "code": .string(diagnostic.code),
            "message": .string(diagnostic.message),
          ])
        }),
      "order": .array(tables.map { .string($0.name) }),
      "tables": .object(
        Dictionary(tables.map { ($0.name, $0.json) }, uniquingKeysWith: { _, last in last })),
    ])
  }
}
