import Foundation
import Networks
import Probability

/// How often 95 % intervals of the estimator hold the parameters that networks were simulated with.
struct Coverage {
  /// A model with the parameters that panels are simulated with, in its order: rates, then effects, then those of a
  /// behaviour.
  struct Truth: Sendable {
    let name: String
    let names: [String]
    var values: [Double]
    let waves: Int
    var actors: Int
    let model: @Sendable (_ kinds: [Double]) -> PanelModel
  }

  struct Finding: Sendable {
    let estimates: [Double]
    let errors: [Double]
    /// 95 %.
    let intervals: [FormationInterval]
    let hasConverged: Bool
    /// Names of parameters without a finite estimate.
    let unbounded: [String]
    let degree: Double
    let jaccard: Double
  }

  let truth: Truth
  let findings: [Finding]
  /// Why there was no estimate.
  let failures: [String]

  /// Writes a line to standard error for each panel that is done: a run takes long.
  init(
    _ truth: Truth, _ method: FormationInterval.Method, panels: Range<Int>, threads: Int
  ) {
    self.truth = truth
    let results = replicate(panels.count, threads: threads) { place in
      let index = panels.lowerBound + place
      let result = Self.find(index, truth, method)
      let line = (try? result.get()).map {
        "\($0.estimates) \($0.errors) \($0.hasConverged) \($0.unbounded) \($0.degree) \($0.jaccard) "
          + "\($0.intervals.map { $0.low ?? -.infinity }) \($0.intervals.map { $0.high ?? .infinity })"
      }
      FileHandle.standardError.write(Data("\(index) \(line ?? "\(result)")\n".utf8))
      return result
    }
    findings = results.compactMap { try? $0.get() }
    failures = results.compactMap {
      if case .failure(let problem) = $0 { "\(problem)" } else { nil }
    }
  }

  private static func find(
    _ index: Int, _ truth: Truth, _ method: FormationInterval.Method
  ) -> Result<Finding, any Error> {
    Result {
      let kinds = (0..<truth.actors).map { Double($0 % 2) }
      let model = truth.model(kinds)
      let panel = try Worlds.panel(
        model, actors: truth.actors, waves: truth.waves, truth.values, replicate: index)
      let estimate = try MomentEstimator(model, panel, replicates: 1000)
        .estimate(intervals: method, seed: Seed(4)["\(index)"], threads: 1)
      return Finding(
        estimates: estimate.parameters.map(\.estimate),
        errors: estimate.parameters.map(\.standardError),
        intervals: estimate.parameters.map(\.interval), hasConverged: estimate.hasConverged,
        unbounded: estimate.unbounded.map { estimate.parameters[$0].effect },
        degree: Double(panel.waves[0].network.tieCount * (model.isDirected ? 1 : 2))
          / Double(truth.actors),
        jaccard: panel.waves[0].network.jaccard(panel.waves[1].network))
    }
  }

  func printTable() {
    let whole = findings.filter(\.unbounded.isEmpty)
    let n = Double(whole.count)
    print(
      "| parameter | truth | mean estimate | bias / sd | sd of estimates | mean standard error | covered, % |"
    )
    print("|---|---|---|---|---|---|---|")
    for k in truth.values.indices {
      let values = whole.map { $0.estimates[k] }
      let mean = values.reduce(0, +) / n
      let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
      let error = whole.reduce(0) { $0 + $1.errors[k] } / n
      let share = Double(whole.count { $0.intervals[k].holds(truth.values[k]) }) / n
      print(
        "| \(truth.names[k]) | \(truth.values[k]) | \(rounded(mean)) | "
          + "\(rounded((mean - truth.values[k]) / sd, 2)) | \(rounded(sd)) | \(rounded(error)) | "
          + "\(rounded(100 * share, 1)) "
          + "(\(rounded(100 * (share * (1 - share) / n).squareRoot(), 1))) |")
    }
    func mean(_ value: (Finding) -> Double) -> Double {
      findings.reduce(0) { $0 + value($1) } / Double(max(1, findings.count))
    }
    print(
      "\n\(findings.count) panels of \(truth.actors) actors and \(truth.waves) waves, mean degree "
        + "\(rounded(mean(\.degree), 2)), Jaccard \(rounded(mean(\.jaccard), 2)); "
        + "\(failures.count) without estimate, \(findings.count - whole.count) with a parameter held, "
        + "\(whole.count { !$0.hasConverged }) not converged")
    for problem in Set(failures + findings.flatMap(\.unbounded)).sorted() {
      let count =
        failures.count { $0 == problem } + findings.count { $0.unbounded.contains(problem) }
      print("- \(count) × \(problem)")
    }
  }
}

