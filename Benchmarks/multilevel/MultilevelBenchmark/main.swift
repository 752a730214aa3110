import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability

// Usage: MultilevelBenchmark TASK [ROWS [FILE]]
// Tasks: nested, crossed, logit, kenward-roger, kenward-roger-nested, cr2, growth, factorisation, bootstrap, write.
// Each prints a row for run.sh, with the rows in memory and on one thread; `write` writes FILE instead, for
// peers and for the command.
let arguments = CommandLine.arguments
let task = arguments.count > 1 ? arguments[1] : ""
let rows = arguments.count > 2 ? Int(arguments[2]) ?? 300_000 : 300_000

func fit(_ name: String, _ frame: ModelFrame) throws -> LinearMixedModelFit {
  var result: LinearMixedModelFit?
  let time = try Timing { result = try LinearMixedModel().fit(frame) }
  guard let result else { exit(1) }
  report(
    name, rows: frame.rowCount, time,
    "criterion \(result.deviance), \(result.certificate.evaluations) evaluations, decrements "
      + result.trace.map { "\(Float($0.decrement))" }.joined(separator: " "))
  return result
}

func tests(_ name: String, of fit: LinearMixedModelFit, _ work: () throws -> Double) rethrows {
  var degrees = 0.0
  let time = try Timing { degrees = try work() }
  report(name, rows: fit.rowCount, time, "df of poverty \(degrees)")
}

switch task {
case "nested", "crossed":
  _ = try fit(task, National(rows: rows).frame(nested: task == "nested"))
case "logit":
  let frame = National(rows: rows).passFrame
  var result: GeneralisedMixedFit?
  let time = try Timing { result = try GeneralisedMixedModel(.binomial(.logit)).fit(frame) }
  guard let result else { exit(1) }
  report(
    task, rows: rows, time,
    "deviance \(result.deviance), \(result.certificate.evaluations) evaluations, sd \(result.theta[0]), "
      + "\(result.distinctRowCount) distinct rows, \(result.certificate.distance) standard errors away"
  )
case "kenward-roger":
  let fit = try fit("two levels", National(rows: rows).schoolFrame)
  try tests(task, of: fit) { try fit.tests(.kenwardRoger)[3].degreesOfFreedom }
case "kenward-roger-nested":
  let fit = try fit("three levels", National(rows: rows).frame(nested: true))
  try tests(task, of: fit) { try fit.tests(.kenwardRoger)[3].degreesOfFreedom }
case "cr2":
  let fit = try fit("three levels", National(rows: rows).frame(nested: true))
  try tests(task, of: fit) {
    try fit.tests(.satterthwaite, errors: fit.clusterRobust(.cr2))[3].degreesOfFreedom
  }
case "bootstrap":
  let frame = National(rows: rows).frame(nested: true)
  let fit = try fit("three levels", frame)
  let null = try LinearMixedModel().fit(frame.unconditional)
  var result: BootstrapResult?
  let time = try Timing {
    result = try fit.bootstrap(
      ParametricBootstrap(replicates: 1_000, seed: Seed(1)), unconditional: null)
  }
  let alone = try Timing {
    _ = try fit.bootstrap(ParametricBootstrap(replicates: 1_000, seed: Seed(1)))
  }
  guard let result else { exit(1) }
  report("bootstrap, this model alone", rows: rows, alone, "1000 refits of the model")
  let ratio = zip(result.standardDeviations, fit.standardErrors).map { $0 / $1 }.max() ?? .nan
  report(
    task, rows: rows, time,
    "1000 refits of the model and of the one without covariates, \(result.failures) failures, largest ratio "
      + "of bootstrap sd to standard error \(ratio)")
case "factorisation":
  // What an evaluation with gradient of the crossed model cannot do without.
  let size = 3_400
  var matrix = [Double](repeating: 0, count: size * size)
  for j in 0..<size {
    for i in j..<size { matrix[j * size + i] = i == j ? 20 : 1 / Double(1 + i + j) }
  }
  BLAS.useOneThread()
  let time = try Timing {
    var span = matrix.mutableSpan
    _ = try Panels.factor(&span, size: size)
    Panels.invert(factor: &span, size: size)
  }
  report(task, rows: size, time, "dpotrf and dpotri of that order")
case "growth":
  for factor in [1, 2, 4] {
    _ = try fit("growth in rows", Growing(rows: 200_000 * factor).frame())
  }
  for factor in [1, 2, 4] {
    _ = try fit("growth in schools: \(2_000 * factor)", Growing(schools: 2_000 * factor).frame())
  }
  for factor in [1, 2, 4] {
    _ = try fit(
      "growth in fixed effects: \(8 * factor)", Growing(covariates: 8 * factor).frame())
  }
  for factor in [1, 2, 4] {
    _ = try fit("growth in random effects: \(factor)", Growing(effects: factor).frame())
  }
case "write":
  try National(rows: rows).write(to: arguments.count > 3 ? arguments[3] : "national.csv")
default:
  print("usage: MultilevelBenchmark TASK [ROWS [FILE]]; the tasks stand in main.swift")
  exit(2)
}
