import Foundation
import Multilevel
import Probability

// Usage: MultilevelBenchmark nested|crossed ROWS [THREADS] [CSV-FILE|bootstrap=REPLICATES]
// Times one REML fit with the rows in memory. With a file name the rows are also written there, so that
// another program can fit the same model. With `bootstrap=1000` a parametric bootstrap of that many refits of
// the model, and of the one without covariates, follows.
let arguments = CommandLine.arguments
guard arguments.count > 2, let rows = Int(arguments[2]),
  ["nested", "crossed"].contains(arguments[1])
else {
  print("usage: MultilevelBenchmark nested|crossed ROWS [THREADS] [CSV-FILE|bootstrap=N]")
  exit(2)
}
let nested = arguments[1] == "nested"
let threads = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1

func seconds(_ work: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try work()
  let duration = ContinuousClock.now - start
  return Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
}

let national = National(rows: rows)
let replicates =
  arguments.count > 4 && arguments[4].hasPrefix("bootstrap=")
  ? Int(arguments[4].dropFirst(10)) ?? 1_000 : nil
if arguments.count > 4, replicates == nil {
  let names = national.covariates.map(\.name)
  var text =
    (["school", "authority", "primary", "attainment"] + names).joined(separator: ",") + "\n"
  for row in 0..<rows {
    let cells = [national.attainment[row]] + national.covariates.map { $0.values[row] }
    text +=
      "\(national.school[row]),\(national.authority[row]),\(national.primary[row]),"
      + cells.map { "\($0)" }.joined(separator: ",") + "\n"
  }
  try text.write(toFile: arguments[4], atomically: true, encoding: .utf8)
}
let frame = national.frame(nested: nested)
var fit: LinearMixedModelFit?
let elapsed = try seconds { fit = try LinearMixedModel().fit(frame, threads: threads) }
if let fit {
  print(
    "counterpart \(arguments[1]) rows \(rows) threads \(threads) seconds \(elapsed) "
      + "criterion \(fit.deviance) evaluations \(fit.certificate.evaluations) "
      + "decrement \(fit.certificate.decrement) theta \(fit.theta)")
}
if let fit, let replicates {
  let null = try LinearMixedModel().fit(frame.unconditional, threads: threads)
  var result: BootstrapResult?
  let elapsed = try seconds {
    result = try fit.bootstrap(
      ParametricBootstrap(replicates: replicates, seed: Seed(1)), unconditional: null,
      threads: threads)
  }
  if let result {
    let ratios = zip(result.standardDeviations, fit.standardErrors).map { $0 / $1 }
    print(
      "bootstrap replicates \(replicates) seconds \(elapsed) failures \(result.failures) "
        + "sd over standard error \(ratios)")
  }
}
