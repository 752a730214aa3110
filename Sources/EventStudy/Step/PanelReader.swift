internal import Designs
internal import StudyFiles
internal import Tables

/// Turns the rows of a table, one a unit and year, into a panel.
struct PanelReader {
  let step: EventStudyStep
  private let rowCount: Int
  private let unit: ResolvedColumn
  private let year: [Double]
  private let joined: [Double]
  private let outcome: [Double]
  private let covariates: [StaggeredPanel.Covariate]
  private let cluster: ResolvedColumn?

  /// - Throws: every name that is unknown, ambiguous or of the wrong type.
  init(_ step: EventStudyStep, in data: DataSet, path: String) throws(SpecErrors) {
    guard let table = data[table: step.data.text] else {
      throw SpecErrors(
        SpecError(
          .unknownName(step.data.text, kind: "table", known: data.tableNames),
          path: "\(path).data", at: step.data.location))
    }
    let rows = table.rowCount
    var problems: [SpecError] = []
    func resolve(_ name: LocatedText, _ key: String) -> ResolvedColumn? {
      do throws(NameError) { return try data.resolve(name.text, from: table.name) } catch {
        problems.append(SpecError(error, at: name, path: "\(path).\(key)"))
        return nil
      }
    }
    func numbers(_ name: LocatedText, _ key: String, advice: String = "") -> [Double] {
      guard let column = resolve(name, key) else { return [] }
      guard case .numbers = column.column.storage, column.column.type != .date || advice.isEmpty
      else {
        problems.append(
          SpecError(
            .wrongType(
              expected: "a column of numbers\(advice)",
              found: "the \(column.column.type.rawValue) `\(name.text)`"), path: "\(path).\(key)",
            at: name.location))
        return []
      }
      return column.numbers(rows: rows)
    }
    let unit = resolve(step.unit, "unit")
    year = numbers(step.year, "year", advice: ", whole years")
    joined = numbers(
      step.joined, "joined",
      advice:
        ", the first year that counts as treated (a date does not say which results it could change)"
    )
    outcome = numbers(step.outcome, "outcome")
    var covariates: [StaggeredPanel.Covariate] = []
    for name in step.covariates {
      guard let column = resolve(name, "covariates") else { continue }
      covariates += column.codings(name.text, rows: rows)
    }
    self.covariates = covariates
    cluster = step.cluster.flatMap { resolve($0, "cluster") }
    guard problems.isEmpty, let unit else { throw SpecErrors(problems) }
    self.step = step
    self.unit = unit
    rowCount = rows
  }

  /// - Parameter rowSets: the matched set of each row, −1 for none.
  func panel(
    rowWeights: [Double]?, rowSets: [Int32]? = nil
  ) throws(EventStudyError) -> StaggeredPanel {
    var sets: [Int32] = []
    let panel = try panel(rowWeights, rowSets, &sets)
    return rowSets == nil ? panel : panel.pooled(bySets: panel.kept.map { sets[$0] })
  }

