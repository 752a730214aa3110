internal import Designs
internal import StudyFiles
internal import Tables

/// Pupils of the base year for the gate of a match of candidates: `pupils.prior @ base` is the prior attainment of
/// those who were at each school in its base year.
struct GateColumns {
  let table: String
  let column: String

  /// `nil` for a text that is no such name, or whose table has one row a unit and year.
  init?(_ text: String, in data: DataSet) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false).map {
      String($0).trimmed
    }
    guard parts.count == 2, parts[1] == "base", let dot = parts[0].firstIndex(of: "."),
      let own = data.links.first(where: { $0.from == TreatmentDeclaration.candidates })
    else { return nil }
    table = String(parts[0][..<dot])
    column = String(parts[0][parts[0].index(after: dot)...])
    guard data.time.yearColumns[table] != nil, data[table: table]?[column] != nil,
      data.links.contains(where: { $0.from == table && $0.to == own.to }),
      !data.links.contains(where: {
        $0.from == table && $0.to == own.to && $0.column == data.time.rowKeys[table]
      })
    else { return nil }
  }

  /// The data with a column under each such name, and its rows linked to the candidates of their unit and year.
  static func adding(_ names: [LocatedText], to data: DataSet) -> DataSet {
    var result = data
    var linked: Set<String> = []
    for name in names {
      guard let own = GateColumns(name.text, in: data), var table = result[table: own.table],
        let column = table[own.column]
      else { continue }
      let alias = String(name.text.dropFirst(own.table.count + 1))
      table.set(Column(alias, type: column.type, storage: column.storage))
      result.set(table)
      guard linked.insert(own.table).inserted, let index = own.candidates(in: data) else {
        continue
      }
      result.add(
        Link(
          from: own.table, column: "candidate", to: TreatmentDeclaration.candidates, index: index))
    }
    return result
  }

  /// The candidate of each row: that of its unit whose base year is the row's.
  private func candidates(in data: DataSet) -> [Int32]? {
    guard let own = data.links.first(where: { $0.from == TreatmentDeclaration.candidates }),
      case .numbers(let bases)? = data[table: TreatmentDeclaration.candidates]?["base"]?.storage,
      let name = data.time.yearColumns[table],
      case .numbers(let years)? = data[table: table]?[name]?.storage,
      let unit = data.rowIndex(from: table, to: own.to)
    else { return nil }
    var place: [UnitYear: Int32] = [:]
    for row in own.index.indices where own.index[row] >= 0 {
      place[UnitYear(unit: own.index[row], year: bases[row])] = Int32(row)
    }
    return unit.indices.map { row in
      unit[row] < 0 ? -1 : place[UnitYear(unit: unit[row], year: years[row])] ?? -1
    }
  }

  private struct UnitYear: Hashable {
    let unit: Int32
    let year: Double
  }
}
