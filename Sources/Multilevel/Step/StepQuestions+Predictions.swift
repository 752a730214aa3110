internal import Designs
internal import StudyFiles
internal import Tables

/// What the model's formula would give with other values of some columns.
extension StepQuestions {
  func counterfactuals() throws(MultilevelStep.InferenceError) -> Counterfactuals {
    do throws(ExpressionError) {
      return Counterfactuals(
        formula: try Formula(parsing: step.formula.text), frame: frame, data: data,
        table: step.data.text, options: try step.options(in: data))
    } catch {
      throw .study(SpecErrors(SpecError(error, in: step.formula, path: "\(path).formula")))
    }
  }

  /// Places an error about a changed column where the study names it.
  func asking<Value>(
    _ key: String, at place: LocatedText, _ body: () throws -> Value
  ) throws(MultilevelStep.InferenceError) -> Value {
    do { return try body() } catch let error as ExpressionError {
      throw problem(.rule("\(error.reason)"), key, at: place.location)
    } catch let error as NameError {
      throw .study(SpecErrors(SpecError(error, at: place, path: "\(path).\(key)")))
    } catch { throw problem(.rule("\(error)"), key, at: place.location) }
  }

  /// Every combination of the values that predictions ask for, with the rows as they would be there.
  func predictions<Row>(
    _ row: (_ name: String, _ values: String, _ rows: ModelFrame) throws -> [Row]
  ) throws(MultilevelStep.InferenceError) -> [Row] {
    let source = try counterfactuals()
    var rows: [Row] = []
    for (name, grid) in asked.predictions {
      let count = grid.reduce(1) { $0 * $1.values.count }
      for number in 0..<count {
        // The last column runs fastest.
        var rest = number
        var chosen: [LocatedText] = []
        for column in grid.reversed() {
          chosen.insert(column.values[rest % column.values.count], at: 0)
          rest /= column.values.count
        }
        let text = zip(grid, chosen).map { "\($0.column.text) = \($1.text)" }
          .joined(separator: ", ")
        rows += try asking("predict.\(name.text)", at: chosen[0]) {
          let changed = try source.frame(
            zip(grid, chosen).map { ($0.column.text, .constant($1.text)) })
          return try row(name.text, text, changed)
        }
      }
    }
    return rows
  }
}
