import Foundation
import Multilevel
import Tables
import TestSupport
import Testing

@Suite("Power and minimum detectable effects by formula")
struct TrialDesignTests {
  private func json() throws -> JSON {
    try JSON(
      parsing: String(
        contentsOf: fixturesFolder.appendingPathComponent("power/power.json"), encoding: .utf8))
  }

  @Test("every design against R")
  func designs() throws {
    let cases = try #require(json()["designs"]?.array)
    #expect(cases.count == 8)
    for item in cases {
      func number(_ key: String) throws -> Double { try #require(item[key]?.number) }
      let levels = try #require(item["levels"]?.array).map { level in
        let numbers = (level["numbers"]?.array ?? []).compactMap(\.number)
        return DesignLevel(
          name: level["name"]?.string ?? "", count: numbers[0], icc: numbers[1],
          explained: numbers[2], heterogeneity: numbers[3])
      }
      let design = TrialDesign(
        try #require(AssignmentKind(rawValue: item["kind"]?.string ?? "")), levels: levels,
        treated: try number("treated"), covariates: Int(try number("g")),
        fixedSites: item["fixed"] == .bool(true), pairing: try number("pairing"))
      let alpha = try number("alpha")
      let target = try number("target")
      #expect(isClose(design.standardError, try number("se"), relative: 1e-14))
      #expect(isClose(design.degreesOfFreedom, try number("df"), relative: 1e-14))
      let power = try #require(
        design.power(effect: try number("effect"), significance: alpha))
      #expect(isClose(power, try number("power"), absolute: 1e-10))
      let exact = try #require(design.minimumDetectable(power: target, significance: alpha))
      #expect(isClose(exact, try number("mdes"), relative: 1e-9))
      let bloom = try #require(
        design.minimumDetectableByMultiplier(power: target, significance: alpha))
      #expect(isClose(bloom, try number("multiplier"), relative: 1e-12))
    }
  }

  /// What PowerUpR 1.1 prints for the examples of its manual, to three decimals.
  @Test("the examples of PowerUpR's manual")
  func published() throws {
    func level(_ count: Double, _ icc: Double, omega: Double = 0) -> DesignLevel {
      DesignLevel(name: "", count: count, icc: icc, heterogeneity: omega)
    }
    let examples: [(design: TrialDesign, df: Double, error: Double, mdes: Double)] = [
      (TrialDesign(.clusters, levels: [level(20, 0.17), level(15, 0.83)]), 18, 0.212, 0.629),
      (
        TrialDesign(.clusters, levels: [level(60, 0.06), level(3, 0.17), level(15, 0.77)]), 58,
        0.094, 0.269
      ),
      (
        TrialDesign(.multisite, levels: [level(20, 0.17, omega: 0.5), level(15, 0.83)]), 19,
        0.124, 0.366
      ),
      (
        TrialDesign(.multisite, levels: [level(20, 0), level(15, 1)], fixedSites: true), 260,
        0.115, 0.325
      ),
      (
        TrialDesign(
          .multisite, levels: [level(24, 0.13, omega: 0.4), level(6, 0.1), level(10, 0.77)]), 23,
        0.084, 0.246
      ),
      (
        TrialDesign(
          .multisite, levels: [level(5, 0), level(44, 0.1), level(20, 0.9)], fixedSites: true),
        210, 0.051, 0.145
      ),
    ]
    for example in examples {
      #expect(example.design.degreesOfFreedom == example.df)
      #expect(isClose(example.design.standardError, example.error, absolute: 5.1e-4))
      let mdes = try #require(example.design.minimumDetectableByMultiplier())
      #expect(isClose(mdes, example.mdes, absolute: 5.1e-4))
    }
  }

  @Test("required clusters are the fewest that do")
  func required() throws {
    for row in try #require(json()["required"]?.array) {
      let numbers = (row.array ?? []).compactMap(\.number)
      let design = TrialDesign(
        .clusters,
        levels: [
          DesignLevel(name: "schools", count: 10, icc: 0.2),
          DesignLevel(name: "pupils", count: 20, icc: 0.8),
        ])
      #expect(design.requiredGroups(effect: numbers[0]) == Int(numbers[1]))
    }
    let pairs = TrialDesign(
      .pairs,
      levels: [
        DesignLevel(name: "schools", count: 10, icc: 0.2),
        DesignLevel(name: "pupils", count: 20, icc: 0.8),
      ], pairing: 0.5)
    let count = try #require(pairs.requiredGroups(effect: 0.3))
    #expect(count % 2 == 0)
    #expect(try #require(pairs.with(top: Double(count)).power(effect: 0.3)) >= 0.8)
    #expect(try #require(pairs.with(top: Double(count - 2)).power(effect: 0.3)) < 0.8)
  }

  @Test("the minimum detectable effect has the power it is named for; attrition only costs")
  func laws() throws {
    for attrition in [0, 0.1, 0.3] {
      let design = TrialDesign(
        .clusters,
        levels: [
          DesignLevel(name: "schools", count: 30, icc: 0.2, attrition: attrition),
          DesignLevel(name: "pupils", count: 25, icc: 0.8, attrition: attrition),
        ])
      let mdes = try #require(design.minimumDetectable(power: 0.85, significance: 0.1))
      let power = try #require(design.power(effect: mdes, significance: 0.1))
      #expect(isClose(power, 0.85, absolute: 1e-11))
      #expect(try #require(design.power(effect: 0, significance: 0.1)).distance(to: 0.1) < 1e-12)
      if attrition > 0 {
        let whole = TrialDesign(
          .clusters,
          levels: design.levels.map { DesignLevel(name: $0.name, count: $0.count, icc: $0.icc) })
        #expect(whole.errorVariance < design.errorVariance)
      }
    }
    let tiny = TrialDesign(
      .clusters,
      levels: [
        DesignLevel(name: "schools", count: 2, icc: 0.2),
        DesignLevel(name: "pupils", count: 25, icc: 0.8),
      ])
    #expect(tiny.power(effect: 1) == nil)
    #expect(tiny.minimumDetectable() == nil)
  }
}
