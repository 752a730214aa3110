/// How long actors could have acted, which the scores of rates weigh what they did against.
struct Exposure: Sendable {
  private var since = 0.0
  /// ∫ of each variable's opportunities a unit of time.
  private var integrals: [Double]
  /// Of each rate term of each relation: Σ of the actors' values over opportunities, and ∫ of what was to be expected
  /// of it.
  private var observed: [[Double]]
  private var expected: [[Double]]

  init(_ simulator: borrowing PeriodSimulator) {
    integrals = [Double](repeating: 0, count: simulator.rates.count)
    observed = simulator.processes.map { [Double](repeating: 0, count: $0.rateTerms.count) }
    expected = observed
  }

  mutating func add(
    until time: Double, _ totals: [Double], _ work: borrowing PeriodSimulator.Workspace
  ) {
    let span = time - since
    since = time
    for k in totals.indices { integrals[k] += span * totals[k] }
    add(span, work.ties, to: 0)
    for k in work.others.indices { add(span, work.others[k], to: k + 1) }
  }

  private mutating func add(
    _ span: Double, _ work: borrowing TieProcess.Workspace, to relation: Int
  ) {
    guard let actorRates = work.actorRates else { return }
    for k in expected[relation].indices {
      expected[relation][k] += span * actorRates.slope(k, ofPairs: work.isMeeting)
    }
  }

  mutating func step(_ ego: Int, _ actorRates: borrowing ActorRates, of relation: Int) {
    for k in observed[relation].indices { observed[relation][k] += actorRates.value(k, ego) }
  }

  mutating func meet(
    _ ego: Int, _ alter: Int, _ actorRates: borrowing ActorRates, of relation: Int
  ) {
    step(ego, actorRates, of: relation)
    step(alter, actorRates, of: relation)
  }

  /// The derivative of the log probability of all waiting times and of who acted.
  func score(_ steps: [Int], _ simulator: borrowing PeriodSimulator, to scores: inout [Double]) {
    let processes = simulator.processes
    for variable in integrals.indices {
      // Pairs meet at the square of the rate.
      let power: Double = variable < processes.count && processes[variable].isMeeting ? 2 : 1
      scores[simulator.layout.rate(variable, period: simulator.period)] =
        power * (Double(steps[variable]) - integrals[variable]) / simulator.rates[variable]
    }
    for relation in observed.indices {
      for k in observed[relation].indices {
        scores[simulator.layout.rateTerm(k, of: relation)] =
          observed[relation][k] - expected[relation][k]
      }
    }
  }
}

extension PeriodSimulator {
  /// All relations.
  var processes: [TieProcess] { [ties] + others }
}
