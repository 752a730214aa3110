internal import Designs
internal import StudyFiles
internal import Tables

/// The memberships that are treatment: who joined what, in which year, and for how long.
struct Spells {
  struct Spell {
    /// The row of the table of episodes.
    let row: Int
    let unit: Int32
    let group: Int32
    /// The first school year of membership.
    let year: Int
    /// As a day or a year, for ordering.
    let from: Double
    /// Years; infinite while it lasts.
    let length: Double
  }

  let table: String
  let units: String
  let groupColumn: Column
  let joinedColumn: Column
  /// In the order of the table.
  let spells: [Spell]
  /// Episodes that count and whose start is missing.
  let undated: Int
  /// Units with an episode that does not count: its condition fails, or it has no start.
  let uncounted: Set<Int32>
  /// Whether any episode is known to have ended.
  let hasEnds: Bool

  /// - Throws: ``RunError/study(_:)`` for names and conditions that do not fit the data.
  init(_ treatment: TreatmentDeclaration, _ study: Study, in data: DataSet) throws(RunError) {
    let episodes = try Self.episodes(treatment, study, in: data)
    guard let rows = data[table: episodes.table],
      let link = data.links.first(where: { $0.from == episodes.table && $0.to == episodes.of })
    else { throw .data(["the episodes of `\(episodes.table)` belong to no units"]) }
    func column(_ name: LocatedText?, or fallback: String, _ key: String) throws(RunError) -> Column
    {
      if let found = rows[name?.text ?? fallback] { return found }
      throw .study(
        SpecErrors(
          SpecError(
            .unknownName(
              name?.text ?? fallback, kind: "column of `\(episodes.table)`",
              known: rows.columnNames), path: "treatment.\(key)",
            at: name?.location ?? treatment.location)))
    }
    table = episodes.table
    units = episodes.of
    groupColumn = try column(treatment.assigned, or: episodes.group, "assigned")
    joinedColumn = try column(treatment.joined, or: episodes.from ?? "joined", "joined")
    guard case .numbers(let joined) = joinedColumn.storage else {
      throw .study(
        SpecErrors(
          SpecError(
            .wrongType(
              expected: "a column of dates or of years",
              found: "the \(joinedColumn.type.rawValue) `\(joinedColumn.name)`"),
            path: "treatment.joined",
            at: treatment.joined?.location ?? treatment.location)))
    }
    var left = [Double](repeating: .nan, count: joined.count)
    if let to = episodes.to, case .numbers(let values)? = rows[to]?.storage { left = values }
    let counts = try Self.conditions(treatment, study, episodes: episodes, in: data)
    let (groups, _) = PanelReader.distinct(groupColumn)
    let isDate = joinedColumn.type == .date
    var spells: [Spell] = []
    var undated = 0
    var uncounted: Set<Int32> = []
    for row in joined.indices where link.index[row] >= 0 && groups[row] >= 0 {
      guard counts[row] else {
        uncounted.insert(link.index[row])
        continue
      }
      let year =
        isDate
        ? treatment.schoolYear.year(ofDay: joined[row]) : Int(exactly: joined[row].rounded())
      guard let year else {
        undated += 1
        uncounted.insert(link.index[row])
        continue
      }
      // Registers give the last day: 1 September to 31 August is a year.
      let span =
        isDate
        ? CalendarYears.between(joined[row], and: left[row] + 1) : left[row] - joined[row]
      spells.append(
        Spell(
          row: row, unit: link.index[row], group: groups[row], year: year, from: joined[row],
          length: span.isNaN ? .infinity : span))
    }
    self.spells = spells
    self.undated = undated
    self.uncounted = uncounted
    hasEnds = left.contains { !$0.isNaN }
  }

  /// Memberships of one declared year that know of no end are those that lasted until then.
  func survivors(_ study: Study) -> Diagnostic? {
    guard let asOf = study.tables.first(where: { $0.name.text == table })?.asOf, !hasEnds,
      let first = spells.map(\.year).min(), first < asOf
    else { return nil }
    return Diagnostic(
      .warning, code: "survivors-only",
      "`\(table)` is as of \(asOf) and is applied back to \(first), with no date of leaving: members who had "
        + "left by then, and groups that had dissolved, are not in it, so those that joined are survivors, and "
        + "comparators may have been members once")
  }

  private static func episodes(
    _ treatment: TreatmentDeclaration, _ study: Study, in data: DataSet
  ) throws(RunError) -> Episodes {
    if let named = treatment.episodes {
      if let found = data.episodes.first(where: { $0.table == named.text }) { return found }
      throw .study(
        SpecErrors(
          SpecError(
            .unknownName(
              named.text, kind: "table of episodes", known: data.episodes.map(\.table)),
            path: "treatment.episodes", at: named.location)))
    }
    if let name = prepared(treatment, study)?.episodes,
      let found = data.episodes.first(where: { $0.table == name })
    {
      return found
    }
    guard data.episodes.count == 1, let only = data.episodes.first else {
      let known = data.episodes.map { "`\($0.table)`" }.joined(separator: ", ")
      throw .study(
        SpecErrors(
          SpecError(
            .rule(
              known.isEmpty
                ? "no table has `episodes: {unit, group, from}`, which say who joined what and when"
                : "say which table has the treatment's episodes: \(known)"),
            path: "treatment.episodes", at: treatment.location)))
    }
    return only
  }

  /// The `member(…)` that prepares the treatment's column.
  private static func prepared(
    _ treatment: TreatmentDeclaration, _ study: Study
  ) -> (episodes: String, condition: String?)? {
    study.preparations.first { $0.column.text == treatment.column.text }.flatMap {
      (try? Expression(parsing: $0.expression.text))?.membership
    }
  }

  private static func conditions(
    _ treatment: TreatmentDeclaration, _ study: Study, episodes: Episodes, in data: DataSet
  ) throws(RunError) -> [Bool] {
    let count = data[table: episodes.table]?.rowCount ?? 0
    let text =
      treatment.condition
      ?? prepared(treatment, study).flatMap { $0.condition }.map {
        LocatedText($0, at: treatment.location)
      }
    guard let text else { return [Bool](repeating: true, count: count) }
    do throws(ExpressionError) {
      return try Expression(parsing: text.text)
        .evaluateLogical(in: data, table: episodes.table).verdicts.map { $0 == .holds }
    } catch {
      throw .study(SpecErrors(SpecError(error, in: text, path: "treatment.where")))
    }
  }
}
