import Networks
import Probability
import Testing

/// Several relations at once against their exact law, and the draw among many against probabilities by brute force.
///
/// Each |z| < 4 has a false-alarm rate of 6e-5, and seeds are fixed.
@Suite struct RelationsAgainstExactTests {
  private typealias Value = @Sendable (Network, Int, Int) -> Double

  /// The functions with their definitions, spelt out once more.
  private static let tied: (any RelationFunction, Value) = (
    TiedThere(), { $0.hasTie($1, $2) ? 1 : 0 }
  )
  private static let returned: (any RelationFunction, Value) = (
    ReturnedThere(), { $0.hasTie($2, $1) ? 1 : 0 }
  )
  private static let closed: (any RelationFunction, Value) = (
    ClosedThere(),
    { other, i, j in
      Double((0..<other.actorCount).count { other.hasTie(i, $0) && other.hasTie($0, j) })
    }
  )
  private static let popular: (any RelationFunction, Value) = (
    PopularThere(), { other, _, j in Double((0..<other.actorCount).count { other.hasTie($0, j) }) }
  )
  private static let active: (any RelationFunction, Value) = (
    ActiveThere(), { other, i, _ in Double((0..<other.actorCount).count { other.hasTie(i, $0) }) }
  )

  private struct Term {
    let function: (any RelationFunction, Value)
    let weight: Double
    var part = PanelModel.Part.evaluation
  }

  /// Simulates two relations and compares moments of their joint law.
  private func check(
    _ models: [FormationModel], directed: [Bool], actors: Int, _ cross: [[Term]],
    start: [[(Int, Int)]], blockSize: Int? = nil, label: String
  ) {
    let chains = directed.map { ExactChain(actors: actors, directed: $0) }
    let chain = JointChain(
      chains: chains,
      processes: zip(models, cross).map { model, terms in
        JointChain.Process(
          model: model, cross: terms.map { ($0.weight, $0.part, $0.function.1) })
      })
    let begin = zip(chains, start).map { $0.bits($1) }
    let law = chain.distribution(start: chain.state(begin), time: 1)
    #expect(abs(law.reduce(0, +) - 1) < 1e-11)
    let simulator = RelationsSimulator(
      models.indices.map { r -> (name: String, formation: FormationSimulator?) in
        (
          "\(r)",
          FormationSimulator(
            models[r], actors: actors, directed: directed[r], blockSize: blockSize,
            nearBlocks: blockSize == nil ? 8 : 1, feedback: nil,
            around: cross[r].map {
              SurroundingEffect($0.function.0, of: 1 - r, weight: $0.weight, part: $0.part)
            })
        )
      })
    let statistics: [(String, @Sendable (Network, Network) -> Double)] = [
      ("ties of a", { a, _ in Count.ties(a) }), ("ties of b", { _, b in Count.ties(b) }),
      ("both", { a, b in Double(Count.pairs(a).count { b.hasTie($0.0, $0.1) }) }),
      (
        "returned",
        { a, b in Double(Count.pairs(a).count { b.hasTie($0.1, $0.0) && !b.hasTie($0.0, $0.1) }) }
      ),
      (
        "closed",
        { a, b in Count.pairs(a).reduce(0) { $0 + Double(b.twoPaths(from: $1.0, to: $1.1)) } }
      ),
      ("product", { a, b in Count.ties(a) * Count.ties(b) }),
      ("isolates of both", { a, b in Count.isolates(a) * Count.isolates(b) }),
    ]
    let from = zip(chains, begin).map { $0.states[$1] }
    let runs = 40_000
    let sums = replicate(20, threads: 2) { block in
      var sums = [Double](repeating: 0, count: statistics.count)
      for run in 0..<(runs / 20) {
        let end = simulator.run(
          from: from, years: 1, seed: Seed(51), replicate: UInt32(block * (runs / 20) + run))
        for (k, statistic) in statistics.enumerated() { sums[k] += statistic.1(end[0], end[1]) }
      }
      return sums
    }
    for (k, statistic) in statistics.enumerated() {
      var (first, second) = (0.0, 0.0)
      for (state, p) in law.enumerated() where p > 0 {
        let value = statistic.1(chain.network(state, of: 0), chain.network(state, of: 1))
        first += p * value
        second += p * value * value
      }
      let sd = max(0, second - first * first).squareRoot()
      let mean = sums.reduce(0) { $0 + $1[k] } / Double(runs)
      let z = sd > 0 ? (mean - first) / (sd / Double(runs).squareRoot()) : mean - first
      #expect(abs(z) < 4, "\(label), \(statistic.0): \(mean) against \(first), z \(z)")
    }
  }

