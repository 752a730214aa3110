internal import LinearAlgebra

/// A deviance whose slopes in some parameters are taken for zero, so that a search leaves them where they are.
struct HeldDeviance<Base: MarginalDeviance>: MarginalDeviance {
  var base: Base
  let isHeld: [Bool]

  var observations: GeneralisedObservations { base.observations }
  var kernel: ResponseKernel { base.kernel }

  mutating func evaluate(_ parameters: [Double]) -> DevianceEvaluation {
    let result = base.evaluate(parameters)
    return DevianceEvaluation(
      value: result.value, gradient: zip(result.gradient, isHeld).map { $1 ? 0 : $0 },
      innerStep: result.innerStep)
  }

  func hessian(_ parameters: [Double]) -> Matrix? {
    guard var result = base.hessian(parameters) else { return nil }
    for k in isHeld.indices where isHeld[k] {
      for j in isHeld.indices {
        result[k, j] = 0
        result[j, k] = 0
      }
    }
    return result
  }

  func replacing(_ observations: GeneralisedObservations) -> HeldDeviance {
    HeldDeviance(base: base.replacing(observations), isHeld: isHeld)
  }

  func information(_ parameters: [Double]) -> StartingInformation { base.information(parameters) }
  func conditionalModes(_ parameters: [Double]) -> [FactorModes] {
    base.conditionalModes(parameters)
  }
  func conditionalErrors(
    _ parameters: [Double], draws: Range<Int>, noise: (_ draw: Int, _ effect: Int) -> Double
  ) -> [[[Double]]] {
    base.conditionalErrors(parameters, draws: draws, noise: noise)
  }
  func linearPredictor(_ parameters: [Double]) -> [Double] { base.linearPredictor(parameters) }
}

/// The inverse Hessian of the parameters that are free where some are held.
func conditionalMetric(_ metric: Matrix, holding held: [Int]) -> Matrix {
  var result = metric
  for k in held where result[k, k] > 0 {
    let column = result.column(k)
    for j in column.indices {
      for i in column.indices { result[i, j] -= column[i] * column[j] / column[k] }
    }
  }
  for k in held {
    for j in 0..<result.rows {
      result[k, j] = 0
      result[j, k] = 0
    }
  }
  return result
}
