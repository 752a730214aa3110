internal import LinearAlgebra
internal import Probability

extension MomentEstimator {
  /// Rates twice the observed change, density half its log odds, everything else zero.
  var start: [Double] {
    var theta = [Double](repeating: 0, count: layout.count)
    var density = [Double](repeating: 0, count: model.relations.count)
    for period in 0..<panel.periods {
      let (before, after) = (panel.waves[period], panel.waves[period + 1])
      let count = Double(panel.constraints[period].present?.count ?? panel.actorCount)
      let pairs = count * (count - 1)
      for (r, relation) in model.relations.enumerated() {
        let distance = Double(after[r].distance(to: before[r]))
        let rate =
          relation.meets ? (4 * distance / pairs).squareRoot() : max(0.3, 2 * distance / count)
        theta[layout.rate(r, period: period)] = isConditional ? 1 : rate
        let share = Double(after[r].tieCount) * (relation.isDirected ? 1 : 2) / pairs
        density[r] += PortableMath.log((share + 0.001) / (1.001 - share)) / Double(panel.periods)
      }
      for b in model.behaviours.indices {
        let change = zip(before.behaviours[b], after.behaviours[b]).reduce(0) {
          $0 + abs($1.1 - $1.0)
        }
        theta[layout.rate(layout.behaviour(b), period: period)] = max(0.3, 2 * change / count)
      }
    }
    for (r, relation) in model.relations.enumerated() {
      for (k, term) in relation.terms.enumerated() {
        if case .effect(let effects) = term.source, effects[0] is Density, term.part == .evaluation
        {
          theta[layout.term(k, of: r)] = density[r] / 2
        }
      }
    }
    return theta
  }

  /// Where some simulations say that the parameters stand.
  struct Standing {
    let theta: [Double]
    /// Squared distance of expected from observed statistics, in their covariance.
    let distance: Double
    /// The largest t-ratio of a single statistic.
    let worst: Double
    /// The Newton step of each free parameter, and in how many standard errors of complete information.
    let step: [Double]
    let length: Double
    /// Parameters whose statistic is as observed in every simulation, or that no simulation can tell from others.
    let atEdge: [Int]
  }

  /// Newton steps until expected statistics are about the observed ones.
  ///
  /// - Returns: the parameters that have no finite estimate, where there are any; then it is to be called again without
  ///   them.
  func approach(
    _ theta: inout [Double], seed: Seed, threads: Int
  ) throws(FormationError) -> [Int] {
    let size = max(100, 20 * free.count)
    var best: Standing?
    var reach = 3.0
    var (close, gone) = (0, 0)
    var pressing = [Int](repeating: 0, count: layout.count)
    for round in 0..<60 {
      let sample: MomentSample
      do throws(FormationError) {
        sample = try simulate(theta, size, seed: seed, first: round * size, threads: threads)
      } catch {
        // Too far: half as far from where it went well, or half the way back to where nothing but density acts.
        guard case .runaway = error, gone < 20 else { throw error }
        gone += 1
        reach /= 2
        if let best {
          theta = moved(best, atMost: reach)
        } else {
          for k in theta.indices where !layout.isRate[k] { theta[k] /= 2 }
        }
        continue
      }
      let standing = try standing(theta, sample, isFirst: round == 0 && held.isEmpty)
      if !standing.atEdge.isEmpty { return standing.atEdge }
      if let best, standing.distance > max(4, 4 * best.distance), reach > 0.2 {
        reach /= 2
        theta = moved(best, atMost: reach)
        continue
      }
      best = standing
      reach = min(3, 1.5 * reach)
      close = standing.worst < 0.35 ? close + 1 : 0
      theta = moved(standing, atMost: reach)
      if close == 2 { return extremes(of: sample) }
      for k in free {
        pressing[k] = bounds.share(theta[k], of: k) >= 1 ? pressing[k] + 1 : 0
      }
      let unbounded = free.filter { pressing[$0] >= 3 }
      if !unbounded.isEmpty { return unbounded }
    }
    return []
  }

