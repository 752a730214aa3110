internal import Designs
internal import Matching
internal import StudyFiles
internal import Tables

/// A covariate of a match that is an outcome of the study, or was prepared from one.
struct OutcomeCovariate {
  let name: LocatedText
  /// The key of the match under which it stands.
  let key: String
  /// The response of a model.
  let outcome: String

  /// How it comes from the outcome, for a sentence about it.
  var relation: String {
    name.text == outcome
      ? "`\(name.text)` is an outcome of the study"
      : "`\(name.text)` is made from `\(outcome)`, an outcome of the study"
  }

  /// Those of a match. What looks at a year has a date of its own, which decides whether it may be matched on.
  static func all(of match: MatchStudyStep, in data: DataSet, study: Study) -> [OutcomeCovariate] {
    guard let table = match.table else { return [] }
    let outcomes = study.outcomes.compactMap { outcome -> (column: String, name: String)? in
      (try? data.resolve(outcome.name, from: outcome.table)).map {
        ("\($0.table).\($0.column.name)", outcome.name)
      }
    }
    func source(_ column: String, of table: String, _ seen: Set<String>) -> String? {
      let path = "\(table).\(column)"
      if let found = outcomes.first(where: { $0.column == path }) { return found.name }
      guard !seen.contains(path), let text = data.time.prepared[path], !text.contains("@"),
        let expression = try? Expression(parsing: text)
      else { return nil }
      for use in expression.names where !use.isEpisodes {
        guard let (column, owner) = place(use.name, from: table, in: data) else { continue }
        if let found = source(column, of: owner, seen.union([path])) { return found }
      }
      return nil
    }
    return match.datedNames.compactMap { name, key in
      guard !name.text.contains("@"), let (column, owner) = place(name.text, from: table, in: data),
        let outcome = source(column, of: owner, [])
      else { return nil }
      return OutcomeCovariate(name: name, key: key, outcome: outcome)
    }
  }

  /// The column that a name stands for and its table, which may lie below the one looked from.
  private static func place(
    _ name: String, from table: String, in data: DataSet
  ) -> (column: String, table: String)? {
    if let found = try? data.resolve(name, from: table) { return (found.column.name, found.table) }
    guard let dot = name.firstIndex(of: ".") else { return nil }
    let (owner, column) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
    return data[table: owner]?[column] == nil ? nil : (column, owner)
  }
}

extension MatchStudyStep {
  /// Why a plan with this match cannot be frozen: it would have to look at outcomes.
  func sealProblems(in data: DataSet, study: Study) -> [SpecError] {
    OutcomeCovariate.all(of: self, in: data, study: study).map { late in
      SpecError(
        .rule(
          "\(late.relation), and a frozen design may not have seen one: match on what is older, or "
            + "take the model of it out of the study"),
        path: "\(step.path).\(late.key)", at: late.name.location)
    }
  }

  /// Units that were chosen for being alike in an outcome are no comparison of it.
  func outcomeDoubts(in data: DataSet, study: Study) -> [Diagnostic] {
    let found = OutcomeCovariate.all(of: self, in: data, study: study)
    guard !found.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "outcome-in-match",
        "the match makes units alike in what a model then compares: "
          + found.map(\.relation).joined(separator: "; "))
    ]
  }
}
