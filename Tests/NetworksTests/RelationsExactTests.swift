import Networks
import Probability
import Testing

/// Two relations that form at the same time against the exact law of tiny networks, |z| < 4 as in
/// ``PeriodSimulatorTests``.
@Suite struct RelationsExactTests {
  static let runs = PeriodSimulatorTests.runs

  static func draws(
    _ simulator: PeriodSimulator, from start: PanelState, seed: UInt64
  ) -> [PeriodSimulator.Run] {
    replicate(50, threads: 2) { (block: Int) -> [PeriodSimulator.Run] in
      var room = PeriodSimulator.Workspace(simulator)
      let (first, last) = (block * runs / 50, (block + 1) * runs / 50)
      return (first..<last).map { run -> PeriodSimulator.Run in
        var random = RandomStream(Seed(seed), replicate: UInt32(run))
        return simulator.run(from: start, until: .time(1), using: &random, &room)
      }
    }.flatMap { (runs: [PeriodSimulator.Run]) in runs }
  }

  /// An effect of the other relation, with the ego's statistic written out.
  struct Cross: Sendable {
    let name: String
    let function: any RelationFunction
    let statistic: @Sendable (Network, Network, Int) -> Double

    init(
      _ name: String, _ function: any RelationFunction,
      _ worth: @escaping @Sendable (_ w: Network, _ i: Int, _ j: Int) -> Int
    ) {
      self.name = name
      self.function = function
      statistic = { x, w, i in
        Double((0..<x.actorCount).reduce(0) { $0 + (x.hasTie(i, $1) ? worth(w, i, $1) : 0) })
      }
    }
  }

  static let tied = Cross("tied-in", TiedThere()) { w, i, j in w.hasTie(i, j) ? 1 : 0 }
  static let returned = Cross("returned-in", ReturnedThere()) { w, i, j in w.hasTie(j, i) ? 1 : 0 }
  static let closed = Cross("closed-in", ClosedThere()) { w, i, j in
    (0..<w.actorCount).count { w.hasTie(i, $0) && w.hasTie($0, j) }
  }
  static let popular = Cross("popular-in", PopularThere()) { w, _, j in
    (0..<w.actorCount).count { w.hasTie($0, j) }
  }
  static let active = Cross("active-in", ActiveThere()) { w, i, _ in
    (0..<w.actorCount).count { w.hasTie(i, $0) }
  }
  static let all = [tied, returned, closed, popular, active]

  /// A term in both forms.
  struct Item: Sendable {
    enum Kind: Sendable {
      case own(any NetworkEffect)
      case cross(Cross)
      case behaviour(any PairFunction)
    }
    let name: String
    let kind: Kind
    let weight: Double
    var part = PanelModel.Part.evaluation

    init(_ name: String, _ effect: any NetworkEffect, _ weight: Double) {
      (self.name, kind, self.weight) = (name, .own(effect), weight)
    }

    init(_ cross: Cross, _ weight: Double, _ part: PanelModel.Part = .evaluation) {
      (name, kind, self.weight, self.part) = (cross.name, .cross(cross), weight, part)
    }

    init(behaviour function: any PairFunction, _ weight: Double) {
      (name, kind, self.weight) = ("z", .behaviour(function), weight)
    }

    func term(lookingAt other: Int) -> PanelModel.NetworkTerm {
      switch kind {
      case .own(let effect): PanelModel.NetworkTerm(name, effect, part: part)
      case .cross(let cross):
        PanelModel.NetworkTerm(name, lookingAt: other, cross.function, part: part)
      case .behaviour(let function):
        PanelModel.NetworkTerm(name, selectionOn: 0, function, part: part)
      }
    }

    func exact(_ weight: Double) -> ExactRelationsChain.Term {
      let source: ExactRelationsChain.Term.Source =
        switch kind {
        case .own(let effect): .own(effect)
        case .cross(let cross): .cross(cross.statistic)
        case .behaviour(let function): .behaviour(function)
        }
      return ExactRelationsChain.Term(source: source, weight: weight, part: part)
    }
  }

  /// A relation of three actors.
  struct Side: Sendable {
    let directed: Bool
    var consent = Consent.initiative(Imposition())
    let rate: Double
    let items: [Item]
    var rateTerm: (effect: any RateEffect, weight: Double)?
    var maximumDegree: Int?
    var fixed: [(Int, Int)] = []
  }

  struct Case: Sendable {
    let name: String
    let first: Side
    let second: Side
    var behaviour = ExactRelationsChain.Behaviour.none

    var parameters: [Double] {
      func own(_ side: Side) -> [Double] {
        [side.rate] + side.items.map(\.weight) + (side.rateTerm.map { [$0.weight] } ?? [])
      }
      let z = behaviour.rate > 0 ? [behaviour.rate] + behaviour.terms.map(\.weight) : []
      return own(first) + own(second) + z
    }

