import Networks
import Probability
import Testing

/// Rates that differ between actors, and actors that come and go, against the exact law of four actors.
///
/// Each |z| < 4 has a false-alarm rate of 6e-5; seeds are fixed.
@Suite struct RatesAndPresenceTests {
  static let chain = ExactPanelChain(actors: 4, levels: [0])
  static let ties = [(0, 1), (1, 0), (1, 2), (2, 3)]
  static let start = PanelState(
    Network(actors: 4, directed: true, ties: ties.map { (from: $0.0, to: $0.1) }))
  static let terms: [(name: String, effect: any NetworkEffect, weight: Double)] = [
    ("density", Density(), -1), ("reciprocity", Reciprocity(), 1.2),
    ("transitivity", Transitivity(), 0.3),
  ]
  static var exactTerms: [ExactPanelChain.Term] {
    terms.map { term in ExactPanelChain.Term(effect: { _ in term.effect }, weight: term.weight) }
  }
  static let rateTerms: [(name: String, effect: any RateEffect)] = [
    ("size", CovariateRate([1, 2, 3, 6])), ("outdegree", DegreeRate(.sent, .linear)),
    ("returned", DegreeRate(.returned, .inverse)),
    ("indegree", DegreeRate(.received, .logarithmic)),
  ]
  static let slopes = [0.2, 0.3, -0.4, 0.25]

  static func law(_ p: [Double]) -> [Double] {
    chain.distribution(
      rate: p[0],
      zip(terms, p[1...]).map { term, weight in
        ExactPanelChain.Term(effect: { _ in term.effect }, weight: weight)
      }, behaviourRate: 0, [], start: chain.state(ties, [0, 0, 0, 0]),
      factor: { network, actor in
        PortableMath.exp(
          rateTerms.indices.reduce(0) {
            $0 + p[4 + $1] * rateTerms[$1].effect.value(network, actor: actor)
          })
      })
  }

  static let parameters = [2.0] + terms.map(\.weight) + slopes

  @Test func ratesThatDiffer() {
    let law = Self.law(Self.parameters)
    let model = PanelModel(
      directed: true, terms: Self.terms.map { PanelModel.NetworkTerm($0.name, $0.effect) },
      rateTerms: Self.rateTerms)
    let simulator = PeriodSimulator(
      model, parameters: Self.parameters, period: 0, periods: 1, actors: 4, withScores: true)
    let runs = PeriodSimulatorTests.draws(simulator, from: Self.start, seed: 91, runs: 20_000)
    for (name, count) in PeriodSimulatorTests.directedStatistics {
      let (mean, sd) = Self.chain.moments(law) { network, _ in count(network) }
      let z = PeriodSimulatorTests.z(runs.map { count($0.state.network) }, mean: mean, sd: sd)
      #expect(abs(z) < 4, "\(name): z = \(z)")
    }
    // Scores: mean zero, and their covariance with a statistic is the derivative of its mean.
    let values = runs.map { Count.ties($0.state.network) }
    let mean = values.reduce(0, +) / Double(runs.count)
    for k in Self.parameters.indices {
      var (above, below) = (Self.parameters, Self.parameters)
      above[k] += 1e-4
      below[k] -= 1e-4
      let slope =
        (Self.chain.moments(Self.law(above)) { x, _ in Count.ties(x) }.mean
          - Self.chain.moments(Self.law(below)) { x, _ in Count.ties(x) }.mean) / 2e-4
      let products = zip(values, runs).map { ($0 - mean) * $1.scores[k] }
      let spread = (products.reduce(0) { $0 + ($1 - slope) * ($1 - slope) } / Double(runs.count))
        .squareRoot()
      let z = PeriodSimulatorTests.z(products, mean: slope, sd: spread)
      #expect(abs(z) < 4, "parameter \(k): z = \(z)")
      let scores = runs.map { $0.scores[k] }
      let sd = (scores.reduce(0) { $0 + $1 * $1 } / Double(runs.count)).squareRoot()
      #expect(abs(PeriodSimulatorTests.z(scores, mean: 0, sd: sd)) < 4, "score \(k)")
    }
  }

