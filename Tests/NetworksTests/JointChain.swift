import Networks
import Probability

/// The law of two relations among the same few actors, without any sampling: a continuous-time Markov chain over pairs
/// of networks. Utilities are sums of statistics toggled minus before, and of what other relations are worth, written
/// out from their definitions.
struct JointChain {
  /// How one relation changes.
  struct Process {
    let model: FormationModel
    /// What a tie from one actor to another is worth by the other relation's ties.
    let cross: [(weight: Double, part: PanelModel.Part, value: (Network, Int, Int) -> Double)]
  }

  let chains: [ExactChain]
  let processes: [Process]

  private var shift: Int { chains[0].dyads.count }
  var stateCount: Int { chains[0].states.count * chains[1].states.count }

  func state(_ bits: [Int]) -> Int { bits[0] | bits[1] << shift }
  func bits(_ state: Int, of relation: Int) -> Int {
    relation == 0 ? state & (chains[0].states.count - 1) : state >> shift
  }
  func network(_ state: Int, of relation: Int) -> Network {
    chains[relation].states[bits(state, of: relation)]
  }

  private func toggled(_ state: Int, _ relation: Int, _ i: Int, _ j: Int) -> Int {
    state ^ chains[relation].bits([(i, j)]) << (relation == 0 ? 0 : shift)
  }

  private func gain(_ state: Int, _ relation: Int, _ i: Int, _ j: Int) -> Double {
    let (before, after) = (
      network(state, of: relation), network(toggled(state, relation, i, j), of: relation)
    )
    let ends = before.hasTie(i, j)
    let idle: PanelModel.Part = ends ? .creation : .endowment
    var sum = 0.0
    for effect in processes[relation].model.effects where effect.part != idle {
      sum +=
        effect.weight
        * (effect.effect.statistic(after, ego: i) - effect.effect.statistic(before, ego: i))
    }
    let other = network(state, of: 1 - relation)
    for term in processes[relation].cross where term.part != idle {
      sum += (ends ? -1 : 1) * term.weight * term.value(other, i, j)
    }
    return sum
  }

  private func rates(from state: Int) -> [(target: Int, rate: Double)] {
    var rates: [(target: Int, rate: Double)] = []
    func l(_ a: Double) -> Double { 1 / (1 + PortableMath.exp(-a)) }
    for (relation, process) in processes.enumerated() {
      let ties = network(state, of: relation)
      func opportunities(_ actor: Int) -> Double {
        process.model.rateTerms.reduce(process.model.rate) {
          $0 * PortableMath.exp($1.weight * $1.effect.value(ties, actor: actor))
        }
      }
      for i in 0..<ties.actorCount {
        let others = (0..<ties.actorCount).filter { $0 != i }
        let gains = others.map { gain(state, relation, i, $0) }
        let total = gains.reduce(1) { $0 + PortableMath.exp($1) }
        for (j, own) in zip(others, gains) {
          let creating = !ties.hasTie(i, j)
          let chosen = opportunities(i) * PortableMath.exp(own) / total
          let rate: Double
          switch process.model.consent {
          case _ where ties.isDirected: rate = chosen
          case .initiative(let rule as InitiativeAndConfirmation):
            rate = creating ? chosen * l(gain(state, relation, j, i) + rule.offset) : chosen
          case .initiative: rate = chosen
          case .meeting:
            // Conjunctive.
            let (a, b) = (l(own), l(gain(state, relation, j, i)))
            rate =
              opportunities(i) * opportunities(j) * (creating ? a * b : 1 - (1 - a) * (1 - b))
          }
          rates.append((toggled(state, relation, i, j), rate))
        }
      }
    }
    return rates
  }

  /// The distribution over states after a time.
  func distribution(start: Int, time: Double) -> [Double] {
    var initial = [Double](repeating: 0, count: stateCount)
    initial[start] = 1
    return Uniformisation.distribution(
      (0..<stateCount).map { rates(from: $0).map { ($0.0, $0.1) } }, from: initial, time: time)
  }
}
