internal import Designs
internal import StudyFiles
internal import Tables

/// The rows that belong to a study, rule by rule, with rows of linked tables following those they link to.
struct Population: Sendable {
  let data: DataSet
  let flows: [PopulationFlow]
  let diagnostics: [Diagnostic]
  /// Where each row of a table went that was cut down; −1 for nowhere.
  let positions: [String: [Int32]]
  /// For each table with rules and each of its rows, the rule that it did not meet first.
  let fallen: [String: [Fall]]

  /// Where a row of a table left.
  enum Fall: Sendable, Hashable {
    case kept
    case byRule(Int, isUndecided: Bool)
  }

  /// - Throws: ``RunError/study(_:)`` with every rule that does not fit the data, ``RunError/data(_:)``
  ///   where no row is left.
  init(_ study: Study, of original: DataSet) throws(RunError) {
    var kept: [String: [Bool]] = [:]
    var flows: [PopulationFlow] = []
    var problems: [SpecError] = []
    var fallen: [String: [Fall]] = [:]
    for table in original.tables {
      let rules = study.population.filter { $0.table.text == table.name }
      guard !rules.isEmpty else { continue }
      let arms = Self.arms(of: table.name, in: study, data: original)
      var rows = [Bool](repeating: true, count: table.rowCount)
      let start = Self.count(rows, arms)
      var stages: [PopulationFlow.Stage] = []
      var falls = [Fall](repeating: .kept, count: table.rowCount)
      for (number, rule) in rules.enumerated() {
        do throws(ExpressionError) {
          let outcome = try Expression(parsing: rule.expression.text)
            .evaluateLogical(in: original, table: table.name)
          var undecided = 0
          for row in rows.indices where rows[row] {
            switch outcome.verdicts[row] {
            case .holds: break
            case .fails:
              rows[row] = false
              falls[row] = .byRule(number, isUndecided: false)
            case .missing:
              rows[row] = false
              falls[row] = .byRule(number, isUndecided: true)
              undecided += 1
            }
          }
          stages.append(
            PopulationFlow.Stage(
              rule: rule.expression.text, kept: Self.count(rows, arms), undecided: undecided))
        } catch {
          problems.append(
            SpecError(error, in: rule.expression, path: "population.\(table.name)"))
        }
      }
      // The rows of a streamed table are not here: each piece is cut down as it is read.
      if original.streamed.contains(table.name) { continue }
      kept[table.name] = rows
      fallen[table.name] = falls
      flows.append(PopulationFlow(table: table.name, start: start, stages: stages))
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
    for flow in flows where flow.stages.last?.kept.all == 0 && flow.start.all > 0 {
      throw .data([
        "population: no row of `\(flow.table)` meets every rule; rows kept by each: "
          + flow.stages.map { "\($0.rule): \($0.kept.all)" }.joined(separator: "; ")
      ])
    }
    let followed = Self.following(kept, in: original)
    for table in original.tables where kept[table.name] == nil {
      guard let rows = followed[table.name], rows.contains(false) else { continue }
      flows.append(
        PopulationFlow(
          table: table.name, start: Self.count(rows.map { _ in true }, nil),
          stages: [
            PopulationFlow.Stage(
              rule: "linked to rows in the population", kept: Self.count(rows, nil), undecided: 0)
          ]))
    }
    self.flows = flows
    self.fallen = fallen
    (data, positions) = Self.select(followed, from: original)
    diagnostics = flows.flatMap { flow in
      flow.stages.filter { $0.undecided > 0 }.map { stage in
        Diagnostic(
          .warning, code: "population-undecided",
          "the rule `\(stage.rule)` could not be decided for \(stage.undecided) rows of "
            + "`\(flow.table)` with missing values; they are left out")
      }
    }
  }

  /// Which rows are treated, where a step says which column tells.
  private static func arms(of table: String, in study: Study, data: DataSet) -> [Double]? {
    for named in study.steps {
      guard let arm = named.step.arm, arm.table == table,
        case .numbers(let values) = data[table: table]?[arm.column]?.storage
      else { continue }
      return values
    }
    return nil
  }

  private static func count(_ rows: [Bool], _ arms: [Double]?) -> PopulationFlow.Count {
    let all = rows.reduce(0) { $0 + ($1 ? 1 : 0) }
    guard let arms else { return PopulationFlow.Count(all: all, treated: nil, control: nil) }
    var treated = 0
    var control = 0
    for row in rows.indices where rows[row] {
      if arms[row] == 1 { treated += 1 } else if arms[row] == 0 { control += 1 }
    }
    return PopulationFlow.Count(all: all, treated: treated, control: control)
  }

  /// The data with only the kept rows. A row that links to a row that is not kept is not kept either.
  private static func select(
    _ kept: [String: [Bool]], from data: DataSet
  ) -> (data: DataSet, positions: [String: [Int32]]) {
    guard !kept.isEmpty else { return (data, [:]) }
    var positions: [String: [Int32]] = [:]
    var result = DataSet()
    for table in data.tables {
      guard let rows = kept[table.name] else {
        result.set(table)
        continue
      }
      let chosen = rows.indices.filter { rows[$0] }
      var position = [Int32](repeating: -1, count: rows.count)
      for (new, old) in chosen.enumerated() { position[old] = Int32(new) }
      positions[table.name] = position
      result.set(table.selecting(rows: chosen))
    }
    for link in data.links {
      var index = link.index
      if let rows = kept[link.from] {
        index = rows.indices.filter { rows[$0] }.map { link.index[$0] }
      }
      if let position = positions[link.to] {
        index = index.map { $0 < 0 ? -1 : position[Int($0)] }
      }
      result.add(Link(from: link.from, column: link.column, to: link.to, index: index))
    }
    for episodes in data.episodes { result.add(episodes) }
    for table in data.streamed { result.markStreamed(table) }
    result.time = data.time.withoutPanels
    return (result, positions)
  }

  /// Spreads the loss of rows along the links until nothing changes.
  private static func following(_ kept: [String: [Bool]], in data: DataSet) -> [String: [Bool]] {
    var kept = kept
    var changed = true
    while changed {
      changed = false
      // Candidates stay, because comparators keep their distance from all who joined; who may be matched is
      // said beside them.
      for link in data.links where link.from != data.time.candidates {
        guard let targets = kept[link.to] else { continue }
        var rows = kept[link.from] ?? [Bool](repeating: true, count: link.index.count)
        for row in rows.indices where rows[row] && link.index[row] >= 0 {
          if !targets[Int(link.index[row])] {
            rows[row] = false
            changed = true
          }
        }
        kept[link.from] = rows
      }
    }
    return kept
  }
}
