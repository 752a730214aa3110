import Designs
import Foundation
import Multilevel
import Tables
import TestSupport
import Testing

/// Fits against an independent program in R (`Tests/Fixtures/generalised/make_fixtures.R`), which finds the
/// modes to 1e-13 and differentiates by Richardson's method: deviance 1e-10, θ 1e-8, coefficients 5e-9 and
/// standard errors 2e-8 relative.
@Suite struct GeneralisedFixtureTests {
  static let names = [
    "Contraception_logit_1", "Contraception_logit_7", "Contraception_logit_10",
    "Contraception_probit_1", "Contraception_probit_10", "Contraception_cloglog_1",
    "Contraception_cloglog_10", "Contraception_slope_1", "cbpp_logit_1", "cbpp_cloglog_1",
    "cbpp_logit_10", "cbpp_cloglog_10", "cbpp_log_1", "cbpp_log_10",
  ]

  private func frame(
    _ fixtures: JSON, _ name: String
  ) throws -> (frame: ModelFrame, trials: Int?) {
    func text(_ data: String, _ column: String) throws -> [String] {
      try #require(fixtures[data]?[column]?.array).map { cell in
        cell.string ?? cell.number.map { "\(Int($0))" } ?? ""
      }
    }
    func numbers(_ data: String, _ column: String) throws -> [Double] {
      try #require(fixtures[data]?[column]?.array).map { $0.number ?? .nan }
    }
    func indicator(_ data: String, _ column: String, _ level: String) throws -> [Double] {
      try text(data, column).map { $0 == level ? 1 : 0 }
    }
    if name.hasPrefix("cbpp") {
      var draft = FrameDraft(response: try numbers("cbpp", "incidence"))
      draft.addIntercept()
      for level in ["2", "3", "4"] {
        draft.addFixed("period\(level)", try indicator("cbpp", "period", level))
      }
      draft.addTerm(
        ["(Intercept)"], by: GroupingFactor("herd", labels: try text("cbpp", "herd")))
      let sizes = try numbers("cbpp", "size")
      if name.contains("_log_") {
        draft.offset = draft.add("log(size)", sizes.map { log($0) })
        return (draft.frame, nil)
      }
      let trials = draft.add("size", sizes)
      return (draft.frame, trials)
    }
    var draft = FrameDraft(response: try indicator("contraception", "use", "Y"))
    draft.addIntercept()
    let age = try numbers("contraception", "age")
    draft.addFixed("age", age)
    draft.addFixed("age2", age.map { $0 * $0 })
    draft.addFixed("urbanY", try indicator("contraception", "urban", "Y"))
    for level in ["1", "2", "3+"] {
      draft.addFixed("livch\(level)", try indicator("contraception", "livch", level))
    }
    draft.addTerm(
      name.contains("slope") ? ["(Intercept)", "urbanY"] : ["(Intercept)"],
      by: GroupingFactor("district", labels: try text("contraception", "district")))
    return (draft.frame, nil)
  }

  @Test(arguments: names)
  func agreesWithTheFixture(_ name: String) throws {
    let url = fixturesFolder.appendingPathComponent("generalised/fits.json")
    let fixtures = try JSON(parsing: String(contentsOf: url, encoding: .utf8))
    let expected = try #require(fixtures["fits"]?.array?.first { $0["name"]?.string == name })
    let link = try #require(expected["link"]?.string)
    let family = BinomialLink(rawValue: link).map(ResponseFamily.binomial) ?? .poisson
    let points = Int(try #require(expected["points"]?.number))
    let (frame, trials) = try frame(fixtures, name)
    let fit = try GeneralisedMixedModel(family, quadraturePoints: points).fit(
      frame, trials: trials)

    func numbers(_ key: String) throws -> [Double] {
      let value = try #require(expected[key])
      return (value.array ?? [value]).map { $0.number ?? .nan }
    }
    let deviance = try numbers("deviance")[0]
    let devianceError = abs(fit.deviance - deviance)
    let thetaError = zip(fit.theta, try numbers("theta")).map { abs($0 - $1) }.max() ?? 1
    let betaError = largestDifference(fit.coefficients.map(\.estimate), try numbers("beta"))
    let seError = largestDifference(fit.coefficients.map(\.standardError), try numbers("se"))
    #expect(devianceError < 1e-10)
    #expect(thetaError < 1e-8)
    #expect(betaError < 5e-9)
    #expect(seError < 2e-8)
  }
}
