import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Tables
import TestSupport
import Testing

/// Cumulative models against an independent program in R (`Tests/Fixtures/generalised/make_cumulative.R`).
@Suite struct CumulativeFixtureTests {
  static let names =
    BinomialLink.allCases.flatMap { ["\($0.rawValue)_1", "\($0.rawValue)_10"] } + ["logit_slope_1"]

  private func json(_ name: String) throws -> JSON {
    let url = fixturesFolder.appendingPathComponent("generalised/\(name).json")
    return try JSON(parsing: String(contentsOf: url, encoding: .utf8))
  }

  private func draft(slope: Bool) throws -> FrameDraft {
    let data = try #require(try json("fits")["contraception"])
    func text(_ column: String) throws -> [String] {
      try #require(data[column]?.array).map { $0.string ?? "\(Int($0.number ?? -1))" }
    }
    let order = ["0", "1", "2", "3+"]
    var draft = FrameDraft(
      response: try text("livch").map { Double(order.firstIndex(of: $0) ?? 9) })
    draft.addIntercept()
    draft.addFixed("age", try #require(data["age"]?.array).map { $0.number ?? .nan })
    draft.addFixed("urbanY", try text("urban").map { $0 == "Y" ? 1 : 0 })
    draft.addTerm(
      slope ? ["(Intercept)", "urbanY"] : ["(Intercept)"],
      by: GroupingFactor("district", labels: try text("district")))
    return draft
  }

  @Test(arguments: names)
  func agreesWithTheFixture(_ name: String) throws {
    let expected = try #require(
      try json("cumulative")["fits"]?.array?.first { $0["name"]?.string == name })
    let link = try #require(BinomialLink(rawValue: expected["link"]?.string ?? ""))
    let points = Int(try #require(expected["points"]?.number))
    let fit = try GeneralisedMixedModel(.cumulative(link), quadraturePoints: points).fit(
      try draft(slope: name.contains("slope")).frame)
    func numbers(_ key: String) throws -> [Double] {
      let value = try #require(expected[key])
      return (value.array ?? [value]).map { $0.number ?? .nan }
    }
    #expect(fit.coefficients.map(\.name) == ["0|1", "1|2", "2|3", "age", "urbanY"])
    #expect(fit.thresholdCount == 3)
    #expect(fit.certificate.isOptimum)
    #expect(isClose(fit.deviance, try numbers("deviance")[0], absolute: 1e-10))
    let thetaError = zip(fit.theta, try numbers("theta")).map { abs($0 - $1) }.max() ?? 1
    #expect(thetaError < 1e-8)
    #expect(
      largestDifference(fit.coefficients.map(\.estimate), try numbers("coefficients")) < 1e-9)
    #expect(largestDifference(fit.coefficients.map(\.standardError), try numbers("se")) < 1e-8)
    let rows = try #require(expected["covariance"]?.array)
    for (i, row) in rows.enumerated() {
      for (j, cell) in try #require(row.array).enumerated() {
        let scale = fit.coefficients[i].standardError * fit.coefficients[j].standardError
        #expect(isClose(fit.covariance[i, j], cell.number ?? .nan, absolute: 1e-6 * scale))
      }
    }
    // Ten points differ from the integral itself by what R measured.
    if points == 10 {
      #expect(isClose(fit.deviance, try numbers("integral")[0], absolute: 1e-4))
    }
  }

  /// The figures that the guide Inspection-grades gives.
  @Test func theExampleOfTheGuide() throws {
    let csv = try PlainCSV(checkoutFolder.appendingPathComponent("Data/london-gcse/pupils.csv"))
    let score = csv.numbers("normexam")
    var draft = FrameDraft(response: score.map { $0 < -1 ? 1 : $0 < 0 ? 2 : $0 < 1 ? 3 : 4 })
    draft.addIntercept()
    draft.addFixed("standLRT", csv.numbers("standLRT"))
    draft.addFixed("sexM", csv.indicator("sex", of: "M"))
    draft.addTerm(["(Intercept)"], by: GroupingFactor("school", labels: csv.text("school")))
    let fit = try GeneralisedMixedModel(.cumulative(.logit), quadraturePoints: 9).fit(draft.frame)
    func rounded(_ values: [Double]) -> [Double] { values.map { ($0 * 1000).rounded() / 1000 } }
    #expect(rounded(fit.coefficients.map(\.estimate)) == [-2.458, -0.258, 2.153, 1.331, -0.389])
    #expect(rounded(fit.coefficients.map(\.standardError)) == [0.11, 0.102, 0.108, 0.039, 0.083])
    #expect(
      rounded(fit.theta + [fit.deviance, fit.partition[0].share]) == [0.696, 8827.347, 0.128])
    let share = try fit.explainedShares()[0]
    #expect(rounded([share.marginal, share.conditional]) == [0.324, 0.411])
    let effects = try fit.margins().effects.filter { $0.scale == .population }
    #expect(
      rounded(effects.map(\.estimate)) == [
        -0.134, -0.101, 0.097, 0.137, 0.04, 0.029, -0.03, -0.039,
      ])
    let profile = try fit.profileInterval("school.(Intercept)")
    #expect(rounded([profile.low, profile.high]) == [0.569, 0.863])
  }

  /// `clmm` stopped with a gradient of 0.004, so its figures hold to 10⁻⁴.
  @Test(.enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
  func agreesWithClmmOnCrossedFactors() throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("multilevel")
    let csv = try PlainCSV(folder.appendingPathComponent("data/ScotsSec.csv"))
    let reference = try JSON(
      parsing: String(
        contentsOf: folder.appendingPathComponent("fits/INF_ordinal.json"), encoding: .utf8))
    let expected = try #require(
      reference[
        "ScotsSec ordered logit crossed Laplace: attain~I(verbal/10)+sex+(1|primary)+(1|second)"])
    var draft = FrameDraft(response: csv.numbers("attain"))
    draft.addIntercept()
    draft.addFixed("vz", csv.numbers("verbal").map { $0 / 10 })
    draft.addFixed("sexF", csv.indicator("sex", of: "F"))
    draft.addTerm(["(Intercept)"], by: GroupingFactor("primary", labels: csv.text("primary")))
    draft.addTerm(["(Intercept)"], by: GroupingFactor("second", labels: csv.text("second")))
    let fit = try GeneralisedMixedModel(.cumulative(.logit)).fit(draft.frame)
    #expect(isClose(fit.logLikelihood, expected["logLik"]?.number ?? .nan, absolute: 1e-5))
    // No worse than where clmm stopped.
    #expect(fit.logLikelihood >= (expected["logLik"]?.number ?? .nan) - 1e-9)
    for coefficient in fit.coefficients {
      let value = expected["coef"]?[coefficient.name]?.number ?? .nan
      let error = expected["se"]?[coefficient.name]?.number ?? .nan
      #expect(isClose(coefficient.estimate, value, absolute: 1e-4))
      #expect(isClose(coefficient.standardError, error, absolute: 1e-4))
    }
    for variance in fit.variances {
      let value = expected["var"]?[variance.factor]?.number ?? .nan
      #expect(isClose(variance.covariance[0, 0], value, absolute: 1e-4))
    }
  }
}