  /// Pairs that meet at ρ_i ρ_j: an undirected network of three, whose chain is small enough to write down here.
  @Test func meetingsAtRatesThatDiffer() {
    // One possible tie of each pair, no dependence between pairs: each pair is a chain of two states.
    let values = [0.0, 1, 3]
    let centred = values.map { $0 - 4.0 / 3 }
    let model = PanelModel(
      directed: false, consent: .meeting(Compensation()),
      terms: [PanelModel.NetworkTerm("density", Density())],
      rateTerms: [("size", CovariateRate(values))])
    let simulator = PeriodSimulator(
      model, parameters: [0.6, -0.2, 0.3], period: 0, periods: 1, actors: 3, withScores: true)
    let start = PanelState(Network(actors: 3, directed: false))
    let runs = PeriodSimulatorTests.draws(simulator, from: start, seed: 92, runs: 20_000)
    let make = PortableMath.logistic(-0.4)
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
      // Both orders of the pair meet.
      let meetings = 2 * 0.36 * PortableMath.exp(0.3 * (centred[i] + centred[j]))
      // Making at m p, ending at m (1 − p): P(tie) = p (1 − e^−m).
      let expected = make * (1 - PortableMath.exp(-meetings))
      let found = runs.map { $0.state.network.hasTie(i, j) ? 1.0 : 0 }
      let z = PeriodSimulatorTests.z(
        found, mean: expected, sd: (expected * (1 - expected)).squareRoot())
      #expect(abs(z) < 4, "\(i)–\(j): z = \(z)")
    }
    for k in 0..<3 {
      let scores = runs.map { $0.scores[k] }
      let sd = (scores.reduce(0) { $0 + $1 * $1 } / Double(runs.count)).squareRoot()
      #expect(abs(PeriodSimulatorTests.z(scores, mean: 0, sd: sd)) < 4, "score \(k)")
    }
  }

  /// One actor arrives at 0.3, another leaves with its ties at 0.6.
  @Test func actorsComeAndGo() {
    let chain = Self.chain
    let ties = [(0, 1), (1, 0), (1, 2)]
    func project(_ law: [Double], without actor: Int) -> [Double] {
      var result = [Double](repeating: 0, count: law.count)
      for (s, p) in law.enumerated() {
        let kept = Count.pairs(chain.chain.states[s]).filter { $0.0 != actor && $0.1 != actor }
        result[chain.state(kept.map { ($0.0, $0.1) }, [0, 0, 0, 0])] += p
      }
      return result
    }
    func move(_ law: [Double], _ time: Double, absent: Set<Int>) -> [Double] {
      chain.distribution(
        rate: 3, Self.exactTerms, behaviourRate: 0, [], from: law, time: time, absent: absent)
    }
    var law = [Double](repeating: 0, count: chain.stateCount)
    law[chain.state(ties, [0, 0, 0, 0])] = 1
    law = move(law, 0.3, absent: [3])
    law = move(law, 0.3, absent: [])
    law = move(project(law, without: 0), 0.4, absent: [0])
    let constraints = PeriodConstraints(
      actors: 4, directed: true, absent: [3],
      changes: [
        PresenceChange(time: 0.6, actor: 0, arrives: false),
        PresenceChange(time: 0.3, actor: 3, arrives: true),
      ])
    let model = PanelModel(
      directed: true, terms: Self.terms.map { PanelModel.NetworkTerm($0.name, $0.effect) })
    let simulator = PeriodSimulator(
      model, parameters: [3] + Self.terms.map(\.weight), period: 0, periods: 1, actors: 4,
      constraints: constraints, withScores: true)
    let start = PanelState(
      Network(actors: 4, directed: true, ties: ties.map { (from: $0.0, to: $0.1) }))
    let runs = PeriodSimulatorTests.draws(simulator, from: start, seed: 93, runs: 20_000)
    for (name, count) in PeriodSimulatorTests.directedStatistics {
      let (mean, sd) = chain.moments(law) { network, _ in count(network) }
      let z = PeriodSimulatorTests.z(runs.map { count($0.state.network) }, mean: mean, sd: sd)
      #expect(abs(z) < 4, "\(name): z = \(z)")
    }
    #expect(runs.allSatisfy { $0.state.network.degree(0) + $0.state.network.inDegree(0) == 0 })
    for k in 0..<4 {
      let scores = runs.map { $0.scores[k] }
      let sd = (scores.reduce(0) { $0 + $1 * $1 } / Double(runs.count)).squareRoot()
      #expect(abs(PeriodSimulatorTests.z(scores, mean: 0, sd: sd)) < 4, "score \(k)")
    }
  }
}
