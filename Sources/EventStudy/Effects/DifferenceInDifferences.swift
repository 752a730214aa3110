internal import LinearAlgebra

/// The average effect on the treated between two periods, from each unit's change, with its influence function.
///
/// With ΔY a unit's change, D its treatment, x its covariates with an intercept, μ(x) the comparators' expected
/// change and p(x) the propensity:
///
///     doubly robust   E[(w₁ − w₀)(ΔY − μ(x))],  w₁ = D / E D,  w₀ = (1 − D) p/(1 − p) / E[(1 − D) p/(1 − p)]
///     regression      E[w₁ (ΔY − μ(x))]
///     weighting       E[(w₁ − w₀) ΔY]
///
/// (Sant'Anna & Zhao 2020, Journal of Econometrics 219(1), 101-122, DOI 10.1016/j.jeconom.2020.06.003; their
/// panel estimators with μ by least squares and p by maximum likelihood). The influence function holds what
/// estimating μ and p adds, so that √n(estimate − effect) is the mean of `influence` times √n.
struct DifferenceInDifferences {
  let estimate: Double
  /// One a row of the comparison; mean zero.
  let influence: [Double]

  /// - Parameters:
  ///   - change: the outcome's change, one a row.
  ///   - covariates: columns without an intercept.
  init(
    change: [Double], treated: [Bool], covariates: [[Double]], weights: [Double],
    by estimator: DifferenceEstimator
  ) throws(CellFailure) {
    guard treated.contains(true) else { throw .noTreated }
    guard treated.contains(false) else { throw .noComparators }
    let x = Self.design(covariates, rows: change.count)
    let n = Double(change.count)
    let treatedWeights = zip(weights, treated).map { $1 ? $0 : 0 }
    var expected = [Double](repeating: 0, count: change.count)
    var regression: Regression?
    if estimator != .weighting {
      let fit = try Regression(x, change, weights: zip(weights, treated).map { $1 ? 0 : $0 })
      expected = fit.fitted
      regression = fit
    }
    let rest = zip(change, expected).map { $0 - $1 }
    let own = Arm(rest, weights: treatedWeights)
    var influence = own.influence
    if let regression {
      // The treated's expected change rests on the regression.
      regression.subtract(
        direction: Self.means(x, treatedWeights), over: own.meanWeight, from: &influence)
    }
    guard estimator != .regression else {
      self.estimate = own.mean
      self.influence = influence
      return
    }
    let logit = try WeightedLogit(x, treated: treated, weights: weights)
    let odds = change.indices.map { i -> Double in
      treated[i] ? 0 : weights[i] * logit.probabilities[i] / (1 - logit.probabilities[i])
    }
    let other = Arm(rest, weights: odds)
    for i in influence.indices { influence[i] -= other.influence[i] }
    // The odds rest on the propensity's coefficients.
    let slope =
      logit.inverseInformation * Self.means(x, zip(odds, rest).map { $0 * ($1 - other.mean) })
    for i in influence.indices {
      let score = weights[i] * ((treated[i] ? 1 : 0) - logit.probabilities[i])
      influence[i] -= n * score * x.rowProduct(i, slope) / other.meanWeight
    }
    if let regression {
      regression.subtract(
        direction: Self.means(x, odds).map { -$0 }, over: other.meanWeight, from: &influence)
    }
    estimate = own.mean - other.mean
    self.influence = influence
  }

  /// A weighted mean and its influence function, w (y − mean) / E w.
  struct Arm {
    let mean: Double
    let meanWeight: Double
    let influence: [Double]

    init(_ values: [Double], weights: [Double]) {
      var (total, sum) = (0.0, 0.0)
      for (w, y) in zip(weights, values) {
        total += w
        sum += w * y
      }
      let (mean, meanWeight) = (sum / total, total / Double(values.count))
      self.mean = mean
      self.meanWeight = meanWeight
      influence = zip(weights, values).map { $0 * ($1 - mean) / meanWeight }
    }
  }

  /// The comparators' change by weighted least squares.
  struct Regression {
    let fitted: [Double]
    private let x: Matrix
    /// w e, zero for treated rows.
    private let scores: [Double]
    private let factor: Cholesky

    init(_ x: Matrix, _ y: [Double], weights: [Double]) throws(CellFailure) {
      let cross = x.weightedCrossProduct(weights)
      guard let factor = try? Cholesky(cross),
        // A pivot that has lost all but 1e-10 of its column: the column depends on earlier ones.
        (0..<cross.rows).allSatisfy({
          factor.lower[$0, $0] * factor.lower[$0, $0] > 1e-10 * cross[$0, $0]
        })
      else { throw .collinear }
      let right = x.transposedTimes(zip(weights, y).map { $0 * $1 })
      let fitted = x * factor.solve(right)
      self.x = x
      self.factor = factor
      self.fitted = fitted
      scores = y.indices.map { weights[$0] * (y[$0] - fitted[$0]) }
    }

    /// Takes the share of the coefficients' influence in `direction`ᵀβ / `weight` off an influence function.
    func subtract(direction: [Double], over weight: Double, from influence: inout [Double]) {
      let slope = factor.solve(direction)
      let n = Double(influence.count)
      for i in influence.indices where scores[i] != 0 {
        influence[i] -= n * scores[i] * x.rowProduct(i, slope) / weight
      }
    }
  }

  /// An intercept and the covariates, centred and scaled, which changes no prediction.
  static func design(_ covariates: [[Double]], rows: Int) -> Matrix {
    var columns = [[Double](repeating: 1, count: rows)]
    for values in covariates {
      var mean = 0.0
      for value in values { mean += value }
      mean /= Double(rows)
      var square = 0.0
      for value in values { square += (value - mean) * (value - mean) }
      let scale = (square / Double(rows)).squareRoot()
      columns.append(values.map { scale > 0 ? ($0 - mean) / scale : 0 })
    }
    return Matrix(rows: rows, columns: columns)
  }

  /// E[w x].
  static func means(_ x: Matrix, _ weights: [Double]) -> [Double] {
    x.transposedTimes(weights).map { $0 / Double(x.rows) }
  }
}

extension Matrix {
  /// xᵢᵀv.
  func rowProduct(_ row: Int, _ v: [Double]) -> Double {
    var sum = 0.0
    for j in 0..<columns { sum += self[row, j] * v[j] }
    return sum
  }
}
