internal import LinearAlgebra

/// Where the random effects stand in a prediction.
public enum PredictionScale: String, Sendable, Hashable, CaseIterable {
  /// Averaged over their normal distribution: what a population of groups shows.
  case population
  /// At zero: a group in the middle on the scale of the link.
  case typical
}

/// A mean over the rows of predicted probabilities or means, with its derivative in (θ, coefficients).
struct MarginalPrediction: Sendable {
  /// One for each outcome: P(Y = 1), a mean, or P(Y = k) of every category.
  var values: [Double]
  /// For each outcome, in (θ, coefficients with thresholds first).
  var gradients: [[Double]]

  static func - (a: MarginalPrediction, b: MarginalPrediction) -> MarginalPrediction {
    MarginalPrediction(
      values: zip(a.values, b.values).map { $0 - $1 },
      gradients: zip(a.gradients, b.gradients).map { zip($0, $1).map { $0 - $1 } })
  }

  static func / (a: MarginalPrediction, divisor: Double) -> MarginalPrediction {
    MarginalPrediction(
      values: a.values.map { $0 / divisor },
      gradients: a.gradients.map { $0.map { $0 / divisor } })
  }
}

/// Averages predictions of a fit over its rows, as they are or with one covariate moved.
struct PredictionAverager: Sendable {
  enum Change: Sendable {
    case none
    case set(MovableColumn, Double)
    case shift(MovableColumn, Double)
  }

  let rows: PredictionRows
  let terms: RandomTerms
  let theta: [Double]
  /// Coefficients by fixed column; zero for the intercept of a cumulative model.
  let coefficients: [Double]
  /// For each fixed column its place among (θ, coefficients); `nil` where it has no parameter.
  let places: [Int?]
  let thresholds: [Double]
  let parameterCount: Int
  let curve: ResponseCurve
  /// Columns of the frame that interactions are products with, by position in the frame.
  let partners: [Int: [Double]]

  var outcomeCount: Int { thresholds.isEmpty ? 1 : thresholds.count + 1 }

  func average(_ change: Change, _ scale: PredictionScale) -> MarginalPrediction {
    let p = coefficients.count
    let k = terms.columns.count
    let curves = max(thresholds.count, 1)
    var sums = [Double](repeating: 0, count: curves)
    var gradients = [[Double]](
      repeating: [Double](repeating: 0, count: parameterCount), count: curves)
    var total = 0.0
    var x = [Double](repeating: 0, count: p)
    var z = [Double](repeating: 0, count: k)
    var slopes = [Double](repeating: 0, count: theta.count)
    for row in 0..<rows.count {
      for j in 0..<p { x[j] = rows.fixed[row * p + j] }
      for c in 0..<k { z[c] = rows.random[row * k + c] }
      apply(change, row: row, &x, &z)
      var eta = rows.offset[row]
      for j in 0..<p { eta += coefficients[j] * x[j] }
      let variance = scale == .population ? spread(z, &slopes) : 0
      let weight = rows.weights[row]
      total += weight
      for c in 0..<curves {
        let threshold = thresholds.isEmpty ? 0 : thresholds[c]
        let point = curve.averaged(eta - threshold, variance: variance)
        sums[c] += weight * point.value
        let slope = weight * point.slope
        for j in 0..<p {
          if let place = places[j] { gradients[c][place] += slope * x[j] }
        }
        if !thresholds.isEmpty { gradients[c][theta.count + c] -= slope }
        for place in theta.indices {
          gradients[c][place] += weight * point.spread * slopes[place]
        }
      }
    }
    let exceedances = MarginalPrediction(
      values: sums.map { $0 / total }, gradients: gradients.map { $0.map { $0 / total } })
    return thresholds.isEmpty ? exceedances : categories(exceedances)
  }

  /// P(Y = k) from P(Y > k).
  private func categories(_ above: MarginalPrediction) -> MarginalPrediction {
    let zero = [Double](repeating: 0, count: parameterCount)
    let values = [1] + above.values + [0]
    let gradients = [zero] + above.gradients + [zero]
    return MarginalPrediction(
      values: (0...above.values.count).map { values[$0] - values[$0 + 1] },
      gradients: (0...above.values.count).map { k in
        zip(gradients[k], gradients[k + 1]).map { $0 - $1 }
      })
  }

  /// zᵀΛΛᵀz over all terms, with its derivative in θ.
  private func spread(_ z: [Double], _ slopes: inout [Double]) -> Double {
    var variance = 0.0
    for factor in terms.factors {
      for share in factor.shares {
        let first = factor.firstColumn + share.start
        var place = share.firstTheta
        for column in 0..<share.columns {
          let start = place
          var sum = 0.0
          for row in column..<share.columns {
            sum += theta[place] * z[first + row]
            place += 1
          }
          variance += sum * sum
          for row in column..<share.columns {
            slopes[start + row - column] = 2 * sum * z[first + row]
          }
        }
      }
    }
    return variance
  }

  private func apply(_ change: Change, row: Int, _ x: inout [Double], _ z: inout [Double]) {
    let column: MovableColumn
    let value: Double
    switch change {
    case .none: return
    case .set(let moved, let new): (column, value) = (moved, new)
    case .shift(let moved, let by): (column, value) = (moved, x[moved.position] + by)
    }
    x[column.position] = value
    for place in column.siblings { x[place] = 0 }
    for interaction in column.interactions {
      guard !interaction.partners.isEmpty else {
        x[interaction.position] = 0
        continue
      }
      x[interaction.position] = interaction.partners.reduce(value) { product, partner in
        product * (partners[partner]?[row] ?? 0)
      }
    }
    for place in column.random { z[place] = value }
  }
}
