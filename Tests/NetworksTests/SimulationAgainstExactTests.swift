import Networks
import Probability
import Testing

/// The simulator against the exact law of tiny networks.
///
/// Each |z| < 4 has a false-alarm rate of 6e-5; with some 60 statistics the suite's is below 0.4 %, and its seed
/// is fixed.
@Suite struct SimulationAgainstExactTests {
  static let codes: [Int32] = [0, 0, 1, 1, 1]
  static let start = [(0, 1), (1, 2), (0, 2), (3, 4)]
  static let undirected = [
    WeightedEffect("density", Density(), weight: -0.8),
    WeightedEffect("transitivity", Transitivity(), weight: 0.5),
    WeightedEffect("same", Same(codes), weight: 0.4),
  ]

  static let rules: [(String, Consent, Double)] = [
    ("impose", .initiative(Imposition()), 2),
    ("confirm", .initiative(InitiativeAndConfirmation()), 2),
    ("confirm, offset 1.5", .initiative(InitiativeAndConfirmation(offset: 1.5)), 2),
    ("dictate", .meeting(Dictation()), 0.6),
    ("both", .meeting(Conjunction()), 0.6),
    ("either", .meeting(Disjunction()), 0.6),
    ("compensate", .meeting(Compensation()), 0.6),
  ]

  @Test(arguments: 0..<7)
  func undirectedOfFive(rule: Int) {
    let (name, consent, rate) = Self.rules[rule]
    let model = FormationModel(rate: rate, effects: Self.undirected, consent: consent)
    let chain = ExactChain(actors: 5, directed: false)
    let law = chain.distribution(model, start: chain.bits(Self.start), time: 1)
    #expect(abs(law.reduce(0, +) - 1) < 1e-12)
    let simulator = FormationSimulator(model, actors: 5, directed: false)
    check(
      simulator, from: chain.states[chain.bits(Self.start)], chain, law, label: name,
      [
        ("ties", Count.ties), ("triangles", Count.triangles), ("two-stars", Count.twoStars),
        ("isolates", Count.isolates), ("same", { Count.same($0, Self.codes) }),
      ])
  }

  @Test func directedOfFour() {
    let model = FormationModel(
      rate: 3,
      effects: [
        WeightedEffect("density", Density(), weight: -1),
        WeightedEffect("reciprocity", Reciprocity(), weight: 1.2),
        WeightedEffect("transitivity", Transitivity(), weight: 0.3),
        WeightedEffect("similar", Similar([1, 2, 3, 4]), weight: 0.8),
      ])
    let chain = ExactChain(actors: 4, directed: true)
    let start = chain.bits([(0, 1), (1, 0), (1, 2), (2, 3)])
    let law = chain.distribution(model, start: start, time: 1)
    let simulator = FormationSimulator(model, actors: 4, directed: true)
    check(
      simulator, from: chain.states[start], chain, law, label: "directed",
      [
        ("ties", Count.ties), ("mutual", Count.mutual), ("triplets", Count.transitiveTriplets),
        ("cycles", Count.threeCycles), ("isolates", Count.isolates),
      ])
  }

  /// The near and far field by blocks of one or two actors gives the same law as enumeration.
  @Test(arguments: [1, 2])
  func farField(blockSize: Int) {
    let model = FormationModel(
      rate: 2,
      effects: Self.undirected + [
        WeightedEffect(
          "log-distance",
          LogDistance(Locations(eastings: [0, 1, 4, 9, 30], northings: [0, 2, 1, 5, 3])),
          weight: -0.3)
      ])
    let chain = ExactChain(actors: 5, directed: false)
    let start = chain.bits(Self.start)
    let law = chain.distribution(model, start: start, time: 1)
    let simulator = FormationSimulator(
      model, actors: 5, directed: false, blockSize: blockSize, nearBlocks: 1)
    check(
      simulator, from: chain.states[start], chain, law, label: "blocks of \(blockSize)",
      [
        ("ties", Count.ties), ("triangles", Count.triangles), ("isolates", Count.isolates),
        ("far tie", { $0.hasTie(0, 4) ? 1 : 0 }),
      ])
  }

  private func check(
    _ simulator: FormationSimulator, from start: Network, _ chain: ExactChain, _ law: [Double],
    label: String, _ statistics: [(String, @Sendable (Network) -> Double)]
  ) {
    let runs = 200_000
    let sums = replicate(20, threads: 2) { block in
      var sums = [Double](repeating: 0, count: statistics.count)
      for run in 0..<(runs / 20) {
        let end = simulator.run(
          from: start, years: 1, seed: Seed(5), replicate: UInt32(block * (runs / 20) + run))
        for (k, statistic) in statistics.enumerated() { sums[k] += statistic.1(end) }
      }
      return sums
    }
    for (k, statistic) in statistics.enumerated() {
      let exact = chain.moments(law, statistic.1)
      let mean = sums.reduce(0) { $0 + $1[k] } / Double(runs)
      let z = (mean - exact.mean) / (exact.sd / Double(runs).squareRoot())
      #expect(abs(z) < 4, "\(label), \(statistic.0): \(mean) against \(exact.mean), z \(z)")
    }
  }
}
