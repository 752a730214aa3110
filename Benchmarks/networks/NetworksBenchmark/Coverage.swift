import Networks
import Probability

/// How often 95 % intervals of the estimator hold the parameters that networks were simulated with.
struct Coverage {
  static let truth = [5.0, -1.8, 1.5, 0.25, 0.4]
  static let names = ["rate", "density", "reciprocity", "transitivity", "same"]
  static let actors = 40

  struct Finding: Sendable {
    let estimates: [Double]
    let errors: [Double]
    let hasConverged: Bool
  }

  let findings: [Finding]
  let failures: Int

  init(replicates: Int, threads: Int) {
    let results: [Finding?] = replicate(replicates, threads: threads) { index in
      guard
        let (panel, kinds) = try? Worlds.panel(
          actors: Self.actors, waves: 2, Self.truth, replicate: index),
        let estimator = try? MomentEstimator(Worlds.model(kinds), panel, replicates: 500),
        let estimate = try? estimator.estimate(seed: Seed(4)["\(index)"], threads: 1)
      else { return nil }
      return Finding(
        estimates: estimate.parameters.map(\.estimate),
        errors: estimate.parameters.map(\.standardError), hasConverged: estimate.hasConverged)
    }
    findings = results.compactMap { $0 }
    failures = results.count - findings.count
  }

  func printTable() {
    let n = Double(findings.count)
    print(
      "| parameter | truth | mean estimate | sd of estimates | mean standard error | covered, % |")
    print("|---|---|---|---|---|---|")
    for k in Self.truth.indices {
      let values = findings.map { $0.estimates[k] }
      let mean = values.reduce(0, +) / n
      let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
      let error = findings.reduce(0) { $0 + $1.errors[k] } / n
      let held = findings.count {
        abs($0.estimates[k] - Self.truth[k]) <= 1.959963984540054 * $0.errors[k]
      }
      let share = Double(held) / n
      print(
        "| \(Self.names[k]) | \(Self.truth[k]) | \(rounded(mean)) | \(rounded(sd)) | "
          + "\(rounded(error)) | \(rounded(100 * share, 1)) "
          + "(\(rounded(100 * (share * (1 - share) / n).squareRoot(), 1))) |")
    }
    print(
      "\n\(findings.count) panels of \(Self.actors) actors and 2 waves, \(failures) without estimate, "
        + "\(findings.count { !$0.hasConverged }) not converged")
  }
}
