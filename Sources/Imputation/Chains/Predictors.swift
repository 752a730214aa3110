/// What one column is regressed on: every other column at its level, with the group means of those that
/// vary within groups.
///
/// Means carry what a column shares with its group, which may differ from what it shows within: without
/// them imputed values would have one slope for both. Grund, Lüdtke & Robitzsch (2018),
/// doi:10.1177/1094428117703686.
struct Predictors: Sendable {
  private let problem: ImputationProblem
  private let target: Int

  init(_ problem: ImputationProblem, for target: Int) {
    self.problem = problem
    self.target = target
  }

  /// Columns without the intercept, before those that depend on others are left out.
  var width: Int { columns(problem.variables.map(\.values)).count }

  /// - Parameter values: completed values of each variable at its own level.
  func columns(_ values: [[Double]]) -> [[Double]] {
    var result: [[Double]] = []
    var means: [[Double]] = []
    let level = problem.variables[target].level
    for (k, variable) in problem.variables.enumerated() where k != target {
      for column in variable.columns(values[k]) {
        switch (level, variable.level) {
        case (.rows, .rows):
          result.append(column)
          if let groups = problem.groups { means.append(groups.spread(groups.means(column))) }
        case (.rows, .groups): result.append(problem.groups?.spread(column) ?? column)
        case (.groups, .groups): result.append(column)
        case (.groups, .rows): result.append(problem.groups?.means(column) ?? column)
        }
      }
    }
    return result + means
  }
}
