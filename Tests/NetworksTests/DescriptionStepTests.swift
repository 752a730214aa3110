import Designs
import Networks
import StudyFiles
import Tables
import Testing

/// A `description` step from its text to its tables.
@Suite struct DescriptionStepTests {
  static let study = """
    actors: people
    waves: [first, second]
    role: role
    group: school
    """

  static func step(_ yaml: String = study) throws -> DescriptionStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(DescriptionStep.keys)
    return try DescriptionStep(from: section)
  }

  /// Two schools of three, two heads; a triangle in each school, a bridge between the heads, one without ties.
  static func data(second: [(String, String)]? = nil) throws -> DataSet {
    var data = DataSet()
    data.set(
      Table(
        name: "people",
        columns: [
          Column("id", categories: ["a", "b", "c", "d", "e", "f", "g"]),
          Column("school", categories: ["s", "s", "s", "t", "t", "t", nil]),
          Column(
            "role", categories: ["head", nil, "teacher", "head", "teacher", "teacher", "adviser"]),
        ]))
    func ties(_ name: String, _ pairs: [(String, String)]) throws -> Table {
      Table(
        name: name,
        columns: [
          Column("from", categories: pairs.map(\.0)), Column("to", categories: pairs.map(\.1)),
        ])
    }
    let first = [
      ("a", "b"), ("b", "c"), ("c", "a"), ("d", "e"), ("e", "f"), ("f", "d"), ("a", "d"),
    ]
    data.set(try ties("first", first))
    data.set(try ties("second", second ?? [("a", "b"), ("b", "a"), ("d", "e"), ("c", "f")]))
    return data
  }

  static func value(
    _ result: NetworkDescriptionResult, _ table: String, _ row: Int, _ column: String
  ) throws -> Cell {
    let table = try #require(result.tables.first { $0.name == table })
    let k = try #require(table.fields.firstIndex { $0.name == column })
    return table.rows[row][k]
  }

  @Test func twoWaves() throws {
    let step = try Self.step()
    let data = try Self.data()
    try step.check(in: data)
    let result = try step.run(in: data)
    func networks(_ row: Int, _ column: String) throws -> Cell {
      try Self.value(result, "networks", row, column)
    }
    #expect(try networks(0, "ties") == .count(7))
    #expect(try networks(0, "density") == .number(1.0 / 3))
    #expect(try networks(0, "transitivity") == .number(0.6))
    #expect(try networks(0, "isolates") == .count(1))
    #expect(try networks(0, "components") == .count(2))
    #expect(try networks(0, "largest_component") == .count(6))
    #expect(try networks(0, "bridges") == .count(1))
    // One of seven ties crosses schools: (1 − 6) / 7.
    #expect(try networks(0, "ei_index") == .number(-5.0 / 7))
    #expect(try networks(0, "reciprocity") == .missing)
    #expect(try networks(0, "jaccard") == .missing)
    // The second wave repeats a tie in the other order.
    #expect(result.diagnostics.map(\.code) == ["repeated-ties"])
    #expect(try networks(1, "ties") == .count(3))
    #expect(try networks(1, "kept") == .count(2))
    #expect(try networks(1, "made") == .count(1))
    #expect(try networks(1, "ended") == .count(5))
    #expect(try networks(1, "jaccard") == .number(0.25))
    func actor(_ row: Int, _ column: String) throws -> Cell {
      try Self.value(result, "actors", row, column)
    }
    // a lies between its two fellows and the three of the other school, as d does the other way round.
    #expect(try actor(0, "betweenness") == .number(6))
    #expect(try actor(1, "betweenness") == .number(0))
    #expect(try actor(0, "external") == .count(1))
    #expect(try actor(0, "bridges") == .count(1))
    #expect(try actor(6, "component") == .count(2))
    #expect(try actor(1, "role") == .text("missing"))
    func role(_ from: String, _ to: String, _ column: String) throws -> Cell {
      let table = try #require(result.tables.first { $0.name == "roles" })
      let row = try #require(
        table.rows.firstIndex {
          $0[0] == .text("first") && $0[1] == .text(from) && $0[2] == .text(to)
        })
      return try Self.value(result, "roles", row, column)
    }
    #expect(try role("head", "head", "ties") == .count(1))
    #expect(try role("head", "head", "bridges") == .count(1))
    #expect(try role("head", "head", "across") == .count(1))
    #expect(try role("head", "teacher", "ties") == .count(3))
    #expect(try role("teacher", "teacher", "ties") == .count(1))
    #expect(try role("teacher", "teacher", "across") == .count(0))
  }

  @Test func directedTies() throws {
    let step = try Self.step("{actors: people, waves: second, directed: true, role: role}")
    let result = try step.run(in: try Self.data())
    #expect(try Self.value(result, "networks", 0, "reciprocity") == .number(0.5))
    #expect(try Self.value(result, "networks", 0, "ei_index") == .missing)
    #expect(try Self.value(result, "actors", 5, "indegree") == .count(1))
    #expect(result.diagnostics.isEmpty)
  }

  @Test func problemsAreNamed() throws {
    #expect(throws: SpecErrors.self) { try Self.step("{waves: first}") }
    #expect(throws: SpecErrors.self) { try Self.step("{actors: people}") }
    let data = try Self.data()
    for yaml in [
      "{actors: peopel, waves: first}", "{actors: people, waves: third}",
      "{actors: people, waves: first, role: rank}", "{actors: people, waves: people}",
    ] {
      #expect(throws: SpecErrors.self, "\(yaml)") { try Self.step(yaml).check(in: data) }
    }
    let stranger = try Self.data(second: [("a", "z")])
    let error = #expect(throws: ScenarioError.self) { try Self.step().run(in: stranger) }
    #expect(error?.description.contains("`z`") ?? false)
    let none = try Self.step().run(in: try Self.data(second: []))
    #expect(none.diagnostics.map(\.code) == ["no-ties"])
  }
}
