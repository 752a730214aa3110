import Counterpart
import Foundation
import Tables
import Testing

/// A study and its files in a folder of their own, taken away afterwards.
private struct Scratch {
  let folder: String

  init(_ files: [String: String]) throws {
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  func check() throws -> StudyCheck {
    try StudyCheck(try Study(reading: "\(folder)/study.yaml"))
  }

  /// What `check` says is wrong, with the folder taken out of the paths.
  func problem() throws -> (text: String, code: Int32)? {
    do {
      _ = try check()
      return nil
    } catch let error as RunError {
      return (error.description.replacingOccurrences(of: folder + "/", with: ""), error.exitCode)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

@Suite struct StudyDataTests {
  static let study = """
    counterpart: 1
    title: A study
    seed: 1
    data:
      schools: {file: schools.csv, key: urn}
      pupils: {file: pupils.csv, key: pupil, link: {urn: schools.urn}}
    prepare:
      schools:
        mean_prior: mean(pupils.prior, by = urn)
    population:
      schools: [phase == "primary", fsm < 50]
    steps:
      comparators: {match: {data: schools, treated: federated, covariates: [mean_prior, fsm]}}
    """
  static let schools = """
    urn,phase,fsm,federated
    1,primary,10,1
    2,primary,20,0
    3,secondary,30,0
    4,primary,,1
    5,primary,60,0
    6,primary,40,0
    """
  static let pupils = """
    pupil,urn,prior
    1,1,3
    2,1,5
    3,2,4
    4,3,1
    5,6,2
    6,4,7
    """

  private func files(
    study: String = study, schools: String = schools, pupils: String = pupils
  ) -> [String: String] {
    ["study.yaml": study, "schools.csv": schools, "pupils.csv": pupils]
  }

  @Test func populationRulesAreCountedByArm() throws {
    let scratch = try Scratch(files())
    defer { scratch.remove() }
    let check = try scratch.check()
    let population = try #require(check.tables.first { $0.name == "population" })
    #expect(
      population.rows.map { $0[2...].map(\.self) } == [
        [.count(6), .count(2), .count(4), .count(0)],
        [.count(5), .count(2), .count(3), .count(0)],
        [.count(3), .count(1), .count(2), .count(1)],
        // Pupils follow their schools, and are counted as they do.
        [.count(6), .missing, .missing, .count(0)],
        [.count(4), .missing, .missing, .count(0)],
      ])
    #expect(check.text(resolved: true).contains("mean_prior"))
  }

  @Test func missingFilesAreTheStudysFault() throws {
    let scratch = try Scratch(
      files(study: Self.study.replacingOccurrences(of: "pupils.csv", with: "pupil.csv")))
    defer { scratch.remove() }
    let problem = try #require(try scratch.problem())
    #expect(problem.code == 2)
    #expect(problem.text.hasPrefix("study.yaml:6:18: data.pupils.file: there is no file"))
  }

  @Test(arguments: [
    (
      "key: urn}", "key: unr}",
      "study.yaml:5:37: data.schools.key: unknown column of `schools` `unr`"
    ),
    ("fsm < 50", "fsn < 50", "study.yaml:11:33: population.schools: unknown column `fsn`"),
    ("\"primary\"", "\"primray\"", "study.yaml:11:22: population.schools: unknown level `primray`"),
    (
      "mean(pupils.prior", "mena(pupils.prior",
      "study.yaml:9:17: prepare.schools.mean_prior: unknown function `mena`"
    ),
    (
      "treated: federated", "treated: fedrated",
      "study.yaml:13:49: steps.comparators.match.treated: unknown column `fedrated`"
    ),
  ])
  func namesThatMeanNothingAreLocated(written: String, wrong: String, message: String) throws {
    let scratch = try Scratch(
      files(study: Self.study.replacingOccurrences(of: written, with: wrong)))
    defer { scratch.remove() }
    let problem = try #require(try scratch.problem())
    #expect(problem.code == 2)
    #expect(problem.text.hasPrefix(message), "\(problem.text)")
    #expect(problem.text.contains("did you mean"), "\(problem.text)")
  }

  @Test(arguments: [
    ("5,6,2", "5,6", "pupils.csv:6: found 2 cells, expected 3"),
    ("5,6,2", "5,9,2", "pupils.csv:6: link `urn`: found `9`"),
    ("5,6,2", "4,6,2", "pupils.csv:6: key `pupil`: found `4` again, first at pupils.csv:5"),
    ("5,6,2", "5,6,\"2", "pupils.csv:6: a quote opens on this line and never closes"),
  ])
  func dataThatCannotBeUsedIsLocated(written: String, wrong: String, message: String) throws {
    let scratch = try Scratch(
      files(pupils: Self.pupils.replacingOccurrences(of: written, with: wrong)))
    defer { scratch.remove() }
    let problem = try #require(try scratch.problem())
    #expect(problem.code == 3)
    #expect(problem.text.hasPrefix(message), "\(problem.text)")
  }

  @Test func nothingThatNoRunLeftIsReplaced() throws {
    let scratch = try Scratch(files())
    defer { scratch.remove() }
    let study = try Study(reading: "\(scratch.folder)/study.yaml")
    for output in [scratch.folder, "\(scratch.folder)/pupils.csv", ".", "..", "/"] {
      #expect(throws: RunError.self) {
        try Runner(study: study, output: output, threads: 1).run()
      }
    }
    let kept = try FileManager.default.contentsOfDirectory(atPath: scratch.folder).sorted()
    #expect(kept == ["pupils.csv", "schools.csv", "study.yaml"])
  }

  @Test func aByteOrderMarkBeforeTheStudyIsNoMistake() throws {
    let scratch = try Scratch(files(study: "\u{FEFF}" + Self.study))
    defer { scratch.remove() }
    #expect(try scratch.problem()?.text == nil)
  }

  @Test func aPopulationOfNobodyIsRefusedWithItsCounts() throws {
    let scratch = try Scratch(
      files(study: Self.study.replacingOccurrences(of: "fsm < 50", with: "fsm < 0")))
    defer { scratch.remove() }
    let problem = try #require(try scratch.problem())
    #expect(problem.code == 3)
    #expect(problem.text.contains("no row of `schools` meets every rule"))
  }
}