  /// Parameters that have no finite estimate, by simulations at the estimates.
  func edges(_ theta: [Double], seed: Seed, threads: Int) throws(FormationError) -> [Int] {
    guard !free.isEmpty else { return [] }
    return extremes(
      of: try simulate(theta, max(100, 20 * free.count), seed: seed, first: 0, threads: threads))
  }

  /// Parameters whose observed statistic no simulation goes beyond and nearly all of them have: they come nearer to it
  /// for ever. Where there are none by themselves, the later of two that together are such: all ties within one
  /// authority, whose number cannot be above that of all ties.
  private func extremes(of sample: MomentSample) -> [Int] {
    let candidates = free.indices.filter { !layout.isRate[free[$0]] }
    let distances = candidates.map { i in
      sample.draws.map { periods in
        periods.reduce(0) { $0 + $1.statistics[i] } - targets[free[i]]
      }
    }
    let alone = candidates.indices.filter { isExtreme(distances[$0], share: 0.8) }
    guard alone.isEmpty else { return alone.map { free[candidates[$0]] } }
    for later in candidates.indices {
      for earlier in 0..<later {
        // Undirected ties count once in some statistics and in both orders in others.
        for ratio in [1.0, 2, 0.5] {
          let together = zip(distances[earlier], distances[later]).map { $1 - ratio * $0 }
          if isExtreme(together, share: 1.0 / 3) { return [free[candidates[later]]] }
        }
      }
    }
    return []
  }

  /// Whether no simulation goes beyond what was observed, and at least such a share of them has it.
  private func isExtreme(_ distances: [Double], share: Double) -> Bool {
    let equal = distances.count { abs($0) < 1e-9 }
    return Double(equal) >= share * Double(distances.count)
      && (distances.allSatisfy { $0 > -1e-9 } || distances.allSatisfy { $0 < 1e-9 })
  }

  /// Where a sample says that parameters stand.
  ///
  /// - Parameter isFirst: whether a statistic that does not vary, or not by itself, is the model's fault.
  func standing(
    _ theta: [Double], _ sample: MomentSample, isFirst: Bool = false
  ) throws(FormationError) -> Standing {
    let (covariance, derivative, information) = sample.covariances()
    let deviation = deviations(sample)
    var (atEdge, still): ([Int], [Int]) = ([], [])
    for (i, k) in free.enumerated() where covariance[i, i] == 0 {
      if targets[k] != sample.mean[i] {
        still.append(i)
      } else if isFirst {
        throw .constant(effect: name(k))
      } else {
        atEdge.append(k)
      }
    }
    var step = [Double](repeating: 0, count: free.count)
    // A statistic that never occurs so far says in which direction to go, and no more.
    for i in still {
      step[i] = (sample.mean[i] > targets[free[i]] ? 1 : -1) * bounds.units[free[i]]
    }
    let moving = free.indices.filter { !still.contains($0) }
    if atEdge.isEmpty {
      do throws(SquareSystem.Singular) {
        let solved = try SquareSystem(derivative.part(moving)).solve(moving.map { deviation[$0] })
        for (i, value) in zip(moving, solved) { step[i] = value }
      } catch {
        let extreme = free.filter { !layout.isRate[$0] }.max {
          bounds.share(theta[$0], of: $0) < bounds.share(theta[$1], of: $1)
        }
        guard !isFirst, let extreme, bounds.share(theta[extreme], of: extreme) > 0.3 else {
          throw collinear(derivative.part(moving), moving, error)
        }
        atEdge = [extreme]
      }
    }
    var (length, worst, plain) = (0.0, 0.0, 0.0)
    for i in free.indices where covariance[i, i] > 0 {
      length = max(length, abs(step[i]) * max(0, information[i, i]).squareRoot())
      let ratio = abs(deviation[i]) / covariance[i, i].squareRoot()
      worst = max(worst, ratio)
      plain += ratio * ratio
    }
    var distance = plain
    if let system = try? SquareSystem(covariance.part(moving)) {
      let part = moving.map { deviation[$0] }
      distance = max(0, zip(part, system.solve(part)).reduce(0) { $0 + $1.0 * $1.1 })
    }
    if !still.isEmpty { worst = .infinity }
    return Standing(
      theta: theta, distance: distance, worst: worst, step: step, length: length, atEdge: atEdge)
  }

