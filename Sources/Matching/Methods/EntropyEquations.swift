internal import LinearAlgebra

/// The estimating equations of entropy balancing: the means m that are aimed at, and in each weighted arm
/// the multipliers λ, Σ w̃ᵢ(xᵢ − m) = 0 with w̃ᵢ ∝ exp(λ·(xᵢ − m)) (Zhao & Percival 2017,
/// DOI 10.1515/jci-2016-0010).
///
/// With C the weighted covariance of the arm, a unit moves λ by C⁻¹(what it moves m by − w̃ᵢ(xᵢ − m)), and
/// ∂ log wᵢ/∂λ = xᵢ − m. A singular C is inverted where it can be.
struct EntropyEquations {
  private let features: BalancingFeatures
  private let target: [Double]
  private let count: Int
  /// Whether each of the features' units is one whose mean is aimed at.
  private let isFocal: [Bool]
  private var sensitivities: [[Double]] = []
  private var influences: [[Double]] = []

  init(_ features: BalancingFeatures, target: [Double], problem: MatchingProblem) {
    self.features = features
    self.target = target
    count = problem.count
    let focal = problem.estimand.treatedAreFocal
    isFocal = features.units.map { unit in focal.map { $0 == problem.treated[unit] } ?? true }
  }

  /// Adds a weighted arm.
  ///
  /// - Parameters:
  ///   - positions: the arm's, among the features' units.
  ///   - shares: their weights, which sum to one.
  mutating func add(positions: [Int], shares: [Double]) {
    let p = target.count
    let gaps = features.rows.map { row in zip(row, target).map { $0 - $1 } }
    var covariance = Matrix(rows: p, columns: p)
    for (position, share) in zip(positions, shares) {
      for j in 0..<p {
        for i in 0..<p { covariance[i, j] += share * gaps[position][i] * gaps[position][j] }
      }
    }
    guard let eigen = try? SymmetricEigen(covariance) else { return }
    let inverse = eigen.pseudoInverse(tolerance: 1e-9)
    let focalCount = Double(isFocal.count { $0 })
    var moved = gaps.indices.map { position in
      isFocal[position] ? gaps[position].map { $0 / focalCount } : [Double](repeating: 0, count: p)
    }
    for (position, share) in zip(positions, shares) {
      for k in 0..<p { moved[position][k] -= share * gaps[position][k] }
    }
    for k in 0..<p {
      var sensitivity = [Double](repeating: 0, count: count)
      for position in positions { sensitivity[features.units[position]] = gaps[position][k] }
      var influence = [Double](repeating: 0, count: count)
      for (position, unit) in features.units.enumerated() {
        for j in 0..<p { influence[unit] += inverse[k, j] * moved[position][j] }
      }
      sensitivities.append(sensitivity)
      influences.append(influence)
    }
  }

  var result: WeightEquations {
    WeightEquations(
      sensitivity: Matrix(rows: count, columns: sensitivities),
      influence: Matrix(rows: count, columns: influences))
  }
}
