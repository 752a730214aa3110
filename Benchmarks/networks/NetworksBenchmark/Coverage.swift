import Networks
import Probability

/// How often 95 % intervals of the estimator hold the parameters that networks were simulated with.
struct Coverage {
  let truth: [Double]
  static let names = ["rate", "density", "reciprocity", "transitivity", "same"]
  let actors: Int

  struct Finding: Sendable {
    let estimates: [Double]
    let errors: [Double]
    let hasConverged: Bool
    let degree: Double
  }

  let findings: [Finding]
  /// Why there was no estimate.
  let failures: [String]

  /// - Parameter truth: rate, density, reciprocity, transitivity, same.
  init(replicates: Int, threads: Int, actors: Int = 40, truth: [Double] = [6, -2.1, 1.6, 0.2, 0.5])
  {
    self.truth = truth
    self.actors = actors
    let results = replicate(replicates, threads: threads) {
      Self.find($0, actors: actors, truth: truth)
    }
    findings = results.compactMap { try? $0.get() }
    failures = results.compactMap {
      if case .failure(let problem) = $0 { "\(problem)" } else { nil }
    }
  }

  private static func find(
    _ index: Int, actors: Int, truth: [Double]
  ) -> Result<Finding, any Error> {
    Result {
      let (panel, kinds) = try Worlds.panel(
        actors: actors, waves: 2, truth, replicate: index)
      let estimate = try MomentEstimator(Worlds.model(kinds), panel, replicates: 500)
        .estimate(seed: Seed(4)["\(index)"], threads: 1)
      return Finding(
        estimates: estimate.parameters.map(\.estimate),
        errors: estimate.parameters.map(\.standardError), hasConverged: estimate.hasConverged,
        degree: Double(panel.waves[0].network.tieCount) / Double(actors))
    }
  }

  func printTable() {
    let n = Double(findings.count)
    print(
      "| parameter | truth | mean estimate | sd of estimates | mean standard error | covered, % |")
    print("|---|---|---|---|---|---|")
    for k in truth.indices {
      let values = findings.map { $0.estimates[k] }
      let mean = values.reduce(0, +) / n
      let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
      let error = findings.reduce(0) { $0 + $1.errors[k] } / n
      let held = findings.count {
        abs($0.estimates[k] - truth[k]) <= 1.959963984540054 * $0.errors[k]
      }
      let share = Double(held) / n
      print(
        "| \(Self.names[k]) | \(truth[k]) | \(rounded(mean)) | \(rounded(sd)) | "
          + "\(rounded(error)) | \(rounded(100 * share, 1)) "
          + "(\(rounded(100 * (share * (1 - share) / n).squareRoot(), 1))) |")
    }
    print(
      "\n\(findings.count) panels of \(actors) actors and 2 waves, mean degree "
        + "\(rounded(findings.reduce(0) { $0 + $1.degree } / n, 2)), \(failures.count) without estimate, "
        + "\(findings.count { !$0.hasConverged }) not converged")
    for problem in Set(failures).sorted() {
      print("- \(failures.count { $0 == problem }) × \(problem)")
    }
  }
}
