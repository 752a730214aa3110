/// A panel that no event study can be made of.
public enum EventStudyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A unit has two rows for a year.
  case repeatedYear(unit: String, year: Int)
  /// A unit's joining year differs between its rows.
  case unsteadyJoining(unit: String, first: String, second: String)
  /// A column that must not change within a unit does.
  case unsteady(column: String, unit: String)
  /// Years between the first and the last of which no row has an outcome, and that are not declared.
  case undeclaredGap([Int])
  /// Years declared as missing of which there are outcomes.
  case declaredButPresent([Int])
  /// A year that is no whole number.
  case notWhole(column: String, value: Double)
  case fewPeriods(Int)
  case noTreated
  case noComparators(String)
  case noCell(String)
  /// Names that the data do not have, which checking the step would have found.
  case unresolvedNames(String)

  public var description: String {
    switch self {
    case .repeatedYear(let unit, let year):
      "unit `\(unit)` has two rows for \(year), expected one row a unit and year: aggregate them first, or say that rows are people who "
        + "differ from year to year with `sampling: cross-sections`"
    case .unsteadyJoining(let unit, let first, let second):
      "unit `\(unit)` joins in \(first) by one row and in \(second) by another, expected one year for all "
        + "its rows"
    case .unsteady(let column, let unit):
      "`\(column)` changes within unit `\(unit)`, expected one value for all its rows"
    case .undeclaredGap(let years):
      "no row has an outcome in \(years.map(String.init).joined(separator: ", ")), between years that "
        + "have: declare them as `missing-years`, or add them"
    case .declaredButPresent(let years):
      "\(years.map(String.init).joined(separator: ", ")) \(years.count == 1 ? "is" : "are") declared as "
        + "`missing-years` and ha\(years.count == 1 ? "s" : "ve") outcomes: drop the declaration, or filter "
        + "the rows"
    case .notWhole(let column, let value):
      "`\(column)` holds \(value), expected whole years"
    case .fewPeriods(let count):
      "outcomes stand in \(count) year\(count == 1 ? "" : "s"), expected at least two: one before and one "
        + "after joining"
    case .noTreated: "no unit joins after the first and up to the last year with outcomes"
    case .noComparators(let kind): "there are no \(kind) units to compare with"
    case .unresolvedNames(let problems): problems
    case .noCell(let reason): "no group-time effect could be estimated: \(reason)"
    }
  }
}
