internal import Designs
internal import LinearAlgebra
internal import Matching
internal import Multilevel

/// Scores of units in groups, such as schools in authorities, by a generalised linear mixed model with one intercept
/// a group (Laplace's approximation; its linear predictor at the conditional modes).
struct MultilevelPropensity: MixedPropensityFitter {
  func fit(
    _ problem: MixedPropensityProblem
  ) throws(MixedPropensityFailure) -> MixedPropensity {
    var columns = [ModelFrame.NamedColumn("(Intercept)", .constant(1))]
    for column in problem.columns {
      columns.append(ModelFrame.NamedColumn(column.name, .values(column.values)))
    }
    columns.append(ModelFrame.NamedColumn("treated", .values(problem.response)))
    let frame = ModelFrame(
      selection: nil, rowCount: problem.response.count, columns: columns,
      fixed: Array(0..<columns.count - 1), response: columns.count - 1,
      random: [
        RandomTerm(
          factor: GroupingFactor(
            name: problem.groupName, codes: problem.codes, levels: problem.groups), columns: [0])
      ])
    let fit: GeneralisedMixedFit
    do throws(GeneralisedModelError) {
      fit = try GeneralisedMixedModel(.binomial(problem.isProbit ? .probit : .logit)).fit(frame)
    } catch { throw MixedPropensityFailure("the multilevel model gave no fit: \(error)") }
    guard let modes = fit.modes.first else {
      throw MixedPropensityFailure("the multilevel model gave no modes of its groups")
    }
    let position = Dictionary(
      modes.levels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var coefficients = [Double](repeating: 0, count: columns.count)
    for coefficient in fit.coefficients {
      if let place = columns.firstIndex(where: { $0.name == coefficient.name }) {
        coefficients[place] = coefficient.estimate
      }
    }
    let values = [coefficients[0]] + problem.columns.indices.map { coefficients[$0 + 1] }
    let eta = problem.response.indices.map { unit in
      var sum = values[0]
      for (k, column) in problem.columns.enumerated() { sum += values[k + 1] * column.values[unit] }
      let level = position[problem.groups[Int(problem.codes[unit])]]
      return sum + (level.map { modes.values[$0, 0] } ?? 0)
    }
    return MixedPropensity(
      linearPredictor: eta, deviation: fit.variances.first?.standardDeviations.first ?? 0)
  }
}
