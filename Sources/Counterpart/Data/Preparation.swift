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
        let result = try Expression(parsing: item.expression.text)
          .evaluate(in: data, table: item.table.text, as: item.column.text)
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
}
