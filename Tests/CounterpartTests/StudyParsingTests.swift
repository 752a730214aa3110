import Counterpart
import Probability
import StudyFiles
import Tables
import Testing

@Suite struct StudyParsingTests {
  static let head = """
    counterpart: 1
    title: A study
    seed: 1
    data:
      schools: {file: schools.csv, key: urn}
      pupils: {file: pupils.csv, link: {urn: schools.urn}}

    """

  private func problems(_ yaml: String) -> [String] {
    do throws(SpecErrors) {
      _ = try Study(yaml: yaml, file: "s.yaml")
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test func aStudyIsReadWhole() throws {
    let study = try Study(
      yaml: Self.head + """
        steps:
          comparators: {match: {data: schools, treated: federated, covariates: [fsm]}}
          attainment: {multilevel: {data: pupils, sample: comparators, formula: y ~ x + (1 | urn)}}
        """, file: "folder/study.yaml")
    #expect(study.name == "folder")
    #expect(study.resolve(path: "a.csv") == "folder/a.csv")
    #expect(study.steps.map(\.kind) == ["match", "multilevel"])
    #expect(study.tables[1].links[0].table.text == "schools")
  }

  @Test func everyMistakeIsToldAtOnceInTheOrderOfTheFile() {
    let found = problems(
      """
      counterpart: 2
      titel: A study
      seed: -1
      data:
        schools: {file: schools.csv, keys: urn}
      steps:
        comparators: {match: {data: schools, treated: federated, covariates: [fsm], calliper: 3}}
      disclosure: {profile: ons-srs}
      """)
    #expect(found.count >= 6)
    #expect(found.contains { $0.hasPrefix("s.yaml:1:14: counterpart: ") })
    #expect(found.contains("s.yaml:2:1: unknown key `titel`; did you mean `title`?"))
    #expect(found.contains { $0.hasPrefix("s.yaml:3:7: seed: expected a whole number") })
    #expect(
      found.contains { $0.contains("data.schools: unknown key `keys`; did you mean `key`?") })
    #expect(found.contains { $0.contains("unknown key `calliper`; did you mean `caliper`?") })
    #expect(found.contains { $0.contains("`disclosure` is not available in this version") })
    #expect(found == found.sorted { line(of: $0) < line(of: $1) })
  }

  private func line(of message: String) -> Int {
    Int(message.split(separator: ":").dropFirst().first ?? "0") ?? 0
  }

  @Test func stepsThatNeedEachOtherInACircleAreNamed() {
    let found = problems(
      Self.head + """
        steps:
          a: {multilevel: {data: pupils, sample: b, formula: y ~ x + (1 | urn)}}
          b: {match: {data: schools, treated: federated, covariates: [fsm]}}
          c: {multilevel: {data: pupils, sample: a, formula: y ~ x + (1 | urn)}}
          d: {multilevel: {data: pupils, sample: missing, formula: y ~ x + (1 | urn)}}
        """)
    #expect(found.count == 2)
    #expect(found.contains { $0.contains("step `a` is a `multilevel` step") })
    #expect(found.contains { $0.contains("unknown step `missing`") })
  }

  @Test(arguments: ["../escaped", "a/b", "", "é", "a b"])
  func namesOfStepsCanStandInFileNames(name: String) {
    let found = problems(
      Self.head + """
        steps:
          "\(name)": {match: {data: schools, treated: federated, covariates: [fsm]}}
        """)
    #expect(found.count == 1)
    #expect(found.first?.contains("a step's name stands in file names") ?? false)
  }

  @Test(arguments: [
    ("folder/model.v1.yaml", "model.v1"), ("./folder/study.yaml", "folder"), ("a/b.yml", "b"),
  ])
  func aStudyIsCalledAfterItsFile(file: String, name: String) throws {
    let yaml =
      Self.head + """
        steps:
          full: {multilevel: {data: pupils, formula: y ~ x + (1 | urn)}}
        """
    #expect(try Study(yaml: yaml, file: file).name == name)
  }

  @Test func everyProblemOfEveryStepIsFound() {
    let found = problems(
      Self.head + """
        steps:
          doubt: {equivalence: {of: x}}
          many: {equivalence: {of: y}}
        """)
    // Two keys are missing in each.
    #expect(found.count == 4)
    #expect(found.count { $0.contains("missing key `term`") } == 2)
  }

  @Test func unknownTablesAreFoundWhereTheyAreNamed() {
    let found = problems(
      """
      counterpart: 1
      title: A study
      seed: 1
      data:
        pupils: {file: pupils.csv, link: {urn: school.urn}}
      prepare: {pupil: {x: 1 + 1}}
      steps:
        full: {multilevel: {data: pupils, formula: y ~ x + (1 | urn)}}
      """)
    #expect(
      found == [
        "s.yaml:5:42: data.pupils.link: unknown table `school`; accepted: `pupils`",
        "s.yaml:6:11: prepare: unknown table `pupil`; did you mean `pupils`?",
      ])
  }

  @Test func valuesCanBeReplacedOnTheCommandLine() throws {
    let yaml =
      Self.head + """
        steps:
          full: {multilevel: {data: pupils, formula: y ~ x + (1 | urn)}}
        """
    let study = try Study(
      yaml: yaml, file: "s.yaml",
      overrides: [
        .init(path: "data.schools.file", value: "other.csv"), .init(path: "seed", value: "7"),
      ])
    #expect(study.tables[0].file.text == "other.csv")
    #expect(study.seed.rawValue == 7)
    let error = #expect(throws: SpecErrors.self) {
      try Study(yaml: yaml, file: "s.yaml", overrides: [.init(path: "seed.x", value: "7")])
    }
    #expect(error?.description.contains("--set seed.x") ?? false)
  }

  @Test func theSchemaAcceptsWhatTheParserKnows() {
    let text = StudySchema.json.text
    for key in ["match", "multilevel", "scenarios", "caliper", "formula", "population"] {
      #expect(text.contains("\"\(key)\""), "\(key) is missing")
    }
  }

  @Test func everythingRegisteredIsDescribed() {
    for kind in Catalogue.kinds {
      #expect(!kind.entries.isEmpty, "\(kind.name) has no entry")
      for entry in kind.entries {
        #expect(!entry.documentation.summary.isEmpty, "\(entry.name) has no summary")
        #expect(entry.keys.allSatisfy { !$0.meaning.isEmpty }, "a key of \(entry.name)")
        #expect(Set(entry.keys.map(\.name)).count == entry.keys.count, "keys of \(entry.name)")
      }
    }
  }

  @Test func aMemberIsFoundWithoutItsKindAndShowsTheKeysOfItsSections() throws {
    let power = try #require(Catalogue.members(named: "power").first)
    #expect(power.text.contains("simulate"))
    #expect(power.text.contains("\n        replicates\n          How many trials."))
    #expect(Catalogue.members(named: "no-such-thing").isEmpty)
  }
}
