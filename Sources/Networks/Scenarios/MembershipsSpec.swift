internal import Designs
internal import StudyFiles
internal import Tables

/// `memberships: {table: membership, school: urn, group: group, kind: kind, joined: joined, left: left, at: 2019}`: who is
/// in which group at the start.
struct MembershipsSpec: Sendable {
  static let table = Key("table", .text("the name of a table"), "one row a school in a group")
  static let school = Key.optional(
    "school", .text("the name of a column"), shown: "its first column", "what it calls a school by")
  static let group = Key("group", .text("the name of a column"), "which group")
  static let kind = Key.optional(
    "kind", .text("the name of a column"),
    "the column that says of what kind a group is; others than the known kinds are left out")
  static let all = Key.optional(
    "as", ValueFormat<PartnershipKind>.oneOf("kind of partnership"),
    "the kind of all groups, where no column says it")
  static let joined = Key.optional(
    "joined", .text("the name of a column"), shown: "not known",
    "the year or date of joining, from which years in partnership count")
  static let left = Key.optional(
    "left", .text("the name of a column"), shown: "all are members",
    "the year or date of leaving, missing for those who are members")
  static let at = Key.optional(
    "at", .integer("a year, as in `2019`", atLeast: 1800, atMost: 2200), shown: "not known",
    "the year of the start; later episodes are left out")
  static let format = ValueFormat<MembershipsSpec>.section(
    "`{table: membership, group: group, kind: kind}`",
    keys: [
      AnyKey(table), AnyKey(school), AnyKey(group), AnyKey(kind), AnyKey(all), AnyKey(joined),
      AnyKey(left), AnyKey(at),
    ]
  ) { (section) throws(SpecErrors) in
    let spec = MembershipsSpec(
      table: try section.read(table), school: try section.read(school),
      group: try section.read(group), kind: try section.read(kind), all: try section.read(all),
      joined: try section.read(joined), left: try section.read(left), at: try section.read(at),
      path: section.path)
    guard (spec.kind == nil) != (spec.all == nil) else {
      throw section.error(.rule("expected either `kind: COLUMN` or `as: KIND`"))
    }
    if spec.all == .ties {
      throw section.error(.rule("ties are no group: give them as `ties`"), at: "as")
    }
    for key in ["joined", "left"] where section.has(key) && spec.at == nil {
      throw section.error(.rule("`\(key)` needs `at`, the year of the start"), at: key)
    }
    return spec
  }

  let table: LocatedText
  let school: LocatedText?
  let group: LocatedText
  let kind: LocatedText?
  let all: PartnershipKind?
  let joined: LocatedText?
  let left: LocatedText?
  let at: Int?
  let path: String

  func problems(in data: DataSet) -> [SpecError] {
    guard let source = data[table: table.text] else {
      return [
        SpecError(
          .unknownName(table.text, kind: "table", known: data.tableNames), path: path + ".table",
          at: table.location)
      ]
    }
    return [school, group, kind, joined, left].compactMap { $0 }.compactMap { name in
      source[name.text] == nil
        ? SpecError(
          .unknownName(name.text, kind: "column", known: source.columnNames), path: path,
          at: name.location) : nil
    }
  }

  /// The groups of the start.
  ///
  /// - Parameter id: the column of the actors by which the table calls them.
  func groups(
    in data: DataSet, actors: String, id: String
  ) throws(ScenarioError) -> [StartGroup] {
    guard let source = data[table: table.text], let target = data[table: actors] else {
      throw .unknownTable(table.text)
    }
    guard let key = target[id] else { throw .unknownColumn(id, table: actors) }
    var position: [String: Int] = [:]
    for row in 0..<target.rowCount { if let name = key.name(row) { position[name] = row } }
    func column(_ name: String) throws(ScenarioError) -> Column {
      guard let column = source[name] else { throw .unknownColumn(name, table: table.text) }
      return column
    }
    let schools = try column(school?.text ?? source.columnNames.first ?? "")
    let names = try column(group.text)
    let kinds = try kind.map { (name) throws(ScenarioError) in try column(name.text) }
    let joinedYears = try joined.map { (name) throws(ScenarioError) in try column(name.text) }
    let leftYears = try left.map { (name) throws(ScenarioError) in try column(name.text) }
    var found: [(name: String, kind: PartnershipKind, members: [(Int32, Int32)])] = []
    var places: [String: Int] = [:]
    var unknown = (count: 0, first: "", place: "")
    var isIn: Set<String> = []
    for row in 0..<source.rowCount {
      guard let group = names.name(row), let school = schools.name(row) else { continue }
      guard let kind = all ?? kinds?.name(row).flatMap(PartnershipKind.init), kind != .ties else {
        continue
      }
      if let at, let left = leftYears?.year(row), left <= at { continue }
      let joined = joinedYears?.year(row)
      if let at, let joined, joined > at { continue }
      guard let actor = position[school] else {
        if unknown.count == 0 { (unknown.first, unknown.place) = (school, source.place(of: row)) }
        unknown.count += 1
        continue
      }
      let rooms = kind.isGoverning ? "governed \(actor)" : "\(kind.rawValue) \(actor)"
      guard isIn.insert(rooms).inserted else {
        throw .groupTwice(kind: kind.rawValue, actor: school, at: source.place(of: row))
      }
      let name = "\(kind.rawValue) \(group)"
      if places[name] == nil {
        places[name] = found.count
        found.append((group, kind, []))
      }
      let since = at.flatMap { at in joined.map { Int32(max(-100, $0 - at)) } } ?? 0
      if let place = places[name] { found[place].members.append((Int32(actor), since)) }
    }
    guard unknown.count == 0 else {
      throw .unknownActors(
        table: table.text, count: unknown.count, first: unknown.first, at: unknown.place)
    }
    return found.map { group in
      let members = group.members.sorted { $0.0 < $1.0 }
      return StartGroup(
        kind: group.kind, members: members.map(\.0), since: members.map(\.1), lead: -1)
    }
  }
}

extension Column {
  /// What a cell says, in one spelling for numbers and texts; `nil` where it is missing.
  fileprivate func name(_ row: Int) -> String? {
    switch storage {
    case .codes(let codes, let levels): codes[row] < 0 ? nil : levels[Int(codes[row])]
    case .numbers(let values):
      values[row].isNaN ? nil : Int(exactly: values[row]).map(String.init) ?? "\(values[row])"
    }
  }

  /// The year of a cell: of a date its calendar year.
  fileprivate func year(_ row: Int) -> Int? {
    guard case .numbers(let values) = storage, values[row].isFinite else { return nil }
    guard type == .date else { return Int(values[row]) }
    // Days since 1970-01-01 to the year of the proleptic Gregorian calendar (Hinnant, days_from_civil inverted).
    let days = Int(values[row]) + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let day = days - era * 146_097
    let yearOfEra = (day - day / 1460 + day / 36524 - day / 146_096) / 365
    let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    return yearOfEra + era * 400 + (dayOfYear >= 306 ? 1 : 0)
  }
}