    var model: PanelModel {
      func terms(_ side: Side, _ other: Int) -> [PanelModel.NetworkTerm] {
        side.items.map { $0.term(lookingAt: other) }
      }
      func rates(_ side: Side) -> [(name: String, effect: any RateEffect)] {
        side.rateTerm.map { [("rate", $0.effect)] } ?? []
      }
      let z =
        behaviour.rate > 0
        ? [
          PanelModel.Behaviour(
            "z", range: behaviour.levels[0]...(behaviour.levels.last ?? 0),
            terms: behaviour.terms.map { ("term", $0.effect) })
        ] : []
      return PanelModel(
        directed: first.directed, consent: first.consent, terms: terms(first, 1),
        rateTerms: rates(first), behaviours: z, maximumDegree: first.maximumDegree,
        beside: [
          PanelModel.Relation(
            "second", directed: second.directed, consent: second.consent, terms: terms(second, 0),
            rateTerms: rates(second), maximumDegree: second.maximumDegree)
        ])
    }

    func simulator(withScores: Bool = false) -> PeriodSimulator {
      func constraints(_ side: Side) -> PeriodConstraints {
        PeriodConstraints(
          actors: 3, directed: side.directed, fixed: side.fixed.map { (from: $0.0, to: $0.1) })
      }
      return PeriodSimulator(
        model, parameters: parameters, period: 0, periods: 1, actors: 3,
        constraints: constraints(first), withScores: withScores,
        beside: [PeriodSimulator.Beside(constraints: constraints(second))])
    }

    /// The law with other parameters.
    func chain(_ p: [Double]) -> ExactRelationsChain {
      var next = 0
      func take() -> Double {
        next += 1
        return p[next - 1]
      }
      func relation(_ side: Side) -> ExactRelationsChain.Relation {
        let rate = take()
        let terms = side.items.map { $0.exact(take()) }
        let weight = side.rateTerm == nil ? 0 : take()
        let (fixed, most) = (side.fixed, side.maximumDegree)
        return ExactRelationsChain.Relation(
          chain: ExactChain(actors: 3, directed: side.directed), consent: side.consent, rate: rate,
          terms: terms,
          factor: { network, actor in
            side.rateTerm.map {
              PortableMath.exp(weight * $0.effect.value(network, actor: actor))
            } ?? 1
          },
          allowed: { network, i, j in
            if fixed.contains(where: { $0 == (i, j) || !side.directed && $0 == (j, i) }) {
              return false
            }
            guard let most, !network.hasTie(i, j) else { return true }
            return network.degree(i) < most && (side.directed || network.degree(j) < most)
          })
      }
      let (a, b) = (relation(first), relation(second))
      guard behaviour.rate > 0 else { return ExactRelationsChain(actors: 3, a, b) }
      return ExactRelationsChain(
        actors: 3, a, b,
        ExactRelationsChain.Behaviour(
          levels: behaviour.levels, rate: take(),
          terms: behaviour.terms.map { ($0.effect, take()) }))
    }

    static let firstTies = [(0, 1), (1, 2)]
    static let secondTies = [(0, 1)]
    static let values = [1.0, 2, 1]

    var start: PanelState {
      func network(_ ties: [(Int, Int)], _ side: Side) -> Network {
        Network(actors: 3, directed: side.directed, ties: ties.map { (from: $0.0, to: $0.1) })
      }
      return PanelState(
        network(Self.firstTies, first), beside: [network(Self.secondTies, second)],
        behaviours: behaviour.rate > 0 ? [Self.values] : [])
    }

    func law(_ p: [Double]) -> (chain: ExactRelationsChain, law: [Double]) {
      let chain = chain(p)
      let start = chain.state(
        Self.firstTies, Self.secondTies, behaviour.rate > 0 ? Self.values : nil)
      return (chain, chain.law(from: start))
    }
  }

  static let directed = Side(
    directed: true, rate: 2,
    items: [
      Item("density", Density(), -0.6), Item("reciprocity", Reciprocity(), 0.5), Item(tied, 0.9),
      Item(closed, -0.7), Item(active, 0.3), Item(returned, 0.8, .endowment),
    ])
  static let looking = [
    Item("density", Density(), -0.4), Item("transitivity", Transitivity(), 0.4), Item(tied, 0.7),
    Item(returned, 0.5), Item(active, 0.2, .creation), Item(tied, -0.6, .endowment),
  ]
  static let likeness = Likeness(range: 1, centre: 0.5)

