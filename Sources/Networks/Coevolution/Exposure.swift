/// How long actors could have acted, which the scores of rates weigh what they did against.
struct Exposure: Sendable {
  private var since = 0.0
  /// ∫ of each variable's opportunities a unit of time.
  private var integrals: [Double]
  /// Of each rate term: Σ of the actors' values over opportunities, and ∫ of what was to be expected of it.
  private var observed: [Double]
  private var expected: [Double]
  private let isMeeting: Bool

  init(_ simulator: borrowing PeriodSimulator) {
    integrals = [Double](repeating: 0, count: simulator.rates.count)
    observed = [Double](repeating: 0, count: simulator.rateTerms.count)
    expected = observed
    isMeeting = simulator.isMeeting
  }

  mutating func add(until time: Double, _ totals: [Double], _ actorRates: ActorRates?) {
    let span = time - since
    since = time
    for k in totals.indices { integrals[k] += span * totals[k] }
    guard let actorRates else { return }
    for k in expected.indices { expected[k] += span * actorRates.slope(k, ofPairs: isMeeting) }
  }

  mutating func step(_ ego: Int, _ actorRates: borrowing ActorRates) {
    for k in observed.indices { observed[k] += actorRates.value(k, ego) }
  }

  mutating func meet(_ ego: Int, _ alter: Int, _ actorRates: borrowing ActorRates) {
    step(ego, actorRates)
    step(alter, actorRates)
  }

  /// The derivative of the log probability of all waiting times and of who acted.
  func score(_ steps: [Int], _ simulator: borrowing PeriodSimulator, to scores: inout [Double]) {
    for variable in integrals.indices {
      // Pairs meet at the square of the rate.
      let power: Double = variable == 0 && isMeeting ? 2 : 1
      scores[simulator.layout.rate(variable, period: simulator.period)] =
        power * (Double(steps[variable]) - integrals[variable]) / simulator.rates[variable]
    }
    for k in observed.indices {
      scores[simulator.layout.rateTerm(k)] = observed[k] - expected[k]
    }
  }
}
