internal import LinearAlgebra
internal import Probability
internal import Regression

/// Weights that are a function of the propensity score e alone.
///
/// | estimand | treated | comparators | ∂ log w / ∂η, treated and comparators |
/// |---|---|---|---|
/// | att | 1 | e/(1 − e) | 0, e′/(e(1 − e)) |
/// | atc | (1 − e)/e | 1 | −e′/(e(1 − e)), 0 |
/// | ate | 1/e | 1/(1 − e) | −e′/e, e′/(1 − e) |
/// | ato | 1 − e | e | −e′/(1 − e), e′/e |
///
/// e′ = de/dη is the slope of the model's link (Li, Morgan & Zaslavsky 2018, table 1,
/// DOI 10.1080/01621459.2016.1260466).
struct PropensityWeights {
  let estimand: Estimand

  func weight(_ e: Double, isTreated: Bool) -> Double {
    switch (estimand, isTreated) {
    case (.att, true), (.atc, false): 1
    case (.att, false): e / (1 - e)
    case (.atc, true): (1 - e) / e
    case (.ate, true): 1 / e
    case (.ate, false): 1 / (1 - e)
    case (.ato, true): 1 - e
    case (.ato, false): e
    }
  }

  /// ∂ log w / ∂e.
  private func relativeSlope(_ e: Double, isTreated: Bool) -> Double {
    switch (estimand, isTreated) {
    case (.att, true), (.atc, false): 0
    case (.att, false): 1 / (e * (1 - e))
    case (.atc, true): -1 / (e * (1 - e))
    case (.ate, true): -1 / e
    case (.ate, false): 1 / (1 - e)
    case (.ato, true): -1 / (1 - e)
    case (.ato, false): 1 / e
    }
  }

  /// The equations of a fitted model's coefficients, with columns in units of their root mean square.
  ///
  /// The information is the observed one. After Firth's fit the scores lack its penalty, which is of smaller
  /// order; they are centred.
  ///
  /// - Parameter isFixed: units whose weight no longer depends on the score.
  func equations(
    _ fitted: FittedPropensity, problem: MatchingProblem, isFixed: [Bool]
  ) -> WeightEquations? {
    let model = fitted.model
    let columns = fitted.columns.map { column in
      var squares = 0.0
      for value in column { squares += value * value }
      let size = (squares / Double(column.count)).squareRoot()
      return size > 0 ? column.map { $0 / size } : column
    }
    let q = columns.count
    var information = Matrix(rows: q, columns: q)
    var scores = [Double](repeating: 0, count: fitted.members.count)
    var slopes = scores
    for (m, unit) in fitted.members.enumerated() {
      let (e, eta) = (model.probabilities[m], model.linearPredictor[m])
      let variance = e * (1 - e)
      guard variance > 0 else { continue }
      let gap = (problem.treated[unit] ? 1 : 0) - e
      let bend: Double
      switch model.link {
      case .logit:
        slopes[m] = variance
        scores[m] = gap
        bend = variance
      case .probit:
        let density = Normal().density(eta)
        slopes[m] = density
        scores[m] = gap * density / variance
        bend =
          density * density / variance + gap * density / variance
          * (eta + density * (1 - 2 * e) / variance)
      }
      for j in 0..<q {
        for i in j..<q { information[i, j] += bend * columns[i][m] * columns[j][m] }
      }
    }
    guard let factor = try? Cholesky(information) else { return nil }
    var sums = [Double](repeating: 0, count: q)
    for k in 0..<q { for m in scores.indices { sums[k] += scores[m] * columns[k][m] } }
    var influence = Matrix(rows: problem.count, columns: q)
    var sensitivity = influence
    let share = 1 / Double(fitted.members.count)
    for (m, unit) in fitted.members.enumerated() {
      let moved = factor.solve((0..<q).map { scores[m] * columns[$0][m] - share * sums[$0] })
      let relative =
        problem.eligible[unit] && !isFixed[unit]
        ? relativeSlope(model.probabilities[m], isTreated: problem.treated[unit]) * slopes[m] : 0
      for k in 0..<q {
        influence[unit, k] = moved[k]
        sensitivity[unit, k] = relative * columns[k][m]
      }
    }
    return WeightEquations(sensitivity: sensitivity, influence: influence)
  }
}