  static let cases: [Case] =
    SimulationAgainstExactTests.rules.map { name, consent, rate in
      Case(
        name: name, first: directed,
        second: Side(directed: false, consent: consent, rate: rate, items: looking))
    } + [
      Case(
        name: "the undirected first",
        first: Side(
          directed: false, consent: .initiative(InitiativeAndConfirmation()), rate: 2,
          items: looking),
        second: Side(
          directed: true, rate: 1.5,
          items: [
            Item("density", Density(), -0.5), Item("reciprocity", Reciprocity(), 0.4),
            Item(popular, 0.4), Item(tied, -0.5),
          ])),
      Case(
        name: "both directed", first: directed,
        second: Side(
          directed: true, rate: 1.5,
          items: [
            Item("density", Density(), -0.3), Item(tied, 0.5), Item(returned, 0.4, .creation),
            Item(popular, -0.4), Item(closed, 0.6), Item(active, -0.2, .endowment),
          ])),
      Case(
        name: "one-sided",
        first: Side(
          directed: true, rate: 2,
          items: [Item("density", Density(), -0.3), Item("reciprocity", Reciprocity(), 0.5)]),
        second: Side(
          directed: true, rate: 2, items: [Item("density", Density(), -0.5), Item(closed, 1.2)])),
      Case(
        name: "with rates and limits", first: directed,
        second: Side(
          directed: true, rate: 1.5,
          items: [Item("density", Density(), 0.2), Item(tied, 0.8), Item(active, -0.3)],
          rateTerm: (DegreeRate(.sent, .linear), 0.4), maximumDegree: 1, fixed: [(2, 0)])),
      Case(
        name: "pairs that meet with rates", first: directed,
        second: Side(
          directed: false, consent: .meeting(Compensation()), rate: 0.7, items: looking,
          rateTerm: (DegreeRate(.sent, .inverse), -0.5), fixed: [(0, 1)])),
      Case(
        name: "with a behaviour",
        first: Side(
          directed: true, rate: 2,
          items: [
            Item("density", Density(), -0.6), Item(tied, 0.9), Item(behaviour: likeness, 0.8),
          ]),
        second: Side(
          directed: false, consent: .initiative(InitiativeAndConfirmation()), rate: 1.5,
          items: [
            Item("density", Density(), -0.4), Item(tied, 0.7), Item(behaviour: likeness, -0.5),
          ]),
        behaviour: ExactRelationsChain.Behaviour(
          levels: [1, 2], rate: 1.2,
          terms: [
            (LinearShape(centre: 1.5), 0.2),
            (PartnerSimilarity(likeness, average: true), 1.1),
          ])),
    ]

  static let statistics: [(String, @Sendable (Network, Network, [Double]) -> Double)] = [
    ("ties", { x, _, _ in Count.ties(x) }), ("other ties", { _, w, _ in Count.ties(w) }),
    ("mutual", { x, _, _ in Count.mutual(x) }),
    (
      "overlap",
      { x, w, _ in (0..<3).reduce(0) { $0 + Self.tied.statistic(x, w, $1) } }
    ),
    ("contrary", { x, w, _ in (0..<3).reduce(0) { $0 + Self.returned.statistic(x, w, $1) } }),
    ("paths", { x, w, _ in (0..<3).reduce(0) { $0 + Self.closed.statistic(w, x, $1) } }),
    ("values", { x, _, z in Count.pairs(x).reduce(0) { $0 + z[$1.0] * z[$1.1] } }),
  ]

  private static func values(_ run: PeriodSimulator.Run) -> [Double] {
    run.state.behaviours.first ?? [0, 0, 0]
  }

  private static func compare(
    _ runs: [PeriodSimulator.Run], _ chain: ExactRelationsChain, _ law: [Double], _ label: String
  ) {
    for (name, statistic) in Self.statistics {
      let (mean, sd) = chain.moments(law, statistic)
      guard sd > 0 else { continue }
      let z = PeriodSimulatorTests.z(
        runs.map { statistic($0.state.network, $0.state.others[0], Self.values($0)) }, mean: mean,
        sd: sd)
      #expect(abs(z) < 4, "\(label), \(name): z = \(z)")
    }
  }

  @Test(arguments: cases.indices)
  func simulatorFollowsTheLaw(_ k: Int) {
    let item = Self.cases[k]
    let (chain, law) = item.law(item.parameters)
    #expect(abs(law.reduce(0, +) - 1) < 1e-12)
    let runs = Self.draws(
      item.simulator(), from: item.start, seed: 300 + UInt64(k))
    Self.compare(runs, chain, law, item.name)
  }

