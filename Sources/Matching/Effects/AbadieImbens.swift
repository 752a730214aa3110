internal import LinearAlgebra
internal import Regression

/// The average effect over focal units whose comparators may serve several of them, with the standard error of
/// Abadie & Imbens 2006 (Econometrica 74, DOI 10.1111/j.1468-0262.2006.00655.x, theorem 7).
///
/// With m(i) the matches of focal unit i, each of weight 1/m(i), and τ(i) its outcome less theirs,
///
///     τ = mean of τ(i),   V = 1/N² · (Σ (τ(i) − τ)² + σ² Σ (K(j)² − K₂(j)))
///
/// where K(j) and K₂(j) are the sums of a comparator's weights and of their squares over the focal units it serves:
/// a comparator that serves many counts once as information. σ² = ½ Σ w (y(i) − y(j) − τ)² / Σ w over pairs, the same
/// for all units. Covariates correct for what is unlike in a pair by the regression of matched comparators' outcomes
/// (Abadie & Imbens 2011, DOI 10.1198/jbes.2009.07333). The score is taken as known, and t has one degree of freedom
/// less than there are focal units, where the paper's limit is normal.
struct AbadieImbens {
  let estimate: Double
  let standardError: Double
  let degreesOfFreedom: Double
  /// Covariates left out of the correction because they depend on others.
  let dropped: [String]
  /// What each unit's outcome counts in the estimate.
  let coefficients: [Double]

  /// - Parameters:
  ///   - y: the outcome, one a unit; pairs with a missing one take no part.
  ///   - adjust: covariates to correct for, one value a unit.
  init(
    _ pairs: [MatchedSample.Pair], y: [Double], adjust: [Covariate], focalIsTreated: Bool
  ) throws(MatchingError) {
    let links = pairs.map {
      focalIsTreated ? (focal: $0.treated, other: $0.control) : ($0.control, $0.treated)
    }.filter { link in
      y[link.focal].isFinite && y[link.other].isFinite
        && !adjust.contains { $0.isMissing(link.focal) || $0.isMissing(link.other) }
    }
    var matches = [Double](repeating: 0, count: y.count)
    for link in links { matches[link.focal] += 1 }
    let weights = links.map { 1 / matches[$0.focal] }
    var others = links.map { y[$0.other] }
    var dropped: [String] = []
    let sign = focalIsTreated ? 1.0 : -1
    let count = Double(matches.count { $0 > 0 })
    var coefficients = [Double](repeating: 0, count: y.count)
    for (place, link) in links.enumerated() {
      coefficients[link.focal] += sign * weights[place] / count
      coefficients[link.other] -= sign * weights[place] / count
    }
    if !adjust.isEmpty {
      var design = Design(interceptFor: links.count)
      var gaps: [String: [Double]] = [:]
      for covariate in adjust {
        let here = covariate.indicators(for: links.map(\.other) + links.map(\.focal))
        for (position, column) in here.enumerated() where column.level == nil || position > 0 {
          design.add(column.name, Array(column.values.prefix(links.count)))
          gaps[column.name] = links.indices.map {
            column.values[links.count + $0] - column.values[$0]
          }
        }
      }
      do throws(RegressionError) {
        let model = try LeastSquares(design, response: others, weights: weights)
        for (name, slope) in zip(model.names, model.coefficients) {
          guard let gap = gaps[name] else { continue }
          for place in others.indices { others[place] += slope * gap[place] }
        }
        dropped = model.dropped
        // The slopes are linear in the comparators' outcomes.
        let mean = model.names.map { name in
          gaps[name].map { gap in
            zip(gap, weights).reduce(0) { $0 + $1.0 * $1.1 } / count
          } ?? 0
        }
        let direction = model.inverseCrossProduct * mean
        for (row, place) in model.rows.enumerated() {
          var along = 0.0
          for j in direction.indices { along += model.design[row, j] * direction[j] }
          coefficients[links[place].other] -= sign * model.weights[row] * along
        }
      } catch { throw .effect(error) }
    }
    var effects = [Double](repeating: 0, count: y.count)
    var served = effects
    var squares = effects
    for (place, link) in links.enumerated() {
      effects[link.focal] += weights[place] * sign * (y[link.focal] - others[place])
      served[link.other] += weights[place]
      squares[link.other] += weights[place] * weights[place]
    }
    let focal = y.indices.filter { matches[$0] > 0 }
    var sum = 0.0
    for unit in focal { sum += effects[unit] }
    let mean = sum / count
    var between = 0.0
    for unit in focal { between += (effects[unit] - mean) * (effects[unit] - mean) }
    var within = 0.0
    for (place, link) in links.enumerated() {
      let rest = sign * (y[link.focal] - others[place]) - mean
      within += weights[place] * rest * rest
    }
    var reuse = 0.0
    for unit in y.indices { reuse += served[unit] * served[unit] - squares[unit] }
    estimate = mean
    standardError = (between + within / (2 * count) * reuse).squareRoot() / count
    degreesOfFreedom = count - 1
    self.dropped = dropped
    self.coefficients = coefficients
  }
}
