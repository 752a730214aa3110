public import Designs
public import Tables

/// Completed data sets, and how the completing went.
public struct ImputationResult: Sendable {
  /// The data with completed columns, once for each imputation; all other columns are shared.
  public let completed: [DataSet]
  /// What was missing, by column.
  public let missing: [MissingRow]
  /// Whether the chains agree, by column.
  public let convergence: [ConvergenceRow]
  /// Mean and standard deviation of what each chain imputed in each round.
  public let chains: [ChainRow]
  public let diagnostics: [Diagnostic]

  /// `missing`, `convergence`, `chains`.
  public var tables: [TidyTable] {
    [
      TidyTable("missing", missing), TidyTable("convergence", convergence),
      TidyTable("chains", chains),
    ]
  }

  init(_ step: ImputeStep, _ problem: ImputationProblem, _ chains: [Chain], _ data: DataSet) {
    completed = chains.map { Completion(problem: problem, values: $0.values).data(data) }
    let targets = problem.variables.filter { $0.method != nil }
    missing = targets.map { MissingRow($0) }
    self.chains = chains.indices.flatMap { imputation in
      chains[imputation].trace.map {
        ChainRow(
          column: problem.variables[$0.variable].name, imputation: imputation + 1,
          iteration: $0.iteration, mean: $0.mean, deviation: $0.deviation)
      }
    }
    convergence = problem.order.sorted().map { k in
      func chain(_ value: (Chain.TracePoint) -> Double) -> [[Double]] {
        chains.map { $0.trace.filter { $0.variable == k }.map(value) }
      }
      return ConvergenceRow(
        column: problem.variables[k].name, ofMeans: scaleReduction(chain(\.mean)),
        ofDeviations: scaleReduction(chain(\.deviation)))
    }
    diagnostics =
      ImputationDoubts(step: step, problem: problem, missing: missing, convergence: convergence)
      .found(in: data)
  }
}

/// The potential scale reduction R̂ of the second half of several chains: the square root of what the
/// variance would be over all of them over what it is within one. Gelman & Rubin (1992),
/// doi:10.1214/ss/1177011136.
///
/// - Returns: `nil` for one chain, fewer than two values in a half, or values that do not vary.
func scaleReduction(_ chains: [[Double]]) -> Double? {
  let halves = chains.map { $0.suffix($0.count / 2) }
  guard halves.count > 1, let length = halves.first?.count, length > 1 else { return nil }
  let n = Double(length)
  let means = halves.map { $0.reduce(0, +) / n }
  let within =
    zip(halves, means).map { half, mean in
      half.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    }.reduce(0, +) / Double(halves.count)
  let centre = means.reduce(0, +) / Double(means.count)
  let between =
    means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(means.count - 1)
  guard within > 0 else { return nil }
  return (((n - 1) / n * within + between) / within).squareRoot()
}
