internal import Designs
public import StudyFiles
internal import Tables

/// The `gate` of a match as it is written: thresholds, and the columns of the baseline standard.
public struct GateStep: Sendable {
  public let gate: Gate
  /// Columns for the baseline standard, of the match's table or of one whose rows belong to it.
  public let baseline: [LocatedText]
  /// Whether the baseline standard is asked for all covariates.
  public let baselineOfCovariates: Bool
}

extension GateStep {
  /// Finds the baseline variables.
  ///
  /// A pupil-level column is `pupils.prior`; pupils count with the weight of their school. A column of the
  /// match's own table is refused where rows of another table belong to it: the standard is about
  /// differences in standard deviations of pupils, and those of schools are not.
  ///
  /// - Parameter candidate: the candidate of each row of the match's table, −1 for none.
  func variables(
    _ step: MatchStep, in data: DataSet, table: Table, candidate: [Int32]
  ) -> (variables: [BaselineVariable], problems: [SpecError]) {
    var variables: [BaselineVariable] = []
    var problems: [SpecError] = []
    let names = baselineOfCovariates ? step.covariates : baseline
    let path = step.path(to: "gate")
    for name in names {
      let parts = name.text.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 2, parts[0] != table.name, let other = data[table: parts[0]],
        let rows = data.rowIndex(from: parts[0], to: table.name), !rows.isEmpty
      {
        guard let column = other[parts[1]] else {
          problems.append(
            SpecError(
              .unknownName(parts[1], kind: "column", known: other.columnNames), path: path,
              at: name.location))
          continue
        }
        variables.append(
          BaselineVariable(
            name: name.text, covariate: Covariate(name.text, column),
            unit: candidate.isEmpty ? [] : rows.map { $0 < 0 ? -1 : candidate[Int($0)] },
            isOwn: false))
        continue
      }
      if let below = data.links.first(where: { $0.to == table.name && $0.from != table.name }) {
        problems.append(
          SpecError(
            .rule(
              "`wwc` is judged in standard deviations of the rows of `\(below.from)`, not of "
                + "`\(table.name)`: name a column as `\(below.from).…`"),
            path: path, at: name.location))
        continue
      }
      guard let column = table[parts.last ?? name.text] else {
        problems.append(
          SpecError(
            .unknownName(name.text, kind: "column", known: table.columnNames), path: path,
            at: name.location))
        continue
      }
      variables.append(
        BaselineVariable(
          name: name.text, covariate: Covariate(name.text, column), unit: candidate, isOwn: true))
    }
    return (variables, problems)
  }
}

extension Covariate {
  init(_ name: String, _ column: Column) {
    switch column.storage {
    case .numbers(let numbers): self.init(name, .numbers(numbers))
    case .codes(let codes, let levels): self.init(name, .factor(codes: codes, levels: levels))
    }
  }
}
