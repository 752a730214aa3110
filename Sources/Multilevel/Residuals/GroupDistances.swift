internal import LinearAlgebra
internal import Probability

/// How far each group's predicted effects lie from zero, in their own standard errors.
///
/// Predicted effects have the covariance Σ − C, the variance between groups less the prediction error's, so
/// *û*ᵀ(Σ − C)⁻¹*û* is chi-squared with as many degrees of freedom as effects. Snijders & Bosker (2012),
/// *Multilevel Analysis*, ch. 10.
struct GroupDistances: Sendable {
  let factor: Int
  /// *û*ᵀ(Σ − C)⁻¹*û*; `nil` where the predicted effects do not vary.
  let distances: [Double?]
  /// For each column *û* / √(Σ − C), where it varies.
  let scores: [[Double]]
  let degreesOfFreedom: Int

  init(_ fit: LinearMixedModelFit, factor index: Int) {
    let factor = fit.factors[index]
    let width = factor.columns.count
    var between = Matrix(rows: width, columns: width)
    var offset = 0
    for term in fit.terms where term.group == factor.name {
      for i in term.columns.indices {
        for j in term.columns.indices { between[offset + i, offset + j] = term.covariance[i, j] }
      }
      offset += term.columns.count
    }
    var distances: [Double?] = []
    var scores = [[Double]](repeating: [], count: width)
    for level in factor.levels.indices {
      var spread = between
      for i in 0..<width {
        for j in 0..<width {
          spread[i, j] -=
            factor.predictionErrorCovariances[(level * width + i) * width + j]
        }
      }
      let mode = factor.modes.row(level)
      for k in 0..<width where spread[k, k] > 1e-10 * between[k, k] {
        scores[k].append(mode[k] / spread[k, k].squareRoot())
      }
      if let inverse = try? Cholesky(spread).inverse {
        distances.append(dot(mode, inverse * mode))
      } else {
        distances.append(nil)
      }
    }
    self.factor = index
    self.distances = distances
    self.scores = scores
    degreesOfFreedom = width
  }

  /// Levels whose distance is beyond chance among so many groups (Bonferroni, 5 %), the farthest first.
  var outlying: [(level: Int, distance: Double, pValue: Double)] {
    let chi = ChiSquared(degreesOfFreedom: Double(degreesOfFreedom))
    let count = Double(distances.compactMap { $0 }.count)
    return distances.indices.compactMap {
      level -> (level: Int, distance: Double, pValue: Double)? in
      guard let distance = distances[level] else { return nil }
      let p = min(1, count * chi.upperTail(distance))
      return p < 0.05 ? (level, distance, p) : nil
    }.sorted { ($0.pValue, $0.level) < ($1.pValue, $1.level) }
  }
}