  /// Two directed relations that look at each other: at ties, returned ties and paths, one with parts, the other with
  /// rates by its own ties.
  @Test(arguments: [nil, 1])
  func twoDirected(blockSize: Int?) {
    check(
      [
        FormationModel(
          rate: 2,
          effects: [
            WeightedEffect("density", Density(), weight: -0.9),
            WeightedEffect("reciprocity", Reciprocity(), weight: 0.8),
            WeightedEffect("same", Same([0, 0, 1]), weight: 0.5),
          ]),
        FormationModel(
          rate: 1.5, effects: [WeightedEffect("density", Density(), weight: -0.5)],
          rateTerms: [(effect: DegreeRate(), weight: 0.3)]),
      ], directed: [true, true], actors: 3,
      [
        [
          Term(function: Self.tied, weight: 1.2), Term(function: Self.closed, weight: 0.7),
          Term(function: Self.tied, weight: 0.6, part: .endowment),
        ],
        [
          Term(function: Self.returned, weight: 1),
          Term(function: Self.tied, weight: -0.5, part: .creation),
        ],
      ], start: [[(0, 1), (1, 2)], [(1, 0), (0, 2), (2, 1)]], blockSize: blockSize,
      label: "directed")
  }

  /// Looking at everyone's popularity and at one's own activity elsewhere.
  @Test(arguments: [nil, 1])
  func popularityAndActivityElsewhere(blockSize: Int?) {
    check(
      [
        FormationModel(
          rate: 2, effects: [WeightedEffect("density", Density(), weight: -0.7)]),
        FormationModel(
          rate: 2, effects: [WeightedEffect("density", Density(), weight: -0.4)]),
      ], directed: [true, true], actors: 3,
      [
        [Term(function: Self.active, weight: 0.6)], [Term(function: Self.popular, weight: -0.5)],
      ], start: [[(0, 1)], [(0, 1), (2, 1)]], blockSize: blockSize, label: "popularity")
  }

  /// Undirected ties by consent beside directed ones.
  @Test(arguments: [0, 1])
  func undirectedBesideDirected(rule: Int) {
    let consent: Consent =
      [
        Consent.initiative(InitiativeAndConfirmation(offset: 0.8)), .meeting(Conjunction()),
      ][rule]
    check(
      [
        FormationModel(
          rate: rule == 0 ? 2 : 1.1,
          effects: [
            WeightedEffect("density", Density(), weight: -0.6),
            WeightedEffect("transitivity", Transitivity(), weight: 0.4),
          ], consent: consent),
        FormationModel(
          rate: 1.5, effects: [WeightedEffect("density", Density(), weight: -0.4)]),
      ], directed: [false, true], actors: 3,
      [
        [Term(function: Self.tied, weight: 1.5), Term(function: Self.active, weight: -0.2)],
        [Term(function: Self.tied, weight: 0.9), Term(function: Self.closed, weight: 0.4)],
      ], start: [[(0, 1)], [(1, 0), (1, 2)]], label: "undirected \(rule)")
  }

