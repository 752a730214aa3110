internal import Designs
internal import StudyFiles
internal import Tables

/// The derived columns of a study, computed in the order of the file over every row, so that what a rule
/// leaves out later still counts in a mean taken before.
struct Preparation: Sendable {
  let data: DataSet
  let diagnostics: [Diagnostic]

  /// - Throws: ``RunError/study(_:)`` with every expression that does not fit the data.
  init(_ declared: [Study.Preparation], in original: DataSet) throws(RunError) {
    var data = original
    var diagnostics: [Diagnostic] = []
    var problems: [SpecError] = []
    for item in declared {
      guard var table = data[table: item.table.text] else { continue }
      let path = "prepare.\(item.table.text).\(item.column.text)"
      do throws(ExpressionError) {
        let expression = try Expression(parsing: item.expression.text)
        let result = try expression.evaluate(
          in: data, table: item.table.text, as: item.column.text)
        diagnostics += Self.doubts(expression, of: item, result.column, in: data)
        table.set(result.column)
        data.set(table)
        diagnostics += result.diagnostics
      } catch {
        problems.append(SpecError(error, in: item.expression, path: path))
      }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
    self.data = data
    self.diagnostics = diagnostics
  }

  /// A mean over the pupils of all schools beside each school is seldom meant.
  private static func doubts(
    _ expression: Expression, of item: Study.Preparation, _ column: Column, in data: DataSet
  ) -> [Diagnostic] {
    guard column.count > 1, let name = expression.ungrouped.first,
      case .numbers(let values) = column.storage, let first = values.first, first.isFinite,
      values.allSatisfy({ $0 == first }), let owner = name.split(separator: ".").first,
      data.rowIndex(from: String(owner), to: item.table.text) != nil
    else { return [] }
    return [
      Diagnostic(
        .warning, code: "whole-table-aggregate",
        "`\(item.column.text)` of `\(item.table.text)` is the same in every row: `\(name)` is taken over all rows of "
          + "`\(owner)`. Add `by = ` and the column that names the row, such as `mean(\(name), by = urn)`, for one value each"
      )
    ]
  }
}
