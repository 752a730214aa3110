import Foundation
import LinearAlgebra
import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Designs that MatchIt 4.7.1 made of two data sets, with the settings that reproduce each.
struct ReferenceCase: CustomTestStringConvertible {
  enum DataName { case lalonde, schools }

  let data: DataName
  let tag: String
  var method = NearestNeighbour()
  var distance: any MatchingDistance = PropensityScore(scale: .probability)
  var within: (distance: any MatchingDistance, covariates: [String])?
  var caliper: CaliperWidth?
  var exact: [String] = []
  var discard = CommonSupport.none
  var errors = EffectErrors.cr1
  /// Whether several units have the same covariates, so that who of them is matched with whom is not
  /// settled by any distance: MatchIt's choice among them is an accident of its search, ours the row order.
  var hasTies = false

  var testDescription: String { "\(data) \(tag)" }

  /// Distances by the method's own distance, worked out apart from the match.
  func distances(
    in data: ReferenceData, match: MatchOutcome
  ) throws -> (_ a: Int, _ b: Int) -> Double {
    if within == nil, let score = match.score, distance.propensity != nil {
      return { abs(score[$0] - score[$1]) }
    }
    let names = within?.covariates
    let embedding = try (within?.distance ?? distance).embed(
      MatchingUnits(
        covariates: data.covariates.filter { names?.contains($0.name) ?? true },
        treated: data.treated, members: Array(data.treated.indices)))
    return { a, b in
      let (x, y) = (embedding.coordinates.column(a), embedding.coordinates.column(b))
      return zip(x, y).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
    }
  }

  var design: MatchDesign {
    MatchDesign(
      method: method, distance: distance, within: within, propensityCaliper: caliper,
      discard: discard)
  }

  static let pooled = CaliperWidth(0.2, .overall)

  static let all: [ReferenceCase] = [
    ReferenceCase(data: .lalonde, tag: "nn_default"),
    ReferenceCase(data: .lalonde, tag: "nn_smallest", method: NearestNeighbour(order: .smallest)),
    ReferenceCase(data: .lalonde, tag: "nn_data", method: NearestNeighbour(order: .data)),
    ReferenceCase(
      data: .lalonde, tag: "nn_closest", method: NearestNeighbour(order: .closest)),
    ReferenceCase(
      data: .lalonde, tag: "nn_replace", method: NearestNeighbour(replace: true), errors: .hc3),
    ReferenceCase(data: .lalonde, tag: "nn_ratio2", method: NearestNeighbour(ratio: 2)),
    ReferenceCase(data: .lalonde, tag: "nn_caliper02_ps", caliper: pooled),
    ReferenceCase(
      data: .lalonde, tag: "nn_caliper02_logit", distance: PropensityScore(), caliper: pooled),
    ReferenceCase(
      data: .lalonde, tag: "nn_caliper02_logit_closest", method: NearestNeighbour(order: .closest),
      distance: PropensityScore(), caliper: pooled),
    ReferenceCase(data: .lalonde, tag: "nn_exact_race", exact: ["race"]),
    ReferenceCase(
      data: .lalonde, tag: "nn_mahalanobis", distance: Mahalanobis(), hasTies: true),
    ReferenceCase(
      data: .lalonde, tag: "nn_robust_mahalanobis", distance: RobustMahalanobis(), hasTies: true),
    ReferenceCase(data: .lalonde, tag: "nn_discard_both", discard: .both),
    ReferenceCase(
      data: .lalonde, tag: "exact_race_married_nodegree", method: NearestNeighbour(replace: true),
      exact: ["race", "married", "nodegree"], errors: .hc3),
    ReferenceCase(data: .schools, tag: "nn_default"),
    ReferenceCase(data: .schools, tag: "nn_closest", method: NearestNeighbour(order: .closest)),
    ReferenceCase(
      data: .schools, tag: "nn_replace", method: NearestNeighbour(replace: true), errors: .hc3),
    ReferenceCase(data: .schools, tag: "nn_caliper02_ps", caliper: pooled),
    ReferenceCase(
      data: .schools, tag: "nn_caliper02_logit", distance: PropensityScore(), caliper: pooled),
    ReferenceCase(data: .schools, tag: "nn_exact_size", exact: ["size_band"]),
    ReferenceCase(data: .schools, tag: "nn_mahalanobis", distance: Mahalanobis()),
    ReferenceCase(data: .schools, tag: "nn_robust_mahalanobis", distance: RobustMahalanobis()),
    ReferenceCase(
      data: .schools, tag: "nn_mahvars_in_pscaliper",
      within: (Mahalanobis(), ["mean_ses", "minority_share"]),
      caliper: CaliperWidth(0.25, .overall)),
    ReferenceCase(data: .schools, tag: "discard_both_nn", discard: .both),
  ]
}

