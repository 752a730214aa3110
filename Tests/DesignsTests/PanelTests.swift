import Designs
import Tables
import Testing

/// Four schools over four years, two of which join one federation and one another, each at its time.
@Suite("values at years") struct PanelTests {
  static let years = [2012.0, 2013, 2014, 2015]

  /// School s in year y has prior 10 s + (y − 2012); its phase is primary but for the last.
  static var data: DataSet {
    var data = DataSet()
    let rows = (0..<4).flatMap { school in years.map { (school, $0) } }
    let unit = rows.map { Int32($0.0) }
    data.set(Table(name: "units", columns: [Column("urn", numbers: [0, 1, 2, 3])]))
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("urn", numbers: rows.map { Double($0.0) }),
          Column("year", numbers: rows.map(\.1)),
          Column("prior", numbers: rows.map { 10 * Double($0.0) + $0.1 - 2012 }),
          Column("phase", categories: rows.map { $0.0 == 3 ? "junior" : "primary" }),
        ]))
    data.add(Link(from: "schools", column: "urn", to: "units", index: unit))
    data.time.add(
      Panel(table: "schools", units: "units", unit: unit, year: rows.map(\.1)))
    data.set(
      Table(
        name: "membership",
        columns: [
          Column("urn", numbers: [0, 1, 3]), Column("group", categories: ["A", "A", "B"]),
          Column("joined", type: .date, storage: .numbers([15_584, 15_949, 15_949])),
          Column("left", type: .date, storage: .numbers([.nan, 16_314, .nan])),
        ]))
    data.add(Link(from: "membership", column: "urn", to: "units", index: [0, 1, 3]))
    data.add(
      Episodes(
        table: "membership", unit: "urn", group: "group", from: "joined", to: "left", of: "units"))
    data.set(Table(name: "groups", columns: [Column("group", categories: ["A", "B"])]))
    data.add(Link(from: "membership", column: "group", to: "groups", index: [0, 0, 1]))
    data.set(
      Table(
        name: "candidates",
        columns: [
          Column("urn", numbers: [0, 1, 2, 2]), Column("base", numbers: [2012, 2013, 2012, 2013]),
        ]))
    data.add(Link(from: "candidates", column: "urn", to: "units", index: [0, 1, 2, 2]))
    data.time.add(BaseYears(table: "candidates", years: [2012, 2013, 2012, 2013]))
    data.time.add(BaseYears(table: "membership", years: [2012, 2013, 2013]))
    data.time.setMembers(of: "groups", to: "membership")
    data.time.setCandidates("candidates")
    return data
  }

  private func numbers(_ source: String, in table: String = "candidates") throws -> [Double] {
    let column = try Expression(parsing: source).evaluate(in: Self.data, table: table, as: "v")
      .column
    guard case .numbers(let values) = column.storage else { return [] }
    return values
  }

  @Test func theBaseYearAndYearsAroundIt() throws {
    #expect(try numbers("prior @ base") == [0, 11, 20, 21])
    #expect(try same(numbers("prior @ (base - 1)"), [.nan, 10, .nan, 20]))
    #expect(try numbers("prior @ (base + 2)") == [2, 13, 22, 23])
    #expect(try numbers("prior @ 2014") == [2, 12, 22, 22])
    #expect(try same(numbers("prior @ 1999"), [.nan, .nan, .nan, .nan]))
  }

  @Test func itBindsTighterThanArithmetic() throws {
    #expect(try numbers("prior @ base - 2 * prior @ base") == [0, -11, -20, -21])
    #expect(try numbers("-prior @ base") == [0, -11, -20, -21])
    #expect(try numbers("(prior + 1) @ base") == [1, 12, 21, 22])
    #expect(try numbers("schools.prior @ base") == [0, 11, 20, 21])
  }

  @Test func textsAndMeansOverAYear() throws {
    #expect(try numbers("if phase @ base == \"primary\" then 1 else 0") == [1, 1, 1, 1])
    // The mean over all schools of the same year, taken before the year is looked at.
    #expect(try numbers("mean(prior, by = year) @ base") == [15, 16, 15, 16])
  }

  @Test func groupsAreMadeOfTheirMembersAtTheirBaseYears() throws {
    #expect(try numbers("range(prior)", in: "groups") == [11, 0])
    #expect(try numbers("distinct(phase)", in: "groups") == [1, 1])
    #expect(try numbers("max(prior @ (base + 1))", in: "groups") == [12, 32])
    #expect(try numbers("count(prior)", in: "groups") == [2, 1])
  }

  @Test func rowsOfYearsHaveDaysOfTheirOwn() throws {
    // Day 15584 is 2012-09-01, 15949 a year later, 16314 two.
    let member = try numbers(
      "if member(membership, at = date(year, 10, 1)) then 1 else 0", in: "schools")
    #expect(member == [1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    let size = try numbers("group_size(membership, at = date(year, 10, 1))", in: "schools")
    #expect(size == [1, 2, 1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    let since = try numbers("years_since_joining(membership, at = date(year, 9, 1))", in: "schools")
    #expect(since[1] == 1)
    #expect(since[4].isNaN && since[8].isNaN)
  }

  @Test func ranksAndBands() throws {
    #expect(try numbers("rank(prior, by = year)", in: "schools")[0..<4] == [1, 1, 1, 1])
    #expect(try numbers("rank(prior, by = year)", in: "schools")[12..<16] == [4, 4, 4, 4])
    #expect(try numbers("rank(if urn > 1 then 5 else urn)", in: "units") == [1, 2, 3.5, 3.5])
    #expect(try numbers("band(urn, 2)", in: "units") == [1, 1, 2, 2])
    #expect(try numbers("band(if urn > 0 then 1 else 0, 4)", in: "units") == [1, 2, 2, 2])
  }

  @Test(arguments: [
    ("prior @ base", "pupils", "unknown table `pupils`"),
    ("prior @ base", "units", "a row of `units` has no base year; these have one"),
    ("prioor @ base", "candidates", "unknown column `prioor`"),
    ("band(prior, 1.5)", "schools", "expected a number of bands, from 2"),
  ])
  func whatCannotBeLookedAt(source: String, table: String, message: String) throws {
    let error = try #require(
      expressionError {
        _ = try Expression(parsing: source).evaluate(in: Self.data, table: table, as: "v")
      })
    #expect("\(error.reason)".hasPrefix(message), "\(error.reason)")
  }

  @Test func aStudyWithoutYearsSaysSo() throws {
    let error = try #require(expressionError { _ = try Sample.numbers("roll @ base") })
    #expect("\(error.reason)".hasPrefix("`@` looks at a year, and no table has one"))
  }

  @Test func aFormulaNamesTheColumnOfTheCandidates() throws {
    let formula = try Formula(parsing: "y ~ prior@base + schools.fsm @ (base - 1) + (1 | urn)")
    #expect(formula.names.map(\.name).contains("prior @ base"))
    #expect(formula.names.map(\.name).contains("schools.fsm @ (base - 1)"))
  }

  @Test func referencesAreFoundWithTheirYears() throws {
    let found = try Expression(parsing: "log(roll) @ base + prior @ (base-1) + x @ 2014")
      .datedReferences
    #expect(found.map(\.spelling) == ["log(roll) @ base", "prior @ (base - 1)", "x @ 2014"])
    #expect(found.map(\.year) == [.base(offset: 0), .base(offset: -1), .year(2014)])
  }

  /// Pupils belong to the row of their school and year: an aggregate under `@` is over those of that year.
  @Test func aggregatesUnderAYearAreOfThatYear() throws {
    var data = Self.data
    let rows = (0..<16).flatMap { row in [(row, Double(row)), (row, Double(row) + 1)] }
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("urn", numbers: rows.map { Double($0.0 / 4) }),
          Column("score", numbers: rows.map(\.1)),
        ]))
    data.add(
      Link(from: "pupils", column: "urn", to: "schools", index: rows.map { Int32($0.0) }))
    data.time.setYears(of: "schools", column: "year", key: "urn")
    func numbers(_ source: String, in table: String) throws -> [Double] {
      let column = try Expression(parsing: source).evaluate(in: data, table: table, as: "v").column
      guard case .numbers(let values) = column.storage else { return [] }
      return values
    }
    #expect(try numbers("mean(pupils.score) @ base", in: "candidates") == [0.5, 5.5, 8.5, 9.5])
    #expect(
      try numbers("mean(pupils.score, by = urn) @ base", in: "candidates") == [0.5, 5.5, 8.5, 9.5])
    #expect(
      try numbers("mean(pupils.score, by = urn)", in: "schools")
        == (0..<16).map { Double($0) + 0.5 })
    // Without a year a plain aggregate is of all rows.
    #expect(Set(try numbers("mean(pupils.score)", in: "schools")) == [8])
  }
}
