import Designs
import Multilevel
import Probability
import StudyFiles
import Tables
import Testing

/// The family, link and quadrature of a multilevel step.
@Suite struct GeneralisedStepTests {
  private let base = "data: pupils\nformula: passed ~ ses + (1 | school)\n"

  private func step(_ yaml: String) throws -> MultilevelStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(MultilevelStep.keys)
    return try MultilevelStep(from: section)
  }

  private func problem(_ line: String) -> String {
    do {
      _ = try step(base + line)
      return ""
    } catch { return "\(error)" }
  }

  @Test func readsFamilyLinkAndQuadrature() throws {
    #expect(try step(base).generalised == nil)
    #expect(try step(base + "family: gaussian\nlink: identity").generalised == nil)
    let probit = try step(base + "family: binomial\nlink: probit\nquadrature: 9").generalised
    #expect(
      probit?.model == GeneralisedMixedModel(.binomial(.probit), quadraturePoints: 9))
    let logit = try step(base + "family: binomial\nweights: {frequency: trials}").generalised
    #expect(logit?.model == GeneralisedMixedModel(.binomial(.logit)))
    #expect(logit?.frequency?.text == "trials")
    #expect(
      try step(base + "family: poisson\nlink: log").generalised?.model
        == GeneralisedMixedModel(.poisson))
  }

  @Test func refusesWhatDoesNotGoTogether() {
    let problems = [
      ("family: poisson\nlink: logit", "link `logit` does not go with family `poisson`"),
      ("link: probit", "link `probit` does not go with family `gaussian`"),
      ("family: binomial\nlink: log", "expected `logit`, `probit` or `cloglog`"),
      ("quadrature: 5", "needs no quadrature"),
      ("family: binomial\nquadrature: 0", "a whole number from 1 to 100"),
      ("family: binomial\nmethod: REML", "REML is for a normal response"),
      ("family: binomial\ndf: satterthwaite", "df: none"),
      ("family: binomial\neffect: {of: ses}", "an effect in standard deviations"),
      ("family: binomial\nweights: {precision: w}", "use `frequency`"),
      ("weights: {frequency: w}", "need a family of counts"),
      ("family: cumulative\nlink: log", "expected `logit`, `probit` or `cloglog`"),
      ("family: binomal", "did you mean `binomial`"),
    ]
    for (line, expected) in problems {
      #expect(problem(line).contains(expected), "\(line): \(problem(line))")
    }
  }

  @Test func runsFromTablesToTables() throws {
    var random = RandomStream(Seed(8)["step"])
    let n = 400
    let school = (0..<n).map { Int32($0 % 20) }
    let effect = (0..<20).map { _ in 0.7 * random.normal() }
    let ses = (0..<n).map { _ in random.normal() }
    let passed = (0..<n).map { i -> Double in
      let eta = 0.3 + 0.8 * ses[i] + effect[Int(school[i])]
      return random.uniform() < PortableMath.logistic(eta) ? 1 : 0
    }
    var data = DataSet()
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("passed", numbers: passed), Column("ses", numbers: ses),
          Column(
            "school", type: .category,
            storage: .codes(school, levels: (0..<20).map { "s\($0)" })),
        ]))
    let step = try step(base + "family: binomial\nquadrature: 7")
    let settings = try #require(step.generalised)
    let frame = try step.frame(in: data)
    let result = try step.run(frame, settings)
    #expect(
      result.tables.map(\.name) == [
        "coefficients", "variances", "fit", "random_effects", "groups", "vpc", "covariance",
        "predictions", "margins", "r_squared", "ratios",
      ])
    let table = try #require(result.tables.first)
    #expect(table.column("term") == [.text("(Intercept)"), .text("ses")])
    #expect(table.column("df") == [.missing, .missing])
    #expect(result.tests[1].low < 0.8)
    #expect(result.tests[1].high > 0.8)
    #expect(result.unconditional != nil)
    #expect(throws: EstimationError.notLinear(family: "binomial")) { try step.run(frame) }
  }
}
