internal import LinearAlgebra
internal import Probability

/// The deviance with one number held, as a function of what is left free.
///
/// With f(θ, σ) = log|*V*| + n log 2πσ² + r²/σ² a held σ leaves θ; a held standard deviation v = σ*l*₁₁ of a
/// term's first effect leaves log σ and the other entries of θ, with *l*₁₁ = v/σ; a held correlation ρ of its first
/// two leaves the length t of the second row, with *l*₂₁ = ρt and *l*₂₂ = √(1 − ρ²) t, and σ is profiled out,
/// as it is where a coefficient is held.
struct ProfileCriterion {
  enum Held: Sendable {
    case nothing
    case sigma(Double)
    /// `first` is the parameter of *l*₁₁.
    case deviation(Double, first: Int)
    /// `across` and `second` are the parameters of *l*₂₁ and *l*₂₂.
    case correlation(Double, across: Int, second: Int)
  }

  let problem: Problem
  let held: Held

  /// θ (and log σ) of a point of the free numbers.
  func expanded(_ x: [Double]) -> (theta: [Double], logSigma: Double) {
    switch held {
    case .nothing, .sigma: return (x, 0)
    case .deviation(let v, let first):
      var theta = Array(x.dropFirst())
      theta.insert(v / PortableMath.exp(x[0]), at: first)
      return (theta, x[0])
    case .correlation(let rho, let across, let second):
      var theta = x
      let length = x[second - 1]
      theta.remove(at: second - 1)
      theta.insert(rho * length, at: across)
      theta.insert((1 - rho * rho).squareRoot() * length, at: second)
      return (theta, 0)
    }
  }

  /// The free numbers of a point: the inverse of ``expanded(_:)`` but for what is held.
  func reduced(_ theta: [Double], logSigma: Double) -> [Double] {
    switch held {
    case .nothing, .sigma: return theta
    case .deviation(_, let first):
      var rest = theta
      rest.remove(at: first)
      return [logSigma] + rest
    case .correlation(_, let across, let second):
      var rest = theta
      let length = (theta[across] * theta[across] + theta[second] * theta[second]).squareRoot()
      rest[second] = length
      rest.remove(at: across)
      return rest
    }
  }

  /// Value and gradient; `nil` where rounding has spoilt the factors.
  func callAsFunction(
    _ x: [Double], _ work: inout Workspace
  ) -> (value: Double, gradient: [Double])? {
    let (theta, logSigma) = expanded(x)
    guard let value = try? problem.evaluate(theta, &work) else { return nil }
    let slopes = problem.gradient(theta, value, &work)
    let d = problem.degrees
    switch held {
    case .nothing: return (value.criterion, slopes.gradient)
    case .sigma(let sigma):
      return (
        free(value, sigma * sigma, d), gradient(theta, value, slopes, variance: sigma * sigma)
      )
    case .deviation(let v, let first):
      let sigma = PortableMath.exp(logSigma)
      let variance = sigma * sigma
      var gradient = gradient(theta, value, slopes, variance: variance)
      let own = gradient.remove(at: first)
      return (
        free(value, variance, d),
        [2 * d - 2 * value.residual / variance - own * v / sigma] + gradient
      )
    case .correlation(let rho, let across, let second):
      var gradient = slopes.gradient
      let along = rho * gradient[across] + (1 - rho * rho).squareRoot() * gradient[second]
      gradient[second] = along
      gradient.remove(at: across)
      return (value.criterion, gradient)
    }
  }

  /// f(θ, σ) from the criterion in which σ is profiled out.
  private func free(_ value: CriterionValue, _ variance: Double, _ d: Double) -> Double {
    value.criterion + d * (PortableMath.log(variance * d / value.residual) - 1)
      + value.residual / variance
  }

  private func gradient(
    _ theta: [Double], _ value: CriterionValue, _ slopes: GradientValue, variance: Double
  ) -> [Double] {
    let weight = problem.scoreWeight(value, residualWeight: 1 / variance)
    let lambda = problem.structure.triangles(theta)
    let products = problem.plan.factors.indices.map { factor in
      problem.timesTriangle(
        problem.contract(slopes.scores[factor], weight, problem.plan.factors[factor].width),
        lambda[factor], problem.plan.factors[factor].width)
    }
    return problem.structure.parameters.map { parameter in
      let place =
        parameter.row * problem.plan.factors[parameter.factor].width + parameter.column
      return 2
        * (slopes.sums.innerTimesLambda[parameter.factor][place]
          - products[parameter.factor][place])
    }
  }
}
