import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Schools that open, close and merge, and groups that merge.
@Suite struct PresenceTests {
  /// The data of the other tests: ten schools open in year 2; the last ten close in year 3, half
  /// of them into the school before them.
  static func data(
    change: (inout [Double], inout [Double], inout [Double]) -> Void = { _, _, _ in }
  ) -> (data: DataSet, places: Places, opens: [Double], closes: [Double], into: [Double]) {
    var (data, places) = ScenariosStepTests.data()
    var (opens, closes, into) = (
      [Double](repeating: .nan, count: 200), [Double](repeating: .nan, count: 200),
      [Double](repeating: .nan, count: 200)
    )
    for school in 50..<60 { opens[school] = 2 }
    for school in 180..<190 {
      closes[school] = 3
      if school % 2 == 0 { into[school] = 1000 + Double(school) + 11 }
    }
    change(&opens, &closes, &into)
    if let schools = data[table: "schools"] {
      data.set(
        Table(
          name: "schools",
          columns: schools.columns + [
            Column("opens", numbers: opens), Column("closes", numbers: closes),
            Column("into", numbers: into),
          ]))
    }
    data.set(
      Table(
        name: "ties",
        columns: [
          Column("from", numbers: [1000, 1180, 1181]), Column("to", numbers: [1001, 1002, 1003]),
        ]))
    data.set(
      Table(
        name: "pair",
        columns: [Column("urn", numbers: [1180, 1190]), Column("group", numbers: [1, 1])]))
    return (data, places, opens, closes, into)
  }

  static func run(
    _ policy: String = "{support: {raise: 0}}", report: String = "coverage, degree",
    more: String = "presence: {opens: opens, closes: closes, into: into}\nreplay: 1",
    effects: String? = nil, threads: Int = 2,
    change: (inout [Double], inout [Double], inout [Double]) -> Void = { _, _, _ in }
  ) throws -> ScenarioResult {
    let made = data(change: change)
    let step = try ScenariosStepTests.step(
      PolicyTests.study(policy, report: report, more: more, effects: effects))
    try step.check(in: made.data)
    return try step.run(
      in: made.data, places: made.places, estimates: [:], seed: Seed(3), threads: threads)
  }

  /// (year, from, to, begins) of the first replicate under a policy.
  static func ties(_ result: ScenarioResult, _ policy: String) -> [(Int, Int, Int, Bool)] {
    let table = result.tables.first { $0.name == "replay-ties" }
    return (table?.rows ?? []).compactMap { row in
      guard row[0] == .text(policy), case .count(let year) = row[1], case .count(let a) = row[2],
        case .count(let b) = row[3]
      else { return nil }
      return (year, a - 1, b - 1, row[4] == .text("begins"))
    }
  }

  /// Nobody ties with a school before it opens or after it has closed, and its ties end with it or pass on.
  @Test func onlySchoolsThatAreThereHaveTies() throws {
    let result = try Self.run()
    let made = Self.data()
    for (year, a, b, begins) in Self.ties(result, "none") {
      for school in [a, b] {
        #expect(!begins || year >= Int(made.opens[school].isNaN ? 0 : made.opens[school]))
        if !made.closes[school].isNaN { #expect(year < 3 || !begins) }
      }
    }
    var open: Set<[Int]> = []
    for (_, a, b, begins) in Self.ties(result, "none").sorted(by: { $0.0 < $1.0 }) {
      if begins { open.insert([a, b]) } else { open.remove([a, b]) }
    }
    for tie in open { #expect(tie.allSatisfy { made.closes[$0].isNaN }) }
    // A school that opens finds partners.
    #expect(
      Self.ties(result, "none").contains { (50..<60).contains($0.1) || (50..<60).contains($0.2) })
    let again = try Self.run(threads: 4)
    #expect(again.tables == result.tables)
  }

  /// Without effects the mean is that of the pupils who are somewhere, each at the school that teaches them.
  @Test func meansFollowThePupils() throws {
    let result = try Self.run(
      report: "gap(attainment, fsm), variance(attainment), coverage".replacingOccurrences(
        of: "gap(attainment, fsm)", with: "\"gap(attainment, fsm)\""),
      effects: "partner: {years: {1: 0}, source: assumption}")
    let (attainment, roll) = (
      ScenariosStepTests.numbers("attainment"), ScenariosStepTests.numbers("roll")
    )
    let made = Self.data()
    func expected(_ year: Int) -> Double {
      var (sum, total) = (0.0, 0.0)
      for school in 0..<200 {
        if made.opens[school] > Double(year) { continue }
        var taught = school
        if made.closes[school] <= Double(year) {
          if made.into[school].isNaN { continue }
          taught = Int(made.into[school]) - 1000
        }
        sum += roll[school] * attainment[taught]
        total += roll[school]
      }
      return sum / total
    }
    for (time, year) in [(0, 0), (1, 1), (2, 2), (3, 3), (5, 5)] {
      #expect(
        abs(PolicyTests.value(result, "mean(attainment)", time: time) - expected(year)) < 1e-12,
        "year \(year)")
    }
  }

