internal import LinearAlgebra
internal import Regression

/// The standard error of an effect whose weights were estimated, from all estimating equations together:
/// those of the weights, of the weighted regression, and of the average over the estimand's units.
///
/// To first order every candidate i moves the estimate by φᵢ, the sum of what it moves directly and of what
/// it moves through the parameters of the weights; the variance is Σ φᵢ², over clusters where units were
/// assigned together (Lunceford & Davidian 2004, DOI 10.1002/sim.1903; for entropy balancing Zhao &
/// Percival 2017, DOI 10.1515/jci-2016-0010). It is the sandwich A⁻¹BA⁻ᵀ of the stacked system, without
/// forming A, times G/(G − 1) · (n − 1)/(n − k) for G clusters (units where they are assigned singly), n used
/// units and k coefficients of the regression. Covariates count as drawn, not as fixed.
struct StackedErrors {
  let model: InteractedModel
  let equations: WeightEquations
  /// The candidates of the regression's rows, with arms and weights.
  let units: [Int]
  let treated: [Bool]
  let weights: [Double]
  let estimand: Estimand
  /// One code a candidate; `nil` where units are assigned singly.
  let clusters: [Int32]?

  func standardError() -> (standardError: Double, degreesOfFreedom: Double) {
    let influence = influence()
    let n = Double(model.model.rows.count)
    let k = Double(model.model.names.count)
    var sums: [Double] = []
    if let clusters {
      var position: [Int32: Int] = [:]
      for (unit, value) in influence.enumerated() {
        if let known = position[clusters[unit]] {
          sums[known] += value
        } else {
          position[clusters[unit]] = sums.count
          sums.append(value)
        }
      }
      // Candidates that move nothing are no clusters.
      sums = sums.filter { $0 != 0 }
    } else {
      sums = influence
    }
    var squares = 0.0
    for value in sums { squares += value * value }
    let g = clusters == nil ? n : Double(sums.count)
    let factor = g / (g - 1) * (n - 1) / (n - k)
    return ((factor * squares).squareRoot(), clusters == nil ? n - k : g - 1)
  }

  /// What each candidate moves the estimate by.
  func influence() -> [Double] {
    let fit = model.model
    let q = equations.influence.columns
    var moved = [Double](repeating: 0, count: equations.influence.rows)
    // ∂ estimate / ∂ parameters of the weights.
    var gradient = [Double](repeating: 0, count: q)
    let centred = centredSensitivity()
    let direction = fit.inverseCrossProduct * model.contrast
    for (row, position) in fit.rows.enumerated() {
      var along = 0.0
      for j in direction.indices { along += fit.design[row, j] * direction[j] }
      let share = fit.weights[row] * fit.residuals[row] * along
      moved[units[position]] += share
      for k in 0..<q { gradient[k] += share * centred[position, k] }
    }
    addAveraging(to: &moved, gradient: &gradient, centred: centred)
    for unit in moved.indices {
      for k in 0..<q { moved[unit] += equations.influence[unit, k] * gradient[k] }
    }
    return moved
  }

  /// The average of unit effects over the estimand's units is estimated as well: each unit's own effect, and
  /// how much each arm counts in it.
  private func addAveraging(
    to moved: inout [Double], gradient: inout [Double], centred: Matrix
  ) {
    let effects = model.unitEffects
    let focal = estimand.treatedAreFocal
    var totals = [Arm.treated: 0.0, .control: 0]
    var means = totals
    for position in units.indices where (focal ?? treated[position]) == treated[position] {
      totals[Arm(treated: treated[position]), default: 0] += weights[position]
      means[Arm(treated: treated[position]), default: 0] += weights[position] * effects[position]
    }
    let all = (totals[.treated] ?? 0) + (totals[.control] ?? 0)
    for arm in Arm.allCases {
      let total = totals[arm] ?? 0
      means[arm] = total > 0 ? (means[arm] ?? 0) / total : 0
    }
    let step = focal == nil ? (means[.treated] ?? 0) - (means[.control] ?? 0) : 0
    let shareTreated = (totals[.treated] ?? 0) / all
    for position in units.indices where (focal ?? treated[position]) == treated[position] {
      let mean = means[Arm(treated: treated[position])] ?? 0
      let gap = weights[position] / all * (effects[position] - mean)
      moved[units[position]] +=
        gap + ((treated[position] ? 1 : 0) - shareTreated) * step / Double(units.count)
      for k in gradient.indices { gradient[k] += gap * centred[position, k] }
    }
  }

  /// ∂ log w of the weights as scaled: less the arm's weighted mean, since each arm's have mean one.
  private func centredSensitivity() -> Matrix {
    let q = equations.sensitivity.columns
    var result = Matrix(rows: units.count, columns: q)
    for k in 0..<q {
      for arm in [true, false] {
        var sum = 0.0
        var total = 0.0
        for (position, unit) in units.enumerated() where treated[position] == arm {
          sum += weights[position] * equations.sensitivity[unit, k]
          total += weights[position]
        }
        for (position, unit) in units.enumerated() where treated[position] == arm {
          result[position, k] = equations.sensitivity[unit, k] - sum / total
        }
      }
    }
    return result
  }
}
