import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// A small synthetic study of federations, from the specification to the tables.
@Suite(.serialized) struct FederationStudyTests {
  static let specification = """
    of: federations
    seed: 7
    pairs: 24
    triples: 2
    quadruples: 0
    federated-authorities: 8
    authorities: 8
    others: 150
    cohort: 9
    """

  static func study(
    match: String = "", model: String = "", more: String = "", steps: String = ""
  ) -> String {
    """
    counterpart: 1
    title: Federations
    seed: 5
    data:
      schools:
        file: data/schools.csv
        key: [urn, year]
        missing: ["", SUPP]
        location: {easting: easting, northing: northing}
      membership:
        file: data/membership.csv
        link: {urn: schools.urn}
        episodes: {unit: urn, group: group, kind: kind, from: joined, to: left}
      pupils: {file: data/pupils.csv, key: [pupil, year], link: {urn: schools.urn}}
    prepare:
      schools:
        log_roll: log(roll)
        federated: member(membership, kind == "federation")
      membership:
        lower: prior @ base < mean(prior @ base, by = group) - 0.125
      groups:
        cross_phase: distinct(phase) > 1
        performance: range(prior) >= 0.25
    population:
      schools: type != "special"
    treatment: {column: federated, least: 1 year}
    base: joined - 1 year
    primary: {outcome: reading, lag: 3, step: attainment}
    estimand: {effect: att, per: pupil}
    \(more)
    steps:
      comparators:
        match:
          method: optimal
          covariates: [prior @ base, prior @ (base - 1), schools.fsm @ base, log_roll @ base\(match)]
          exact: [phase @ base]
          apart: 3 km
      attainment:
        for: {outcome: [reading, maths], lag: [1, 3]}
        adjust: holm
        multilevel:
          data: pupils
          sample: comparators
          formula: outcome ~ federated + pupils.prior + schools.fsm @ base\(model) + (1 | urn) + (0 + federated | group)
          effect: {of: federated}
    \(steps)
    """
  }

  /// A folder with the synthetic data and a study, taken away afterwards.
  struct Scratch {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path

    init(_ study: String, specification: String = FederationStudyTests.specification) throws {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try specification.write(
        toFile: "\(folder)/federations.yaml", atomically: true, encoding: .utf8)
      try study.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
      _ = try SyntheticData(reading: "\(folder)/federations.yaml").write(to: "\(folder)/data")
    }

    func run() throws -> [String: [[String: String]]] {
      let study = try Study(reading: "\(folder)/study.yaml")
      _ = try Runner(study: study, output: "\(folder)/out", threads: 1).run()
      var result: [String: [[String: String]]] = [:]
      for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out/tables") {
        let text = try String(contentsOfFile: "\(folder)/out/tables/\(file)", encoding: .utf8)
        result[String(file.dropLast(4))] = Self.rows(text)
      }
      return result
    }

    static func rows(_ text: String) -> [[String: String]] {
      let lines = text.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      guard let head = lines.first else { return [] }
      return lines.dropFirst().map { cells in
        Dictionary(zip(head, cells), uniquingKeysWith: { first, _ in first })
      }
    }

    func problem() -> String? {
      do {
        _ = try StudyCheck(try Study(reading: "\(folder)/study.yaml"))
        return nil
      } catch { return "\(error)".replacingOccurrences(of: folder + "/", with: "") }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
  }

