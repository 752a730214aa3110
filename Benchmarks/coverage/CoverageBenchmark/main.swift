import Foundation
import Multilevel
import Probability

// Usage: CoverageBenchmark [REPLICATES [THREADS]]
// Fits the same made-up trials again and again and counts how often 95 % intervals hold the truth.
let arguments = CommandLine.arguments
let replicates = arguments.count > 1 ? Int(arguments[1]) ?? 2_000 : 2_000
let threads = arguments.count > 2 ? Int(arguments[2]) ?? 2 : 2

/// What one trial showed: for each method whether each interval holds the truth, and how wide it is.
struct Finding: Sendable {
  let holds: [[Bool]]
  let widths: [[Double]]
  let schoolVariance: (reml: Double, ml: Double)
  let residualVariance: (reml: Double, ml: Double)
  let isSingular: Bool
}

let truth = [Trial.treatmentEffect, Trial.covariateEffect]

func find(_ schools: Int, _ replicate: Int) throws -> Finding {
  let frame = Trial(schools: schools, replicate: replicate).frame
  let fit = try LinearMixedModel().fit(frame)
  let ml = try LinearMixedModel(criterion: .ml).fit(frame)
  let intervals = try IntervalMethod.all.map { try $0.intervals(fit, replicate) }
  return Finding(
    holds: intervals.map { zip($0, truth).map { $0.low <= $1 && $1 <= $0.high } },
    widths: intervals.map { $0.map { $0.high - $0.low } },
    schoolVariance: (fit.terms[0].covariance[0, 0], ml.terms[0].covariance[0, 0]),
    residualVariance: (fit.sigma * fit.sigma, ml.sigma * ml.sigma), isSingular: fit.isSingular)
}

/// A mean with its Monte Carlo standard error.
func mean(_ values: [Double], _ digits: Int) -> String {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return String(format: "%.\(digits)f (%.\(digits)f)", mean, (square / (n - 1) / n).squareRoot())
}

let start = ContinuousClock.now
var coverage: [String] = []
var bias: [String] = []
for schools in [10, 30, 100] {
  let findings = try Probability.replicate(replicates, threads: threads) {
    try find(schools, $0)
  }
  for (k, method) in IntervalMethod.all.enumerated() {
    let cells = [0, 1].flatMap { coefficient in
      [
        mean(findings.map { $0.holds[k][coefficient] ? 100 : 0 }, 1),
        mean(findings.map { $0.widths[k][coefficient] }, 3),
      ]
    }
    coverage.append("| \(schools) | \(method.name) | " + cells.joined(separator: " | ") + " |")
  }
  let variances = [
    findings.map { 100 * ($0.schoolVariance.reml / Trial.schoolVariance - 1) },
    findings.map { 100 * ($0.schoolVariance.ml / Trial.schoolVariance - 1) },
    findings.map { 100 * ($0.residualVariance.reml / Trial.residualVariance - 1) },
    findings.map { 100 * ($0.residualVariance.ml / Trial.residualVariance - 1) },
    findings.map { $0.isSingular ? 100 : 0 },
  ]
  bias.append("| \(schools) | " + variances.map { mean($0, 1) }.joined(separator: " | ") + " |")
}
let elapsed = ContinuousClock.now - start

print("\(replicates) trials of each size; Monte Carlo standard errors in brackets.\n")
print("| schools | interval | treatment, % covered | width | covariate, % covered | width |")
print("|---|---|---|---|---|---|")
for line in coverage { print(line) }
print(
  """

  | schools | school variance, REML bias % | ML bias % | residual, REML bias % | ML bias % | singular % |
  |---|---|---|---|---|---|
  """)
for line in bias { print(line) }
print("\n\(elapsed) on \(threads) threads")
