import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

/// Fits of known data sets by lme4, polished: nested, crossed, correlated and independent slopes, singular.
///
/// Deviance to 10⁻⁷: what lme4's own arithmetic gives. Coefficients and errors to 10⁻⁷, variance parameters
/// to 10⁻⁶ and degrees of freedom to 10⁻⁵: what numerical derivatives leave of the polished optimum.
@Suite("Fits of known data sets by lme4 and lmerTest")
struct FixtureTests {
  static let names = [
    "hsb_contextual", "hsb_independent", "london_slope", "london_null", "scotland_crossed", "sleep",
    "penicillin", "pastes", "dyestuff_singular",
  ].flatMap { [$0 + "_reml", $0 + "_ml"] }

  @Test("fit", arguments: names)
  func fit(_ name: String) throws {
    let folder = fixturesFolder.appendingPathComponent("multilevel")
    let json = try JSON(
      parsing: String(contentsOf: folder.appendingPathComponent(name + ".json"), encoding: .utf8))
    var categories: [String: [String]] = [:]
    for (column, levels) in json["levels"]?.object ?? [:] {
      categories[column] = levels.array?.compactMap(\.string) ?? []
    }
    let data = try ReferenceData(
      folder.appendingPathComponent((json["data"]?.string ?? "") + ".csv"), categories: categories)
    let frame = try data.frame(#require(json["formula"]?.string))
    let isREML = json["reml"] == .bool(true)
    let fit = try LinearMixedModel(criterion: isREML ? .reml : .ml).fit(frame)
    func numbers(_ key: String) throws -> [Double] {
      try #require(json[key]?.array).map { try #require($0.number) }
    }
    func number(_ key: String) throws -> Double { try #require(json[key]?.number) }

    #expect(fit.coefficientNames == json["coefficients"]?.array?.compactMap(\.string))
    #expect(isClose(fit.deviance, try number("criterion"), absolute: 1e-7))
    #expect(isClose(fit.sigma, try number("sigma"), relative: 1e-7))
    #expect(isClose(fit.aic, try number("aic"), relative: 1e-10))
    #expect(isClose(fit.bic, try number("bic"), relative: 1e-10))
    #expect(fit.isSingular == (json["singular"] == .bool(true)))
    #expect(fit.isSingular == fit.diagnostics.contains { $0.code == "singular-fit" })
    #expect(fit.certificate.holds)
    let theta = try numbers("theta")
    for (ours, theirs) in zip(fit.theta, theta) {
      #expect(isClose(ours, theirs, relative: 1e-6, absolute: 1e-6))
    }
    let tests = try fit.tests(.satterthwaite)
    for (k, beta) in try numbers("beta").enumerated() {
      let error = fit.standardErrors[k]
      #expect(isClose(fit.coefficients[k], beta, relative: 1e-7, absolute: 1e-7 * error))
      for j in fit.coefficientNames.indices {
        let entry = try #require(json["vcov"]?[k]?[j]?.number)
        #expect(
          isClose(fit.covariance[k, j], entry, absolute: 2e-7 * error * fit.standardErrors[j]))
      }
      #expect(isClose(tests[k].degreesOfFreedom, try numbers("df")[k], relative: 1e-5))
      // Far in the tail a p-value magnifies the degrees of freedom's error: the logarithm does not.
      let logarithm = PortableMath.log(tests[k].pValue)
      let expected = PortableMath.log(try numbers("p_value")[k])
      #expect(isClose(logarithm, expected, relative: 1e-5, absolute: 1e-5))
    }
    for effects in try #require(json["effects"]?.array) {
      try compare(fit, effects)
    }
  }

  private func compare(_ fit: LinearMixedModelFit, _ effects: JSON) throws {
    let factor = try #require(fit.factors.first { $0.name == effects["group"]?.string })
    #expect(effects["levels"]?.array?.count == factor.levels.count)
    for (row, level) in (effects["levels"]?.array ?? []).enumerated() {
      let place = try #require(factor.levels.firstIndex { .string($0) == level })
      for (k, term) in (effects["terms"]?.array ?? []).enumerated() {
        let column = try #require(factor.columns.firstIndex { .string($0) == term })
        let mode = try #require(effects["modes"]?[row]?[k]?.number)
        let variance = try #require(effects["variances"]?[row]?[k]?.number)
        let unit = max(variance.squareRoot(), 1e-3 * fit.sigma)
        #expect(abs(factor.modes[place, column] - mode) < 1e-6 * unit)
        #expect(
          abs(factor.conditionalVariance(level: place, column: column) - variance)
            < 1e-6 * unit * unit)
      }
    }
  }
}
