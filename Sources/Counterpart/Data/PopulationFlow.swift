public import Tables

/// How many rows of a table each population rule kept, in all and by arm.
public struct PopulationFlow: Sendable, Hashable {
  /// What one rule left standing.
  public struct Stage: Sendable, Hashable {
    public let rule: String
    public let kept: Count
    /// Rows for which the rule could not be decided, because a value is missing; they are left out.
    public let undecided: Int
  }

  /// Rows in all and by arm; no arms where no step says what they are.
  public struct Count: Sendable, Hashable {
    public let all: Int
    public let treated: Int?
    public let control: Int?
  }

  public let table: String
  public let start: Count
  public let stages: [Stage]
  /// What is counted at the start.
  public var first = "rows in the file"

  /// The flow as rows of a tidy table, the first with all rows of the file.
  public var rows: [PopulationRow] {
    [PopulationRow(table: table, rule: first, kept: start, undecided: 0)]
      + stages.map {
        PopulationRow(table: table, rule: $0.rule, kept: $0.kept, undecided: $0.undecided)
      }
  }
}

/// A stage of the flow from register to analysis.
public struct PopulationRow: TidyRow, Hashable {
  public let table: String
  public let rule: String
  public let kept: PopulationFlow.Count
  public let undecided: Int

  public static let schema = [
    Field("table", "the table of the study"),
    Field("rule", "the population rule, in the order of the study file"),
    Field(
      "kept", unit: "rows",
      "rows that this and all earlier rules keep; of candidates units, however many base years they stand at"
    ),
    Field("treated", unit: "rows", "of these, treated"),
    Field("control", unit: "rows", "of these, not treated"),
    Field(
      "undecided", unit: "rows", "rows left out because a value that the rule needs is missing"),
  ]

  public var cells: [Cell] {
    [
      .text(table), .text(rule), .count(kept.all), .optional(kept.treated),
      .optional(kept.control), .count(undecided),
    ]
  }
}