  private func panel(
    _ rowWeights: [Double]?, _ rowSets: [Int32]?, _ sets: inout [Int32]
  ) throws(EventStudyError) -> StaggeredPanel {
    var units: [String] = []
    var position: [String: Int] = [:]
    var rows: [(row: Int, unit: Int, year: Int)] = []
    var (joins, clusters, weights): ([Double], [String], [Double]) = ([], [], [])
    var years: Set<Int> = []
    for row in 0..<rowCount {
      guard let name = unit.text(row) else { continue }
      guard !year[row].isNaN else { continue }
      guard let time = Int(exactly: year[row]) else {
        throw .notWhole(column: step.year.text, value: year[row])
      }
      let own: Int
      if let known = position[name] {
        own = known
      } else {
        own = units.count
        position[name] = own
        units.append(name)
        joins.append(joined[row])
        clusters.append(clusterName(row, of: name))
        weights.append(0)
        sets.append(-1)
      }
      guard isSame(joins[own], joined[row]) else {
        throw .unsteadyJoining(
          unit: name, first: Self.year(joins[own]), second: Self.year(joined[row]))
      }
      guard clusterName(row, of: name) == clusters[own] else {
        throw .unsteady(column: step.cluster?.text ?? "", unit: name)
      }
      // A matched unit may stand in one of its years only: its largest weight is the unit's.
      weights[own] = max(weights[own], rowWeights?[row] ?? 1)
      if let set = rowSets?[row], set >= 0 { sets[own] = set }
      rows.append((row, own, time))
      if outcome[row].isFinite { years.insert(time) }
    }
    let periods = years.sorted()
    guard periods.count > 1, let first = periods.first, let last = periods.last else {
      throw .fewPeriods(periods.count)
    }
    let declared = Set(step.missingYears)
    let gaps = (first...last).filter { !years.contains($0) && !declared.contains($0) }
    // Where most years are absent the table has another rhythm, such as every second year.
    guard gaps.isEmpty else { throw .undeclaredGap(gaps) }
    let present = step.missingYears.filter(years.contains)
    guard present.isEmpty else { throw .declaredButPresent(present) }
    var index: [Int: Int] = [:]
    for (place, time) in periods.enumerated() { index[time] = place }
    for join in joins where !join.isNaN && Int(exactly: join) == nil {
      throw .notWhole(column: step.joined.text, value: join)
    }
    if step.sampling == .crossSections {
      // People count by their own rows: a unit's rows all have its weight in a sample.
      let seen = rows.filter { row, _, _ in
        outcome[row].isFinite && (rowWeights?[row] ?? 1) > 0
      }
      return StaggeredPanel(
        periods: periods, cohorts: joins.map { Int(exactly: $0) },
        observations: CrossSections(
          unit: seen.map { Int32($0.unit) }, period: seen.map { Int32(index[$0.year] ?? 0) },
          outcome: seen.map { outcome[$0.row] },
          covariates: covariates.map { covariate in seen.map { covariate.values[$0.row] } },
          weights: seen.map { rowWeights?[$0.row] ?? 1 }),
        names: covariates.map(\.name), clusters: codes(of: clusters))
    }
    var outcomes = [Double](repeating: .nan, count: units.count * periods.count)
    var adjusting = covariates.map { _ in outcomes }
    var filled = [Bool](repeating: false, count: outcomes.count)
    for (row, unit, time) in rows {
      guard let place = index[time] else { continue }
      let cell = unit * periods.count + place
      guard !filled[cell] else { throw .repeatedYear(unit: units[unit], year: time) }
      filled[cell] = true
      outcomes[cell] = outcome[row]
      for k in covariates.indices { adjusting[k][cell] = covariates[k].values[row] }
    }
    return StaggeredPanel(
      periods: periods, cohorts: joins.map { Int(exactly: $0) }, outcome: outcomes,
      covariates: zip(covariates, adjusting).map { StaggeredPanel.Covariate($0.name, $1) },
      weights: weights, clusters: codes(of: clusters))
  }

  private func codes(of names: [String]) -> [Int32] {
    var codes: [String: Int32] = [:]
    return names.map { name -> Int32 in
      if let known = codes[name] { return known }
      let next = Int32(codes.count)
      codes[name] = next
      return next
    }
  }

  /// A unit without a value, such as a comparator in no federation, is a cluster of its own.
  private func clusterName(_ row: Int, of unit: String) -> String {
    cluster.flatMap { $0.text(row) }.map { "cluster \($0)" } ?? "unit \(unit)"
  }

  private func isSame(_ a: Double, _ b: Double) -> Bool { a == b || (a.isNaN && b.isNaN) }

  private static func year(_ value: Double) -> String {
    value.isNaN ? "no year" : Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

extension ResolvedColumn {
  func numbers(rows: Int) -> [Double] {
    guard case .numbers(let values) = column.storage else { return [] }
    guard let index else { return values }
    return index.map { $0 < 0 ? .nan : values[Int($0)] }
  }

  /// The value of a row as text; `nil` where missing.
  func text(_ row: Int) -> String? {
    let row = index.map { Int($0[row]) } ?? row
    guard row >= 0, !column.isMissing(row) else { return nil }
    return column.text(at: row)
  }

  /// A column of numbers, or one of 0 and 1 for each category but the first.
  func codings(_ name: String, rows: Int) -> [StaggeredPanel.Covariate] {
    switch column.storage {
    case .numbers: return [StaggeredPanel.Covariate(name, numbers(rows: rows))]
    case .codes(let codes, let levels):
      return levels.indices.dropFirst().map { level in
        StaggeredPanel.Covariate(
          name + levels[level],
          (0..<rows).map { row in
            let place = index.map { Int($0[row]) } ?? row
            guard place >= 0, codes[place] >= 0 else { return .nan }
            return codes[place] == Int32(level) ? 1 : 0
          })
      }
    }
  }
}
