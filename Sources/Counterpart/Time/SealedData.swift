internal import Designs
internal import Multilevel
internal import StudyFiles
internal import Tables

extension Study {
  /// The data without any outcome, for steps that must not see one: every response of a model, in every row of
  /// its table, is missing.
  ///
  /// What a match takes from the base year and before has been taken already, as columns of the candidates.
  func sealed(_ data: DataSet) -> DataSet {
    var result = data
    for model in OutcomeFamily.models(of: self) {
      let step = model.model.step
      guard let name = (try? Formula(parsing: step.formula.text))?.names.first?.name,
        var table = result[table: step.data.text], let column = table[name.unqualified]
      else { continue }
      table.set(column.selecting(rows: Array(repeating: -1, count: column.count)))
      result.set(table)
    }
    return result
  }
}

extension String {
  /// The name without its table.
  var unqualified: String { split(separator: ".").last.map(String.init) ?? self }
}
