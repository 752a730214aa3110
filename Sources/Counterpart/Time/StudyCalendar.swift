internal import Designs
internal import StudyFiles
internal import Tables

/// A study's time as it is used: candidates with their base years, the groups that were joined, and which
/// candidates may be matched.
struct StudyCalendar: Sendable {
  let candidates: CandidateTable
  /// For each candidate the row of the units' panel in the base year, before the population is cut; −1 for none.
  private let baseRow: [Int32]
  /// The row whose place is the candidate's: that of the base year, or the unit's first.
  private let placeRow: [Int32]
  private let panel: String
  /// Years after the base year in which comparators have not joined.
  let follow: Int
  private(set) var diagnostics: [Diagnostic]
  /// Rows of the table of candidates that may be matched.
  private(set) var eligible: [Int32] = []
  private(set) var flow: PopulationFlow?

  /// Adds the tables `candidates` and `groups`, base years and links.
  ///
  /// - Throws: ``RunError``
  init?(_ study: Study, addingTo data: inout DataSet) throws(RunError) {
    guard let treatment = study.treatment else { return nil }
    let spells = try Spells(treatment, study, in: data)
    guard let panel = data.time.panels.first(where: { $0.units == spells.units }),
      let panelTable = data[table: panel.table], let units = data[table: spells.units],
      let declaration = study.tables.first(where: { $0.name.text == panel.table })
    else {
      throw .study(
        SpecErrors(
          SpecError(
            .rule(
              "`\(spells.units)`, whose rows the episodes join to groups, has no years: give its `key` as "
                + "[unit, year], or declare `as-of`, the year of which its values are"),
            path: "data.\(spells.units)", at: treatment.location)))
    }
    let keyName =
      PanelReader.unitColumn(of: declaration)?.text ?? declaration.key.first?.text
      ?? units.columnNames.first ?? ""
    guard let keys = units[keyName] else { throw .data(["`\(units.name)` has no key"]) }
    var lastYear = Int.max
    if panel.isDated, let name = PanelReader.yearColumn(of: declaration),
      case .numbers(let years)? = panelTable[name]?.storage
    {
      lastYear = years.compactMap { Int(exactly: $0) }.max() ?? Int.max
    }
    follow = treatment.follow ?? study.largestLag ?? 0
    guard !spells.spells.isEmpty else {
      throw .data(["treatment: no episode of `\(spells.table)` counts, so nobody is treated"])
    }
    candidates = CandidateTable(
      treatment, base: study.base ?? BaseDeclaration(yearsBefore: 1), spells: spells,
      follow: follow, lastYear: lastYear, keys: keys)
    self.panel = panel.table
    baseRow = candidates.unit.indices.map { [candidates] in
      panel.row(unit: candidates.unit[$0], year: candidates.base[$0])
    }
    var firstRow = [Int32](repeating: -1, count: units.rowCount)
    let unitOfRow = data.rowIndex(from: panel.table, to: spells.units) ?? []
    for (row, unit) in unitOfRow.enumerated() where unit >= 0 && firstRow[Int(unit)] < 0 {
      firstRow[Int(unit)] = Int32(row)
    }
    placeRow = zip(baseRow, candidates.unit).map { $0 >= 0 ? $0 : firstRow[Int($1)] }
    diagnostics = []
    if spells.undated > 0 {
      diagnostics.append(
        Diagnostic(
          .warning, code: "undated-membership",
          "\(spells.undated) memberships of `\(spells.table)` have no date of joining and count as none"
        ))
    }
    if let asOf = panel.asOf, let first = candidates.base.min(), asOf > first {
      diagnostics.append(
        Diagnostic(
          .warning, code: "survivors-only",
          "`\(panel.table)` is as of \(asOf) and the first base year is \(first): units that closed in between "
            + "are in neither arm, and those that are left are survivors"))
    }
    addTables(spells, study, units: units, key: keyName, to: &data)
  }

  private func addTables(
    _ spells: Spells, _ study: Study, units: Table, key: String, to data: inout DataSet
  ) {
    let counted = CandidateTable.countedGroups(spells)
    let codes = PanelReader.distinct(spells.groupColumn)
    var place: [Int32: Int32] = [:]
    for (position, code) in counted.enumerated() { place[code] = Int32(position) }
    var founded = [Double](repeating: .nan, count: counted.count)
    var members = [Double](repeating: 0, count: counted.count)
    let before = study.base?.yearsBefore ?? 1
    var baseOfSpell = [Double](repeating: .nan, count: data[table: spells.table]?.rowCount ?? 0)
    var groupOfSpell = [Int32](repeating: -1, count: baseOfSpell.count)
    for spell in spells.spells {
      guard let position = place[spell.group] else { continue }
      let year = Double(spell.year)
      if !(founded[Int(position)] <= year) { founded[Int(position)] = year }
      members[Int(position)] += 1
      baseOfSpell[spell.row] = year - Double(before)
      groupOfSpell[spell.row] = position
    }
    let groups = TreatmentDeclaration.groups
    data.set(
      Table(
        name: groups,
        columns: [
          spells.groupColumn.selecting(rows: counted.map { codes.first[Int($0)] }),
          Column("founded", type: .integer, storage: .numbers(founded)),
          Column("members", type: .integer, storage: .numbers(members)),
        ]))
    data.set(candidates.table)
    let name = TreatmentDeclaration.candidates
    data.add(Link(from: name, column: key, to: spells.units, index: candidates.unit))
    data.add(
      Link(from: name, column: spells.groupColumn.name, to: groups, index: candidates.group))
    data.add(
      Link(from: spells.table, column: spells.groupColumn.name, to: groups, index: groupOfSpell))
    data.time.add(BaseYears(table: name, years: candidates.base.map(Double.init)))
    data.time.add(BaseYears(table: spells.table, years: baseOfSpell))
    data.time.add(BaseYears(table: groups, years: founded.map { $0 - Double(before) }))
    data.time.setMembers(of: groups, to: spells.table)
    data.time.setCandidates(name)
  }

