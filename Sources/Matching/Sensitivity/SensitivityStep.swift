public import Designs
public import Probability
public import StudyFiles
internal import Tables

/// The `sensitivity` step of a study: checks of an earlier match.
public struct SensitivityStep: Sendable {
  /// The name of the match.
  public let of: LocatedText
  public let checks: [any SensitivityCheck]
  public let location: SourceLocation
  public let path: String

  /// Finds everything wrong with the names in this step.
  ///
  /// - Parameter match: the step named in ``of``.
  /// - Throws: ``StudyFiles/SpecErrors``
  public func check(of match: MatchStep, in data: DataSet) throws(SpecErrors) {
    var problems: [SpecError] = []
    if match.outcome == nil {
      problems.append(
        SpecError(
          .rule(
            "`\(of.text)` has no `outcome`, so there is no effect whose sensitivity could be asked"),
          path: path, at: of.location))
    }
    let setting = SensitivitySetting(match: match, data: data, path: path)
    for check in checks { problems += check.problems(setting) }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// Runs the checks one after the other. A check that a design does not admit, such as Rosenbaum's bounds of
  /// a weighted sample, is left out, and a diagnostic says why.
  ///
  /// - Parameters:
  ///   - match: the earlier step's result.
  ///   - data: what it was run on.
  ///   - seed: this step's.
  public func run(
    of match: MatchResult, in data: DataSet, seed: Seed, threads: Int = 1
  ) throws(MatchingError) -> SensitivityResult {
    let columns: MatchColumns
    do throws(SpecErrors) {
      try check(of: match.inputs.step, in: data)
      columns = try MatchColumns(match.inputs.step, in: data)
    } catch { throw .unresolvedNames(error.description) }
    guard let outcome = columns.outcome?.selecting(match.rows) else {
      throw .unresolvedNames("`\(of.text)` has no `outcome`")
    }
    let context = SensitivityContext(
      match: match, data: data, columns: columns, outcome: outcome,
      adjust: columns.adjust.map { $0.selecting(match.rows) },
      groups: match.inputs.groups.map { groups in match.rows.map { groups[Int($0)] } }, seed: seed,
      threads: threads)
    var tables: [TidyTable] = []
    var diagnostics: [Diagnostic] = []
    for check in checks {
      do throws(MatchingError) {
        let found = try check.run(context)
        tables += found.tables
        diagnostics += found.diagnostics.filter { !diagnostics.contains($0) }
      } catch {
        if case .brokenConstraint = error { throw error }
        diagnostics.append(
          Diagnostic(
            .warning, code: "check-left-out",
            "`\(type(of: check).name)` was left out: \(error)"))
      }
    }
    return SensitivityResult(tables: tables.mergingSameNames, diagnostics: diagnostics)
  }
}

extension [TidyTable] {
  /// Tables of one name joined row by row, in the order of the first of each.
  fileprivate var mergingSameNames: [TidyTable] {
    var merged: [TidyTable] = []
    for table in self {
      if let position = merged.firstIndex(where: { $0.name == table.name }) {
        merged[position] = TidyTable(
          table.name, fields: merged[position].fields, rows: merged[position].rows + table.rows)
      } else {
        merged.append(table)
      }
    }
    return merged
  }
}