  /// Ties and places in groups pass to the school that takes over.
  @Test func successorsTakeOver() throws {
    let result = try Self.run(
      "{rule: {eligible: urn == 1180 and now.year == 1, whom: urn == 1199, does: close}}",
      report: "members(federation), degree",
      more: "replay: 1\nmemberships: {table: pair, school: urn, group: group, as: federation}",
      change: { _, closes, _ in closes = [Double](repeating: .nan, count: 200) })
    let ties = Self.ties(result, "tried").filter { $0.0 == 1 }
    #expect(!ties.contains { $0.3 && ($0.1 == 180 || $0.2 == 180) })
    let rows =
      result.tables.first { $0.name == "replay-groups" }?.rows.filter {
        $0[0] == .text("tried")
      } ?? []
    #expect(rows.contains { $0[4] == .count(181) && $0[5] == .text("leaves") })
    #expect(rows.contains { $0[4] == .count(200) && $0[5] == .text("joins") })
    #expect(abs(PolicyTests.value(result, "members(federation)", time: 1) - 2.0 / 199) < 1e-12)
  }

  @Test func groupsMerge() throws {
    let result = try ScenariosStepTests.run(
      PolicyTests.study(
        "{rule: {eligible: la == \"west\" and now.year == 2, whom: la == \"east\", does: merge, kind: trust}}",
        report: "members(trust)",
        more: "replay: 1\nmemberships: {table: schools, group: la, as: trust}"))
    let rows =
      result.tables.first { $0.name == "replay-groups" }?.rows.filter {
        $0[0] == .text("tried") && $0[1] == .count(2)
      } ?? []
    #expect(rows.count > 100 && rows.count { $0[5] == .text("joins") } == rows.count / 2)
    #expect(PolicyTests.value(result, "members(trust)", time: 3) == 1)
  }

  @Test(arguments: ["itself", "before", "ties", "unknown"])
  func contradictionsAreNamed(kind: String) throws {
    let words = [
      "itself": "taken over by itself", "before": "closes in year 1 and opens in year 2",
      "ties": "has ties at the start", "unknown": "9999",
    ]
    let word = try #require(words[kind])
    #expect {
      try Self.run(change: { opens, closes, into in
        switch kind {
        case "itself": into[180] = 1180
        case "before": closes[50] = 1
        case "ties": opens[0] = 4
        default: into[180] = 9999
        }
      })
    } throws: { "\($0)".contains(word) }
  }

  @Test(arguments: [
    ("presence: {into: into}", "expected `opens`, `closes` or both"),
    ("presence: {opens: opens, into: into}", "`into` goes with `closes`"),
    ("presence: {opens: openss}", "unknown column `openss`"),
  ])
  func slipsAreLocated(more: String, text: String) {
    #expect { try Self.run(more: more) } throws: { "\($0)".contains(text) }
  }
}