  /// Gives the candidates what was prepared of their groups and memberships, and every `x @ year` that a step
  /// asks for.
  ///
  /// - Throws: ``RunError/study(_:)`` with every reference that does not fit the data.
  mutating func complete(_ data: inout DataSet, for study: Study) throws(RunError) {
    guard var table = data[table: TreatmentDeclaration.candidates] else { return }
    for item in study.preparations where item.table.text != table.name {
      let index: [Int32]
      switch item.table.text {
      case TreatmentDeclaration.groups: index = candidates.group
      case data.time.members[TreatmentDeclaration.groups]: index = candidates.spell
      default: continue
      }
      guard let column = data[table: item.table.text]?[item.column.text] else { continue }
      table.set(column.ofTreated(index))
    }
    data.set(table)
    var problems: [SpecError] = []
    for written in DatedText.all(in: study) where table[written.text.text] == nil {
      do throws(ExpressionError) {
        let result = try Expression(parsing: written.text.text).evaluate(
          in: data, table: table.name, as: written.text.text)
        table.set(result.column)
        diagnostics += result.diagnostics
        note(written.text.text, in: &data)
      } catch { problems.append(SpecError(error, in: written.text, path: written.path)) }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
    data.set(table)
  }

  /// Remembers which table of one declared year a text looks at.
  private func note(_ text: String, in data: inout DataSet) {
    guard let names = try? Expression(parsing: text).names else { return }
    let panel = data.time.panels.first { panel in
      names.allSatisfy { (try? data.resolve($0.name, from: panel.table)) != nil }
    }
    if let panel, panel.asOf != nil { data.time.setTable(panel.table, of: text) }
  }

  /// Finds the candidates whose base year is in the population.
  mutating func cut(to population: Population, of original: DataSet) {
    let kept = population.positions[panel]
    var stages: [(String, [Bool])] = []
    var open = candidates.unit.indices.map { baseRow[$0] >= 0 }
    stages.append(("have data of the base year", open))
    open = open.indices.map { open[$0] && !candidates.isShort[$0] }
    stages.append(("stayed long enough", open))
    if let kept {
      open = open.indices.map { open[$0] && kept[Int(baseRow[$0])] >= 0 }
      stages.append(("are in the population in the base year", open))
    }
    eligible = open.indices.filter { open[$0] }.map(Int32.init)
    func count(_ open: [Bool]) -> PopulationFlow.Count {
      let treated = open.indices.count { open[$0] && candidates.treated[$0] }
      let all = open.count { $0 }
      return PopulationFlow.Count(all: all, treated: treated, control: all - treated)
    }
    flow = PopulationFlow(
      table: TreatmentDeclaration.candidates, start: count(open.map { _ in true }),
      stages: stages.map { PopulationFlow.Stage(rule: $0.0, kept: count($0.1), undecided: 0) })
    let lost = candidates.treated.indices.count { candidates.treated[$0] && !open[$0] }
    if lost > 0 {
      diagnostics.append(
        Diagnostic(
          .warning, code: "treated-not-candidates",
          "\(lost) of \(candidates.treated.count { $0 }) units that joined cannot be matched: table "
            + "`population` says why"))
    }
  }

  /// The places of the candidates in their base years, from those of the panel's rows.
  func places(of panelPlaces: [String: Places]) -> Places? {
    panelPlaces[panel].map { all in
      Places(placeRow.map { $0 < 0 ? nil : all.places[Int($0)] })
    }
  }
}

extension Column {
  /// What the treated have of their group or membership; comparators have none, which a number says with 0.
  fileprivate func ofTreated(_ index: [Int32]) -> Column {
    switch storage {
    case .numbers(let values):
      let isNumber = type != .date
      return Column(
        name, type: type == .logical ? .integer : type,
        storage: .numbers(index.map { $0 < 0 ? (isNumber ? 0 : .nan) : values[Int($0)] }))
    case .codes(let codes, let levels):
      let own = "none"
      return Column(
        name,
        categories: index.map {
          $0 < 0 ? own : codes[Int($0)] < 0 ? nil : levels[Int(codes[Int($0)])]
        },
        levels: [own] + levels.filter { $0 != own })
    }
  }
}

extension Study {
  /// The largest number of years after the base year at which any outcome is looked at.
  var largestLag: Int? {
    let models = steps.flatMap { named -> [any StudyStep] in
      (named.step as? LoopStudyStep)?.children.map(\.named.step) ?? [named.step]
    }
    let lags =
      models.compactMap { $0 as? MultilevelStudyStep }.flatMap(\.timing.lags)
      + (primary?.lags ?? [])
    return lags.max()
  }
}
