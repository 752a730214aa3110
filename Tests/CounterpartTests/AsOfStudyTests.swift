import Counterpart
import Foundation
import StudyFiles
import Testing

/// A register of one year beside memberships with dates: what can be said of time, and what cannot.
@Suite struct AsOfStudyTests {
  private static func register(asOf: String, allow: String = "") -> String {
    """
    counterpart: 1
    title: A register of one year
    seed: 3
    data:
      schools: {file: schools.csv, key: urn\(asOf)}
      membership:
        file: membership.csv
        link: {urn: schools.urn}
        episodes: {unit: urn, group: group, from: joined, to: left}
    treatment: {column: federated}
    steps:
      comparators:
        match: {covariates: [prior @ base, fsm], distance: mahalanobis\(allow)}
    """
  }

  private func problem(_ study: String) throws -> (problem: String?, warnings: [String]) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let schools =
      "urn,prior,fsm\n"
      + (1...40).map { "\($0),\(($0 * 7) % 13),\(($0 * 5) % 17)" }.joined(separator: "\n")
    let membership = """
      urn,group,joined,left
      1,A,2012-09-01,
      2,A,2012-09-01,
      3,B,2014-02-01,
      4,B,2014-10-01,2015-03-01

      """
    for (name, text) in [("schools", schools), ("membership", membership)] {
      try text.write(toFile: "\(folder)/\(name).csv", atomically: true, encoding: .utf8)
    }
    try study.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    do {
      let study = try Study(reading: "\(folder)/study.yaml")
      let summary = try Runner(study: study, output: "\(folder)/out", threads: 1).run()
      return (nil, summary.warnings.map(\.message))
    } catch { return ("\(error)".replacingOccurrences(of: folder + "/", with: ""), []) }
  }

  @Test func aRegisterWithoutYearsMustSayItsYear() throws {
    let found = try #require(try problem(Self.register(asOf: "")).problem)
    #expect(found.contains("has no years: give its `key` as [unit, year], or declare `as-of`"))
  }

  @Test func anOlderRegisterServes() throws {
    let found = try problem(Self.register(asOf: ", as-of: 2012"))
    #expect(found.problem == nil, "\(found.problem ?? "")")
    #expect(!found.warnings.contains { $0.contains("survivors") })
  }

  /// 2012-09-01 and 2014-02-01 are of the school years 2013 and 2014, 2014-10-01 of 2015.
  @Test func aLaterRegisterIsRefusedForTheCohortsBeforeIt() throws {
    let found = try #require(try problem(Self.register(asOf: ", as-of: 2013")).problem)
    #expect(found.contains("study.yaml:13:"))
    #expect(
      found.contains("`prior @ base` is as of 2013, after the base year of the cohort of 2012"))
    #expect(found.contains("`fsm` is as of 2013"))
    let later = try #require(try problem(Self.register(asOf: ", as-of: 2017")).problem)
    #expect(later.contains("the cohorts of 2012 to 2014"))
  }

  @Test func aReasonLetsItThroughWithSurvivorsNamed() throws {
    let found = try problem(
      Self.register(asOf: ", as-of: 2017", allow: ", allow-post-treatment: nothing older is had"))
    #expect(found.problem == nil, "\(found.problem ?? "")")
    #expect(found.warnings.contains { $0.contains("survivors") })
    #expect(found.warnings.contains { $0.contains("nothing older is had") })
  }

  @Test(arguments: [
    ("treatment: {column: federated, episodes: member}", "unknown table of episodes `member`"),
    ("treatment: {column: federated, joined: begun}", "unknown column of `membership` `begun`"),
    ("treatment: {column: federated, least: 1 week}", "expected a time such as `1 year`"),
    ("treatment: {colum: federated}", "unknown key `colum`; did you mean `column`?"),
    ("treatment: {column: federated, where: kind == 1}", "unknown column `kind`"),
    ("treatment: {column: federated}\nbase: joined + 1 year", "expected `joined - 1 year`"),
  ])
  func mistakesAreFoundWhereTheyStand(treatment: String, message: String) throws {
    let text = Self.register(asOf: ", as-of: 2012").replacingOccurrences(
      of: "treatment: {column: federated}", with: treatment)
    let found = try #require(try problem(text).problem)
    #expect(found.contains(message), "\(found)")
    #expect(found.hasPrefix("study.yaml:1"))
  }
}
