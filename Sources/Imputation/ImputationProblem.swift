internal import Designs
internal import Probability
internal import StudyFiles
internal import Tables

/// The columns of an imputation read from the tables, with everything that makes it impossible found.
struct ImputationProblem: Sendable {
  let rowCount: Int
  let groups: GroupCodes?
  /// Columns to impute, then complete ones.
  let variables: [ImputationVariable]
  /// Positions of the columns with missing values, by how many they miss.
  let order: [Int]

  func unitCount(_ level: ImputationVariable.Level) -> Int {
    level == .rows ? rowCount : groups?.count ?? 0
  }

  init(_ step: ImputeStep, in data: DataSet) throws(ImputationError) {
    let name = step.data.text
    guard let table = data[table: name], table.rowCount > 0 else { throw .noRows(table: name) }
    rowCount = table.rowCount
    let groups = try step.group.flatMap { (group) throws(ImputationError) in
      try Self.groups(group.text, in: data, of: table)
    }
    self.groups = groups
    let reader = VariableReader(data: data, table: table, groups: groups)
    var variables: [ImputationVariable] = []
    for column in step.columns { variables.append(try reader.target(column)) }
    for column in step.using { variables.append(try reader.predictor(column.text)) }
    self.variables = variables
    let counts = variables.map { $0.missing.count }
    order = variables.indices.filter { counts[$0] > 0 }
      .sorted { (counts[$0], $0) < (counts[$1], $1) }
    try refuseCollinear()
    for k in order {
      let columns = Predictors(self, for: k).width + 1
      let observed = variables[k].values.count - counts[k]
      guard observed > columns else {
        throw .tooFewValues(column: variables[k].name, observed: observed, columns: columns)
      }
    }
  }

  private static func groups(
    _ name: String, in data: DataSet, of table: Table
  ) throws(ImputationError) -> GroupCodes? {
    guard let resolved = try? data.resolve(name, from: table.name) else { return nil }
    let values = VariableReader.numbers(resolved.column, index: resolved.index)
    let missing = values.count(where: \.isNaN)
    guard missing == 0 else { throw .groupMissing(group: name, rows: missing) }
    var position: [Double: Int32] = [:]
    let codes = values.map { value -> Int32 in
      if let known = position[value] { return known }
      let next = Int32(position.count)
      position[value] = next
      return next
    }
    guard position.count > 1 else { throw .oneGroup(group: name) }
    return GroupCodes(name: name, codes: codes, count: position.count)
  }

  /// Looks for columns that depend on others where all are observed.
  private func refuseCollinear() throws(ImputationError) {
    for level in [ImputationVariable.Level.rows, .groups] {
      let chosen = variables.indices.filter {
        variables[$0].level == level || (level == .rows && groups != nil)
      }
      let expanded = chosen.map { k in
        let values = variables[k].values
        return (
          name: variables[k].name,
          values: variables[k].level == level ? values : groups?.spread(values) ?? values
        )
      }
      let complete = (0..<unitCount(level)).filter { unit in
        expanded.allSatisfy { !$0.values[unit].isNaN }
      }.map(Int32.init)
      var (names, columns): ([String], [[Double]]) = ([], [])
      for (k, column) in zip(chosen, expanded) {
        for part in variables[k].columns(column.values) {
          names.append(column.name)
          columns.append(part)
        }
      }
      guard complete.count > columns.count + 1 else { continue }
      let standard = columns.map { InterceptModel.standardised($0, over: complete) }
      let varying = standard.indices.filter { standard[$0] != nil }
      let independent = IndependentColumns(standard.compactMap(\.self), units: complete)
      if let first = independent.dropped.first {
        let before = names[..<varying[first]].filter { $0 != names[varying[first]] }
        var seen: Set<String> = []
        throw .collinear(
          column: names[varying[first]], before: before.filter { seen.insert($0).inserted })
      }
    }
  }
}