extension Coverage.Truth {
  /// Density, reciprocity, transitive triplets and same covariate.
  static let directed = Coverage.Truth(
    name: "directed", names: ["rate", "density", "reciprocity", "transitivity", "same(kind)"],
    values: [6, -2.1, 1.6, 0.2, 0.5], waves: 2, actors: 40, model: { Worlds.model($0) })

  /// Undirected ties that the other side must confirm.
  static let undirected = Coverage.Truth(
    name: "undirected",
    names: ["rate", "density", "transitivity", "same(kind)"],
    values: [4, -0.9, 0.15, 0.4], waves: 2, actors: 50,
    model: { kinds in
      PanelModel(
        directed: false, consent: .initiative(InitiativeAndConfirmation()),
        terms: [
          PanelModel.NetworkTerm("density", Density()),
          PanelModel.NetworkTerm("transitivity", Transitivity()),
          PanelModel.NetworkTerm("same(kind)", CovariateEffect(SameValue(), kinds)),
        ])
    })

  /// A behaviour of five levels that partners are chosen by and that follows them.
  static let coevolution = Coverage.Truth(
    name: "coevolution",
    names: [
      "rate 1", "rate 2", "density", "reciprocity", "transitivity", "similar(level)",
      "level: rate 1", "level: rate 2", "level: linear", "level: quadratic",
      "level: average-similarity",
    ],
    values: [2, 2, -2.05, 1.6, 0.15, 1.5, 2, 2, 0, 0.2, 4], waves: 3, actors: 100,
    model: { _ in
      let likeness = Likeness(range: 4, centre: 0.6)
      return PanelModel(
        directed: true,
        terms: [
          PanelModel.NetworkTerm("density", Density()),
          PanelModel.NetworkTerm("reciprocity", Reciprocity()),
          PanelModel.NetworkTerm("transitivity", Transitivity()),
          PanelModel.NetworkTerm("similar(level)", selectionOn: 0, likeness),
        ],
        behaviours: [
          PanelModel.Behaviour(
            "level", range: 1...5,
            terms: [
              ("linear", LinearShape(centre: 3)), ("quadratic", QuadraticShape(centre: 3)),
              ("average-similarity", PartnerSimilarity(likeness, average: true)),
            ])
        ])
    })

  /// Two relations, each of which goes with the other.
  static let relations = Coverage.Truth(
    name: "relations",
    names: [
      "rate", "density", "reciprocity", "tied-in(support)", "support: rate", "support: density",
      "support: reciprocity", "support: tied-in(advice)",
    ],
    values: [4, -1.7, 1.2, 0.8, 4, -1.6, 1, 0.6], waves: 2, actors: 40,
    model: { _ in
      func terms(_ name: String, _ other: Int) -> [PanelModel.NetworkTerm] {
        [
          PanelModel.NetworkTerm("density", Density()),
          PanelModel.NetworkTerm("reciprocity", Reciprocity()),
          PanelModel.NetworkTerm("tied-in(\(name))", lookingAt: other, TiedThere()),
        ]
      }
      return PanelModel([
        PanelModel.Relation("advice", directed: true, terms: terms("support", 1)),
        PanelModel.Relation("support", directed: true, terms: terms("advice", 0)),
      ])
    })

  static let all = [directed, undirected, coevolution, relations]
}
