import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// Data and settings that no network can be simulated or estimated from, run as studies: each is refused with the place
/// of what is wrong and the exit code that says whose it is, or runs and says so; none crashes or runs on.
@Suite struct NetworkBadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let step: String
    /// What the error, or a warning, says.
    let says: String
    /// `nil` where the study runs.
    let exitCode: Int32?
    var hasPlaces = true
    var testDescription: String { name }
  }

  private static func scenario(
    ties: String = "ties_a", rate: String = "2", effects: String = "{density: -2}",
    formation: String = "", policies: String = "{none: []}", more: String = ""
  ) -> String {
    """
    scenarios: {actors: schools, ties: \(ties), outcome: {attainment: attainment, poverty: fsm, weight: roll}, \
    formation: {rate: \(rate), effects: \(effects)\(formation)}, horizon: 3 years, policies: \(policies), \
    report: [mean(attainment), coverage], replications: {at-most: 8}\(more)}
    """
  }

  private static func formation(
    waves: String = "ties_a, ties_b", effects: String = "[density]", more: String = ""
  ) -> String {
    """
    formation: {actors: schools, waves: [\(waves)], effects: \(effects), replicates: 100\(more)}
    """
  }

  private static func support(_ settings: String) -> String {
    scenario(policies: "{none: [], support: [{support: {raise: 1, \(settings)}}]}")
  }

  static let cases = [
    Case(
      name: "a covariate missing for some, in a scenario",
      step: scenario(effects: "{density: -2, same(partly): 1}"),
      says: "schools.csv:5: `partly` is missing, in all for 2 of 40", exitCode: 3),
    Case(
      name: "a covariate missing for some, in an estimate",
      step: formation(effects: "[density, similar(partly)]"),
      says: "schools.csv:5: `partly` is missing", exitCode: 3),
    Case(
      name: "no coordinates, in a scenario",
      step: scenario(effects: "{density: -2, log-distance: -1}"),
      says: "give their table a `location`", exitCode: 2, hasPlaces: false),
    Case(
      name: "no coordinates, in an estimate", step: formation(effects: "[density, log-distance]"),
      says: "give their table a `location`", exitCode: 2, hasPlaces: false),
    Case(
      name: "no coordinates, in families",
      step: "families: {data: schools, similar: [fsm], size: [5, 8], apart: 3 km}",
      says: "give their table a `location`", exitCode: 2, hasPlaces: false),
    Case(
      name: "a wave with other actors", step: formation(waves: "ties_a, other"),
      says: "other.csv:3: there is no actor `999`", exitCode: 3),
    Case(
      name: "a start with other actors", step: scenario(ties: "other"),
      says: "other.csv:3: there is no actor `999`", exitCode: 3),
    Case(
      name: "a tie with oneself", step: scenario(ties: "self"),
      says: "self.csv:3: actor `105` is tied to itself", exitCode: 3),
    Case(
      name: "waves outside what is allowed", step: formation(more: ", within: allowed"),
      says: "`within: allowed` is broken by", exitCode: 3),
    Case(
      name: "rules against each other",
      step: scenario(ties: "must", formation: ", disjoint: must, contains: must"),
      says: "`disjoint: must` is broken by 1 of the ties", exitCode: 3),
    Case(
      name: "waves above the largest degree", step: formation(more: ", maximum-degree: 3"),
      says: "more than the `maximum-degree` of 3", exitCode: nil),
    Case(
      name: "a start above the largest degree",
      step: scenario(formation: ", maximum-degree: 1"),
      says: "more than the `maximum-degree` of 1", exitCode: nil),
    Case(
      name: "waves that are the same", step: formation(waves: "ties_a, ties_a"),
      says: "`ties` does not change between waves 1 and 2", exitCode: 4),
    Case(
      name: "a kind that nobody is of",
      step: scenario(formation: ", kinds: {column: kind, ties: [[school, pupil]]}"),
      says: "names `pupil`", exitCode: 2),
    Case(
      name: "a policy that nobody is eligible for",
      step: support("eligible: fsm > 1000, from: 1, until: 2"), says: "no school is eligible",
      exitCode: nil),
    Case(
      name: "a policy after the end", step: support("from: 9, until: 12"),
      says: "starts in year 9, after the last year 3", exitCode: nil),
    Case(
      name: "a policy that ends before it starts", step: support("from: 3, until: 1"),
      says: "`until` 1 lies before `from` 3", exitCode: 2),
    Case(
      name: "a budget of zero",
      step: support("cost: {GBP: 1000, per: school-year}, budget: {GBP: 0}"),
      says: "has a budget of 0", exitCode: nil),
    Case(
      name: "groups larger than they may be",
      step: scenario(
        policies: "{none: [], growth: [{trust: {size: 10}}]}",
        more: ", memberships: {school: urn, table: schools, group: trust, as: trust}"),
      says: "have more than the 10 schools", exitCode: nil),
    Case(
      name: "a school governed twice",
      step: scenario(
        more: ", memberships: {school: school, table: twice, group: trust, as: trust}"),
      says: "twice.csv:4: `100` stands in two groups", exitCode: 3),
    Case(
      name: "ties that run away",
      step: scenario(rate: "50", effects: "{density: -1, transitivity: 2}"),
      says: "under policy `none` partnerships run away", exitCode: 4),
    Case(
      name: "families that cannot keep apart",
      step: "families: {data: schools, similar: [fsm], size: [12, 20], apart: 100 km}",
      says: "40 schools around school 100", exitCode: 4),
    Case(
      name: "sizes of families that do not divide",
      step: "families: {data: schools, similar: [fsm], size: [30, 35]}",
      says: "40 schools cannot be divided", exitCode: 4),
  ]

  private static let files: [String: String] = {
    var schools = "urn,attainment,fsm,roll,easting,northing,partly,trust,kind\n"
    for k in 0..<40 {
      schools +=
        "\(100 + k),\(Double(k * 7 % 11) / 5 - 1),\(5 + k * 13 % 50),\(60 + k * 17 % 300),\(k % 8 * 4000),\(k / 8 * 4000),"
        + "\(k == 3 || k == 7 ? "" : "\(k)"),\(k < 30 ? "T1" : ""),\(k % 4 == 0 ? "agency" : "school")\n"
    }
    var waves = ["from,to\n", "from,to\n"]
    for a in 0..<40 {
      for b in (a + 1)..<40 {
        if (a * 31 + b * 17) % 13 == 0 { waves[0] += "\(100 + a),\(100 + b)\n" }
        if (a * 31 + b * 17) % 13 == 0 ? (a + b) % 3 > 0 : (a * 7 + b * 5) % 43 == 0 {
          waves[1] += "\(100 + a),\(100 + b)\n"
        }
      }
    }
    return [
      "schools.csv": schools, "ties_a.csv": waves[0], "ties_b.csv": waves[1],
      "other.csv": "from,to\n100,101\n100,999\n888,101\n",
      "self.csv": "from,to\n100,101\n105,105\n",
      "allowed.csv": "from,to\n100,101\n", "must.csv": "from,to\n100,139\n",
      "twice.csv": "school,trust\n100,A\n101,A\n100,B\n",
    ]
  }()

  @Test(arguments: cases) func isRefusedOrSaid(_ item: Case) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("networks-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in Self.files {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    let location = item.hasPlaces ? ", location: {easting: easting, northing: northing}" : ""
    let tables = Self.files.keys.filter { $0 != "schools.csv" }.sorted()
      .map { "  \($0.dropLast(4)): {file: \($0)}\n" }.joined()
    let yaml = """
      counterpart: 1
      title: Networks that will not do
      seed: 1
      data:
        schools: {file: schools.csv, key: urn\(location)}
      \(tables)steps:
        s:
          \(item.step)
      """
    try yaml.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    do {
      let study = try Study(reading: "\(folder)/study.yaml")
      let summary = try Runner(study: study, output: "\(folder)/out", threads: 1).run()
      #expect(item.exitCode == nil)
      let said = summary.warnings.map(\.message)
      #expect(said.contains { $0.contains(item.says) }, "\(said)")
    } catch {
      #expect(error.exitCode == item.exitCode)
      #expect("\(error)".contains(item.says), "\(error)")
    }
  }
}