  /// A Newton step, at most so many standard errors of complete information long in each parameter.
  func moved(_ standing: Standing, atMost most: Double) -> [Double] {
    moved(from: standing.theta, by: standing.step, length: standing.length, atMost: most)
  }

  /// The same of any step of the free parameters, whose length it is given.
  func moved(
    from theta: [Double], by step: [Double], length: Double, atMost most: Double
  ) -> [Double] {
    let scale = length > most ? most / length : 1
    var next = theta
    for (i, k) in free.enumerated() {
      let (old, change) = (theta[k], scale * step[i])
      // Rates stay above zero: they at most halve or double.
      next[k] = bounds.clamped(
        layout.isRate[k] ? min(2 * old, max(old / 2, old - change)) : old - change, of: k)
    }
    return next
  }

  /// How far the mean statistics are from the observed ones, with the scores as control variate.
  func deviations(_ sample: MomentSample) -> [Double] {
    let (_, derivative, information) = sample.covariances()
    let plain = zip(sample.mean, free).map { $0 - targets[$1] }
    guard let system = try? SquareSystem(information) else { return plain }
    let shift = system.solve(sample.meanScore)
    return plain.indices.map { i in
      plain[i] - shift.indices.reduce(0) { $0 + derivative[i, $1] * shift[$1] }
    }
  }

  func system(_ derivative: Matrix) throws(FormationError) -> SquareSystem {
    do throws(SquareSystem.Singular) { return try SquareSystem(derivative) } catch {
      throw collinear(derivative, Array(free.indices), error)
    }
  }

  /// Which statistics are combinations of one another: rows of the derivative, so columns of its transpose.
  private func collinear(
    _ derivative: Matrix, _ positions: [Int], _ error: SquareSystem.Singular
  ) -> FormationError {
    var found = error
    do throws(SquareSystem.Singular) {
      _ = try SquareSystem(derivative.transposed)
    } catch { found = error }
    return .collinear(
      effect: name(free[positions[found.column]]),
      with: found.others.map { name(free[positions[$0]]) })
  }

  func name(_ parameter: Int) -> String {
    let (name, period) = model.parameterNames(periods: panel.periods)[parameter]
    return period.map { "\(name) \($0)" } ?? name
  }

  /// Steps of decreasing gain, whose tails are averaged; where simulations run away, back to the last average and on
  /// with half the gain.
  func robbinsMonro(
    _ theta: inout [Double], seed: Seed, threads: Int
  ) throws(FormationError) {
    let size = max(300, 40 * free.count)
    let sample = try simulate(theta, size, seed: seed["derivative"], first: 0, threads: threads)
    let (_, derivative, information) = sample.covariances()
    let system = try system(derivative)
    let control = try? SquareSystem(information)
    let batch = 4
    var (first, gone) = (0, 0)
    var gain = 0.2
    for subphase in 0..<4 {
      let safe = theta
      let steps = 10 + Int(7 * PortableMath.exp(0.6 * Double(subphase)))
      var sum = [Double](repeating: 0, count: theta.count)
      var averaged = 0
      for step in 0..<steps {
        let draws: MomentSample
        do throws(FormationError) {
          draws = try simulate(theta, batch, seed: seed, first: first, threads: threads)
        } catch {
          guard case .runaway = error, gone < 20 else { throw error }
          gone += 1
          gain /= 2
          first += batch
          theta = safe
          continue
        }
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
          theta[k] = bounds.clamped(
            layout.isRate[k] ? max(theta[k] / 2, min(2 * theta[k], next)) : next, of: k)
        }
        if step * 2 >= steps {
          for k in theta.indices { sum[k] += theta[k] }
          averaged += 1
        }
      }
      if averaged > 0 { for k in theta.indices { theta[k] = sum[k] / Double(averaged) } }
      gain /= 2
    }
  }
}

extension Matrix {
  /// Some rows and the columns of the same numbers.
  fileprivate func part(_ indices: [Int]) -> Matrix {
    Matrix(
      rows: indices.count, columns: indices.map { column in indices.map { self[$0, column] } })
  }
}
