internal import LinearAlgebra
internal import Probability

extension MomentEstimator {
  /// Simulations at the parameters, and from them once more where these are not good enough yet.
  func evaluation(
    of start: [Double], seed: Seed, threads: Int
  ) throws(FormationError) -> FormationEstimate {
    var theta = start
    var best: FormationEstimate?
    var last: Standing?
    var reach = 3.0
    for attempt in 0..<6 {
      let sample: MomentSample
      do throws(FormationError) {
        sample = try simulate(
          theta, replicates, seed: seed, first: attempt * replicates, threads: threads,
          auxiliary: true)
      } catch {
        guard case .runaway = error, let last, attempt < 5 else {
          if let best { return best }
          throw error
        }
        reach /= 4
        theta = moved(last, atMost: reach)
        continue
      }
      let result = try evaluate(theta, sample)
      if result.overallConvergence < best?.overallConvergence ?? .infinity { best = result }
      if result.overallConvergence < 0.15,
        result.parameters.allSatisfy({ abs($0.convergence ?? 0) < 0.08 })
      {
        break
      }
      let standing = try standing(theta, sample)
      last = standing
      theta = moved(standing, atMost: reach)
    }
    guard let best else { throw .tooFewReplicates(replicates, parameters: free.count) }
    return best
  }

  private func evaluate(
    _ theta: [Double], _ sample: MomentSample
  ) throws(FormationError) -> FormationEstimate {
    let (covariance, derivative, _) = sample.covariances()
    let deviation = zip(sample.mean, free).map { $0 - targets[$1] }
    for i in free.indices where covariance[i, i] == 0 { throw .constant(effect: name(free[i])) }
    let estimateCovariance = try system(derivative).sandwich(covariance)
    let overall: Double
    if let system = try? SquareSystem(covariance) {
      let solved = system.solve(deviation)
      overall = max(0, zip(deviation, solved).reduce(0) { $0 + $1.0 * $1.1 }).squareRoot()
    } else {
      overall = .infinity
    }
    let names = model.parameterNames(periods: panel.periods)
    var estimates: [FormationEstimate.Parameter] = []
    for k in 0..<layout.count {
      let (value, error): (Double, Double)
      let place = free.firstIndex(of: k)
      if let place {
        (value, error) = (theta[k], max(0, estimateCovariance[place, place]).squareRoot())
      } else if held.contains(k) {
        (value, error) = (theta[k], 0)
      } else {
        // A rate that was not needed: the time that the observed change takes at rate one.
        let times = sample.draws.map { $0[names[k].period.map { $0 - 1 } ?? 0].time }
        let mean = times.reduce(0, +) / Double(times.count)
        let variance =
          times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, times.count - 1))
        value = rateOf(mean)
        error =
          variance.squareRoot() * (mean > 0 ? rateOf(mean) / mean : 1) * (model.meets ? 0.5 : 1)
      }
      let spread = place.map { covariance[$0, $0].squareRoot() }
      estimates.append(
        FormationEstimate.Parameter(
          effect: names[k].name, period: names[k].period, estimate: value, standardError: error,
          interval: held.contains(k)
            ? FormationInterval(low: nil, high: nil)
            : .wald(value, standardError: error, isRate: names[k].period != nil),
          convergence: place.flatMap { i in spread.map { deviation[i] / $0 } },
          target: targets[k], simulatedMean: place.map { sample.mean[$0] } ?? targets[k],
          simulatedSD: spread ?? 0))
    }
    return FormationEstimate(
      parameters: estimates, covariance: estimateCovariance, freeParameters: free,
      overallConvergence: overall, replicates: sample.count, fit: fits(sample),
      ranAway: sample.draws.joined().count { $0.ranAway }, unbounded: held.sorted())
  }

  /// Pairs meet at the square of the rate.
  private func rateOf(_ time: Double) -> Double { model.meets ? time.squareRoot() : time }

  private func fits(_ sample: MomentSample) -> [GoodnessOfFit] {
    var fits: [GoodnessOfFit] = []
    var position = 0
    for statistic in auxiliaries {
      let width = statistic.names.count
      let simulated = sample.draws.map { draw in
        (0..<width).map { k in draw.reduce(0) { $0 + $1.auxiliary[position + k] } }
      }
      var observed = [Double](repeating: 0, count: width)
      for wave in panel.waves.dropFirst() {
        for (k, value) in statistic.values(wave).enumerated() { observed[k] += value }
      }
      fits.append(
        GoodnessOfFit(
          statistic.name, levels: statistic.names, observed: observed, simulated: simulated))
      position += width
    }
    return fits
  }
}
