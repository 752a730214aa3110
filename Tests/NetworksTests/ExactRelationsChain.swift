import Networks
import Probability

/// The law of two relations of a few actors that form at the same time and look at each other, and of a behaviour beside
/// them, without sampling: every state is written down, with its rates to all others. It shares no code with the
/// simulator but the statistics of effects that look at one relation.
struct ExactRelationsChain {
  struct Term {
    enum Source {
      case own(any NetworkEffect)
      /// The ego's statistic, of the relation that chooses and the other.
      case cross((_ x: Network, _ w: Network, _ ego: Int) -> Double)
      case behaviour(any PairFunction)
    }
    let source: Source
    let weight: Double
    let part: PanelModel.Part
  }

  struct Relation {
    let chain: ExactChain
    var consent = Consent.initiative(Imposition())
    let rate: Double
    let terms: [Term]
    /// What multiplies an actor's rate.
    var factor: (Network, Int) -> Double = { _, _ in 1 }
    var allowed: (Network, Int, Int) -> Bool = { _, _, _ in true }
  }

  struct Behaviour {
    let levels: [Double]
    let rate: Double
    let terms: [(effect: any BehaviourEffect, weight: Double)]
    static let none = Behaviour(levels: [0], rate: 0, terms: [])
  }

  let actorCount: Int
  let relations: [Relation]
  let behaviour: Behaviour
  let assignments: [[Double]]

  init(actors count: Int, _ first: Relation, _ second: Relation, _ behaviour: Behaviour = .none) {
    actorCount = count
    relations = [first, second]
    self.behaviour = behaviour
    var all: [[Double]] = [[]]
    for _ in 0..<count { all = all.flatMap { head in behaviour.levels.map { head + [$0] } } }
    assignments = all
  }

  private var sizes: [Int] { relations.map(\.chain.states.count) + [assignments.count] }
  var stateCount: Int { sizes.reduce(1, *) }

  private func parts(_ state: Int) -> [Int] {
    let z = state % sizes[2]
    return [state / sizes[2] / sizes[1], state / sizes[2] % sizes[1], z]
  }

  private func index(_ parts: [Int]) -> Int {
    (parts[0] * sizes[1] + parts[1]) * sizes[2] + parts[2]
  }

  func networks(_ state: Int) -> (Network, Network) {
    let parts = parts(state)
    return (relations[0].chain.states[parts[0]], relations[1].chain.states[parts[1]])
  }

  func values(_ state: Int) -> [Double] { assignments[parts(state)[2]] }

  func state(_ first: [(Int, Int)], _ second: [(Int, Int)], _ values: [Double]? = nil) -> Int {
    let z = values.flatMap { assignments.firstIndex(of: $0) } ?? 0
    return index([relations[0].chain.bits(first), relations[1].chain.bits(second), z])
  }

  func law(from start: Int, time: Double = 1) -> [Double] {
    var initial = [Double](repeating: 0, count: stateCount)
    initial[start] = 1
    return law(from: initial, time: time)
  }

  func law(from initial: [Double], time: Double) -> [Double] {
    let rows = (0..<stateCount).map { state in
      tieRates(0, state) + tieRates(1, state) + valueRates(state)
    }
    return Uniformisation.distribution(rows, from: initial, time: time)
  }

  private func tieRates(_ r: Int, _ state: Int) -> [(Int, Double)] {
    let relation = relations[r]
    let parts = parts(state)
    let before = relation.chain.states[parts[r]]
    let company = relations[1 - r].chain.states[parts[1 - r]]
    let values = assignments[parts[2]]
    func worth(_ x: Network, _ term: Term, _ ego: Int) -> Double {
      switch term.source {
      case .own(let effect): effect.statistic(x, ego: ego)
      case .cross(let statistic): statistic(x, company, ego)
      case .behaviour(let function): plain(function, values).statistic(x, ego: ego)
      }
    }
    func gain(_ i: Int, _ j: Int) -> Double {
      let after = relation.chain.states[parts[r] ^ relation.chain.bits([(i, j)])]
      let idle: PanelModel.Part = before.hasTie(i, j) ? .creation : .endowment
      return relation.terms.filter { $0.part != idle }.reduce(0) {
        $0 + $1.weight * (worth(after, $1, i) - worth(before, $1, i))
      }
    }
    var rates: [(Int, Double)] = []
    for i in 0..<actorCount {
      let others = (0..<actorCount).filter { $0 != i && relation.allowed(before, i, $0) }
      let gains = others.map { gain(i, $0) }
      let total = gains.reduce(1) { $0 + PortableMath.exp($1) }
      let opportunities = relation.rate * relation.factor(before, i)
      for (j, own) in zip(others, gains) {
        let creating = !before.hasTie(i, j)
        let chosen = opportunities * PortableMath.exp(own) / total
        let pair = opportunities * relation.rate * relation.factor(before, j)
        let other = before.isDirected ? 0 : gain(j, i)
        let rate =
          before.isDirected
          ? chosen
          : ExactChain.rate(
            relation.consent, creating: creating, chosen: chosen, pair: pair, own, other)
        var target = parts
        target[r] ^= relation.chain.bits([(i, j)])
        rates.append((index(target), rate))
      }
    }
    return rates
  }

  private func plain(_ function: some PairFunction, _ values: [Double]) -> any NetworkEffect {
    CovariateEffect(function, values)
  }

  private func valueRates(_ state: Int) -> [(Int, Double)] {
    guard behaviour.rate > 0 else { return [] }
    let parts = parts(state)
    let (network, values) = (relations[0].chain.states[parts[0]], assignments[parts[2]])
    var rates: [(Int, Double)] = []
    for i in 0..<actorCount {
      func worth(_ own: Double) -> Double {
        behaviour.terms.reduce(0) {
          $0 + $1.weight * $1.effect.statistic(network, values, ego: i, own: own)
        }
      }
      var choices: [(Int, Double)] = []
      for step in [-1.0, 1] where behaviour.levels.contains(values[i] + step) {
        var moved = values
        moved[i] += step
        let target = [parts[0], parts[1], assignments.firstIndex(of: moved) ?? 0]
        choices.append((index(target), PortableMath.exp(worth(moved[i]) - worth(values[i]))))
      }
      let total = choices.reduce(1) { $0 + $1.1 }
      rates += choices.map { ($0.0, behaviour.rate * $0.1 / total) }
    }
    return rates
  }

  /// Mean and standard deviation of a statistic of both relations and the values.
  func moments(
    _ law: [Double], _ statistic: (Network, Network, [Double]) -> Double
  ) -> (mean: Double, sd: Double) {
    var (first, second) = (0.0, 0.0)
    for (s, p) in law.enumerated() where p > 0 {
      let (x, w) = networks(s)
      let value = statistic(x, w, values(s))
      first += p * value
      second += p * value * value
    }
    return (first, max(0, second - first * first).squareRoot())
  }
}
