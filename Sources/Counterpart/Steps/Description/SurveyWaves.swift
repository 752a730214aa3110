internal import Designs
internal import Multilevel
internal import Networks
internal import Probability
internal import StudyFiles
internal import Tables

/// Why survey waves cannot be described.
enum SurveyError: Error, CustomStringConvertible {
  case notYesOrNo(item: String, row: Int, found: String)
  case shareOutside(item: String, row: Int, found: Double)
  case count(row: Int, found: Double)
  case noWave

  var description: String {
    switch self {
    case .notYesOrNo(let item, let row, let found):
      "row \(row): `\(item)` is \(found): expected 1 or `yes`, 0 or `no`, or nothing"
    case .shareOutside(let item, let row, let found):
      "row \(row): the share of `\(item)` is \(found): expected a number from 0 to 1, as 0.62 for 62 %"
    case .count(let row, let found):
      "row \(row): \(found) cannot be how many answered: expected a whole number above 0, or nothing"
    case .noWave: "no row has a wave"
    }
  }
}

extension SurveyWaves {
  struct Result {
    let proportions: [ProportionRow]
    let changes: [ChangeRow]
    let diagnostics: [Diagnostic]
  }

  func run(in data: DataSet) throws(SurveyError) -> Result {
    guard let table = data[table: self.data.text] else { throw .noWave }
    let waves = Labelled(data, wave.text, from: self.data.text, count: table.rowCount)
    guard !waves.levels.isEmpty else { throw .noWave }
    switch source {
    case .answers(let items, let group):
      let groups = group.map {
        Labelled(data, $0.text, from: self.data.text, count: table.rowCount)
      }
      var (proportions, changes): ([ProportionRow], [ChangeRow]) = ([], [])
      var diagnostics: [Diagnostic] = []
      for item in items {
        let answers = try answers(to: item.text, in: data, count: table.rowCount)
        for (code, name) in waves.levels.enumerated() {
          let rows = answers.indices.filter { waves.codes[$0] == Int32(code) }
          let known = rows.compactMap { answers[$0] }
          proportions.append(
            ProportionRow(
              wave: name, item: item.text, missing: rows.count - known.count,
              of: known.count, yes: known.count { $0 }))
        }
        guard let groups, waves.levels.count > 1 else { continue }
        let outcome = SurveyChange(
          item: item.text, answers: answers, waves: waves, groups: groups)
        changes += outcome.rows
        diagnostics += outcome.diagnostics
      }
      return Result(proportions: proportions, changes: changes, diagnostics: diagnostics)
    case .shares(let item, let share, let of):
      let names = Labelled(data, item.text, from: self.data.text, count: table.rowCount)
      let shares = numbers(share.text, in: data, count: table.rowCount)
      let counts = of.map { numbers($0.text, in: data, count: table.rowCount) }
      var rows: [ProportionRow] = []
      for row in 0..<table.rowCount {
        guard names.codes[row] >= 0, waves.codes[row] >= 0, !shares[row].isNaN else { continue }
        let name = names.levels[Int(names.codes[row])]
        guard 0...1 ~= shares[row] else {
          throw .shareOutside(item: name, row: row + 1, found: shares[row])
        }
        let n = counts?[row] ?? .nan
        if !n.isNaN, n < 1 || n.rounded() != n || n > 1e9 { throw .count(row: row + 1, found: n) }
        rows.append(
          ProportionRow(
            wave: waves.levels[Int(waves.codes[row])], item: name, share: shares[row],
            of: n.isNaN ? nil : Int(n)))
      }
      let unknown = rows.count { $0.of == nil }
      let diagnostics =
        unknown == 0
        ? []
        : [
          Diagnostic(
            .note, code: "unknown-number",
            "\(unknown) of \(rows.count) published shares do not say of how many: they have no interval, and "
              + "nothing can be said of their precision")
        ]
      return Result(proportions: rows, changes: [], diagnostics: diagnostics)
    }
  }

  private func answers(
    to item: String, in data: DataSet, count: Int
  ) throws(SurveyError) -> [Bool?] {
    guard let column = try? data.resolve(item, from: self.data.text) else { return [] }
    var result: [Bool?] = []
    for row in 0..<count {
      let source = column.index.map { Int($0[row]) } ?? row
      guard source >= 0, !column.column.isMissing(source) else {
        result.append(nil)
        continue
      }
      switch column.column.storage {
      case .numbers(let values):
        guard values[source] == 0 || values[source] == 1 else {
          throw .notYesOrNo(item: item, row: row + 1, found: "\(values[source])")
        }
        result.append(values[source] == 1)
      case .codes(let codes, let levels):
        let word = levels[Int(codes[source])]
        switch word.lowercased() {
        case "yes", "true", "1": result.append(true)
        case "no", "false", "0": result.append(false)
        default: throw .notYesOrNo(item: item, row: row + 1, found: "`\(word)`")
        }
      }
    }
    return result
  }

  /// Numbers of a column, NaN where there is none.
  private func numbers(_ name: String, in data: DataSet, count: Int) -> [Double] {
    guard let column = try? data.resolve(name, from: self.data.text),
      case .numbers(let values) = column.column.storage
    else { return [Double](repeating: .nan, count: count) }
    return (0..<count).map { row in
      let source = column.index.map { Int($0[row]) } ?? row
      return source < 0 ? .nan : values[source]
    }
  }
}

/// A column as positions among its values, in ascending order where they are numbers.
struct Labelled {
  /// −1 where missing.
  let codes: [Int32]
  let levels: [String]

  init(_ data: DataSet, _ name: String, from table: String, count: Int) {
    guard let column = try? data.resolve(name, from: table) else {
      codes = [Int32](repeating: -1, count: count)
      levels = []
      return
    }
    let rows = (0..<count).map { row in column.index.map { Int($0[row]) } ?? row }
    switch column.column.storage {
    case .codes(let all, let names):
      let raw = rows.map { $0 < 0 ? -1 : all[$0] }
      // Levels that no row has are no waves and no groups.
      let used = Set(raw.filter { $0 >= 0 }).sorted()
      var position: [Int32: Int32] = [:]
      for (k, code) in used.enumerated() { position[code] = Int32(k) }
      codes = raw.map { position[$0] ?? -1 }
      levels = used.map { names[Int($0)] }
    case .numbers(let values):
      let raw = rows.map { $0 < 0 ? .nan : values[$0] }
      let used = Set(raw.filter { !$0.isNaN }).sorted()
      var position: [Double: Int32] = [:]
      for (k, value) in used.enumerated() { position[value] = Int32(k) }
      codes = raw.map { position[$0] ?? -1 }
      levels = used.map { column.column.type.text(of: $0) }
    }
  }
}
