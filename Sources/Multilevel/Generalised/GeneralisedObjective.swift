package import Designs
internal import LinearAlgebra

/// −2 log L as a function of θ and of β on the frame's scale, for tests of the function itself.
package struct GeneralisedObjective {
  private enum Engine {
    case scalar(ScalarTermDeviance)
    case blocked(BlockedDeviance)
  }

  private var engine: Engine
  private let standardisation: FixedStandardisation

  /// - Parameter blocked: whether one random effect a group goes the way of general random terms too.
  package init(
    _ model: GeneralisedMixedModel, _ frame: ModelFrame, trials: Int? = nil,
    blocked: Bool = false
  ) throws {
    let observations = try GeneralisedObservations(frame, family: model.family, trials: trials)
    let kernel = ResponseKernel(model.family, observations: observations)
    standardisation = observations.standardisation
    if observations.terms.columns.count == 1, !blocked {
      engine = .scalar(
        ScalarTermDeviance(observations, kernel: kernel, points: model.quadraturePoints))
    } else {
      engine = .blocked(try BlockedDeviance(observations, kernel: kernel))
    }
  }

  package mutating func evaluate(
    theta: [Double], coefficients: [Double]
  ) -> (value: Double, thetaGradient: [Double], coefficientGradient: [Double]) {
    // What follows the coefficients, logarithmic gaps of cutpoints, has no units.
    let p = standardisation.names.count
    let point =
      theta + standardisation.standardised(Array(coefficients[..<p])) + coefficients[p...]
    let result: DevianceEvaluation
    switch engine {
    case .scalar(var deviance):
      result = deviance.evaluate(point)
      engine = .scalar(deviance)
    case .blocked(var deviance):
      result = deviance.evaluate(point)
      engine = .blocked(deviance)
    }
    return (
      result.value, Array(result.gradient[..<theta.count]),
      standardisation.gradient(Array(result.gradient[theta.count..<theta.count + p]))
        + result.gradient[(theta.count + p)...]
    )
  }
}
