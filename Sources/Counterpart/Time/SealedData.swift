internal import Designs
internal import EventStudy
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
    for (name, from) in outcomes {
      guard let found = try? data.resolve(name, from: from), var table = result[table: found.table],
        let column = table[name.unqualified]
      else { continue }
      table.set(column.selecting(rows: Array(repeating: -1, count: column.count)))
      result.set(table)
    }
    return result
  }

  /// Every column that any step of the study explains, with the table in whose rows it is named.
  var outcomes: [(name: String, table: String)] {
    let models = OutcomeFamily.models(of: self).flatMap {
      model -> [(name: String, table: String)] in
      let step = model.model.step
      // `cbind(passed, failed)` has two.
      let responses = step.formula.text.prefix { $0 != "~" }.count
      return ((try? Formula(parsing: step.formula.text))?.names ?? []).filter {
        $0.offset < responses && !$0.isEpisodes
      }.map { ($0.name, step.data.text) }
    }
    let studies = steps.flatMap { named -> [any StudyStep] in
      (named.step as? LoopStudyStep)?.children.map(\.named.step) ?? [named.step]
    }.compactMap { ($0 as? EventStudyStudyStep)?.step }
    return models + studies.map { ($0.outcome.text, $0.data.text) }
  }
}

extension String {
  /// The name without its table.
  var unqualified: String { split(separator: ".").last.map(String.init) ?? self }
}
