import Designs
import Foundation
import LinearAlgebra
import Multilevel
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("The multilevel step of a study")
struct StepTests {
  private func step(_ yaml: String) throws -> MultilevelStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(MultilevelStep.keys)
    return try MultilevelStep(from: section)
  }

  private func problem(_ yaml: String) -> String {
    do {
      _ = try step(yaml)
      return ""
    } catch { return "\(error)" }
  }

  @Test("reads its keys")
  func reads() throws {
    let read = try step(
      """
      data: pupils
      sample: comparators
      formula: normexam ~ standLRT + (1 + standLRT | school)
      method: ML
      df: between-within
      weights: {precision: w}
      contrasts: {sex: sum}
      effect: {of: standLRT, average: false, scale: within-sd}
      """)
    #expect(read.data.text == "pupils")
    #expect(read.sample?.text == "comparators")
    #expect(read.criterion == .ml)
    #expect(read.degreesOfFreedom == .betweenWithin)
    #expect(read.precision?.text == "w")
    #expect(read.contrasts.map(\.contrast) == [.sum])
    #expect(read.effect?.scale == .withinSD)
    #expect(read.effect?.average == false)
  }

  @Test("refuses what does not go together, and misspelt names with a suggestion")
  func refuses() {
    let base = "data: pupils\nformula: y ~ 1 + (1 | g)\n"
    #expect(
      problem(base + "effect: {of: x, variances: conditional, months: eef-toolkit}").contains(
        "unconditional variances"))
    #expect(
      problem(base + "errors: cr2\ndf: kenward-roger").contains("write `df: satterthwaite`"))
    #expect(problem(base + "family: poisson\nerrors: cr1").contains("need a normal response"))
    #expect(problem(base + "df: saterthwaite").contains("did you mean `satterthwaite`"))
    #expect(problem("formula: y ~ 1").contains("missing key `data`"))
  }

  @Test("leaves every table with the columns that others rely on")
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
      """)
    let result = try step.run(step.frame(in: set))
    #expect(
      result.tables.map(\.name) == [
        "coefficients", "variances", "fit", "random_effects", "groups", "effects", "vpc",
        "covariance",
      ])
    func columns(_ name: String) -> [String] {
      result.tables.first { $0.name == name }?.fields.map(\.name) ?? []
    }
    #expect(
      columns("coefficients") == [
        "term", "estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high",
      ])
    #expect(
      columns("variances") == ["group", "term", "other", "variance", "sd", "correlation"])
    #expect(
      columns("effects") == [
        "effect", "scale", "estimate", "std_error", "ci_low", "ci_high", "months_low",
        "months_high", "mdes", "variances",
      ])
    #expect(columns("vpc") == ["group", "null", "full"])
    let rows = Dictionary(uniqueKeysWithValues: result.tables.map { ($0.name, $0.rows.count) })
    #expect(rows["coefficients"] == 4)
    #expect(rows["variances"] == 4)
    #expect(rows["random_effects"] == 130)
    #expect(rows["groups"] == 1)
    #expect(rows["effects"] == 1)
    #expect(rows["vpc"] == 2)
    #expect(rows["covariance"] == 10)
    // Averaged over the pupils: the interaction counts at the mean of its partner.
    let effect = try #require(result.effects.first)
    let mean = data.numbers("standLRT").reduce(0, +) / Double(data.table.rowCount)
    let fit = result.fit
    let average = fit.coefficients[2] + mean * fit.coefficients[3]
    let null = try #require(result.unconditional)
    let degrees = try #require(
      Optional(try fit.test([0, 0, 1, mean], named: "sexM").degreesOfFreedom))
    let expected = (1 - 3 / (4 * degrees - 1)) * average / null.totalVariance.squareRoot()
    #expect(isClose(effect.estimate, expected, relative: 1e-9))
    #expect(effect.low < effect.estimate && effect.estimate < effect.high)
    #expect(effect.minimumDetectable > 2.7 * effect.standardError * 0.95)
  }

  @Test(
    "gives errors robust to clusters to every table, and doubts tests on few degrees of freedom")
  func robust() throws {
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/Exam.csv"),
      categories: ["school": [], "sex": ["F", "M"]])
    var set = DataSet()
    set.set(data.table)
    let step = try step(
      """
      data: data
      formula: normexam ~ standLRT + sex + (1 + standLRT | school)
      errors: cr2
      effect: {of: sexM}
      """)
    #expect(step.errors == .cr2)
    let result = try step.run(step.frame(in: set))
    let robust = try result.fit.clusterRobust(.cr2)
    #expect(result.robust?.covariance == robust.covariance)
    for (k, test) in result.tests.enumerated() {
      #expect(isClose(test.standardError, robust.covariance[k, k].squareRoot(), relative: 1e-12))
      #expect(test.standardError != result.fit.standardErrors[k])
    }
    let null = try #require(result.unconditional)
    let expected = result.fit.effectSize(result.tests[2], scale: .totalSD, reference: null)
    #expect(result.effects == [expected])
    let covariance = try #require(result.tables.first { $0.name == "covariance" })
    #expect(covariance.rows.first?.last == .number(robust.covariance[0, 0]))
    #expect(!result.diagnostics.contains { $0.code == "few-degrees-of-freedom" })

    let few = RandomDesign(.nested, seed: 2).frame
    let doubted = try MultilevelStep(
      data: step.data, formula: step.formula, errors: .cr2
    ).run(few)
    #expect(doubted.tests.contains { $0.degreesOfFreedom < 4 })
    #expect(doubted.diagnostics.contains { $0.code == "few-degrees-of-freedom" })
  }
}
