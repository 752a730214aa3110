internal import LinearAlgebra
internal import Probability

/// Intervals by inversion of the score-type test (Schweinberger 2012, doi:10.1111/j.2044-8317.2011.02022.x): a value *c* of a
/// parameter is in its interval where the statistic of the parameter, with the other parameters at their estimates given
/// *c*, is within 1.96 standard deviations of the observed one.
///
/// With *s* the statistics, *D* = ∂E*s*/∂θ, Σ their covariance and *V* = *D*⁻¹ Σ *D*⁻ᵀ, all of them at θ and not at the
/// estimate, the ends for parameter *k* are the θₖ of the solutions of
///
///     E s(θ) − s = ± 1.96 √Vₖₖ / (D⁻¹)ₖₖ · eₖ,
///
/// which the first Newton step from the estimate takes to the ends of the Wald interval. Standard errors that grow with the
/// estimate, as those of logits and of rates do, are in it as they are at each end. A parameter without a finite estimate
/// has an interval with one end.
extension MomentEstimator {
  /// The estimate with intervals of the score-type test for all parameters that are estimated by moments. Those of standard
  /// errors stay where networks run away at the estimate itself.
  ///
  /// - Parameter progress: called with ends done and ends expected.
  func withScoreIntervals(
    _ estimate: FormationEstimate, seed: Seed, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void
  ) -> FormationEstimate {
    let theta = estimate.parameters.map(\.estimate)
    guard
      let sample = try? simulate(
        theta, replicates, seed: seed["estimate"], first: 0, threads: threads)
    else { return estimate }
    let deviation = deviations(sample)
    let parts = 2 * free.count + held.count
    var result = estimate
    var done = 0
    func find(_ k: Int, side: Double, _ search: (IntervalWalk) -> IntervalEnd) -> Double? {
      let place = free.count { $0 < k }
      let walk = IntervalWalk(
        position: place, side: side, seed: seed["\(name(k))"]["\(side)"],
        size: max(200, 20 * free.count, replicates / 4))
      let end = search(walk)
      done += 1
      progress(done, parts)
      switch end {
      case .at(let value): return value
      case .open: return nil
      case .notFound:
        if result.withoutEnds.last != k { result.withoutEnds.append(k) }
        return nil
      }
    }
    for k in free {
      let ends = [-1.0, 1].map { side in
        find(k, side: side) { walk in
          IntervalStep(theta, sample, deviation, to: walk).map {
            end(walk, from: $0, threads: threads)
          } ?? .notFound
        }
      }
      result.parameters[k].interval = FormationInterval(low: ends[0], high: ends[1])
    }
    for k in held.sorted() {
      let side = theta[k] < 0 ? 1.0 : -1
      let end = find(k, side: side) { nearEnd($0, of: k, from: theta, threads: threads) }
      result.parameters[k].interval =
        side < 0
        ? FormationInterval(low: end, high: nil) : FormationInterval(low: nil, high: end)
    }
    return result
  }

  /// The only end of the interval of a parameter without a finite estimate.
  private func nearEnd(
    _ walk: IntervalWalk, of parameter: Int, from start: [Double], threads: Int
  ) -> IntervalEnd {
    let whole = freeing(parameter)
    var theta = start
    // Where it was held its statistic hardly varies: back to where it does.
    for round in 0..<12 {
      theta[parameter] *= 0.7
      guard
        let sample = try? whole.simulate(
          theta, walk.size, seed: walk.seed["back"], first: round * walk.size, threads: threads)
      else { return .notFound }
      let other = sample.draws.count { periods in
        periods.reduce(0) { $0 + $1.statistics[walk.position] } != targets[parameter]
      }
      guard other * 2 > sample.count else { continue }
      return IntervalStep(theta, sample, whole.deviations(sample), to: walk).map {
        whole.end(walk, from: $0, threads: threads)
      } ?? .notFound
    }
    return .notFound
  }

  private enum IntervalEnd {
    case at(Double)
    /// The parameter goes as far as it can without being rejected.
    case open
    /// Networks run away on the way there, or steps come to no rest.
    case notFound
  }

  /// The way to one end of an interval.
  private struct IntervalWalk {
    /// Among the free parameters.
    let position: Int
    /// −1 for the low end, 1 for the high one.
    let side: Double
    let seed: Seed
    /// Simulations of each step.
    let size: Int
  }

  /// Newton steps to one end, and three more there that are averaged.
  private func end(
    _ walk: IntervalWalk, from first: IntervalStep, threads: Int
  ) -> IntervalEnd {
    let parameter = free[walk.position]
    var last = first
    var reach = 6.0
    var theta = moved(first, atMost: reach)
    var (gone, pressing) = (0, 0)
    var hasArrived = false
    var found: [Double] = []
    for round in 0..<24 {
      guard
        let sample = try? simulate(
          theta, walk.size, seed: walk.seed, first: round * walk.size, threads: threads),
        let step = IntervalStep(theta, sample, deviations(sample), to: walk)
      else {
        // Too far: networks run away, or nothing changes any more. Half as far from where it went well.
        gone += 1
        if gone == 10 { return .notFound }
        reach /= 2
        theta = moved(last, atMost: reach)
        continue
      }
      last = step
      theta = moved(step, atMost: reach)
      // In standard errors at the estimate: where nothing changes any more those at hand are beyond measure. The other
      // parameters tell on the end in the second order alone.
      let isNear = zip(step.step, first.errors).enumerated().allSatisfy { j, part in
        abs(part.0) < (j == walk.position ? 0.3 : 1) * part.1
      }
      if hasArrived { found.append(theta[parameter]) }
      if found.count == 3 { break }
      hasArrived = hasArrived || isNear
      pressing = bounds.share(theta[parameter], of: parameter) >= 1 ? pressing + 1 : 0
      if pressing == 3 { return .open }
    }
    return found.count < 3 ? .notFound : .at(found.reduce(0, +) / 3)
  }

  private func moved(_ step: IntervalStep, atMost most: Double) -> [Double] {
    moved(from: step.theta, by: step.step, length: step.length, atMost: most)
  }

  /// A Newton step on the way to an end.
  private struct IntervalStep {
    let theta: [Double]
    let step: [Double]
    /// In standard errors of complete information.
    let length: Double
    /// Standard errors of the parameters, were this the estimate.
    let errors: [Double]

    /// - Returns: `nil` where the statistics do not change with the parameters.
    init?(
      _ theta: [Double], _ sample: MomentSample, _ deviation: [Double], to walk: IntervalWalk
    ) {
      let (covariance, derivative, information) = sample.covariances()
      guard let system = try? SquareSystem(derivative) else { return nil }
      let inverse = system.inverse
      let errors = system.sandwich(covariance).diagonal.map { max(0, $0).squareRoot() }
      let k = walk.position
      let towards = walk.side * FormationInterval.quantile * errors[k] / inverse[k, k]
      var goal = deviation
      goal[k] -= towards
      let step = system.solve(goal)
      self.theta = theta
      self.step = step
      length = step.indices.reduce(0) {
        max($0, abs(step[$1]) * max(0, information[$1, $1]).squareRoot())
      }
      self.errors = errors
    }
  }
}
