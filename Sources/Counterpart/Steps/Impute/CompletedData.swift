public import Designs
internal import StudyFiles
internal import Tables

/// The data with imputed columns, once for each imputation.
public struct CompletedData: Sendable {
  public let sets: [DataSet]
  /// The columns that the imputation knew, as `table.column`.
  public let columns: Set<String>

  /// Columns of a formula that the imputation did not know: imputed values have no relation with them, which
  /// pulls their coefficients towards zero.
  ///
  /// - Parameter table: whose rows the formula is of.
  func unknown(in formula: Formula, table: String) -> [String] {
    guard let data = sets.first else { return [] }
    let groups = Set(formula.groupNames.flatMap { $0.split(separator: ":").map(String.init) })
    var found: [String] = []
    for use in formula.names where !use.isEpisodes && !groups.contains(use.name) {
      let name = use.table.map { "\($0).\(use.name)" } ?? use.name
      guard let column = try? data.resolve(name, from: table),
        !columns.contains("\(column.table).\(column.column.name)"), !found.contains(name)
      else { continue }
      found.append(name)
    }
    return found
  }
}

/// The units that a match kept of each completed data set.
public struct ImputedSamples: Sendable {
  /// The imputation step.
  public let imputed: String
  /// One for each completed data set.
  public let units: [MatchedUnits]
}
