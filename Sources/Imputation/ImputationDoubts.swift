internal import Designs
internal import StudyFiles
internal import Tables

/// What a reader of imputed results should know.
struct ImputationDoubts {
  let step: ImputeStep
  let problem: ImputationProblem
  let missing: [MissingRow]
  let convergence: [ConvergenceRow]

  func found(in data: DataSet) -> [Diagnostic] {
    chains + share + number + empty(data)
  }

  /// R̂ of fewer than four values a chain says nothing.
  private var chains: [Diagnostic] {
    guard step.iterations >= 8 else {
      return problem.order.isEmpty
        ? []
        : [
          Diagnostic(
            .note, code: "chains-not-judged",
            "\(step.iterations) rounds are too few to see whether the chains agree: use 8 or more.")
        ]
    }
    let apart = convergence.filter { max($0.ofMeans ?? 1, $0.ofDeviations ?? 1) > 1.2 }
    guard !apart.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "chains-apart",
        "The chains of \(apart.map { "`\($0.column)`" }.joined(separator: ", ")) do not agree (R̂ above "
          + "1.2 after \(step.iterations) rounds): look at `chains`, and use more `iterations`.")
    ]
  }

  private var share: [Diagnostic] {
    let most = missing.filter { $0.fraction > 0.5 }
    guard !most.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "mostly-missing",
        "More than half of \(most.map { "`\($0.column)`" }.joined(separator: ", ")) is missing: what is "
          + "said of it rests on the imputation model more than on data.")
    ]
  }

  /// White, Royston & Wood (2011), doi:10.1002/sim.4067: at least as many imputations as per cent of rows
  /// are incomplete.
  private var number: [Diagnostic] {
    var incomplete = [Bool](repeating: false, count: problem.rowCount)
    for k in problem.order {
      let variable = problem.variables[k]
      let values =
        variable.level == .rows
        ? variable.values : problem.groups?.spread(variable.values) ?? []
      for row in values.indices where values[row].isNaN { incomplete[row] = true }
    }
    let share = Double(incomplete.count(where: \.self)) / Double(problem.rowCount)
    let wanted = Int((100 * share).rounded(.up))
    guard step.imputations < wanted else { return [] }
    return [
      Diagnostic(
        .note, code: "few-imputations",
        "\(step.imputations) imputations for \(wanted) % incomplete rows: with as many imputations as "
          + "per cent another seed would change results little.")
    ]
  }

  /// Rows of a linked table that no row leads to have no group, so their cells stay missing.
  private func empty(_ data: DataSet) -> [Diagnostic] {
    problem.order.compactMap { k in
      let variable = problem.variables[k]
      guard let rows = variable.home.rows, let table = data[table: variable.home.table],
        let column = table[variable.home.column]
      else { return nil }
      let reached = Set(rows)
      let left = (0..<table.rowCount).count {
        column.isMissing($0) && !reached.contains(Int32($0))
      }
      guard left > 0 else { return nil }
      return Diagnostic(
        .note, code: "not-imputed",
        "\(left) missing values of `\(variable.name)` stay missing: no row of `\(step.data.text)` "
          + "belongs to these rows of `\(table.name)`.")
    }
  }
}
