internal import LinearAlgebra
public import Probability
internal import Tables

/// Estimates a ``PanelModel`` from observed waves by the method of moments: the parameters at which the
/// expected statistics equal the observed ones.
///
/// It goes in four parts. (1) *Approach*: damped Newton steps from plain starting values, on few simulations
/// each. (2) *Robbins–Monro*: steps of decreasing gain with a fixed derivative, whose tail is averaged. (3)
/// *Evaluation*: many simulations at the result give derivative, covariance, standard errors and t-ratios for
/// convergence; where these are not good enough, one Newton step from them, and (3) again. The derivative of
/// expected statistics is their covariance with the score, and the score is also a control variate in (1) and
/// (2).
///
/// Snijders (2001), doi:10.1111/0081-1750.00099; Schweinberger & Snijders (2007),
/// doi:10.1111/j.1467-9531.2007.00186.x.
///
/// Every simulation has a stream of its own, keyed by part, replicate and period, so that the result does not
/// depend on threads.
public struct MomentEstimator: Sendable {
  public let model: PanelModel
  public let panel: Panel
  /// Whether the amount of change of the network is held at what was observed, instead of its rates being
  /// estimated with the rest.
  public let isConditional: Bool
  /// Simulations of the evaluation.
  public let replicates: Int
  let layout: ParameterLayout
  /// The parameters that are estimated by moments.
  let free: [Int]
  let targets: [Double]
  let auxiliaries: [AuxiliaryStatistic]

  /// - Throws: ``FormationError`` where the data cannot give an estimate.
  public init(
    _ model: PanelModel, _ panel: Panel, conditional: Bool = false, replicates: Int = 1000
  ) throws(FormationError) {
    self.model = model
    self.panel = panel
    isConditional = conditional
    self.replicates = replicates
    let layout = ParameterLayout(model, periods: panel.periods)
    self.layout = layout
    if conditional, !model.behaviours.isEmpty { throw .conditionalBehaviour }
    let fixed = conditional ? Set((0..<panel.periods).map { layout.rate(0, period: $0) }) : []
    free = (0..<layout.count).filter { !fixed.contains($0) }
    guard replicates >= 10 * free.count else {
      throw .tooFewReplicates(replicates, parameters: free.count)
    }
    var targets = [Double](repeating: 0, count: layout.count)
    for period in 0..<panel.periods {
      let observed = model.statistics(
        from: panel.waves[period], to: panel.waves[period + 1], period: period,
        periods: panel.periods)
      for k in observed.indices { targets[k] += observed[k] }
      for variable in 0..<layout.variables
      where observed[layout.rate(variable, period: period)] == 0 {
        let name = variable == 0 ? "ties" : model.behaviours[variable - 1].name
        throw .noChange(variable: name, period: period + 1)
      }
      if !panel.constraints[period].admitsChoice(actors: panel.actorCount) {
        throw .noChoice(period: period + 1)
      }
    }
    for term in model.terms where term.part != .evaluation {
      if case .effect(let effects) = term.source, !effects.allSatisfy({ $0 is any TieSum }) {
        throw .notTieSum(effect: term.name)
      }
    }
    for (b, behaviour) in model.behaviours.enumerated() {
      let lowest = behaviour.range.lowerBound
      for wave in panel.waves {
        if let value = wave.behaviours[b].first(where: { ($0 - lowest).rounded() != $0 - lowest }) {
          throw .notWhole(behaviour: behaviour.name, value: value)
        }
      }
    }
    self.targets = targets
    auxiliaries = AuxiliaryStatistic.all(model)
  }

  /// The observed statistics, in the order of the parameters.
  public var observed: [Double] { targets }