  /// A draw among 400 whose field is drawn block by block, with every kind of effect of what surrounds it.
  @Test(arguments: [0, 17, 133], [1, 7])
  func drawsAmongMany(ego: Int, blockSize: Int) {
    let (effects, network, _) = ExactChoiceTests.world()
    let count = ExactChoiceTests.count
    var random = RandomStream(Seed(18))
    var other = Network(actors: count, directed: true)
    for _ in 0..<1600 {
      let i = random.index(below: count)
      let j = (i + 1 + random.index(below: count - 1)) % count
      if !other.hasTie(i, j) { other.toggle(i, j) }
    }
    let groups = (0..<40).map { g in (0..<10).map { Int32(40 * $0 + g) } }
    let around = Surroundings(
      networks: [Network(actors: 0, directed: false), other], .trust, groups, actors: count)
    let simulator = FormationSimulator(
      FormationModel(rate: 1, effects: effects), actors: count, directed: false,
      blockSize: blockSize, nearBlocks: 3, feedback: nil,
      around: [
        SurroundingEffect(TiedThere(), of: 1, weight: 1.1),
        SurroundingEffect(ReturnedThere(), of: 1, weight: 0.6),
        SurroundingEffect(ClosedThere(), of: 1, weight: 0.8),
        SurroundingEffect(ActiveThere(), of: 1, weight: -0.3),
        SurroundingEffect(togetherIn: .trust, weight: 1.3),
        SurroundingEffect(TiedThere(), of: 1, weight: 0.4, part: .creation),
      ])
    let others = (0..<count).filter { $0 != ego }.map(Int32.init)
    var utilities = [Double](repeating: 0, count: others.count)
    var span = utilities.mutableSpan
    for item in effects {
      item.effect.addChanges(
        network, ego: ego, candidates: others.span, weight: item.weight, to: &span)
    }
    var weights = [Double](repeating: 0, count: count + 1)
    weights[count] = 1
    for (alter, utility) in zip(others.map(Int.init), utilities) {
      let isTied = network.hasTie(ego, alter)
      var sum = utility - 0.3 * Double(other.degree(ego))
      if other.hasTie(ego, alter) { sum += isTied ? 1.1 : 1.5 }
      if other.hasTie(alter, ego) { sum += 0.6 }
      sum += 0.8 * Double(other.twoPaths(from: ego, to: alter))
      if ego % 40 == alter % 40 { sum += 1.3 }
      weights[alter] = PortableMath.exp(isTied ? -sum : sum)
    }
    let total = weights.reduce(0, +)
    let draws = 40_000
    var counts = [Double](repeating: 0, count: count + 1)
    for k in 0..<draws {
      let alter = simulator.draw(
        network, ego: ego, lift: 0, seed: Seed(19), replicate: UInt32(k), around: around)
      counts[alter ?? count] += 1
    }
    var (chiSquared, degrees, rest) = (0.0, -1.0, (expected: 0.0, count: 0.0))
    for (weight, seen) in zip(weights, counts) {
      let expected = weight / total * Double(draws)
      if expected < 20 {
        rest = (rest.expected + expected, rest.count + seen)
      } else {
        chiSquared += (seen - expected) * (seen - expected) / expected
        degrees += 1
      }
    }
    if rest.expected > 0 {
      chiSquared += (rest.count - rest.expected) * (rest.count - rest.expected) / rest.expected
      degrees += 1
    }
    let z = (chiSquared - degrees) / (2 * degrees).squareRoot()
    #expect(degrees > 20)
    #expect(z < 4.5, "χ² \(chiSquared) on \(degrees) degrees of freedom")
  }

  /// A relation without effects of others has the draws that it would have alone, and one that stays still stays.
  @Test func relationsDoNotDisturbEachOther() {
    let (effects, network, _) = ExactChoiceTests.world()
    let count = ExactChoiceTests.count
    let formation = FormationSimulator(
      FormationModel(rate: 2, effects: effects), actors: count, directed: false)
    let beside = FormationSimulator(
      FormationModel(
        rate: 1, effects: [WeightedEffect("density", Density(), weight: -5)],
        rateTerms: [(effect: DegreeRate(), weight: 0.1)]), actors: count, directed: true,
      feedback: nil, around: [SurroundingEffect(TiedThere(), of: 0, weight: 3)])
    let alone = formation.run(from: network, years: 2, seed: Seed(1), replicate: 4)
    let empty = Network(actors: count, directed: true)
    let together = RelationsSimulator([
      ("ties", formation), ("practice", beside), ("past", nil),
    ]).run(from: [network, empty, network], years: 2, seed: Seed(1), replicate: 4)
    #expect(together[0] == alone)
    #expect(together[2] == network)
    #expect(together[1].tieCount > 100)
    // Neither the order nor the number of other relations changes one's draws.
    let other = RelationsSimulator([
      ("ties", formation), ("past", nil), ("more", beside), ("practice", beside),
    ]).run(from: [network, network, empty, empty], years: 2, seed: Seed(1), replicate: 4)
    #expect(other[0] == alone && other[3] == together[1])
    #expect(other[2] != together[1])
  }
}