  /// The covariance of statistics with scores is the derivative of their expectation: against finite differences of
  /// the exact law.
  @Test(arguments: cases.indices)
  func scoresGiveTheDerivative(_ k: Int) {
    let item = Self.cases[k]
    let runs = Self.draws(
      item.simulator(withScores: true), from: item.start, seed: 330 + UInt64(k))
    let n = Double(runs.count)
    let statistic = Self.statistics[3].1
    func exact(_ p: [Double]) -> Double {
      let (chain, law) = item.law(p)
      return chain.moments(law, statistic).mean
    }
    let values = runs.map { statistic($0.state.network, $0.state.others[0], Self.values($0)) }
    let mean = values.reduce(0, +) / n
    // Laws of thousands of states take their time: some parameters of one of them.
    let isLarge = item.chain(item.parameters).stateCount > 1000
    let isSkipped = isLarge ? k != 12 : [0, 2, 5].contains(k)
    for p in item.parameters.indices {
      let scores = runs.map { $0.scores[p] }
      let sd = (scores.reduce(0) { $0 + $1 * $1 } / n).squareRoot()
      #expect(abs(PeriodSimulatorTests.z(scores, mean: 0, sd: sd)) < 4, "\(item.name), score \(p)")
      if isSkipped || isLarge && p % 4 != 3 { continue }
      var (above, below) = (item.parameters, item.parameters)
      above[p] += 1e-4
      below[p] -= 1e-4
      let slope = (exact(above) - exact(below)) / 2e-4
      let products = zip(values, scores).map { ($0 - mean) * $1 }
      let spread = (products.reduce(0) { $0 + ($1 - slope) * ($1 - slope) } / n).squareRoot()
      let z = PeriodSimulatorTests.z(products, mean: slope, sd: spread)
      #expect(abs(z) < 4, "\(item.name), parameter \(p): z = \(z)")
    }
  }

  /// An actor that comes late and one that leaves take part in both relations alike.
  @Test func actorsComeAndGo() {
    let item = Self.cases[8]
    let changes = [
      PresenceChange(time: 0.4, actor: 2, arrives: true),
      PresenceChange(time: 0.7, actor: 0, arrives: false),
    ]
    func constraints() -> PeriodConstraints {
      PeriodConstraints(actors: 3, directed: true, absent: [2], changes: changes)
    }
    let simulator = PeriodSimulator(
      item.model, parameters: item.parameters, period: 0, periods: 1, actors: 3,
      constraints: constraints(), withScores: true,
      beside: [PeriodSimulator.Beside(constraints: constraints())])
    let pair = [(from: 0, to: 1)]
    let start = PanelState(
      Network(actors: 3, directed: true, ties: pair),
      beside: [Network(actors: 3, directed: true, ties: pair)])
    func among(_ absent: Int?) -> ExactRelationsChain {
      func side(_ relation: ExactRelationsChain.Relation) -> ExactRelationsChain.Relation {
        ExactRelationsChain.Relation(
          chain: relation.chain, rate: relation.rate, terms: relation.terms,
          factor: { _, actor in actor == absent ? 0 : 1 },
          allowed: { _, i, j in i != absent && j != absent })
      }
      let whole = item.chain(item.parameters)
      return ExactRelationsChain(
        actors: 3, side(whole.relations[0]), side(whole.relations[1]))
    }
    let chain = among(nil)
    var law = among(2).law(from: chain.state([(0, 1)], [(0, 1)]), time: 0.4).map { $0 }
    law = chain.law(from: law, time: 0.3)
    var left = [Double](repeating: 0, count: law.count)
    for (s, p) in law.enumerated() {
      let (x, w) = chain.networks(s)
      func rest(_ network: Network) -> [(Int, Int)] {
        Count.pairs(network).filter { $0.0 != 0 && $0.1 != 0 }
      }
      left[chain.state(rest(x), rest(w))] += p
    }
    law = among(0).law(from: left, time: 0.3)
    let runs = Self.draws(simulator, from: start, seed: 361)
    Self.compare(runs, chain, law, "coming and going")
    for p in item.parameters.indices {
      let scores = runs.map { $0.scores[p] }
      let sd = (scores.reduce(0) { $0 + $1 * $1 } / Double(scores.count)).squareRoot()
      #expect(abs(PeriodSimulatorTests.z(scores, mean: 0, sd: sd)) < 4, "score \(p)")
    }
  }

  /// A relation without company is simulated as by itself, whoever names it.
  @Test func aRelationAloneIsAsBefore() {
    let terms = [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("reciprocity", Reciprocity()),
    ]
    let start = PanelState(Network(actors: 20, directed: true, ties: [(from: 0, to: 1)]))
    func run(_ name: String) -> PeriodSimulator.Run {
      let simulator = PeriodSimulator(
        PanelModel(directed: true, terms: terms, name: name), parameters: [5, -1, 0.5], period: 0,
        periods: 1, actors: 20, withScores: true)
      var random = RandomStream(Seed(362))
      return simulator.run(from: start, using: &random)
    }
    let (a, b) = (run("ties"), run("advice"))
    #expect(a.state == b.state && a.scores == b.scores && a.state.others.isEmpty)
  }
}
