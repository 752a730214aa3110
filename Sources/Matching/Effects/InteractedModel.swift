internal import Regression

/// outcome ~ treated × covariates, with the contrast that averages the treated column's effect over the
/// units of an estimand.
struct InteractedModel {
  let model: LeastSquares
  let contrast: [Double]
  /// The treated column's effect at each unit's covariates.
  let unitEffects: [Double]

  init(
    response: [Double], treated: [Bool], weights: [Double], covariates: [Covariate], units: [Int],
    estimand: Estimand
  ) throws(MatchingError) {
    var design = Design(interceptFor: units.count)
    let indicator = treated.map { $0 ? 1.0 : 0.0 }
    design.add("treated", indicator)
    var columns: [(name: String, values: [Double])] = []
    for covariate in covariates {
      let found = covariate.indicators(for: units)
      for (position, column) in found.enumerated() where column.level == nil || position > 0 {
        columns.append((column.name, column.values))
      }
    }
    for column in columns { design.add(column.name, column.values) }
    for column in columns {
      design.add("treated:" + column.name, zip(indicator, column.values).map { $0 * $1 })
    }
    var gradient = ["treated": 1.0]
    let focal = treated.indices.filter { (estimand.treatedAreFocal ?? treated[$0]) == treated[$0] }
    var total = 0.0
    for unit in focal { total += weights[unit] }
    for column in columns {
      var mean = 0.0
      for unit in focal { mean += weights[unit] / total * column.values[unit] }
      gradient["treated:" + column.name] = mean
    }
    do throws(RegressionError) {
      model = try LeastSquares(design, response: response, weights: weights)
    } catch { throw .effect(error) }
    contrast = model.names.map { gradient[$0] ?? 0 }
    var effects = [Double](repeating: 0, count: units.count)
    for (name, coefficient) in zip(model.names, model.coefficients) {
      if name == "treated" { for unit in effects.indices { effects[unit] += coefficient } }
      guard let column = columns.first(where: { "treated:" + $0.name == name }) else { continue }
      for unit in effects.indices { effects[unit] += coefficient * column.values[unit] }
    }
    unitEffects = effects
  }
}
