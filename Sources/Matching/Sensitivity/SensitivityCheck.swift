internal import Designs
internal import Probability
public import StudyFiles
public import Tables

/// A way of asking how far a matched design's answer could be wrong.
///
/// A new one is a file with the value and its kernel, a second with how it is written in a study, and a line
/// in ``StudyFiles/Registry/sensitivityChecks``.
public protocol SensitivityCheck: Choice {
  /// The setting that a bare value stands for, as in `{placebo: COLUMN}`; `nil` for none.
  static var mainKey: String? { get }
  /// Finds everything wrong with the names that it uses.
  func problems(_ setting: SensitivitySetting) -> [SpecError]
  func run(_ context: SensitivityContext) throws(MatchingError) -> SensitivityResult
}

extension SensitivityCheck {
  public static var mainKey: String? { nil }

  public func problems(_ setting: SensitivitySetting) -> [SpecError] { [] }
}

/// What a check's names are looked up in, before anything is computed.
public struct SensitivitySetting: Sendable {
  let match: MatchStep
  let data: DataSet
  let path: String
}

/// What a check works on: a finished match and what it was made from.
public struct SensitivityContext: Sendable {
  let match: MatchResult
  let data: DataSet
  let columns: MatchColumns
  /// One value a candidate.
  let outcome: Covariate
  let adjust: [Covariate]
  /// The group that each candidate was assigned with, below zero for none.
  let groups: [Int32]?
  let seed: Seed
  let threads: Int

  /// The names of what it was matched on.
  var step: MatchStep { match.inputs.step }

  /// The design's own estimate of any outcome, as the match made it.
  func effect(
    of outcome: Covariate, in match: MatchOutcome? = nil, adjust: [Covariate]? = nil
  ) throws(MatchingError) -> DesignEffect {
    try DesignEffect.estimate(
      match ?? self.match.outcome, outcome: outcome, adjust: adjust ?? self.adjust, groups: groups,
      errors: step.errors
    ).effect
  }

  /// A column of the data as one value a candidate; `nil` where there is none of that name.
  func covariate(_ name: String) -> Covariate? {
    guard let found = try? data.resolve(name, from: match.table),
      let table = data[table: match.table]
    else { return nil }
    return Covariate(name, found.values(rowCount: table.rowCount)).selecting(match.rows)
  }
}

/// What a check found.
public struct SensitivityResult: Sendable {
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]

  public init(tables: [TidyTable], diagnostics: [Diagnostic] = []) {
    self.tables = tables
    self.diagnostics = diagnostics
  }
}
