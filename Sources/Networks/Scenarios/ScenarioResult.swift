public import Tables

/// What a scenario leaves: tidy tables, doubts, and the points of fan charts.
public struct ScenarioResult: Sendable {
  /// `outcomes`, then `contrasts`.
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]
  public let fans: [FanPoint]
  /// How many replicates were run.
  public let replicates: Int
}

extension ScenarioResult {
  /// The same with doubts from before the run in front.
  func adding(_ earlier: [Diagnostic]) -> ScenarioResult {
    ScenarioResult(
      tables: tables, diagnostics: earlier + diagnostics, fans: fans, replicates: replicates)
  }

  /// The same with more tables.
  func adding(_ more: [TidyTable]) -> ScenarioResult {
    ScenarioResult(
      tables: tables + more, diagnostics: diagnostics, fans: fans, replicates: replicates)
  }

  /// The same with what opens it in front.
  func opening(_ first: (table: TidyTable, diagnostics: [Diagnostic])) -> ScenarioResult {
    ScenarioResult(
      tables: tables + [first.table], diagnostics: first.diagnostics + diagnostics, fans: fans,
      replicates: replicates)
  }
}