  @Test func theStudyRunsAndEachUnitStandsOnce() throws {
    let scratch = try Scratch(Self.study())
    defer { scratch.remove() }
    let tables = try scratch.run()
    let units = try #require(tables["comparators.units"])
    let used = units.filter { (Double($0["weight"] ?? "") ?? 0) > 0 }
    let names = used.compactMap { $0["unit"]?.split(separator: "@").first }
    #expect(names.count > 30)
    #expect(Set(names).count == names.count)
    // A pair stands at one base year.
    for pair in try #require(tables["comparators.pairs"]) {
      #expect(
        pair["treated"]?.split(separator: "@").last == pair["control"]?.split(separator: "@").last)
    }
    let effects = try #require(tables["attainment.coefficients"])
    #expect(Set(effects.compactMap { $0["lag"] }) == ["1", "3"])
    #expect(Set(effects.compactMap { $0["outcome"] }) == ["reading", "maths"])
    let outcomes = try #require(tables["study.outcomes"])
    #expect(outcomes.count == 4)
    #expect(outcomes.filter { $0["role"] == "primary" }.map { $0["lag"] } == ["3"])
    let family = try #require(tables["attainment.family"])
    #expect(family.count == 4)
    for row in family {
      #expect((Double(row["p_adjusted"] ?? "") ?? 0) >= (Double(row["p_value"] ?? "") ?? 1))
    }
  }

  @Test(arguments: [
    (", prior @ (base + 1)", "is 1 year after the base year, when partnership may already have"),
    (", prior @ 2015", "is of 2015, after the base year of the cohort"),
    (", prior @ bsae", "expected `base`, `(base - 1)` or a year after `@`, found `bsae`"),
    (", prioor @ base", "unknown column `prioor`; did you mean `prior`?"),
  ])
  func whatIsDatedAfterJoiningIsRefusedInMatching(covariate: String, message: String) throws {
    let scratch = try Scratch(Self.study(match: covariate))
    defer { scratch.remove() }
    let problem = try #require(scratch.problem())
    #expect(problem.contains(message), "\(problem)")
    #expect(problem.hasPrefix("study.yaml:"))
  }

  @Test func aReasonLetsItThrough() throws {
    let scratch = try Scratch(
      Self.study(match: ", prior @ (base + 1)").replacingOccurrences(
        of: "method: optimal", with: "method: optimal\n      allow-post-treatment: a test"))
    defer { scratch.remove() }
    #expect(scratch.problem() == nil)
  }

  @Test func modelsFlagWhatIsOfTheOutcomesYear() throws {
    let scratch = try Scratch(Self.study(model: " + schools.roll"))
    defer { scratch.remove() }
    let study = try Study(reading: "\(scratch.folder)/study.yaml")
    let summary = try Runner(study: study, output: "\(scratch.folder)/out", threads: 1).run()
    #expect(summary.warnings.contains { $0.message.contains("adjusts for `schools.roll`") })
  }

  @Test func thePrimaryOutcomeMustHaveExactlyOneModel() throws {
    func problem(_ primary: String) -> String {
      let text = Self.study().replacingOccurrences(
        of: "primary: {outcome: reading, lag: 3, step: attainment}", with: "primary: \(primary)")
      do {
        _ = try Study(yaml: text, file: "s.yaml")
        return ""
      } catch { return "\(error)" }
    }
    #expect(problem("{outcome: reading, lag: 1}").isEmpty)
    #expect(problem("{outcome: science, lag: 3}").contains("no `multilevel` step with an `effect`"))
    #expect(problem("{outcome: reading}").contains("2 models are of `reading`"))
    #expect(problem("{outcome: [reading, maths], lag: 3}").contains("`correction: holm`"))
    #expect(problem("{outcome: [reading, maths], lag: 3, correction: holm}").isEmpty)
  }

  @Test func aFrozenPlanIsFollowedOrItsDeviationsListed() throws {
    let scratch = try Scratch(Self.study())
    defer { scratch.remove() }
    let study = try Study(reading: "\(scratch.folder)/study.yaml")
    let plan = try FrozenPlan(freezing: study, threads: 1)
    #expect(throws: RunError.self) { _ = try FrozenPlan(freezing: study, threads: 1) }
    #expect(try scratch.run()["study.deviations"]?.isEmpty == true)
    try Self.study().replacingOccurrences(of: "apart: 3 km", with: "apart: 4 km").write(
      toFile: "\(scratch.folder)/study.yaml", atomically: true, encoding: .utf8)
    let deviations = try #require(try scratch.run()["study.deviations"])
    #expect(deviations.contains { $0["planned"] == "3 km" && $0["run"] == "4 km" })
    #expect(deviations.contains { $0["setting"] == "comparators: matched units" })
    // Outcomes do not change the design: the same plan comes from other outcomes.
    let text = try String(contentsOfFile: plan.file, encoding: .utf8)
    try text.replacingOccurrences(of: "3 km", with: "4 km").write(
      toFile: plan.file, atomically: true, encoding: .utf8)
    #expect(throws: RunError.self) { _ = try scratch.run() }
  }

  @Test func followedPupilsAreThoseOfTheBaseYear() throws {
    let specification = Self.specification + "\nfollows: true"
    let scratch = try Scratch(Self.study(), specification: specification)
    defer { scratch.remove() }
    let tables = try scratch.run()
    #expect(tables["attainment.composition"] == nil)
    let other = try Scratch(Self.study())
    defer { other.remove() }
    #expect(try other.run()["attainment.composition"]?.isEmpty == false)
  }

  @Test func theCommittedDataAreThoseOfTheirSpecification() throws {
    let committed = checkoutFolder.appendingPathComponent("Data/synthetic-federations")
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let names = try SyntheticData(
      reading: committed.appendingPathComponent("federations.yaml").path
    )
    .write(to: folder)
    #expect(names == ["schools.csv", "pupils.csv", "membership.csv", "truth.json"])
    for name in names {
      let made = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      #expect(made == (try Data(contentsOf: committed.appendingPathComponent(name))), "\(name)")
    }
  }

  @Test func aRehearsalGivesBiasAndCoverage() throws {
    let scratch = try Scratch(
      Self.study(
        steps: """
            rehearsal:
              rehearse:
                synth: federations.yaml
                draws: 4
                estimates:
                  third: {step: attainment, where: {outcome: reading, lag: 3}, term: federated, truth: by_lag.3}
          """))
    defer { scratch.remove() }
    let rows = try #require(try scratch.run()["rehearsal.rehearsal"])
    #expect(rows.count == 1)
    #expect(rows[0]["draws"] == "4")
    #expect(abs((Double(rows[0]["bias"] ?? "") ?? 9)) < 0.3)
  }
}