  /// Estimates.
  ///
  /// - Parameters:
  ///   - seed: of this estimation alone.
  ///   - threads: of influence on time alone.
  ///   - progress: called with parts done and parts expected.
  public func estimate(
    seed: Seed, threads: Int, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FormationError) -> FormationEstimate {
    var theta = start
    progress(0, 4)
    try approach(&theta, seed: seed["approach"], threads: threads)
    progress(1, 4)
    try robbinsMonro(&theta, seed: seed["robbins-monro"], threads: threads)
    progress(2, 4)
    var best: FormationEstimate?
    var attempts = 0
    let label = seed["evaluation"]
    while attempts < 6 {
      let sample = try simulate(
        theta, replicates, seed: label, first: attempts * replicates, threads: threads,
        auxiliary: true)
      let result = try evaluate(theta, sample)
      if result.overallConvergence < best?.overallConvergence ?? .infinity { best = result }
      if result.overallConvergence < 0.15,
        result.parameters.allSatisfy({ abs($0.convergence ?? 0) < 0.08 })
      {
        break
      }
      attempts += 1
      theta = try corrected(theta, sample, most: 3)
    }
    progress(4, 4)
    guard let best else { throw .tooFewReplicates(replicates, parameters: free.count) }
    return best
  }

  // MARK: Simulation

  /// Simulates every period so many times.
  func simulate(
    _ theta: [Double], _ count: Int, seed: Seed, first: Int, threads: Int, auxiliary: Bool = false
  ) throws(FormationError) -> MomentSample {
    let simulators = (0..<panel.periods).map { period in
      PeriodSimulator(
        model, parameters: theta, period: period, periods: panel.periods,
        actors: panel.actorCount, constraints: panel.constraints[period], withScores: true)
    }
    let chunk = 4
    let blocks = replicate((count + chunk - 1) / chunk, threads: threads) { block in
      var work = simulators.map { PeriodSimulator.Workspace($0) }
      return (block * chunk..<min(count, (block + 1) * chunk)).map { index in
        simulators.indices.map { period in
          var random = RandomStream(
            seed, replicate: UInt32(first + index), entity: UInt32(period))
          return draw(simulators[period], auxiliary: auxiliary, using: &random, &work[period])
        }
      }
    }
    let draws = blocks.flatMap { $0 }
    // One run-away simulation in twenty is one too many.
    for period in 0..<panel.periods {
      let gone = draws.filter { $0[period].ranAway }
      if gone.count * 20 > count {
        throw .runaway(period: period + 1, meanDegree: gone[0][period].meanDegree)
      }
    }
    return MomentSample(draws: draws, size: free.count)
  }

  private func draw(
    _ simulator: borrowing PeriodSimulator, auxiliary: Bool, using random: inout RandomStream,
    _ work: inout PeriodSimulator.Workspace
  ) -> MomentSample.Draw {
    let period = simulator.period
    let (start, goal) = (panel.waves[period], panel.waves[period + 1])
    let end: PeriodSimulator.End =
      isConditional ? .distance(goal.network.distance(to: start.network)) : .time(1)
    let run = simulator.run(from: start, until: end, using: &random, &work)
    let all = model.statistics(
      from: start, to: run.state, period: period, periods: panel.periods)
    return MomentSample.Draw(
      statistics: free.map { all[$0] }, scores: free.map { run.scores[$0] }, time: run.time,
      auxiliary: auxiliary ? auxiliaries.flatMap { $0.values(run.state) } : [],
      meanDegree: Double(run.state.network.tieCount) * (model.isDirected ? 1 : 2)
        / Double(panel.actorCount), ranAway: run.ranAway)
  }

  // MARK: Starting values

