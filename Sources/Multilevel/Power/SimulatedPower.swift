internal import LinearAlgebra
public import Probability

/// The estimate of an effect in one simulated data set.
struct SimulatedEstimate: Sendable {
  let estimate: Double
  let standardError: Double
  let degreesOfFreedom: Double
  let isSingular: Bool

  /// Fits the model and tests one coefficient with Satterthwaite's degrees of freedom, in standardised units.
  ///
  /// - Parameter near: an optimum that is near with its curvature. Of more than 1,000 random effects that curvature,
  ///   updated on the way, is taken for the replicate's own.
  init(
    _ problem: Problem, coefficient: Int, near: (theta: [Double], hessian: Matrix)? = nil
  ) throws(EstimationError) {
    let optimum: Optimum
    if let near, problem.plan.effectCount > 1_000 {
      var work = Workspace(problem.plan, order: problem.order)
      let refit = try WarmRefit(problem, from: near.theta, near.hessian, &work)
      optimum = Optimum(
        theta: refit.theta, value: refit.value, gradient: refit.gradient, hessian: refit.hessian,
        decrement: 0, trace: [], evaluations: 0)
    } else {
      var optimizer = Optimizer(problem, threads: 1)
      optimum = try optimizer.minimize()
    }
    let p = problem.coefficientCount
    let curvature = VarianceCurvature(
      problem, optimum, theta: optimum.theta, back: Matrix.identity(p))
    var contrast = [Double](repeating: 0, count: p)
    contrast[coefficient] = 1
    estimate = optimum.value.coefficients[coefficient]
    let variance = optimum.value.residual / problem.degrees
    standardError = (variance * optimum.value.inverse[coefficient, coefficient]).squareRoot()
    degreesOfFreedom = curvature.satterthwaite(contrast)
    isSingular = problem.structure.parameters.indices.contains {
      problem.structure.parameters[$0].isDiagonal && abs(optimum.theta[$0]) < 1e-4
    }
  }
}

/// What simulated trials found, with Monte Carlo standard errors.
///
/// Morris, White & Crowther (2019), doi:10.1002/sim.8086, for the measures and their errors.
public struct SimulatedPower: Sendable, Hashable {
  /// The true effect.
  public let effect: Double
  public let replicates: Int
  /// Replicates whose model could not be fitted; left out of everything else.
  public let failed: Int
  public let power: Double
  public let powerError: Double
  /// Mean estimate less the true effect.
  public let bias: Double
  public let biasError: Double
  /// The share of intervals that hold the true effect.
  public let coverage: Double
  public let coverageError: Double
  public let meanStandardError: Double
  /// The standard deviation of the estimates, which the standard errors should meet.
  public let deviation: Double
  public let meanDegreesOfFreedom: Double
  public let singularShare: Double

  init(
    _ all: [SimulatedEstimate?], effect: Double, unit: Double, significance: Double
  ) throws(PowerError) {
    let found = all.compactMap { $0 }
    guard found.count > 1 else { throw .everyReplicateFailed(all.count) }
    let count = Double(found.count)
    var (rejected, covered, sum, errors, degrees, singular) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for one in found {
      let t = StudentT(degreesOfFreedom: max(1e-3, one.degreesOfFreedom))
      if t.twoSidedTail(one.estimate / one.standardError) < significance { rejected += 1 }
      if t.twoSidedTail((one.estimate - effect / unit) / one.standardError) >= significance {
        covered += 1
      }
      sum += unit * one.estimate
      errors += unit * one.standardError
      degrees += one.degreesOfFreedom.isFinite ? one.degreesOfFreedom : 1e6
      if one.isSingular { singular += 1 }
    }
    let mean = sum / count
    var squares = 0.0
    for one in found { squares += (unit * one.estimate - mean) * (unit * one.estimate - mean) }
    func error(_ share: Double) -> Double { (share * (1 - share) / count).squareRoot() }
    self.effect = effect
    replicates = all.count
    failed = all.count - found.count
    power = rejected / count
    powerError = error(power)
    bias = mean - effect
    deviation = (squares / (count - 1)).squareRoot()
    biasError = deviation / count.squareRoot()
    coverage = covered / count
    coverageError = error(coverage)
    meanStandardError = errors / count
    meanDegreesOfFreedom = degrees / count
    singularShare = singular / count
  }
}

extension TrialDesign {
  /// Simulates the trial, fits the multilevel model to each replicate, and tests its effect with Satterthwaite's
  /// degrees of freedom.
  ///
  /// Counts after attrition are rounded to whole units. One covariate a level stands for all that explain it.
  ///
  /// - Complexity: replicates × evaluations × groups; the number of rows does not matter.
  public func simulatedPower(
    effect: Double, significance: Double = 0.05, replicates: Int = 1_000, seed: Seed,
    threads: Int = 1
  ) throws(PowerError) -> SimulatedPower {
    let simulator = try DesignSimulator(try DesignSkeleton(self))
    let found = replicate(replicates, threads: threads) { index in
      try? simulator.replicate(index, effect: effect, seed: seed)
    }
    return try SimulatedPower(found, effect: effect, unit: 1, significance: significance)
  }
}
