import Designs
import Imputation
import Probability
import StudyFiles
import Tables
import Testing

@Suite("What cannot be imputed is refused by name")
struct ImputationErrorTests {
  private let truth = TwoLevelData(schools: 6, pupilsPerSchool: 5, seed: 2)

  private func holes(_ values: [Double], _ rows: [Int]) -> [Double] {
    var values = values
    for row in rows { values[row] = .nan }
    return values
  }

  private func problem(_ yaml: String, _ data: DataSet) -> ImputationError? {
    do throws(ImputationError) {
      guard let step = try? imputeStep(yaml) else { return nil }
      _ = try step.run(in: data, seed: Seed(1))
      return nil
    } catch { return error }
  }

  @Test("missing in every row")
  func allMissing() {
    let data = truth.data(x: truth.x.map { _ in .nan })
    #expect(
      problem("{data: pupils, columns: {x: normal}}", data)
        == .allMissing(column: "x", rows: 30))
  }

  @Test("constant where observed")
  func constant() {
    let data = truth.data(x: holes(truth.x.map { _ in 2 }, [1]))
    #expect(
      problem("{data: pupils, columns: {x: normal}}", data) == .constant(column: "x", value: "2"))
  }

  @Test("a predictor with holes of its own")
  func predictor() {
    let data = truth.data(x: holes(truth.x, [1]), y: holes(truth.y, [2, 3]))
    #expect(
      problem("{data: pupils, columns: {x: normal}, using: y}", data)
        == .predictorMissing(column: "y", missing: 2))
  }

  @Test("one group, and rows without group")
  func groups() {
    let one = Column("g", categories: truth.x.map { _ in "a" })
    let some = Column("g", categories: truth.x.indices.map { $0 == 4 ? nil : "\($0 % 3)" })
    let yaml = "{data: pupils, columns: {x: normal}, group: g}"
    let x = holes(truth.x, [1])
    #expect(problem(yaml, truth.data(x: x, extra: [one])) == .oneGroup(group: "g"))
    #expect(
      problem(yaml, truth.data(x: x, extra: [some])) == .groupMissing(group: "g", rows: 1))
  }

  @Test("columns that are combinations of others")
  func collinear() {
    let twice = Column("twice", numbers: zip(truth.aid, truth.y).map { 2 * $0 - $1 })
    let data = truth.data(x: holes(truth.x, [1]), extra: [twice])
    #expect(
      problem("{data: pupils, columns: {x: normal}, using: [aid, y, twice], group: school}", data)
        == .collinear(column: "twice", before: ["x", "aid", "y"]))
  }

  @Test("too few observed values")
  func few() {
    let data = truth.data(x: holes(truth.x, Array(2..<30)))
    #expect(
      problem("{data: pupils, columns: {x: normal}, using: [aid, y]}", data)
        == .tooFewValues(column: "x", observed: 2, columns: 3))
  }

  @Test("a level that is not the group's")
  func level() {
    let data = truth.data(x: holes(truth.x, [1]))
    #expect(
      problem("{data: pupils, columns: {x: {level: school}}, group: school}", data)
        == .variesWithinGroup(column: "x", group: "school"))
    let halves = Column(
      "half", categories: truth.school.map { $0 < 3 ? "a" : "b" })
    let intake = holes(truth.intake, [1])
    #expect(
      problem(
        "{data: pupils, columns: {intake: {level: schools}}, group: half}",
        truth.data(extra: [halves], intake: intake))
        == .levelIsNotTheGroup(column: "intake", level: "schools", group: "half"))
  }

  @Test("methods that do not fit")
  func methods() {
    let band = Column(
      "band", categories: truth.x.indices.map { $0 == 0 ? nil : ["a", "b", "c"][$0 % 3] })
    let data = truth.data(x: holes(truth.x, [1]), extra: [band])
    #expect(
      problem("{data: pupils, columns: {band: normal}}", data)
        == .wrongMethod(column: "band", method: .normal, found: "category"))
    #expect(
      problem("{data: pupils, columns: {band: binary}}", data)
        == .wrongMethod(column: "band", method: .binary, found: "3 values"))
    #expect(
      problem("{data: pupils, columns: {x: category}}", data)
        == .wrongMethod(column: "x", method: .category, found: "number"))
  }

  @Test("more categories than can be told apart")
  func categories() {
    let name = Column("name", categories: (0..<60).map { "n\($0)" })
    var data = DataSet()
    data.set(
      Table(
        name: "t",
        columns: [
          Column("x", numbers: (0..<60).map { $0 == 3 ? .nan : Double($0 * $0 % 17) }), name,
        ]))
    #expect(
      problem("{data: t, columns: {x: normal}, using: name}", data)
        == .tooManyCategories(column: "name", count: 60, limit: 50))
  }

  @Test("names are checked against the tables, all of them at once")
  func names() throws {
    let step = try imputeStep(
      """
      data: pupils
      columns: {xx: normal, intake: {level: school}, size: {level: schools}, aid: {level: regions}}
      using: why
      group: school
      """)
    do throws(SpecErrors) {
      try step.check(in: truth.data(), path: "steps.complete.impute")
      Issue.record("nothing was found wrong")
    } catch {
      let text = "\(error)"
      #expect(error.problems.count == 5, "\(text)")
      for part in ["`xx`", "`intake`", "`size`", "`regions`", "`why`"] {
        #expect(text.contains(part), "\(part) in \(text)")
      }
    }
  }

  @Test("settings that contradict each other")
  func settings() {
    func text(_ yaml: String) -> String {
      do {
        _ = try imputeStep(yaml)
        return ""
      } catch { return "\(error)" }
    }
    #expect(text("{data: t, columns: {a: {level: b}}}").contains("needs a `group`"))
    #expect(text("{data: t, columns: {a: normal}, using: a}").contains("leave it in `columns`"))
    #expect(text("{data: t, columns: {}}").contains("at least one column"))
    #expect(text("{data: t, columns: {a: mean}}").contains("imputation method"))
    #expect(text("{data: t, columns: {a: normal}, imputations: 1}").contains("from 2 to 1000"))
  }
}
