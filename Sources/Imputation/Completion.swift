internal import Designs
internal import Tables

/// Puts completed values back into their tables.
struct Completion {
  let problem: ImputationProblem
  /// Completed values of each variable at its own level.
  let values: [[Double]]

  func data(_ original: DataSet) -> DataSet {
    var result = original
    for k in problem.order {
      let variable = problem.variables[k]
      guard var table = result[table: variable.home.table],
        let column = table[variable.home.column]
      else { continue }
      table.set(completed(column, variable, values[k]))
      result.set(table)
    }
    return result
  }

  /// The column with its missing cells filled and its observed ones untouched.
  private func completed(
    _ column: Column, _ variable: ImputationVariable, _ values: [Double]
  ) -> Column {
    var numbers: [Double] = []
    var codes: [Int32] = []
    var levels: [String] = []
    switch column.storage {
    case .numbers(let stored): numbers = stored
    case .codes(let stored, let names): (codes, levels) = (stored, names)
    }
    func fill(_ cell: Int, _ value: Double) {
      let category =
        variable.categories.isEmpty ? .number(value) : variable.categories[Int(value)]
      switch category {
      case .number(let number): if numbers[cell].isNaN { numbers[cell] = number }
      case .code(let code): if codes[cell] < 0 { codes[cell] = code }
      }
    }
    if let rows = variable.home.rows {
      for (unit, row) in rows.enumerated() { fill(Int(row), values[unit]) }
    } else if variable.level == .groups, let groups = problem.groups {
      for (row, code) in groups.codes.enumerated() { fill(row, values[Int(code)]) }
    } else {
      for row in values.indices { fill(row, values[row]) }
    }
    // What was whole or a date is neither when it comes from a normal distribution.
    let isDrawn = variable.method == .normal
    return Column(
      column.name, type: isDrawn ? .number : column.type,
      storage: levels.isEmpty ? .numbers(numbers) : .codes(codes, levels: levels))
  }
}
