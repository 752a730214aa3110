import Foundation
import Matching
import Probability
import Regression
import Tables
import TestSupport
import Testing

/// sensitivitymv, sensemakr, rbounds' convention and EValue on two matched samples.
@Suite(
  "Sensitivity reference results",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct SensitivityReferenceTests {
  struct Case: CustomTestStringConvertible {
    let isLalonde: Bool
    var testDescription: String { isLalonde ? "lalonde" : "hsb" }
  }

  private func data(_ isLalonde: Bool) throws -> ReferenceData {
    let root = try #require(SharedReference.folder).appendingPathComponent("matching")
    return isLalonde ? try .lalonde(in: root) : try .schools(in: root)
  }

  private func match(_ data: ReferenceData, _ isLalonde: Bool) throws -> MatchOutcome {
    let design =
      isLalonde
      ? MatchDesign(distance: PropensityScore(scale: .probability))
      : MatchDesign(
        distance: PropensityScore(), propensityCaliper: CaliperWidth(0.2, .overall))
    return try design.match(try data.candidates(), seed: Seed(1))
  }

  private func show(_ what: String, _ worst: Double) {
    if ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil { print("ERR", what, worst) }
  }

  private func column(_ table: TidyTable, _ name: String, where test: String) -> [Double] {
    zip(table.column("test") ?? [], table.column(name) ?? []).compactMap { row, cell in
      guard row == .text(test), case .number(let value) = cell else { return nil }
      return value
    }
  }

  @Test(
    "Wilcoxon, M-statistic and t at 21 values of Γ; Hodges–Lehmann ranges",
    arguments: [true, false])
  func bounds(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let match = try match(data, isLalonde)
    let file = try ReferenceFile(data.folder.appendingPathComponent("sens_rosenbaum.csv"))
    let result = try RosenbaumBounds(gammas: try file.numbers("gamma")).run(
      match, outcome: data.outcome)
    let table = try #require(result.tables.first)
    for (test, name, reference) in [
      ("wilcoxon", "p_upper", "p_upper"), ("wilcoxon", "p_lower", "p_lower"),
      ("huber", "p_upper", "senmv_huber_p"), ("t", "p_upper", "senmv_t_p"),
    ] {
      let difference = largestDifference(
        column(table, name, where: test), try file.numbers(reference), scale: 1e-6)
      #expect(difference < 1e-9, "\(test) \(name)")
      show("\(test) \(name)", difference)
    }
    let ranges = try ReferenceFile(data.folder.appendingPathComponent("sens_hodges_lehmann.csv"))
    let wide = try RosenbaumBounds(gammas: try ranges.numbers("gamma")).run(
      match, outcome: data.outcome
    ).tables[0]
    for (name, reference) in [("estimate_low", "lower"), ("estimate_high", "upper")] {
      let found = column(wide, name, where: "wilcoxon")
      // The least of them is near zero beside outcomes of thousands.
      let difference = largestDifference(
        found, try ranges.numbers(reference), scale: isLalonde ? 100 : 1)
      #expect(difference < 1e-9)
      show("Hodges–Lehmann \(name)", difference)
    }
    let expected = try sensitivity(data)
    let tips = try #require(result.tables.first { $0.name == "tipping_points" })
    if case .number(let gamma)? = tips.rows.first?[5] {
      #expect(
        isClose(gamma, try #require(expected["gamma_star_p05_greater"]?.number), relative: 1e-9))
    } else {
      #expect(expected["gamma_star_p05_greater"] == .null)
    }
  }

  @Test("rbounds' four digits, and the same unrounded", arguments: [true, false])
  func rounded(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let file = try ReferenceFile(data.folder.appendingPathComponent("sens_rbounds_psens.csv"))
    let table = try RosenbaumBounds(gammas: try file.numbers("gamma")).run(
      try match(data, isLalonde), outcome: data.outcome
    ).tables[0]
    for side in ["lower", "upper"] {
      let found = column(table, "p_\(side)", where: "wilcoxon")
      let exact = try file.numbers(side)
      #expect(largestDifference(found, exact, scale: 1e-6) < 1e-9)
      show("psens \(side)", largestDifference(found, exact, scale: 1e-6))
      for (value, four) in zip(found, try file.numbers("rbounds_psens_\(side)_rounded4")) {
        #expect(abs(value - four) <= 0.5e-4 + 1e-12)
      }
    }
  }

  @Test("Wilcoxon's statistic, Hedges' g and amplification", arguments: [true, false])
  func statistics(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let match = try match(data, isLalonde)
    let expected = try sensitivity(data)
    #expect(Double(match.sample.pairs.count) == expected["pairs"]?.number)
    guard case .numbers(let y) = data.outcome.values else { return }
    // The statistic itself is no output: it is what the pairs that are printed give.
    let gaps = match.sample.pairs.map { y[$0.treated] - y[$0.control] }.filter { $0 != 0 }
    let ranked = gaps.sorted { abs($0) < abs($1) }
    var statistic = 0.0
    var place = 0
    while place < ranked.count {
      var end = place
      while end < ranked.count, abs(ranked[end]) == abs(ranked[place]) { end += 1 }
      let rank = Double(place + 1 + end) / 2
      statistic += rank * Double(ranked[place..<end].count { $0 > 0 })
      place = end
    }
    #expect(isClose(statistic, try #require(expected["wilcoxon_T"]?.number), relative: 1e-12))
    let effect = try DesignEffect.estimate(match, outcome: data.outcome, errors: .cr1).effect
    #expect(isClose(effect.estimate, try #require(expected["effect"]?.number), relative: 1e-9))
    #expect(
      isClose(
        effect.standardError, try #require(expected["se_cluster_pair"]?.number), relative: 1e-9))
    // The reference's J has the units' degrees of freedom, ours those of the pairs' own test.
    let degrees = Double(2 * match.sample.pairs.count - 2)
    let theirs = 1 - 3 / (4 * degrees - 1)
    let ours = 1 - 3 / (4 * effect.degreesOfFreedom - 1)
    #expect(isClose(theirs, try #require(expected["hedges_J"]?.number), relative: 1e-12))
    #expect(
      isClose(
        effect.hedgesG / ours * theirs, try #require(expected["hedges_g"]?.number), relative: 1e-9))
    for entry in 0..<3 {
      let lambda = try #require(expected["amplification_of_gamma_1_5"]?[entry]?["lambda"]?.number)
      let delta = try #require(expected["amplification_of_gamma_1_5"]?[entry]?["delta"]?.number)
      #expect(
        isClose(RosenbaumBounds.amplified(gamma: 1.5, lambda: lambda), delta, relative: 1e-12))
    }
  }

  private func sensitivity(_ data: ReferenceData) throws -> JSON {
    try JSON(
      parsing: String(
        contentsOf: data.folder.appendingPathComponent("sensitivity.json"), encoding: .utf8))
  }

  @Test("two comparators for each: M-statistic and t")
  func sets() throws {
    let data = try data(true)
    let match = try MatchDesign(
      method: NearestNeighbour(ratio: 2), distance: PropensityScore(scale: .probability)
    ).match(try data.candidates(), seed: Seed(1))
    let sets = try ReferenceFile(data.folder.appendingPathComponent("sens_sets_1to2.csv"))
    guard case .numbers(let y) = data.outcome.values else { return }
    let outcomes = zip(
      zip(try sets.texts("treated"), try sets.numbers("y_t")),
      zip(try sets.numbers("y_c1"), try sets.numbers("y_c2")))
    for ((name, treated), (first, second)) in outcomes {
      let unit = try #require(data.names.firstIndex(of: name))
      let partners = match.sample.pairs.filter { $0.treated == unit }.map { y[$0.control] }
      #expect([y[unit]] + partners == [treated, first, second])
    }
    let file = try ReferenceFile(data.folder.appendingPathComponent("sens_sets_1to2_senmv.csv"))
    // The mean difference is negative there, and the reference tests against a positive one.
    let table = try RosenbaumBounds(gammas: try file.numbers("gamma")).run(
      match, outcome: data.outcome
    ).tables[0]
    let isGreater = table.rows[0][1] == .text("greater")
    for (test, reference) in [("huber", "huber_p"), ("t", "t_p")] {
      let found = column(table, isGreater ? "p_upper" : "p_lower", where: test)
      let expected = try file.numbers(reference).map { isGreater ? $0 : 1 - $0 }
      let difference = largestDifference(found, expected, scale: 1e-6)
      #expect(difference < 1e-9, "\(test) \(isGreater)")
      show("sets \(test)", difference)
    }
  }

  @Test("E-values of the paired effect", arguments: [true, false])
  func eValues(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let match = try match(data, isLalonde)
    let expected = try sensitivity(data)
    let effect = try DesignEffect.estimate(match, outcome: data.outcome, errors: .cr1).effect
    let value = try #require(expected["evalue"])
    func number(_ name: String) throws -> Double { try #require(value[name]?.number) }
    #expect(
      isClose(
        effect.deviation, try #require(expected["sd_pooled_matched"]?.number), relative: 1e-9))
    let d = effect.estimate / effect.deviation
    let error = effect.standardError / effect.deviation
    #expect(isClose(d, try number("d"), relative: 1e-9))
    #expect(isClose(error, try number("se_d"), relative: 1e-9))
    let ratio = EValue.riskRatio(difference: d, standardError: error)
    #expect(isClose(ratio.ratio, try number("rr"), relative: 1e-9))
    #expect(isClose(ratio.interval.lowerBound, try number("rr_lo"), relative: 1e-9))
    #expect(isClose(ratio.interval.upperBound, try number("rr_hi"), relative: 1e-9))
    #expect(isClose(EValue.of(riskRatio: ratio.ratio), try number("evalue_point"), relative: 1e-9))
    #expect(EValue.of(interval: ratio.interval) == (try number("evalue_ci")))
  }

  @Test("robustness values and benchmarks", arguments: [true, false])
  func omitted(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let match = try match(data, isLalonde)
    let expected = try sensitivity(data)
    let name = isLalonde ? "re74" : "mean_ses"
    let result = try RobustnessValue(benchmarks: [name]).run(
      match, outcome: data.outcome, adjust: data.adjust)
    let row = try #require(result.tables.first { $0.name == "robustness" })
    for (column, key) in [
      ("estimate", "ovb_estimate"), ("std_error", "ovb_se"), ("df", "ovb_dof"),
      ("partial_r2", "partial_r2_yd_x"), ("rv", "rv_q1"), ("rv_alpha", "rv_q1_alpha05"),
    ] {
      guard case .number(let value)? = row.column(column)?[0] else {
        Issue.record("no \(column)")
        continue
      }
      let reference = try #require(expected[key]?.number)
      #expect(isClose(value, reference, relative: 1e-9), "\(column) \(value) \(reference)")
    }
    // Another error changes only what significance asks.
    #expect(row.column("rv")?[0] == row.column("rv")?[1])
    #expect(row.column("partial_r2")?[0] == row.column("partial_r2")?[1])
    let file = try ReferenceFile(data.folder.appendingPathComponent("sens_ovb_bounds.csv"))
    let table = try #require(result.tables.first { $0.name == "benchmarks" })
    for (column, key) in [
      ("r2_treatment", "r2dz.x"), ("r2_outcome", "r2yz.dx"), ("estimate", "adjusted_estimate"),
      ("std_error", "adjusted_se"), ("statistic", "adjusted_t"), ("ci_low", "adjusted_lower_CI"),
      ("ci_high", "adjusted_upper_CI"),
    ] {
      let found = (table.column(column) ?? []).map { cell in
        if case .number(let value) = cell { value } else { Double.nan }
      }
      let reference = try file.numbers(key)
      for (a, b) in zip(found, reference) {
        #expect(isClose(a, b, relative: 1e-8), "\(column) \(a) against \(b)")
      }
    }
  }
}
