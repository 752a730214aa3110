import Designs
import Foundation
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

/// Explained variance, residual checks and refits without a group, against R with matrices of n rows.
@Suite("Checks of a fitted model against R")
struct ModelCheckTests {
  struct Case {
    let json: JSON
    let fit: LinearMixedModelFit
    let null: LinearMixedModelFit
  }

  static let names = ["london_slope", "hsb_contextual", "scotland_crossed", "sleep"]

  static func make(_ name: String) throws -> Case {
    let all = try JSON(
      parsing: String(
        contentsOf: fixturesFolder.appendingPathComponent("model-checks/checks.json"),
        encoding: .utf8))
    let json = try #require(all.array?.first { $0["name"]?.string == name })
    var categories: [String: [String]] = [:]
    for (column, levels) in json["levels"]?.object ?? [:] {
      categories[column] = levels.array?.compactMap(\.string) ?? []
    }
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/\(json["data"]?.string ?? "").csv"),
      categories: categories)
    let frame = try data.frame(#require(json["formula"]?.string))
    let model = LinearMixedModel()
    return Case(
      json: json, fit: try model.fit(frame), null: try model.fit(frame.unconditional))
  }

  @Test("explained variance", arguments: names)
  func explained(_ name: String) throws {
    let one = try Self.make(name)
    let reference = try #require(one.json["explained"])
    let ours = one.fit.explainedVariance(unconditional: one.null)
    func share(_ measure: ExplainedVariance.Measure, _ level: String) throws -> Double {
      try #require(ours.first { $0.measure == measure && $0.level == level }).share
    }
    func check(_ value: Double, _ expected: JSON?) throws {
      #expect(isClose(value, try #require(expected?.number), relative: 1e-6, absolute: 1e-8))
    }
    try check(share(.marginal, "rows"), reference["marginal"])
    try check(share(.conditional, "rows"), reference["conditional"])
    try check(share(.predicted, "rows"), reference["rows"])
    let groups = reference["groups"]?.array?.compactMap(\.string) ?? []
    #expect(groups.count == one.fit.factors.count)
    for (k, group) in groups.enumerated() {
      try check(share(.predicted, group), reference["predicted"]?[k])
      try check(share(.reduction, group), reference["reduction"]?[k])
    }
    try check(share(.reduction, "Residual"), reference["reduction"]?[groups.count])
  }

  @Test("residual moments, quantiles and tests", arguments: names)
  func residuals(_ name: String) throws {
    let one = try Self.make(name)
    let checks = try one.fit.residualChecks()
    let rows = checks.rows.filter { $0.level == "Residual" }
    let moments = try #require(one.json["moments"]?.array).compactMap(\.number)
    for (measure, expected) in zip(["mean", "sd", "skewness", "kurtosis"], moments) {
      let row = try #require(rows.first { $0.measure == measure })
      #expect(isClose(row.value, expected, relative: 1e-6, absolute: 1e-7), "\(measure)")
    }
    let quantiles = try #require(one.json["quantiles"]?.array).compactMap(\.number)
    for (p, expected) in zip([0.01, 0.25, 0.5, 0.9, 0.999], quantiles) {
      guard let row = rows.first(where: { $0.measure == "quantile" && $0.at == p }) else {
        // Quantiles that rest on fewer than ten rows are not given.
        #expect(min(p, 1 - p) * Double(one.fit.rowCount) < 10)
        continue
      }
      #expect(isClose(row.value, expected, relative: 1e-6, absolute: 1e-6))
    }
    if let reference = one.json["homogeneity"]?.array?.compactMap(\.number), !reference.isEmpty {
      let test = try #require(checks.homogeneity)
      #expect(isClose(test.statistic, reference[0], relative: 1e-8))
      #expect(Double(test.degreesOfFreedom) == reference[1])
      #expect(isClose(test.pValue, reference[2], relative: 1e-7))
      #expect(checks.diagnostics.contains { $0.code == "uneven-groups" } == (test.pValue < 0.01))
    } else {
      #expect(checks.homogeneity == nil)
    }
    if let reference = one.json["francia"]?.array?.compactMap(\.number), !reference.isEmpty {
      let row = try #require(
        checks.rows.first {
          $0.level == one.json["group"]?.string && $0.measure == "shapiro-francia"
        })
      #expect(isClose(row.value, reference[0], relative: 1e-6))
      #expect(isClose(try #require(row.pValue), reference[1], relative: 1e-4))
    }
  }

  @Test("groups that lie far out")
  func distances() throws {
    for name in ["london_slope", "scotland_crossed", "sleep"] {
      let one = try Self.make(name)
      let reference = try #require(one.json["distances"]?.array).compactMap(\.number)
      let levels = try #require(one.json["group_levels"]?.array).compactMap(\.string)
      let width = Double(one.fit.factors[0].columns.count)
      let cut = zip(levels, reference).filter {
        Double(levels.count) * ChiSquared(degreesOfFreedom: width).upperTail($0.1) < 0.05
      }
      let ours = try one.fit.residualChecks().rows.filter {
        $0.measure == "distance" && $0.level == one.fit.factors[0].name
      }
      #expect(Set(ours.compactMap(\.term)) == Set(cut.map(\.0)))
      for row in ours {
        let expected = try #require(cut.first { $0.0 == row.term }).1
        #expect(isClose(row.value, expected, relative: 1e-5))
      }
    }
  }

  @Test("refits without a group", arguments: ["london_slope", "scotland_crossed", "sleep"])
  func influence(_ name: String) throws {
    let one = try Self.make(name)
    let factor = try #require(one.json["influence_group"]?.string)
    let analysis = try one.fit.influence(of: factor)
    for reference in try #require(one.json["influence"]?.array) {
      let level = try #require(analysis.levels.first { $0.level == reference["level"]?.string })
      let without = try #require(level.without)
      #expect(
        isClose(
          without.cooksDistance, try #require(reference["cook"]?.number), relative: 2e-5))
      for k in without.coefficients.indices {
        let beta = try #require(reference["beta"]?[k]?.number)
        let error = one.fit.standardErrors[k]
        #expect(isClose(without.coefficients[k], beta, absolute: 1e-6 * error))
        let dfbetas = try #require(reference["dfbetas"]?[k]?.number)
        #expect(isClose(without.dfbetas[k], dfbetas, absolute: 2e-6))
      }
    }
  }
}