  /// Rates twice the observed change, density half its log odds, everything else zero.
  var start: [Double] {
    var theta = [Double](repeating: 0, count: layout.count)
    var density = 0.0
    for period in 0..<panel.periods {
      let (before, after) = (panel.waves[period], panel.waves[period + 1])
      let count = Double(panel.constraints[period].present?.count ?? panel.actorCount)
      let distance = Double(after.network.distance(to: before.network))
      let pairs = count * (count - 1)
      var rate = max(0.3, 2 * distance / count)
      if !model.isDirected, case .meeting = model.consent {
        rate = (4 * distance / pairs).squareRoot()
      }
      theta[layout.rate(0, period: period)] = isConditional ? 1 : rate
      let share = Double(after.network.tieCount) * (model.isDirected ? 1 : 2) / pairs
      density += PortableMath.log((share + 0.001) / (1.001 - share)) / Double(panel.periods)
      for b in model.behaviours.indices {
        let change = zip(before.behaviours[b], after.behaviours[b]).reduce(0) {
          $0 + abs($1.1 - $1.0)
        }
        theta[layout.rate(b + 1, period: period)] = max(0.3, 2 * change / count)
      }
    }
    for (k, term) in model.terms.enumerated() {
      if case .effect(let effects) = term.source, effects[0] is Density, term.part == .evaluation {
        theta[layout.term(k, of: 0)] = density / 2
      }
    }
    return theta
  }

  private func approach(
    _ theta: inout [Double], seed: Seed, threads: Int
  ) throws(FormationError) {
    let size = max(100, 20 * free.count)
    var close = 0
    for step in 0..<40 {
      let sample: MomentSample
      do throws(FormationError) {
        sample = try simulate(theta, size, seed: seed, first: step * size, threads: threads)
      } catch {
        // Too far: half the way back to where nothing but density acts.
        guard case .runaway = error, step < 39 else { throw error }
        for k in theta.indices where !layout.isRate[k] { theta[k] /= 2 }
        continue
      }
      let (covariance, _, _) = sample.covariances()
      let worst = zip(deviations(sample), covariance.diagonal).reduce(0) {
        max($0, $1.1 > 0 ? abs($1.0) / $1.1.squareRoot() : 0)
      }
      theta = try corrected(theta, sample, most: 3)
      close = worst < 0.35 ? close + 1 : 0
      if close == 2 { return }
    }
  }

  /// How far the mean statistics are from the observed ones, with the scores as control variate.
  private func deviations(_ sample: MomentSample) -> [Double] {
    let (_, derivative, information) = sample.covariances()
    let plain = zip(sample.mean, free).map { $0 - targets[$1] }
    guard let system = try? SquareSystem(information) else { return plain }
    let shift = system.solve(sample.meanScore)
    return plain.indices.map { i in
      plain[i] - shift.indices.reduce(0) { $0 + derivative[i, $1] * shift[$1] }
    }
  }

  /// One Newton step, at most `most` standard errors of complete information long in each parameter.
  private func corrected(
    _ theta: [Double], _ sample: MomentSample, most: Double
  ) throws(FormationError) -> [Double] {
    let (covariance, derivative, information) = sample.covariances()
    let deviation = deviations(sample)
    for (i, k) in free.enumerated() where covariance[i, i] == 0 && targets[k] == sample.mean[i] {
      throw .constant(effect: name(k))
    }
    let step = try system(derivative).solve(deviation)
    var scale = 1.0
    for i in step.indices {
      let size = abs(step[i]) * max(0, information[i, i]).squareRoot()
      if size > most { scale = min(scale, most / size) }
    }
    var next = theta
    for (i, k) in free.enumerated() {
      let change = scale * step[i]
      // Rates stay above zero: they at most halve or double.
      next[k] =
        layout.isRate[k]
        ? min(2 * theta[k], max(theta[k] / 2, theta[k] - change)) : theta[k] - change
    }
    return next
  }

  private func system(_ derivative: Matrix) throws(FormationError) -> SquareSystem {
    do throws(SquareSystem.Singular) { return try SquareSystem(derivative) } catch {
      throw .collinear(effect: name(free[error.column]))
    }
  }

  private func name(_ parameter: Int) -> String {
    let (name, period) = model.parameterNames(periods: panel.periods)[parameter]
    return period.map { "\(name) \($0)" } ?? name
  }

  // MARK: Robbins–Monro

