import Foundation
import LinearAlgebra
import Matching
import Probability
import Regression
import Tables
import TestSupport
import Testing

/// What other tools make of optimal pairs and full matching, given their own sets: weights, effective sizes,
/// balance and effects. The sets themselves are not unique; their totals are tested elsewhere.
@Suite(
  "Reference results of optimal and full matching, set by set",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct ReferenceSetTests {
  struct Case: CustomTestStringConvertible {
    let isLalonde: Bool
    let tag: String
    var testDescription: String { "\(isLalonde ? "lalonde" : "hsb") \(tag)" }
  }

  static let cases =
    ["full_ps", "full_ps_defaulttol", "full_mahalanobis", "optimal_ps", "optimal_mahalanobis"].map {
      Case(isLalonde: true, tag: $0)
    }
    + ["full_ps", "full_ps_caliper", "optimal_mahalanobis"].map { Case(isLalonde: false, tag: $0) }

  private func data(_ isLalonde: Bool) throws -> ReferenceData {
    let root = try #require(SharedReference.folder).appendingPathComponent("matching")
    return isLalonde ? try .lalonde(in: root) : try .schools(in: root)
  }

  @Test("weights, effective sizes, balance, effects", arguments: cases)
  func reproduces(_ reference: Case) throws {
    let data = try data(reference.isLalonde)
    let folder = data.folder.appendingPathComponent(reference.tag)
    let units = try ReferenceFile(folder.appendingPathComponent("units.csv"))
    let sets = try units.texts("subclass")
    let levels = Set(sets).filter { !["", "NA"].contains($0) }.sorted()
    var code: [String: Int32] = [:]
    for (position, level) in levels.enumerated() { code[level] = Int32(position) }
    // Within one of their sets, which are stars, full matching can only make that set.
    let candidates = Candidates(
      treated: data.treated, covariates: data.covariates,
      exact: [
        Covariate("set", .factor(codes: sets.map { code[$0] ?? -1 }, levels: levels))
      ])
    let match = try MatchDesign(method: OptimalFull(), distance: Mahalanobis()).match(
      candidates, seed: Seed(1))
    let weightError = largestDifference(
      match.sample.weights, try units.numbers("weight"), scale: 1)
    #expect(weightError < 1e-12)
    let result = try JSON(
      parsing: String(contentsOf: folder.appendingPathComponent("result.json"), encoding: .utf8))
    let ess = match.tables(names: data.names).first { $0.name == "summary" }?.column("ess")?[1]
    guard case .number(let size) = ess else { throw ReferenceFile.MissingColumn(name: "ess") }
    #expect(isClose(size, try #require(result["ess_control"]?.number), relative: 1e-12))
    if !sets.contains(where: { code[$0] == nil }) {
      let file = try ReferenceFile(folder.appendingPathComponent("balance_matched.csv"))
      let variables = try file.texts("variable")
      for row in BalanceTable(match).rows where row.stage == .after {
        let position = try #require(
          variables.firstIndex(of: row.covariate + (row.level ?? "")))
        for (column, value) in [
          ("means_control", row.meanControl), ("std_mean_diff", row.standardisedDifference),
          ("var_ratio", row.varianceRatio ?? .nan), ("ecdf_max", row.ecdfMax),
        ] {
          let expected = try file.numbers(column)[position]
          #expect(isClose(value, expected, relative: 1e-9, absolute: 1e-9))
        }
      }
    }
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
    }
  }

  @Test("scores, and corners of the distance matrices", arguments: [true, false])
  func distances(_ isLalonde: Bool) throws {
    let data = try data(isLalonde)
    let match = try MatchDesign().match(try data.candidates(), seed: Seed(1))
    let model = try #require(match.propensity).model
    let file = try ReferenceFile(data.folder.appendingPathComponent("propensity.csv"))
    #expect(largestDifference(model.probabilities, try file.numbers("ps"), scale: 1) < 1e-7)
    #expect(largestDifference(model.linearPredictor, try file.numbers("logit"), scale: 1) < 1e-6)
    guard isLalonde else { return }
    for (name, distance) in [
      ("mahalanobis_corner.csv", Mahalanobis() as any MatchingDistance),
      ("robust_mahalanobis_corner.csv", RobustMahalanobis()),
    ] {
      let corner = try ReferenceFile(data.folder.appendingPathComponent(name))
      let embedding = try distance.embed(
        MatchingUnits(
          covariates: data.covariates, treated: data.treated,
          members: Array(data.treated.indices)))
      for row in corner.rows {
        let a = try #require(data.names.firstIndex(of: row[0]))
        for (column, text) in zip(corner.names, row).dropFirst() {
          let b = try #require(data.names.firstIndex(of: column))
          let x = embedding.coordinates.column(a)
          let y = embedding.coordinates.column(b)
          let found = zip(x, y).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
          #expect(
            isClose(found, Double(text) ?? .nan, relative: 1e-8), "\(name) \(row[0]) \(column)")
        }
      }
    }
  }
}
