internal import Designs
internal import StudyFiles
internal import Tables

/// The units that may be compared, each at a base year: treated units at the year before joining, and every other
/// unit at each of these calendar years, as long as it does not join before the outcome.
///
/// The treated come first. Everyone who ever joined is here, also who may not be matched, because comparators
/// keep their distance from them all.
struct CandidateTable: Sendable {
  /// Why a unit is no candidate.
  enum Reason: String, CaseIterable, Sendable {
    case shortSpell = "left too soon to count as treated"
    case notInData = "no row in the base year"
    case excluded = "not in the population in the base year"
  }

  let table: Table
  let units: String
  /// The row of the units' table for each candidate.
  let unit: [Int32]
  let base: [Int]
  let treated: [Bool]
  /// The row of the episodes by which a treated candidate joined; −1 for comparators.
  let spell: [Int32]
  /// The group of each candidate, as a row of the table of groups; −1 for comparators.
  let group: [Int32]
  /// Treated candidates that stayed too short a time.
  let isShort: [Bool]
  init(
    _ treatment: TreatmentDeclaration, base declared: BaseDeclaration, spells: Spells, follow: Int,
    lastYear: Int, keys: Column
  ) {
    var first: [Int32: Spells.Spell] = [:]
    for spell in spells.spells {
      if let known = first[spell.unit], (known.from, known.row) <= (spell.from, spell.row) {
        continue
      }
      first[spell.unit] = spell
    }
    var unit: [Int32] = []
    var base: [Int] = []
    var spell: [Int32] = []
    var isShort: [Bool] = []
    let joiners = first.values.sorted { $0.unit < $1.unit }
    for joiner in joiners {
      unit.append(joiner.unit)
      base.append(joiner.year - declared.yearsBefore)
      spell.append(Int32(joiner.row))
      isShort.append(joiner.length < treatment.least)
    }
    let cohorts = Set(base).sorted()
    // Each unit stands in one arm. Who joins only after the data end is treated in no year that is seen, and
    // serves as a comparator of those whose outcome lies before.
    for candidate in 0..<Int32(keys.count) {
      let joins = first[candidate]?.year
      if let joins, joins - declared.yearsBefore <= lastYear { continue }
      for year in cohorts where year <= lastYear && (joins.map { $0 > year + follow } ?? true) {
        unit.append(candidate)
        base.append(year)
        spell.append(-1)
        isShort.append(false)
      }
    }
    self.unit = unit
    self.base = base
    self.spell = spell
    self.isShort = isShort
    units = spells.units
    treated = spell.map { $0 >= 0 }
    let groupCodes = PanelReader.distinct(spells.groupColumn)
    // Groups are numbered among those that count, in the order of the episodes.
    let counted = Self.countedGroups(spells)
    var position: [Int32: Int32] = [:]
    for (place, code) in counted.enumerated() { position[code] = Int32(place) }
    group = spell.map { $0 < 0 ? -1 : position[groupCodes.codes[Int($0)]] ?? -1 }
    let unitRows = unit.map(Int.init)
    let spellRows = spell.map(Int.init)
    table = Table(
      name: TreatmentDeclaration.candidates,
      columns: [
        Column(
          "candidate",
          categories: unit.indices.map { "\(keys.text(at: Int(unit[$0])))@\(base[$0])" }),
        keys.selecting(rows: unitRows),
        Column("base", type: .integer, storage: .numbers(base.map(Double.init))),
        Column(
          Self.joining, type: .integer,
          storage: .numbers(
            zip(base, spell).map { $1 < 0 ? .nan : Double($0 + declared.yearsBefore) })),
        Column(
          TreatmentDeclaration.cohort, categories: base.map { "\($0)" },
          levels: cohorts.map { "\($0)" }),
        Column(
          treatment.column.text, type: .integer, storage: .numbers(spell.map { $0 < 0 ? 0 : 1 })),
        spells.groupColumn.selecting(rows: spellRows),
        spells.joinedColumn.selecting(rows: spellRows),
      ])
  }

  /// The column of the first school year of membership; missing for comparators.
  static let joining = "joining year"

  /// The codes of the groups that are joined by spells that count, in the order of the episodes.
  static func countedGroups(_ spells: Spells) -> [Int32] {
    var seen: Set<Int32> = []
    return spells.spells.map(\.group).filter { seen.insert($0).inserted }
  }
}
