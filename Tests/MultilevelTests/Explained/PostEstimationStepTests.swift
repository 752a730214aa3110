import Designs
import Foundation
import Multilevel
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("Questions about a fitted model as keys of the step")
struct PostEstimationStepTests {
  private func step(_ yaml: String) throws -> MultilevelStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(MultilevelStep.keys)
    return try MultilevelStep(from: section)
  }

  @Test("every table is there with its rows")
  func tables() throws {
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/Exam.csv"),
      categories: ["school": [], "sex": ["F", "M"]])
    var set = DataSet()
    set.set(data.table)
    let step = try step(
      """
      data: data
      formula: normexam ~ standLRT * sex + (1 + standLRT | school)
      effect: {of: sexM}
      school_effects: school
      explained: true
      influence: school
      residuals: true
      """)
    let result = try step.run(step.frame(in: set), threads: 2)
    let tables = Dictionary(uniqueKeysWithValues: result.tables.map { ($0.name, $0) })
    #expect(tables["school_effects"]?.rows.count == 130)
    #expect(
      tables["school_effects"]?.fields.map(\.name) == [
        "group", "level", "term", "mode", "std_error", "ci_low", "ci_high", "comparative_low",
        "comparative_high", "rank", "rank_low", "rank_high", "reliability", "rows",
      ])
    #expect(tables["explained"]?.rows.count == 6)
    // Four coefficients, three variances and the effect for each of 65 schools.
    #expect(tables["influence"]?.rows.count == 65 * 8)
    #expect((tables["residuals"]?.rows.count ?? 0) > 50)
    // The minimum detectable effect has the effect's own degrees of freedom and standard error.
    let effect = try #require(result.effects.first)
    let contrast = [0, 0, 1, data.numbers("standLRT").reduce(0, +) / 4059]
    let test = try result.fit.test(contrast, named: "sexM")
    let null = try #require(result.unconditional)
    let correction = 1 - 3 / (4 * test.degreesOfFreedom - 1)
    let expected =
      correction * test.standardError / null.totalVariance.squareRoot()
      * TestPower(degreesOfFreedom: test.degreesOfFreedom).multiplier(power: 0.8)
    #expect(isClose(effect.minimumDetectable, expected, relative: 1e-9))
  }

  @Test("refused where the response is not normal")
  func refused() {
    do {
      _ = try step(
        """
        data: data
        formula: y ~ x + (1 | school)
        family: binomial
        explained: true
        """)
      Issue.record("read")
    } catch { #expect("\(error)".contains("needs a normal response")) }
  }
}
