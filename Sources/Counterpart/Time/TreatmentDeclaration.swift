public import StudyFiles

/// What is evaluated: who joined what, when, and from which year they are compared.
///
/// | Name | Default | Meaning |
/// |---|---|---|
/// | column | | the 0/1 column of the candidates that says who is treated |
/// | episodes | the study's only table of episodes | who was a member of what, from when to when |
/// | where | as in `member(…)` under the column's name, or all | the episodes that are treatment |
/// | assigned | the group of the episodes | the unit of assignment |
/// | joined | the start of the episodes | when treatment began |
/// | least | none | a shorter membership is neither treatment nor its absence |
/// | year-starts | september | years are called by the calendar year in which they end |
/// | follow | the largest lag of the study | years after the base year in which a comparator must not have joined |
public struct TreatmentDeclaration: Sendable {
  public let column: LocatedText
  public let episodes: LocatedText?
  public let condition: LocatedText?
  public let assigned: LocatedText?
  public let joined: LocatedText?
  /// Years.
  public let least: Double
  let schoolYear: SchoolYear
  public let follow: Int?
  public let location: SourceLocation

  /// The name of the table of candidates: one row a unit and base year.
  public static let candidates = "candidates"
  /// The name of the table of groups that were joined.
  public static let groups = "groups"
  /// The column of candidates in which treated and comparators must be equal.
  public static let cohort = "cohort"
}

/// How far the base year lies before the year of joining.
public struct BaseDeclaration: Sendable, Hashable {
  public let yearsBefore: Int
}

/// The outcome that the study stands or falls with.
public struct PrimaryDeclaration: Sendable {
  public let outcomes: [LocatedText]
  public let lags: [Int]
  public let step: LocatedText?
  public let correction: Correction?
  public let location: SourceLocation

  /// How several primary outcomes are judged together.
  public enum Correction: String, CaseIterable, Sendable { case holm, bonferroni }
}

/// Whose effect is asked for, and what counts alike.
public struct EstimandDeclaration: Sendable, Hashable {
  public enum Effect: String, CaseIterable, Sendable { case att, atc, ate, ato }
  public enum Unit: String, CaseIterable, Sendable { case pupil, school }

  public let effect: Effect
  public let per: Unit
  /// The column that says how many pupils a row of the schools' own table stands for.
  public let pupils: LocatedText?
}