  private func robbinsMonro(
    _ theta: inout [Double], seed: Seed, threads: Int
  ) throws(FormationError) {
    let size = max(300, 40 * free.count)
    let sample = try simulate(theta, size, seed: seed["derivative"], first: 0, threads: threads)
    let (_, derivative, information) = sample.covariances()
    let system = try system(derivative)
    let control = try? SquareSystem(information)
    let batch = 4
    var first = 0
    var gain = 0.2
    for subphase in 0..<4 {
      let steps = 10 + Int(7 * PortableMath.exp(0.6 * Double(subphase)))
      var sum = [Double](repeating: 0, count: theta.count)
      var averaged = 0
      for step in 0..<steps {
        let draws = try simulate(theta, batch, seed: seed, first: first, threads: threads)
        first += batch
        var deviation = zip(draws.mean, free).map { $0 - targets[$1] }
        if let shift = control?.solve(draws.meanScore) {
          for i in deviation.indices {
            for j in shift.indices { deviation[i] -= derivative[i, j] * shift[j] }
          }
        }
        let move = system.solve(deviation)
        for (i, k) in free.enumerated() {
          let next = theta[k] - gain * move[i]
          theta[k] = layout.isRate[k] ? max(theta[k] / 2, min(2 * theta[k], next)) : next
        }
        if step * 2 >= steps {
          for k in theta.indices { sum[k] += theta[k] }
          averaged += 1
        }
      }
      for k in theta.indices { theta[k] = sum[k] / Double(averaged) }
      gain /= 2
    }
  }

  // MARK: Evaluation

  private func evaluate(
    _ theta: [Double], _ sample: MomentSample
  ) throws(FormationError) -> FormationEstimate {
    let (covariance, derivative, _) = sample.covariances()
    let deviation = zip(sample.mean, free).map { $0 - targets[$1] }
    for i in free.indices where covariance[i, i] == 0 { throw .constant(effect: name(free[i])) }
    let inverse = try system(derivative).inverse
    var estimateCovariance = Matrix(rows: free.count, columns: free.count)
    let left = product(inverse, covariance)
    for i in free.indices {
      for j in free.indices {
        estimateCovariance[i, j] = free.indices.reduce(0) { $0 + left[i, $1] * inverse[j, $1] }
      }
    }
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
      if let i = free.firstIndex(of: k) {
        estimates.append(
          FormationEstimate.Parameter(
            effect: names[k].name, period: names[k].period, estimate: theta[k],
            standardError: max(0, estimateCovariance[i, i]).squareRoot(),
            convergence: deviation[i] / covariance[i, i].squareRoot(), target: targets[k],
            simulatedMean: sample.mean[i], simulatedSD: covariance[i, i].squareRoot()))
      } else {
        // A rate that was not needed: the time that the observed change takes at rate one.
        let times = sample.draws.map { $0[names[k].period.map { $0 - 1 } ?? 0].time }
        let mean = times.reduce(0, +) / Double(times.count)
        let variance =
          times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, times.count - 1))
        estimates.append(
          FormationEstimate.Parameter(
            effect: names[k].name, period: names[k].period, estimate: rateOf(mean),
            standardError: variance.squareRoot() * (mean > 0 ? rateOf(mean) / mean : 1)
              * (isMeeting ? 0.5 : 1),
            convergence: nil, target: targets[k], simulatedMean: targets[k], simulatedSD: 0))
      }
    }
    return FormationEstimate(
      parameters: estimates, covariance: estimateCovariance, freeParameters: free,
      overallConvergence: overall, replicates: sample.count, fit: fits(sample),
      ranAway: sample.draws.joined().count { $0.ranAway })
  }

  private var isMeeting: Bool {
    if !model.isDirected, case .meeting = model.consent { return true }
    return false
  }

  /// Pairs meet at the square of the rate.
  private func rateOf(_ time: Double) -> Double { isMeeting ? time.squareRoot() : time }

  private func product(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for j in 0..<b.columns {
        result[i, j] = (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] }
      }
    }
    return result
  }

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
