internal import Probability

/// One imputation: rounds over the columns, each drawn given the others, until the last round's values stay.
///
/// Fully conditional specification: van Buuren (2018), *Flexible Imputation of Missing Data*, chapters 4 and
/// 7. Every random number has its own place: column, imputation, iteration, unit.
struct Chain {
  private let problem: ImputationProblem
  private let seed: Seed
  private let donors: Int
  private let imputation: UInt32
  /// Completed values of each variable at its own level.
  private(set) var values: [[Double]]
  /// Linear predictors of each variable's probits, kept from round to round.
  private var latent: [[[Double]]]
  private(set) var trace: [TracePoint] = []

  /// The imputed values of one column after one round.
  struct TracePoint: Sendable, Hashable {
    let variable: Int
    let iteration: Int
    let mean: Double
    let deviation: Double
  }

  init(_ problem: ImputationProblem, seed: Seed, donors: Int, imputation: Int) {
    self.problem = problem
    self.seed = seed
    self.donors = donors
    self.imputation = UInt32(imputation)
    values = problem.variables.map(\.values)
    latent = problem.variables.map { _ in [] }
    for k in problem.order {
      let variable = problem.variables[k]
      let observed = variable.observed
      let start = seed[variable.name]["start"]
      for unit in variable.missing {
        var random = RandomStream(start, replicate: self.imputation, entity: UInt32(unit))
        values[k][Int(unit)] =
          variable.values[Int(observed[random.index(below: observed.count)])]
      }
      if variable.method == .binary || variable.method == .category {
        latent[k] = Self.start(variable)
      }
    }
  }

  /// Linear predictors that give each stage its observed share.
  private static func start(_ variable: ImputationVariable) -> [[Double]] {
    (0..<variable.categories.count - 1).map { stage in
      let reached = variable.observed.count { variable.values[Int($0)] >= Double(stage) }
      let ended = variable.observed.count { variable.values[Int($0)] == Double(stage) }
      let share = Normal.standardQuantile((Double(ended) + 0.5) / (Double(reached) + 1))
      return [Double](repeating: share, count: variable.values.count)
    }
  }

  mutating func run(iterations: Int) throws(ImputationError) {
    for iteration in 1...iterations {
      for k in problem.order {
        try update(k, UInt32(iteration))
        trace.append(point(k, iteration))
      }
    }
  }

  private func stream(
    _ variable: ImputationVariable, _ purpose: String, _ event: UInt32, unit: Int32 = 0
  ) -> RandomStream {
    RandomStream(
      seed[variable.name][purpose], replicate: imputation, entity: UInt32(unit), event: event)
  }

  private mutating func update(_ k: Int, _ iteration: UInt32) throws(ImputationError) {
    let variable = problem.variables[k]
    let columns = Predictors(problem, for: k).columns(values)
    let drawn: Bool
    switch variable.method {
    case .normal: drawn = drawNumbers(k, variable, columns, iteration, matching: false)
    case .pmm: drawn = drawNumbers(k, variable, columns, iteration, matching: true)
    case .binary, .category: drawn = drawCategories(k, variable, columns, iteration)
    case nil: drawn = true
    }
    guard drawn else {
      throw .tooFewValues(
        column: variable.name, observed: variable.observed.count, columns: columns.count + 1)
    }
  }

  private func groups(of variable: ImputationVariable) -> GroupCodes? {
    variable.level == .rows ? problem.groups : nil
  }

  private mutating func drawNumbers(
    _ k: Int, _ variable: ImputationVariable, _ columns: [[Double]], _ iteration: UInt32,
    matching: Bool
  ) -> Bool {
    let observed = variable.observed
    let model = InterceptModel(
      columns: columns, unitCount: variable.values.count, units: observed,
      groups: groups(of: variable))
    // In standard units, so that sums of squares do not cancel.
    guard let response = InterceptModel.standardised(variable.values, over: observed) else {
      return false
    }
    let (mean, deviation) = variable.moments
    var random = stream(variable, "parameters", iteration)
    guard let draw = model.draw(response, sigma: nil, &random) else { return false }
    let seed = seed[variable.name]["values"]
    let match =
      matching
      ? MeanMatching(expected: draw.expected, observed: observed, count: donors, &random) : nil
    for unit in variable.missing {
      var random = RandomStream(
        seed, replicate: imputation, entity: UInt32(unit), event: iteration)
      let prediction = draw.predictor[Int(unit)]
      values[k][Int(unit)] =
        match.map { variable.values[Int($0.donor(of: prediction, &random))] }
        ?? mean + deviation * (prediction + draw.sigma * random.normal())
    }
    return true
  }

  private mutating func drawCategories(
    _ k: Int, _ variable: ImputationVariable, _ columns: [[Double]], _ iteration: UInt32
  ) -> Bool {
    let stages = variable.categories.count - 1
    let count = variable.values.count
    let seeds = (seed[variable.name]["parameters"], seed[variable.name]["latent"])
    let imputation = imputation
    for stage in 0..<stages {
      let units = variable.observed.filter { variable.values[Int($0)] >= Double(stage) }
      let model = LatentProbit(
        columns: columns, unitCount: count, units: units, groups: groups(of: variable))
      func event(_ sweep: Int) -> UInt32 {
        (iteration * UInt32(stages) + UInt32(stage)) * UInt32(LatentProbit.sweeps) + UInt32(sweep)
      }
      guard
        let next = model.draw(
          variable.values.map { $0 == Double(stage) ? 1 : 0 }, from: latent[k][stage],
          parameters: { RandomStream(seeds.0, replicate: imputation, event: event($0)) },
          latent: { sweep, unit in
            RandomStream(
              seeds.1, replicate: imputation, entity: UInt32(unit), event: event(sweep))
          })
      else { return false }
      latent[k][stage] = next
    }
    let seed = seed[variable.name]["values"]
    for unit in variable.missing {
      var random = RandomStream(
        seed, replicate: imputation, entity: UInt32(unit), event: iteration)
      let stage = (0..<stages).first { stage in
        random.uniform() < Normal().cumulative(latent[k][stage][Int(unit)])
      }
      values[k][Int(unit)] = Double(stage ?? stages)
    }
    return true
  }

  private func point(_ k: Int, _ iteration: Int) -> TracePoint {
    let imputed = problem.variables[k].missing.map { values[k][Int($0)] }
    let (mean, deviation) = moments(imputed)
    return TracePoint(variable: k, iteration: iteration, mean: mean, deviation: deviation)
  }
}

extension ImputationVariable {
  /// Mean and standard deviation of the observed values, as they standardise them.
  fileprivate var moments: (mean: Double, deviation: Double) {
    Imputation.moments(observed.map { values[Int($0)] })
  }
}

/// Mean and standard deviation, with n in the denominator.
func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
  guard !values.isEmpty else { return (.nan, .nan) }
  let mean = values.reduce(0, +) / Double(values.count)
  let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (mean, (square / Double(values.count)).squareRoot())
}
