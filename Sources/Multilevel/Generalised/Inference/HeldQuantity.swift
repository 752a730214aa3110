internal import LinearAlgebra

/// What a profile holds: a parameter of the deviance, or a function of several that takes the place of one of them.
enum HeldQuantity: Sendable {
  /// A coordinate of (θ, b, α) itself.
  case parameter(Int)
  /// An intercept Σ wⱼbⱼ, in the place of b at `place`; `first` is where b starts.
  case intercept(place: Int, first: Int, weights: [Double])
  /// A threshold Σ_{g<k} e^{α_g} − unit · Σ wⱼbⱼ, in the place of b at `place`; α starts at `gaps`.
  case threshold(Int, place: Int, first: Int, weights: [Double], gaps: Int, unit: Double)
  /// A correlation ρ of a term's first two columns in the place of the factor's element `across`; the second
  /// standard deviation stands in the place of its `own` diagonal.
  case correlation(across: Int, own: Int)

  /// The quantity that tells a coefficient, and by what to multiply it.
  static func coefficient(
    _ k: Int, thresholds: Int, observations: GeneralisedObservations
  ) -> (quantity: HeldQuantity, factor: Double) {
    let standard = observations.standardisation
    let (first, p) = (observations.terms.thetaCount, observations.fixedCount)
    let transform = standard.transform
    guard let intercept = standard.intercept else {
      return (.parameter(first + k), transform[k, k])
    }
    if k < thresholds {
      return (
        .threshold(
          k, place: first + intercept, first: first, weights: transform.row(intercept),
          gaps: first + p, unit: 1 / transform[intercept, intercept]), 1
      )
    }
    let columns = thresholds > 0 ? (0..<p).filter { $0 != intercept } : Array(0..<p)
    let column = columns[k - thresholds]
    return column == intercept
      ? (
        .intercept(
          place: first + intercept, first: first, weights: transform.row(intercept)), 1
      )
      : (.parameter(first + column), transform[column, column])
  }

  /// Where the quantity stands.
  var place: Int {
    switch self {
    case .parameter(let k): k
    case .intercept(let place, _, _), .threshold(_, let place, _, _, _, _): place
    case .correlation(let across, _): across
    }
  }

  /// The deviance's parameters at x.
  func parameters(_ x: [Double]) -> [Double] {
    var result = x
    switch self {
    case .parameter: break
    case .intercept(let place, let first, let weights):
      result[place] = Self.solved(x[place], x, place, first, weights)
    case .threshold(let k, let place, let first, let weights, let gaps, let unit):
      let cutpoint = (0..<k).reduce(0) { $0 + exponential(x[gaps + $1]) }
      result[place] = Self.solved((cutpoint - x[place]) / unit, x, place, first, weights)
    case .correlation(let across, let own):
      let (rho, deviation) = (x[across], x[own])
      result[across] = rho * deviation
      result[own] = deviation * max(0, 1 - rho * rho).squareRoot()
    }
    return result
  }

  /// x at the deviance's parameters, and its derivatives in them.
  func coordinates(_ parameters: [Double]) -> (x: [Double], jacobian: Matrix) {
    var x = parameters
    var jacobian = Matrix.identity(x.count)
    func combine(_ first: Int, _ weights: [Double]) -> Double {
      weights.indices.reduce(0) { $0 + weights[$1] * parameters[first + $1] }
    }
    switch self {
    case .parameter: break
    case .intercept(let place, let first, let weights):
      x[place] = combine(first, weights)
      for j in weights.indices { jacobian[place, first + j] = weights[j] }
    case .threshold(let k, let place, let first, let weights, let gaps, let unit):
      x[place] = -unit * combine(first, weights)
      for j in weights.indices { jacobian[place, first + j] = -unit * weights[j] }
      for gap in 0..<k {
        let distance = exponential(parameters[gaps + gap])
        x[place] += distance
        jacobian[place, gaps + gap] = distance
      }
    case .correlation(let across, let own):
      let (a, b) = (parameters[across], parameters[own])
      let deviation = (a * a + b * b).squareRoot()
      x[across] = a / deviation
      x[own] = deviation
      let cube = deviation * deviation * deviation
      jacobian[across, across] = b * b / cube
      jacobian[across, own] = -a * b / cube
      jacobian[own, across] = a / deviation
      jacobian[own, own] = b / deviation
    }
    return (x, jacobian)
  }

  /// The slope in x of all but the quantity, from the one in the deviance's parameters.
  func gradient(_ own: [Double], at x: [Double]) -> [Double] {
    var result = own
    switch self {
    case .parameter: break
    case .intercept(let place, let first, let weights):
      for j in weights.indices where first + j != place {
        result[first + j] -= own[place] * weights[j] / weights[place - first]
      }
    case .threshold(let k, let place, let first, let weights, let gaps, let unit):
      let pivot = weights[place - first]
      for j in weights.indices where first + j != place {
        result[first + j] -= own[place] * weights[j] / pivot
      }
      for gap in 0..<k {
        result[gaps + gap] += own[place] * exponential(x[gaps + gap]) / (unit * pivot)
      }
    case .correlation(let across, let diagonal):
      let rho = x[across]
      result[diagonal] = own[across] * rho + own[diagonal] * max(0, 1 - rho * rho).squareRoot()
    }
    result[place] = 0
    return result
  }

  /// The b at `place` with which Σ wⱼbⱼ is `value`.
  private static func solved(
    _ value: Double, _ x: [Double], _ place: Int, _ first: Int, _ weights: [Double]
  ) -> Double {
    var sum = value
    for j in weights.indices where first + j != place { sum -= weights[j] * x[first + j] }
    return sum / weights[place - first]
  }
}

/// A deviance in coordinates that hold a quantity.
struct QuantityDeviance<Base: MarginalDeviance>: MarginalDeviance {
  var base: Base
  let quantity: HeldQuantity

  var observations: GeneralisedObservations { base.observations }
  var kernel: ResponseKernel { base.kernel }

  mutating func evaluate(_ x: [Double]) -> DevianceEvaluation {
    let result = base.evaluate(quantity.parameters(x))
    return DevianceEvaluation(
      value: result.value, gradient: quantity.gradient(result.gradient, at: x),
      innerStep: result.innerStep)
  }

  func replacing(_ observations: GeneralisedObservations) -> QuantityDeviance {
    QuantityDeviance(base: base.replacing(observations), quantity: quantity)
  }
  func information(_ x: [Double]) -> StartingInformation {
    base.information(quantity.parameters(x))
  }
  func conditionalModes(_ x: [Double]) -> [FactorModes] {
    base.conditionalModes(quantity.parameters(x))
  }
  func conditionalErrors(
    _ x: [Double], draws: Range<Int>, noise: (_ draw: Int, _ effect: Int) -> Double
  ) -> [[[Double]]] {
    base.conditionalErrors(quantity.parameters(x), draws: draws, noise: noise)
  }
  func linearPredictor(_ x: [Double]) -> [Double] {
    base.linearPredictor(quantity.parameters(x))
  }
}
