internal import Designs
internal import StudyFiles
internal import Tables

/// The rows of outcomes as a study with base years sees them: each belongs to the candidate whose unit it is of,
/// so many years after that candidate's base year.
struct LagView {
  /// Which pupils a unit answers for.
  enum Enrolment: String, CaseIterable, Sendable {
    /// Those enrolled in the base year, wherever they are when the outcome is measured.
    case base
    /// Those enrolled when the outcome is measured.
    case outcome
  }

  let data: DataSet
  /// The candidate of each row of the table, −1 for none.
  let index: [Int32]
  let lag: [Int]
  let enrolment: Enrolment
  /// The unit of each row of the table at the time of the row, −1 for none.
  let unit: [Int32]
  let years: [Double]
  /// The candidate of each unit, −1 for none.
  let candidateOfUnit: [Int32]
  let base: [Double]

  /// - Parameters:
  ///   - units: the sample; `nil` before there is one, when every unit stands for its first candidate.
  ///   - lags: years after the base year; `nil` for all.
  ///   - enrolment: `nil` for the base year where the table follows pupils over years.
  /// - Returns: `nil` where the data have no candidates, or no link leads to their units.
  init?(
    _ data: DataSet, table name: String, units: MatchedUnits?, lags: [Int]?, enrolment: Enrolment?
  ) {
    let candidates = TreatmentDeclaration.candidates
    guard data.time.candidates == candidates, var stack = data[table: candidates],
      let whole = data[table: name], name != candidates,
      let own = data.links.first(where: { $0.from == candidates }),
      case .numbers(let base)? = stack["base"]?.storage,
      let unit = data.rowIndex(from: name, to: own.to)
    else { return nil }
    // What candidates say of themselves, such as whether they are treated, holds for their rows as well.
    let doubled = whole.columns.filter { $0.name != own.column && stack[$0.name] != nil }
    let table =
      doubled.isEmpty
      ? whole
      : Table(
        name: name,
        columns: whole.columns.filter { column in !doubled.contains { $0.name == column.name } },
        source: whole.source)
    var candidateOfUnit = [Int32](repeating: -1, count: data[table: own.to]?.rowCount ?? 0)
    for row in own.index.indices where own.index[row] >= 0 {
      let place = Int(own.index[row])
      if let units {
        if units.weights[row] > 0 { candidateOfUnit[place] = Int32(row) }
      } else if candidateOfUnit[place] < 0 {
        candidateOfUnit[place] = Int32(row)
      }
    }
    var years = [Double](repeating: .nan, count: table.rowCount)
    if let column = data.time.yearColumns[name], case .numbers(let values)? = table[column]?.storage
    {
      years = values
    }
    let isDated = data.time.yearColumns[name] != nil
    let follower =
      enrolment == .outcome || lags == nil || !isDated
      ? nil : Enrolments(table, in: data, unit: unit, years: years)
    var index = [Int32](repeating: -1, count: table.rowCount)
    var lag = [Int](repeating: 0, count: table.rowCount)
    let sorted = (lags ?? []).sorted(by: >)
    for row in index.indices {
      if let follower, let year = Int(exactly: years[row]) {
        for years in sorted {
          let home = follower.unit(ofRow: row, in: year - years)
          guard home >= 0, candidateOfUnit[Int(home)] >= 0 else { continue }
          let candidate = candidateOfUnit[Int(home)]
          guard base[Int(candidate)] == Double(year - years) else { continue }
          index[row] = candidate
          lag[row] = years
          break
        }
        continue
      }
      guard unit[row] >= 0, candidateOfUnit[Int(unit[row])] >= 0 else { continue }
      let candidate = candidateOfUnit[Int(unit[row])]
      guard isDated else {
        index[row] = candidate
        continue
      }
      guard let years = Int(exactly: years[row] - base[Int(candidate)]) else { continue }
      guard lags?.contains(years) ?? true else { continue }
      index[row] = candidate
      lag[row] = years
    }
    var changed = data
    changed.set(table)
    if isDated, table["lag"] == nil {
      var withLag = table
      let found = Set(index.indices.filter { index[$0] >= 0 }.map { lag[$0] })
      let levels: [String] = (lags ?? found.sorted()).map { "\($0)" }
      let categories: [String?] = index.indices.map { index[$0] < 0 ? nil : "\(lag[$0])" }
      withLag.set(
        Column("lag", categories: categories, levels: levels))
      changed.set(withLag)
    }
    stack.set(Self.sets(units, rows: stack.rowCount))
    stack.set(Self.clusters(units, data, rows: stack.rowCount))
    changed.set(stack)
    changed.add(Link(from: name, column: "candidate", to: candidates, index: index))
    self.data = changed
    self.index = index
    self.lag = lag
    self.enrolment = follower == nil ? .outcome : .base
    self.unit = unit
    self.years = years
    self.candidateOfUnit = candidateOfUnit
    self.base = base
  }

  /// The matched set of each candidate.
  private static func sets(_ units: MatchedUnits?, rows: Int) -> Column {
    let sets = units.map { $0.sets ?? [Int32](repeating: -1, count: rows) }
    return Column(
      "set",
      categories: (0..<rows).map { row in
        guard let sets else { return "\(row)" }
        return sets[row] < 0 ? nil : "\(sets[row] + 1)"
      })
  }

  /// The components of matched sets and groups that were assigned as one, which are what inference counts.
  private static func clusters(_ units: MatchedUnits?, _ data: DataSet, rows: Int) -> Column {
    var parent = Array(0..<rows)
    func root(_ row: Int) -> Int {
      var row = row
      while parent[row] != row {
        parent[row] = parent[parent[row]]
        row = parent[row]
      }
      return row
    }
    let groups = data.links.first {
      $0.from == TreatmentDeclaration.candidates && $0.to == TreatmentDeclaration.groups
    }?.index
    for codes in [units?.sets, groups].compactMap(\.self) {
      var first: [Int32: Int] = [:]
      for row in codes.indices where codes[row] >= 0 && (units?.weights[row] ?? 1) > 0 {
        if let other = first[codes[row]] {
          let (a, b) = (root(other), root(row))
          parent[max(a, b)] = min(a, b)
        } else {
          first[codes[row]] = row
        }
      }
    }
    return Column("cluster", categories: (0..<rows).map { "\(root($0) + 1)" })
  }
}

/// Where each pupil was enrolled in each year.
private struct Enrolments {
  private let pupil: [Int32]
  private let home: [UInt64: Int32]

  /// `nil` where no pupil of the table is seen in two years, so that it follows nobody.
  init?(_ table: Table, in data: DataSet, unit: [Int32], years: [Double]) {
    guard let name = data.time.rowKeys[table.name], let column = table[name] else { return nil }
    let (pupil, first) = PanelReader.distinct(column)
    guard first.count < table.rowCount else { return nil }
    var home: [UInt64: Int32] = [:]
    home.reserveCapacity(table.rowCount)
    for row in pupil.indices where pupil[row] >= 0 {
      guard let year = Int(exactly: years[row]) else { continue }
      home[Self.key(pupil[row], year)] = unit[row]
    }
    self.pupil = pupil
    self.home = home
  }

  func unit(ofRow row: Int, in year: Int) -> Int32 {
    pupil[row] < 0 ? -1 : home[Self.key(pupil[row], year)] ?? -1
  }

  private static func key(_ pupil: Int32, _ year: Int) -> UInt64 {
    UInt64(UInt32(bitPattern: pupil)) << 32 | UInt64(UInt32(bitPattern: Int32(clamping: year)))
  }
}
