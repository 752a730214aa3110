public import Networks
public import Reports
public import Tables

/// What a step found.
public struct StepResult: Sendable {
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]
  /// The units that a match kept, for steps that name it as their sample.
  public let sample: MatchedUnits?
  /// Fitted coefficients with their covariance, for scenarios.
  public let estimates: CarriedEstimate?
  /// The answer in a sentence, where the step has one.
  public let answer: Answer?
  /// The step's part of the report.
  public let sections: [ReportSection]
  /// Completed data sets, for steps that name it as `imputed`.
  public private(set) var completed: CompletedData? = nil
  /// What a match kept of each completed data set, where it was given them.
  public private(set) var samples: ImputedSamples? = nil
}

/// The units of a table that a match kept.
public struct MatchedUnits: Sendable {
  /// The table whose rows were matched.
  public let table: String
  /// One weight a row of that table; zero where the row left.
  public let weights: [Double]
}
