import Foundation
import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Strata that MatchIt 4.7.1 made of one data set.
struct StrataReference: CustomTestStringConvertible {
  let tag: String
  let method: any MatchingMethod
  /// `nil` for all.
  var covariates: [String]?

  var testDescription: String { tag }

  static let all = [
    StrataReference(tag: "subclass6", method: PropensitySubclasses()),
    StrataReference(
      tag: "exact_method", method: ExactStrata(), covariates: ["race", "married", "nodegree"]),
    StrataReference(tag: "cem_default", method: CoarsenedExact()),
  ]
}

@Suite(
  "MatchIt reference results of strata",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct StrataReferenceTests {
  @Test("weights, strata, balance, sizes, effects", arguments: StrataReference.all)
  func reproduces(_ reference: StrataReference) throws {
    let root = try #require(SharedReference.folder).appendingPathComponent("matching")
    let data = try ReferenceData.lalonde(in: root)
    let folder = data.folder.appendingPathComponent(reference.tag)
    let result = try JSON(
      parsing: String(contentsOf: folder.appendingPathComponent("result.json"), encoding: .utf8))
    let candidates = Candidates(
      treated: data.treated,
      covariates: data.covariates.filter { reference.covariates?.contains($0.name) ?? true })
    let design = MatchDesign(
      method: reference.method, distance: PropensityScore(scale: .probability))
    let match = try design.match(candidates, seed: Seed(1))

    let units = try ReferenceFile(folder.appendingPathComponent("units.csv"))
    let weightError = largestDifference(
      match.sample.weights, try units.numbers("weight"), scale: 1)
    #expect(weightError < 1e-12)
    var worst = ["weights": weightError]
    // Strata have other numbers, and the same members.
    let expected = Dictionary(grouping: data.names.indices) { units.rows[$0][3] }
    let found = Dictionary(grouping: data.names.indices) { match.sample.sets[$0] }
    #expect(Set(expected.values) == Set(found.values))

    let balance = BalanceTable(match)
    for (stage, name) in [
      (BalanceRow.Stage.before, "balance_unmatched.csv"), (.after, "balance_matched.csv"),
    ] {
      let file = try ReferenceFile(folder.appendingPathComponent(name))
      let variables = try file.texts("variable")
      for row in balance.rows where row.stage == stage {
        let isScore = row.covariate == "propensity"
        let name = isScore ? "distance" : row.covariate + (row.level ?? "")
        let position = try #require(variables.firstIndex(of: name))
        let tolerance = isScore ? 1e-7 : 1e-9
        for (column, value) in [
          ("means_treated", row.meanTreated), ("means_control", row.meanControl),
          ("std_mean_diff", row.standardisedDifference),
          ("var_ratio", row.varianceRatio ?? .nan), ("ecdf_mean", row.ecdfMean),
          ("ecdf_max", row.ecdfMax),
        ] {
          let expected = try file.numbers(column)[position]
          #expect(
            isClose(value, expected, relative: tolerance, absolute: tolerance),
            "\(name) \(stage) \(column): \(value) against \(expected)")
          if !expected.isNaN {
            let key = isScore ? "balance of the score" : "balance"
            worst[key] = max(worst[key] ?? 0, abs(value - expected) / max(1, abs(expected)))
          }
        }
      }
    }

    let ess = match.tables(names: data.names).first { $0.name == "summary" }?.column("ess")?[1]
    guard case .number(let size) = ess else { throw ReferenceFile.MissingColumn(name: "ess") }
    #expect(isClose(size, try #require(result["ess_control"]?.number), relative: 1e-12))

    for (key, adjust) in [("att_unadjusted", []), ("att_gcomp_adjusted", data.adjust)] {
      let (effect, _) = try DesignEffect.estimate(match, outcome: data.outcome, adjust: adjust)
      let estimate = try #require(result[key]?["estimate"]?.number)
      let error = try #require(result[key]?["se"]?.number)
      #expect(isClose(effect.estimate, estimate, relative: 1e-9))
      #expect(isClose(effect.standardError, error, relative: 1e-9))
      worst[key] = abs(effect.estimate / estimate - 1)
      worst[key + " se"] = abs(effect.standardError / error - 1)
    }
    if ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil {
      for key in worst.keys.sorted() { print("ERR", key, worst[key] ?? 0, reference.tag) }
    }
  }
}
