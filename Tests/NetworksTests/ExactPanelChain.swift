import Networks
import Probability

/// The law of a directed network of a few actors that evolves together with a behaviour, without sampling: every
/// state is written down, with its rates to all others. It shares no code with the simulator but the effects'
/// statistics.
struct ExactPanelChain {
  struct Term {
    /// Given the behaviour's values.
    let effect: ([Double]) -> any NetworkEffect
    let weight: Double
    var part = PanelModel.Part.evaluation
  }

  let actorCount: Int
  let levels: [Double]
  let chain: ExactChain
  /// Every assignment of values to actors.
  let assignments: [[Double]]

  init(actors count: Int, levels: [Double]) {
    actorCount = count
    self.levels = levels
    chain = ExactChain(actors: count, directed: true)
    var all: [[Double]] = [[]]
    for _ in 0..<count { all = all.flatMap { head in levels.map { head + [$0] } } }
    assignments = all
  }

  var stateCount: Int { chain.states.count * assignments.count }

  func state(_ ties: [(Int, Int)], _ values: [Double]) -> Int {
    chain.bits(ties) * assignments.count + (assignments.firstIndex(of: values) ?? 0)
  }

  func distribution(
    rate: Double, _ terms: [Term], behaviourRate: Double,
    _ shape: [(effect: any BehaviourEffect, weight: Double)], start: Int, time: Double = 1,
    factor: (Network, Int) -> Double = { _, _ in 1 }
  ) -> [Double] {
    var initial = [Double](repeating: 0, count: stateCount)
    initial[start] = 1
    return distribution(
      rate: rate, terms, behaviourRate: behaviourRate, shape, from: initial, time: time,
      factor: factor)
  }

  /// - Parameters:
  ///   - factor: what multiplies an actor's rate.
  ///   - absent: who neither chooses nor is chosen.
  func distribution(
    rate: Double, _ terms: [Term], behaviourRate: Double,
    _ shape: [(effect: any BehaviourEffect, weight: Double)], from initial: [Double],
    time: Double, factor: (Network, Int) -> Double = { _, _ in 1 }, absent: Set<Int> = []
  ) -> [Double] {
    var rows: [[(Int, Double)]] = []
    for bits in chain.states.indices {
      for (z, values) in assignments.enumerated() {
        rows.append(
          tieRates(bits, values, rate, terms, factor, absent).map {
            ($0.0 * assignments.count + z, $0.1)
          }
            + valueRates(bits, values, behaviourRate, shape).map {
              (bits * assignments.count + $0.0, $0.1)
            })
      }
    }
    return Uniformisation.distribution(rows, from: initial, time: time)
  }

  private func tieRates(
    _ bits: Int, _ values: [Double], _ rate: Double, _ terms: [Term],
    _ factor: (Network, Int) -> Double, _ absent: Set<Int>
  ) -> [(Int, Double)] {
    let effects = terms.map { $0.effect(values) }
    let before = chain.states[bits]
    var rates: [(Int, Double)] = []
    for i in 0..<actorCount where !absent.contains(i) {
      let rate = rate * factor(before, i)
      var choices: [(Int, Double)] = []
      for j in 0..<actorCount where j != i && !absent.contains(j) {
        let target = bits ^ chain.bits([(i, j)])
        let creating = !before.hasTie(i, j)
        var utility = 0.0
        for (term, effect) in zip(terms, effects)
        where term.part != (creating ? .endowment : .creation) {
          utility +=
            term.weight
            * (effect.statistic(chain.states[target], ego: i) - effect.statistic(before, ego: i))
        }
        choices.append((target, PortableMath.exp(utility)))
      }
      let total = choices.reduce(1) { $0 + $1.1 }
      rates += choices.map { ($0.0, rate * $0.1 / total) }
    }
    return rates
  }

  private func valueRates(
    _ bits: Int, _ values: [Double], _ rate: Double,
    _ shape: [(effect: any BehaviourEffect, weight: Double)]
  ) -> [(Int, Double)] {
    var rates: [(Int, Double)] = []
    for i in 0..<actorCount {
      func worth(_ own: Double) -> Double {
        shape.reduce(0) {
          $0 + $1.weight
            * $1.effect.statistic(chain.states[bits], values, ego: i, own: own)
        }
      }
      var choices: [(Int, Double)] = []
      for step in [-1.0, 1] where levels.contains(values[i] + step) {
        var moved = values
        moved[i] += step
        let weight = PortableMath.exp(worth(moved[i]) - worth(values[i]))
        choices.append((assignments.firstIndex(of: moved) ?? 0, weight))
      }
      let total = choices.reduce(1) { $0 + $1.1 }
      rates += choices.map { ($0.0, rate * $0.1 / total) }
    }
    return rates
  }

  /// Mean and standard deviation of a statistic of network and values.
  func moments(
    _ law: [Double], _ statistic: (Network, [Double]) -> Double
  ) -> (mean: Double, sd: Double) {
    var (first, second) = (0.0, 0.0)
    for (s, p) in law.enumerated() where p > 0 {
      let value = statistic(
        chain.states[s / assignments.count], assignments[s % assignments.count])
      first += p * value
      second += p * value * value
    }
    return (first, max(0, second - first * first).squareRoot())
  }
}
