import Designs
import Foundation
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Likelihood-ratio tests")
struct ComparisonTests {
  private func data(_ name: String) throws -> ReferenceData {
    try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/\(name).csv"),
      categories: [
        "school": [], "sex": ["F", "M"], "Subject": [], "Batch": [], "second": [], "primary": [],
        "batch": [], "cask": [],
      ])
  }

  private func compare(
    _ name: String, _ larger: String, _ smaller: String, _ criterion: LikelihoodCriterion = .ml,
    bootstrap: ParametricBootstrap? = nil
  ) throws -> ModelComparison {
    let data = try data(name)
    return try LinearMixedModel(criterion: criterion).fit(data.frame(larger))
      .comparison(to: data.frame(smaller), bootstrap: bootstrap, threads: 2)
  }

  /// `INF_lrt.json`: statistics to 10⁻⁶, p-values to 10⁻⁶ relative.
  @Test(
    "agree with lme4, also against an ordinary regression",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
  func references() throws {
    let file = try #require(SharedReference.folder)
      .appendingPathComponent("multilevel/fits/INF_lrt.json")
    let json = try JSON(parsing: String(contentsOf: file, encoding: .utf8))
    for (key, larger, smaller) in [
      ("Exam: +standLRT", "normexam ~ standLRT + (1 | school)", "normexam ~ 1 + (1 | school)"),
      (
        "Exam: random intercept vs random slope (mixture 0.5 chi2_1 + 0.5 chi2_2)",
        "normexam ~ standLRT + (standLRT | school)", "normexam ~ standLRT + (1 | school)"
      ),
      (
        "Exam: lm vs random intercept (mixture 0.5 chi2_0 + 0.5 chi2_1)",
        "normexam ~ standLRT + (1 | school)", "normexam ~ standLRT"
      ),
    ] {
      let found = try compare("Exam", larger, smaller)
      let expected = try #require(json[key])
      #expect(isClose(found.statistic, try #require(expected["chisq"]?.number), absolute: 1e-6))
      #expect(Double(found.degreesOfFreedom) == expected["df"]?.number)
      if let p = expected["p_mixture"]?.number {
        #expect(isClose(found.pValue, p, relative: 1e-6))
      } else {
        #expect(found.pValue < 1e-300)
      }
    }
    let data = try ReferenceData(
      #require(SharedReference.folder).appendingPathComponent("multilevel/data/ScotsSec.csv"),
      categories: ["primary": [], "second": [], "sex": ["M", "F"]])
    let fixed = "attain ~ verbal + social + sex + (1 | primary)"
    let scots = try LinearMixedModel(criterion: .ml).fit(data.frame(fixed + " + (1 | second)"))
      .comparison(to: data.frame(fixed))
    let expected = try #require(json["ScotsSec: add secondary (mixture)"])
    #expect(isClose(scots.statistic, try #require(expected["chisq"]?.number), absolute: 1e-5))
    #expect(isClose(scots.pValue, try #require(expected["p_mixture"]?.number), relative: 1e-4))
  }

  @Test("know which parameters stand on an edge")
  func mixtures() throws {
    let name = "sleepstudy"
    func mixture(_ larger: String, _ smaller: String) throws -> String {
      try compare(name, "Reaction ~ Days + " + larger, "Reaction ~ " + smaller).mixtureText
    }
    #expect(
      try mixture("(Days | Subject)", "Days + (1 | Subject)") == "0.5 chi2(1) + 0.5 chi2(2)")
    #expect(try mixture("(Days | Subject)", "Days + (Days || Subject)") == "chi2(1)")
    #expect(try mixture("(Days || Subject)", "Days + (1 | Subject)") == "0.5 chi2(0) + 0.5 chi2(1)")
    #expect(
      try mixture("(Days || Subject)", "Days") == "0.25 chi2(0) + 0.5 chi2(1) + 0.25 chi2(2)")
    #expect(try mixture("(Days | Subject)", "Days") == "chi2(3)")
    #expect(try mixture("(1 | Subject)", "(1 | Subject)") == "chi2(1)")
    #expect(try mixture("(1 | Subject)", "1") == "0.5 chi2(1) + 0.5 chi2(2)")
    let two = try compare(name, "Reaction ~ Days + (Days | Subject)", "Reaction ~ Days")
    #expect(two.diagnostics.map(\.code) == ["conservative-mixture"])
    // Under REML too, with the same fixed part.
    let reml = try compare(
      name, "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days", .reml)
    #expect(reml.statistic > 50 && reml.pValue < 1e-12)
  }

  @Test("refuse models that do not contain each other")
  func refusals() throws {
    let base = "Reaction ~ Days + (Days | Subject)"
    func error(
      _ larger: String, _ smaller: String, _ criterion: LikelihoodCriterion = .ml
    )
      -> ComparisonError?
    {
      do {
        _ = try compare("sleepstudy", larger, smaller, criterion)
        return nil
      } catch { return error as? ComparisonError }
    }
    #expect(error(base, "Reaction ~ 1 + (1 | Subject)", .reml) == .differentFixedParts)
    #expect(
      error(base, "Reaction ~ I(Days^2) + (1 | Subject)") == .fixedNotNested(column: "I(Days^2)"))
    #expect(
      error("Reaction ~ Days + (Days || Subject)", base)
        == .randomNotNested(term: "1 + Days | Subject"))
    #expect(
      error("Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (0 + Days | Subject)")
        == .randomNotNested(term: "Days | Subject"))
    #expect(error(base, base) == .sameModel)
    // A column that is a combination of others is no new one.
    #expect(error(base, "Reaction ~ I(2 * Days - 7) + (1 | Subject)") == nil)
    let data = try data("sleepstudy")
    let frame = try data.frame(base)
    let fit = try LinearMixedModel(criterion: .ml).fit(frame)
    let fewer = ModelFrame(
      selection: Array(0..<179), rowCount: 179, columns: frame.columns, fixed: frame.fixed,
      response: frame.response,
      random: frame.random.map { term in
        RandomTerm(
          factor: GroupingFactor(
            name: term.factor.name, codes: Array(term.factor.codes.prefix(179)),
            levels: term.factor.levels), columns: [term.columns[0]])
      })
    #expect(throws: ComparisonError.differentRows(larger: 180, smaller: 179)) {
      try fit.comparison(to: fewer)
    }
  }

  /// Dyestuff2 has no variance between batches. The bootstrap knows that more than half of such data sets
  /// show none, where the asymptotic mixture says half. On clear data both say the same.
  @Test("by bootstrap hold their level on the edge, and agree with the mixture on many groups")
  func bootstrap() throws {
    let flat = try compare(
      "Dyestuff2", "Yield ~ 1 + (1 | Batch)", "Yield ~ 1", .reml,
      bootstrap: ParametricBootstrap(replicates: 200, seed: Seed(4)))
    #expect(flat.statistic == 0 && flat.pValue == 1 && flat.bootstrapPValue == 1)
    let slope = try compare(
      "sleepstudy", "Reaction ~ Days + (Days | Subject)", "Reaction ~ Days + (1 | Subject)",
      bootstrap: ParametricBootstrap(replicates: 200, seed: Seed(4)))
    #expect(slope.bootstrapPValue == 1.0 / 201)
    // A fixed effect without any effect: p-values near each other (a binomial error of 2.2 % at most).
    let fixed = try compare(
      "Exam", "normexam ~ standLRT + sex + (1 | school)", "normexam ~ standLRT + (1 | school)",
      bootstrap: ParametricBootstrap(replicates: 500, seed: Seed(4)))
    #expect(fixed.pValue < 1e-4 && (fixed.bootstrapPValue ?? 1) < 0.01)
    // Many small groups without a variance: the mixture's p-value of the observed statistic is met.
    var stream = RandomStream(Seed(11)["groups"])
    let values = (0..<600).map { _ in stream.normal() }
    let noise = ReferenceData(
      Table(
        name: "data",
        columns: [
          Column("y", numbers: values.enumerated().map { $1 + ($0 / 4 % 2 == 0 ? 0.12 : -0.12) }),
          Column("g", categories: (0..<600).map { "g\($0 / 4)" }),
        ]))
    let edge = try LinearMixedModel().fit(noise.frame("y ~ 1 + (1 | g)")).comparison(
      to: noise.frame("y ~ 1"), bootstrap: ParametricBootstrap(replicates: 600, seed: Seed(5)),
      threads: 2)
    let p = try #require(edge.bootstrapPValue)
    #expect(abs(p - edge.pValue) < 0.1, "\(p) and \(edge.pValue)")
  }
}
