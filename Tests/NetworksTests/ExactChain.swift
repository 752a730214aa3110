import Networks
import Probability

/// The law of a formation model on a tiny network, without any sampling: the network is a continuous-time Markov
/// chain whose generator is written down state by state, and whose distribution at a time comes from
/// uniformisation (Jensen 1953). It shares no code with the simulator but the effects' statistics.
struct ExactChain {
  let actorCount: Int
  let isDirected: Bool
  let dyads: [(Int, Int)]
  /// Every network, by the bits of its ties.
  let states: [Network]

  init(actors count: Int, directed: Bool) {
    actorCount = count
    isDirected = directed
    var dyads: [(Int, Int)] = []
    for i in 0..<count {
      for j in 0..<count where i != j && (directed || i < j) { dyads.append((i, j)) }
    }
    self.dyads = dyads
    states = (0..<(1 << dyads.count)).map { bits in
      Network(
        actors: count, directed: directed,
        ties: dyads.indices.filter { bits >> $0 & 1 == 1 }.map {
          (from: dyads[$0].0, to: dyads[$0].1)
        })
    }
  }

  func bits(_ ties: [(Int, Int)]) -> Int {
    ties.reduce(0) { $0 | 1 << position($1.0, $1.1) }
  }

  private func position(_ i: Int, _ j: Int) -> Int {
    let pair = isDirected || i < j ? (i, j) : (j, i)
    return dyads.firstIndex { $0 == pair } ?? 0
  }

  /// What toggling (i, j) is worth to i: the difference of its summed statistics.
  private func gain(_ state: Int, _ i: Int, _ j: Int, _ effects: [WeightedEffect]) -> Double {
    let after = state ^ 1 << position(i, j)
    let idle: PanelModel.Part = states[state].hasTie(i, j) ? .creation : .endowment
    return effects.filter { $0.part != idle }.reduce(0) {
      $0 + $1.weight
        * ($1.effect.statistic(states[after], ego: i) - $1.effect.statistic(states[state], ego: i))
    }
  }

  /// The distribution over states after `time` years.
  ///
  /// - Parameter allowed: whether the first actor may toggle its tie to the second.
  func distribution(
    _ model: FormationModel, start: Int, time: Double,
    allowed: (Network, Int, Int) -> Bool = { _, _, _ in true }
  ) -> [Double] {
    let rows = states.indices.map { rates(from: $0, model, allowed) }
    var initial = [Double](repeating: 0, count: states.count)
    initial[start] = 1
    return Uniformisation.distribution(rows, from: initial, time: time)
  }

  /// How often the first actor's tie to the second is toggled, by a rule of consent for undirected ties.
  ///
  /// - Parameters:
  ///   - chosen: how often the first chooses it.
  ///   - pair: how often the two meet in this order.
  ///   - own: what the first gains by it; then the second.
  static func rate(
    _ consent: Consent, creating: Bool, chosen: Double, pair: Double, _ own: Double,
    _ other: Double
  ) -> Double {
    func l(_ a: Double) -> Double { 1 / (1 + PortableMath.exp(-a)) }
    let (a, b) = (l(own), l(other))
    return switch consent {
    case .initiative(let rule as InitiativeAndConfirmation):
      creating ? chosen * l(other + rule.offset) : chosen
    case .initiative: chosen
    case .meeting(_ as Dictation): pair * a
    case .meeting(_ as Conjunction): pair * (creating ? a * b : 1 - (1 - a) * (1 - b))
    case .meeting(_ as Disjunction): pair * (creating ? 1 - (1 - a) * (1 - b) : a * b)
    case .meeting: pair * l(own + other)
    }
  }

  private func rates(
    from state: Int, _ model: FormationModel, _ allowed: (Network, Int, Int) -> Bool
  ) -> [(Int, Double)] {
    func opportunities(_ actor: Int) -> Double {
      model.rateTerms.reduce(model.rate) {
        $0 * PortableMath.exp($1.weight * $1.effect.value(states[state], actor: actor))
      }
    }
    var rates: [(Int, Double)] = []
    for i in 0..<actorCount {
      let others = (0..<actorCount).filter { $0 != i && allowed(states[state], i, $0) }
      let gains = others.map { gain(state, i, $0, model.effects) }
      let total = gains.reduce(1) { $0 + PortableMath.exp($1) }
      for (j, own) in zip(others, gains) {
        let creating = !states[state].hasTie(i, j)
        let other = isDirected ? 0 : gain(state, j, i, model.effects)
        let chosen = opportunities(i) * PortableMath.exp(own) / total
        let pair = opportunities(i) * opportunities(j)
        let rate =
          isDirected
          ? chosen
          : Self.rate(model.consent, creating: creating, chosen: chosen, pair: pair, own, other)
        rates.append((state ^ 1 << position(i, j), rate))
      }
    }
    return rates
  }

  /// Mean and standard deviation of a statistic.
  func moments(
    _ distribution: [Double], _ statistic: (Network) -> Double
  ) -> (mean: Double, sd: Double) {
    var (first, second) = (0.0, 0.0)
    for (p, network) in zip(distribution, states) {
      let value = statistic(network)
      first += p * value
      second += p * value * value
    }
    return (first, max(0, second - first * first).squareRoot())
  }
}

/// Descriptive statistics of whole networks, counted the plain way.
enum Count {
  static func ties(_ x: Network) -> Double { Double(x.tieCount) }

  static func triangles(_ x: Network) -> Double {
    var count = 0
    for i in 0..<x.actorCount {
      for j in 0..<i where x.hasTie(i, j) {
        for k in 0..<j where x.hasTie(i, k) && x.hasTie(j, k) { count += 1 }
      }
    }
    return Double(count)
  }

  static func twoStars(_ x: Network) -> Double {
    Double((0..<x.actorCount).reduce(0) { $0 + x.degree($1) * (x.degree($1) - 1) / 2 })
  }

  static func isolates(_ x: Network) -> Double {
    Double((0..<x.actorCount).count { x.degree($0) + x.inDegree($0) == 0 })
  }

  static func mutual(_ x: Network) -> Double {
    pairs(x).reduce(0) { $0 + (x.hasTie($1.1, $1.0) ? 0.5 : 0) }
  }

  static func transitiveTriplets(_ x: Network) -> Double {
    pairs(x).reduce(0) { $0 + Double(x.twoPaths(from: $1.0, to: $1.1)) }
  }

  static func threeCycles(_ x: Network) -> Double {
    pairs(x).reduce(0) { $0 + Double(x.twoPaths(from: $1.1, to: $1.0)) } / 3
  }

  /// Ties whose ends have the same code; both orders of an undirected tie count once.
  static func same(_ x: Network, _ codes: [Int32]) -> Double {
    let both = pairs(x).count { codes[$0.0] == codes[$0.1] }
    return x.isDirected ? Double(both) : Double(both) / 2
  }

  /// Ties in both orders where undirected.
  static func pairs(_ x: Network) -> [(Int, Int)] {
    (0..<x.actorCount).flatMap { i in
      (0..<x.degree(i)).map { (i, Int(x.partner($0, of: i))) }
    }
  }
}
