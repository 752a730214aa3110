public import Matching
public import Multilevel
public import Networks
public import Reports
public import Tables

/// What a step found.
///
/// All but completed data, their samples, designs and fitted models can be kept for a later run; a step with one of these is
/// computed again.
public struct StepResult: Sendable, Codable {
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
  /// The matched design, where a later step asks for it.
  public private(set) var design: MatchResult? = nil
  /// The fitted model, where a later step asks for it.
  public private(set) var model: FittedModel? = nil
  /// The fitted models of every pass, where a later step asks for them.
  public private(set) var models: [PassedModel]? = nil
  /// What the study demands of its own design and does not get: the run does not pass.
  public private(set) var failures: [String] = []
  /// Groups of schools, for policies that bring them together.
  public private(set) var groups: SchoolGroups? = nil

  /// Whether nothing is lost when the result is written and read again.
  var isLasting: Bool {
    completed == nil && samples == nil && design == nil && model == nil
      && models == nil
  }

  private enum CodingKeys: String, CodingKey {
    case tables, diagnostics, sample, estimates, answer, sections, failures, groups
  }
}

/// A fitted multilevel model, with the coefficient whose effect its study asks about.
public struct FittedModel: Sendable {
  public let result: MultilevelStep.Result
  public let coefficient: String?
  /// How its coefficients are tested.
  public let degreesOfFreedom: DegreesOfFreedomMethod
}

/// A fitted model with what the loop said, if there is one.
public struct PassedModel: Sendable {
  let values: [(name: String, value: String)]
  public let model: FittedModel
}

/// The units of a table that a match kept.
public struct MatchedUnits: Sendable, Codable {
  /// The table whose rows were matched.
  public let table: String
  /// One weight a row of that table; zero where the row left.
  public let weights: [Double]
  /// What every model of an outcome in this sample must adjust for, as the match's gate has found.
  public private(set) var mustAdjust: [String] = []
  /// The matched set of each row, −1 for none; `nil` where the step does not say.
  public private(set) var sets: [Int32]? = nil
}