@Suite(
  "MatchIt reference results",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct ReferenceTests {
  private func folder() throws -> URL {
    try #require(SharedReference.folder).appendingPathComponent("matching")
  }

  private func data(_ name: ReferenceCase.DataName) throws -> ReferenceData {
    switch name {
    case .lalonde: try .lalonde(in: folder())
    case .schools: try .schools(in: folder())
    }
  }

  @Test("pairs, weights, balance, sizes, effects", arguments: ReferenceCase.all)
  func reproduces(_ reference: ReferenceCase) throws {
    let data = try data(reference.data)
    let folder = data.folder.appendingPathComponent(reference.tag)
    let result = try JSON(
      parsing: String(
        contentsOf: folder.appendingPathComponent("result.json"), encoding: .utf8))
    let match = try reference.design.match(
      data.candidates(exact: reference.exact), seed: Seed(1))

    let pairs = try ReferenceFile(folder.appendingPathComponent("pairs.csv"))
    let expected = zip(try pairs.texts("treated"), try pairs.texts("control")).map {
      "\($0)-\($1)"
    }
    let found = match.sample.pairs.map { "\(data.names[$0.treated])-\(data.names[$0.control])" }
    if !reference.hasTies { #expect(expected.sorted() == found.sorted()) }

    // Whatever ties do, the distances of the pairs are settled.
    var position: [String: Int] = [:]
    for (unit, name) in data.names.enumerated() { position[name] = unit }
    let distance = try reference.distances(in: data, match: match)
    let referenceDistances = try zip(try pairs.texts("treated"), try pairs.texts("control")).map {
      distance(try #require(position[$0]), try #require(position[$1]))
    }
    let distances = match.sample.pairs.map(\.distance)
    #expect(distances.count == referenceDistances.count)
    #expect(
      largestDifference(distances.sorted(), referenceDistances.sorted(), scale: 1) < 1e-8)

    let units = try ReferenceFile(folder.appendingPathComponent("units.csv"))
    let weightError = largestDifference(
      match.sample.weights, try units.numbers("weight"), scale: 1)
    if !reference.hasTies { #expect(weightError < 1e-12) }

    var worst = reference.hasTies ? [:] : ["weights": weightError]
    let balance = BalanceTable(match)
    for (stage, file) in [
      (BalanceRow.Stage.before, "balance_unmatched.csv"), (.after, "balance_matched.csv"),
    ] {
      let reference = try ReferenceFile(folder.appendingPathComponent(file))
      let variables = try reference.texts("variable")
      for row in balance.rows where row.stage == stage {
        let isScore = row.covariate == "propensity"
        let name = isScore ? "distance" : row.covariate + (row.level ?? "")
        guard let position = variables.firstIndex(of: name) else {
          #expect(isScore, "no reference for \(name)")
          continue
        }
        let tolerance = isScore ? 1e-7 : 1e-9
        for (column, value) in [
          ("means_treated", row.meanTreated), ("means_control", row.meanControl),
          ("std_mean_diff", row.standardisedDifference),
          ("var_ratio", row.varianceRatio ?? .nan), ("ecdf_mean", row.ecdfMean),
          ("ecdf_max", row.ecdfMax),
        ] {
          let expected = try reference.numbers(column)[position]
          #expect(
            isClose(value, expected, relative: tolerance, absolute: tolerance),
            "\(name) \(stage) \(column): \(value) against \(expected)")
          let key = isScore ? "balance of the score" : "balance"
          if !expected.isNaN {
            worst[key] = max(worst[key] ?? 0, abs(value - expected) / max(1, abs(expected)))
          }
        }
      }
    }

    let ess = match.tables(names: data.names)[2].column("ess")?[1]
    let expectedESS = try #require(result["ess_control"]?.number)
    guard case .number(let value) = ess else { throw ReferenceFile.MissingColumn(name: "ess") }
    #expect(isClose(value, expectedESS, relative: 1e-12))

    if let caliper = match.calipers.first, let expected = result["caliper"]?[0]?.number {
      #expect(isClose(caliper.limit, expected, relative: 1e-7))
      worst["caliper"] = abs(caliper.limit / expected - 1)
    }

    let effects = [("att_unadjusted", []), ("att_gcomp_adjusted", data.adjust)]
    for (key, adjust) in effects where !reference.hasTies {
      let expected = try #require(result[key])
      let (effect, _) = try DesignEffect.estimate(
        match, outcome: data.outcome, adjust: adjust, errors: reference.errors)
      let estimate = try #require(expected["estimate"]?.number)
      let error = try #require(expected["se"]?.number)
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
