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
  private let episodes: String
  /// Whether its episodes are of several kinds, of which some are not meant.
  private let hasKinds: Bool
  /// Units with an episode that does not count as treatment.
  private let otherMembers: Set<Int32>

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
    episodes = spells.table
    hasKinds = data.episodes.first { $0.table == spells.table }?.kind != nil
    otherMembers = spells.uncounted
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
    if let doubt = spells.survivors(study) { diagnostics.append(doubt) }
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
      // Pupils of the base year, whom a gate looks at one by one.
      if written.path.contains(".gate"), GateColumns(written.text.text, in: data) != nil {
        continue
      }
      if written.path.contains(".match."),
        let pooled = study.poolingYears(written.text.text, in: data)
      {
        problems.append(
          SpecError(
            .rule(
              "`\(pooled)` takes all years of a unit together, also those after joining: name the years, such as "
                + "`prior @ base` and `prior @ (base - 1)`"), path: written.path,
            at: written.text.location))
        continue
      }
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

  /// Finds the candidates whose base year is in the population, rule by rule.
  mutating func cut(to population: Population, of original: DataSet, rules: [Study.PopulationRule])
  {
    let kept = population.positions[panel]
    let falls = population.fallen[panel]
    var open = candidates.unit.indices.map { _ in true }
    let start = count(open)
    var stages: [PopulationFlow.Stage] = []
    func stage(_ rule: String, undecided: Int = 0, _ stays: (Int) -> Bool) {
      open = open.indices.map { open[$0] && stays($0) }
      stages.append(PopulationFlow.Stage(rule: rule, kept: count(open), undecided: undecided))
    }
    stage("have data of the base year") { baseRow[$0] >= 0 }
    stage("stayed long enough") { !candidates.isShort[$0] }
    for (number, rule) in rules.enumerated() where rule.table.text == panel {
      guard let falls else { continue }
      let place = rules[..<number].count { $0.table.text == panel }
      let fell = open.indices.map { open[$0] ? falls[Int(baseRow[$0])] : .kept }
      let undecided = fell.indices.filter { fell[$0] == .byRule(place, isUndecided: true) }
      stage(rule.expression.text, undecided: Set(undecided.map { candidates.unit[$0] }).count) {
        if case .byRule(place, _) = fell[$0] { false } else { true }
      }
    }
    if let kept, open.indices.contains(where: { open[$0] && kept[Int(baseRow[$0])] < 0 }) {
      stage("linked to rows in the population") { kept[Int(baseRow[$0])] >= 0 }
    }
    eligible = open.indices.filter { open[$0] }.map(Int32.init)
    flow = PopulationFlow(
      table: TreatmentDeclaration.candidates, start: start, stages: stages,
      first: "units that joined, and those they may be compared with")
    let lost = candidates.treated.indices.count { candidates.treated[$0] && !open[$0] }
    if lost > 0 {
      diagnostics.append(
        Diagnostic(
          .warning, code: "treated-not-candidates",
          "\(lost) of \(candidates.treated.count { $0 }) units that joined cannot be matched: table "
            + "`population` says why"))
    }
    let members = Set(
      eligible.filter { !candidates.treated[Int($0)] }.map { candidates.unit[Int($0)] }
    ).intersection(otherMembers)
    if !members.isEmpty {
      diagnostics.append(
        Diagnostic(
          hasKinds ? .note : .warning, code: "comparators-in-groups",
          "\(members.count) units that may be comparators are in episodes of `\(episodes)` that do not count as "
            + "treatment, by the study's condition or for want of a date: leave them out with a rule of the "
            + "population if they were treated all the same"))
    }
  }

  /// How many units stand behind candidates, each counted once.
  private func count(_ open: [Bool]) -> PopulationFlow.Count {
    var treated: Set<Int32> = []
    var control: Set<Int32> = []
    for row in open.indices where open[row] {
      if candidates.treated[row] {
        treated.insert(candidates.unit[row])
      } else {
        control.insert(candidates.unit[row])
      }
    }
    return PopulationFlow.Count(
      all: treated.count + control.count, treated: treated.count, control: control.count)
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
  /// The part of an expression that takes all years of a unit together, where columns that were prepared are
  /// looked into; `nil` where none does. Pupils of a unit and year belong to that year's row and are no such part.
  func poolingYears(_ text: String, in data: DataSet) -> String? {
    var seen: Set<String> = []
    func look(_ text: String) -> String? {
      guard seen.insert(text).inserted, let expression = try? Expression(parsing: text) else {
        return nil
      }
      let names = expression.names.filter { !$0.isEpisodes && $0.table == nil }.map(\.name)
      for (table, key) in data.time.rowKeys.sorted(by: { $0.key < $1.key })
      where data.time.panel(table) != nil {
        let own = names.filter { $0 != key && data[table: table]?[$0.unqualified] != nil }
        if expression.groupings.contains(where: { $0.unqualified == key }),
          own.contains(where: { !$0.contains(".") || $0.hasPrefix("\(table).") })
        {
          return text
        }
        for name in own {
          let prepared = preparations.first {
            $0.table.text == table && $0.column.text == name.unqualified
          }
          if let prepared, let found = look(prepared.expression.text) { return found }
        }
      }
      return nil
    }
    return look(text)
  }

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
