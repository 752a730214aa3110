/// The numbers of one evaluation: kept between evaluations so that none allocates.
struct Workspace: Sendable {
  /// *Z_vᵀV⁻¹Z_v* with *V* of the effects eliminated so far.
  var diagonal: [Double]
  /// *Z_vᵀV⁻¹G* likewise; c numbers a random effect.
  var panel: [Double]
  /// *Z_vᵀV⁻¹Z_w* likewise, by edge.
  var edges: [Double]
  /// *N_v* of sparse nodes, laid out as `diagonal`.
  var shrinkage: [Double]
  /// After the forward sweep *N_v Z_vᵀV⁻¹G*; after the backward one the modes of *G*'s columns.
  var modes: [Double]
  /// *Zᵀ V⁻¹ G* of the whole model.
  var score: [Double]
  /// Products of `score` with a weight matrix.
  var weighted: [Double]
  /// Posterior covariances in units of σ²: of each sparse node, and along each edge.
  var covariance: [Double]
  var edgeCovariance: [Double]
  /// *Z_vᵀV⁻¹Z_v* of dense components, lower triangles; where a component has a pattern its entries alone.
  var dense: [Double]
  /// λᵀ(·)λ + *I*, then its Cholesky factor, then the posterior covariance.
  var factor: [Double]
  var denseModes: [Double]
  var small: [Double]
  var logDeterminant = 0.0

  init(_ plan: EliminationPlan, order c: Int) {
    func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
    diagonal = zeros(plan.diagonalCount)
    panel = zeros(plan.effectCount * c)
    edges = zeros(plan.edgeValueCount)
    shrinkage = zeros(plan.diagonalCount)
    modes = zeros(plan.effectCount * c)
    score = zeros(plan.effectCount * c)
    weighted = zeros(plan.effectCount * c)
    covariance = zeros(plan.diagonalCount)
    edgeCovariance = zeros(plan.edgeValueCount)
    dense = zeros(plan.productCount)
    factor = zeros(plan.denseCount)
    denseModes = zeros((plan.components.map(\.size).max() ?? 0) * c)
    let width = plan.factors.map(\.width).max() ?? 0
    var mostEdges = 0
    for node in 0..<plan.edgeStart.count - 1 {
      mostEdges = max(mostEdges, Int(plan.edgeStart[node + 1] - plan.edgeStart[node]))
    }
    small = zeros(8 * width * width + width * c + mostEdges * width * width)
  }
}

extension Array {
  /// The array, leaving an empty one behind: two spans may not stand in one struct at a time, but they may
  /// stand in two variables.
  mutating func moved() -> [Element] {
    var result: [Element] = []
    swap(&result, &self)
    return result
  }
}
