import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// How the report of a study of federations reads, and the effect of a school-level outcome per pupil.
@Suite(.serialized) struct FederationReportTests {
  private typealias Scratch = FederationStudyTests.Scratch

  private func report(_ scratch: Scratch) throws -> String {
    try String(contentsOfFile: "\(scratch.folder)/out/report.html", encoding: .utf8)
  }

  /// All passes of a loop stand in one section, with their effects in one picture.
  @Test func aLoopIsOneSection() throws {
    let study = FederationStudyTests.study().replacingOccurrences(
      of: "lag: [1, 3]", with: "lag: [1, 2, 3]")
    let scratch = try Scratch(study)
    defer { scratch.remove() }
    _ = try scratch.run()
    let html = try report(scratch)
    #expect(html.contains("The models attainment"))
    #expect(html.contains("The effect by years after the base year, with 95% intervals"))
    #expect(!html.contains("The model attainment-"))
    #expect(html.components(separatedBy: "Reading, lag 3").count == 2)
    // Names stand without the quotes that files need.
    #expect(html.contains("not in the sample of comparators"))
    #expect(!html.contains("`schools.fsm @ base`"))
  }

  /// What one kind of federation has more than others is not set against comparators.
  @Test func aFurtherEffectIsComparedWithOthersOfTheTreated() throws {
    let scratch = try Scratch(
      FederationStudyTests.study(
        steps: """
            kinds:
              multilevel:
                data: pupils
                sample: comparators
                nesting: partial
                lag: 3
                formula: reading ~ federated + performance + pupils.prior + (1 | urn)
                effect: {of: performance}
          """))
    defer { scratch.remove() }
    _ = try scratch.run()
    let html = try report(scratch)
    #expect(html.contains("than with <code>federated</code> that is otherwise alike"))
    #expect(html.contains("than among matched comparators"))
  }

  private static let schools = """
      schools-own:
        multilevel:
          data: schools
          sample: comparators
          nesting: partial
          lag: 3
          formula: attainment ~ federated + prior @ base + (1 | la)
          effect: {of: federated}
    """

  @Test func aTableOfSchoolsCountsPupilsByTheirNumber() throws {
    let plain = FederationStudyTests.study(steps: Self.schools)
    let without = try Scratch(plain)
    defer { without.remove() }
    let rows = try #require(try without.run()["schools-own.estimand"])
    #expect(rows.map { $0["per"] } == ["school"])

    let scratch = try Scratch(
      plain.replacingOccurrences(
        of: "estimand: {effect: att, per: pupil}",
        with: "estimand: {effect: att, per: pupil, pupils: roll @ base}"))
    defer { scratch.remove() }
    let summary = try #require(try scratch.run()["schools-own.estimand"])
    #expect(summary.map { $0["per"] } == ["pupil", "school"])
    #expect(summary[1]["estimate"] == rows[0]["estimate"])
    #expect(summary[0]["estimate"] != rows[0]["estimate"])
    #expect(summary[0]["asked"] == "yes")
  }

  @Test func aColumnOfPupilsMustBeOne() throws {
    for (column, says) in [
      ("rol", "did you mean `roll`?"), ("phase", "expected a column of numbers"),
    ] {
      let scratch = try Scratch(
        FederationStudyTests.study(steps: Self.schools).replacingOccurrences(
          of: "per: pupil}", with: "per: pupil, pupils: \(column)}"))
      defer { scratch.remove() }
      #expect(scratch.problem()?.contains(says) == true, "\(scratch.problem() ?? "")")
    }
  }

  /// From 1 September to 31 August is a year of membership, in years of 365 days too.
  @Test func aSchoolYearIsAYear() throws {
    let scratch = try Scratch(FederationStudyTests.study())
    defer { scratch.remove() }
    let file = "\(scratch.folder)/data/membership.csv"
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let (joined, left) = (
      try #require(lines[0].firstIndex(of: "joined")), try #require(lines[0].firstIndex(of: "left"))
    )
    func stayed(_ end: String) throws -> Int {
      let text = lines.enumerated().map { row, cells -> String in
        guard row > 0 else { return cells.joined(separator: ",") }
        var cells = cells
        let year = Int(cells[joined].prefix(4)) ?? 0
        cells[left] = "\(year + 1)-\(end)"
        return cells.joined(separator: ",")
      }
      try (text.joined(separator: "\n") + "\n").write(
        toFile: file, atomically: true, encoding: .utf8)
      let check = try StudyCheck(try Study(reading: "\(scratch.folder)/study.yaml"))
      let population = try #require(check.tables.first { $0.name == "population" })
      let row = Scratch.rows(population.csv).first { $0["rule"] == "stayed long enough" }
      return try #require(Int(row?["treated"] ?? ""))
    }
    let all = try stayed("09-01")
    #expect(all > 40)
    #expect(try stayed("08-31") == all)
    #expect(try stayed("08-30") == 0)
  }
}
