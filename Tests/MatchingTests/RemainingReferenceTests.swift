import Foundation
import LinearAlgebra
import Matching
import Probability
import Regression
import Tables
import TestSupport
import Testing

/// Reference results that no other suite reads: generalised full matching, set by set; coefficients of the score; one
/// optimal pairing; the differences in pairs that bounds were computed from.
@Suite(
  "Remaining reference results",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct RemainingReferenceTests {
  private func data(_ isLalonde: Bool) throws -> ReferenceData {
    let root = try #require(SharedReference.folder).appendingPathComponent("matching")
    return isLalonde ? try .lalonde(in: root) : try .schools(in: root)
  }

  private func json(_ file: String, in data: ReferenceData) throws -> JSON {
    try JSON(
      parsing: String(contentsOf: data.folder.appendingPathComponent(file), encoding: .utf8))
  }

  @Test("generalised full matching, given its sets", arguments: [true, false])
  func quick(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let units = try ReferenceFile(data.folder.appendingPathComponent("quick_ps/units.csv"))
    let sets = try units.texts("subclass")
    let levels = Set(sets).sorted()
    let set = Covariate(
      "set",
      .factor(codes: sets.map { Int32(levels.firstIndex(of: $0) ?? -1) }, levels: levels))
    let match = try MatchDesign(method: ExactStrata()).match(
      Candidates(treated: data.treated, covariates: [set]), seed: Seed(1))
    let weightError = largestDifference(
      match.sample.weights, try units.numbers("weight"), scale: 1)
    #expect(weightError < 1e-12)
    let result = try json("quick_ps/result.json", in: data)
    let ess = match.tables(names: data.names).first { $0.name == "summary" }?.column("ess")?[1]
    guard case .number(let size) = ess else { throw ReferenceFile.MissingColumn(name: "ess") }
    #expect(isClose(size, try #require(result["ess_control"]?.number), relative: 1e-12))
    var worst = ["weights": weightError]
    for (key, adjust, errors) in [
      ("att_unadjusted", [], EffectErrors.cr1), ("att_gcomp_adjusted", data.adjust, .cr1),
      ("att_unadjusted_hc3", [], .hc3),
    ] {
      guard let expected = result[key], expected != .null else { continue }
      let effect = try DesignEffect.estimate(
        match, outcome: data.outcome, adjust: adjust, errors: errors
      ).effect
      let estimate = try #require(expected["estimate"]?.number)
      let error = try #require(expected["se"]?.number)
      #expect(isClose(effect.estimate, estimate, relative: 1e-9), "\(key)")
      #expect(isClose(effect.standardError, error, relative: 1e-9), "\(key)")
      worst[key] = abs(effect.estimate / estimate - 1)
      worst[key + " se"] = abs(effect.standardError / error - 1)
    }
    if ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil {
      for key in worst.keys.sorted() {
        print("ERR", key, worst[key] ?? 0, isLalonde ? "lalonde quick_ps" : "hsb quick_ps")
      }
    }
  }

  @Test("coefficients, errors and deviance of the score", arguments: [true, false])
  func score(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let expected = try json("propensity.json", in: data)
    let match = try MatchDesign().match(try data.candidates(), seed: Seed(1))
    let model = try #require(match.propensity).model
    for (position, name) in model.names.enumerated() {
      let coefficient = try #require(expected["coef"]?[name]?.number)
      #expect(isClose(model.coefficients[position], coefficient, relative: 1e-6, absolute: 1e-9))
    }
    #expect(
      isClose(model.deviance, try #require(expected["deviance"]?.number), relative: 1e-9))
  }

  @Test("the total of one optimal pairing is ours", arguments: [true, false])
  func pairing(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let file = try ReferenceFile(data.folder.appendingPathComponent("exact_optimal_pairs.csv"))
    for (column, distance) in [
      ("d_ps", PropensityScore(scale: .probability) as any MatchingDistance),
      ("d_mah", Mahalanobis()),
    ] {
      let total = try file.numbers(column).reduce(0, +)
      let match = try MatchDesign(method: OptimalPairs(), distance: distance).match(
        try data.candidates(), seed: Seed(1))
      let tolerance = distance is PropensityScore ? 1e-7 : 1e-9
      #expect(
        isClose(
          try #require(match.sample.optimum).objective, total, relative: tolerance), "\(column)")
    }
  }

  @Test("differences in pairs that bounds were computed from")
  func differences() throws {
    let data = try data(true)
    let file = try ReferenceFile(data.folder.appendingPathComponent("sens_pairs.csv"))
    let match = try MatchDesign(distance: PropensityScore(scale: .probability)).match(
      try data.candidates(), seed: Seed(1))
    guard case .numbers(let y) = data.outcome.values else { return }
    var found: [String: Double] = [:]
    for pair in match.sample.pairs {
      found["\(data.names[pair.treated])-\(data.names[pair.control])"] =
        y[pair.treated] - y[pair.control]
    }
    let expected = zip(
      zip(try file.texts("treated"), try file.texts("control")), try file.numbers("diff"))
    for (pair, difference) in expected {
      let own = try #require(found["\(pair.0)-\(pair.1)"])
      #expect(isClose(own, difference, absolute: 1e-9))
    }
  }
}
