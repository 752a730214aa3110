import Foundation
import Networks
import Probability
import Tables
import TestSupport
import Testing

/// The simulator of estimation against the exact law of tiny networks.
///
/// Each |z| < 4 has a false-alarm rate of 6e-5; seeds are fixed.
@Suite struct PeriodSimulatorTests {
  /// `COUNTERPART_RUNS=200000` makes the comparison twenty times as long.
  static let runs =
    ProcessInfo.processInfo.environment["COUNTERPART_RUNS"].flatMap { Int($0) } ?? 10_000

  static func draws(
    _ simulator: PeriodSimulator, from start: PanelState, until end: PeriodSimulator.End = .time(1),
    seed: UInt64, runs: Int = Self.runs
  ) -> [PeriodSimulator.Run] {
    replicate(50, threads: 2) { block in
      (block * runs / 50..<(block + 1) * runs / 50).map { run in
        var random = RandomStream(Seed(seed), replicate: UInt32(run))
        return simulator.run(from: start, until: end, using: &random)
      }
    }.flatMap { $0 }
  }

  static func z(_ values: [Double], mean: Double, sd: Double) -> Double {
    let own = values.reduce(0, +) / Double(values.count)
    return (own - mean) / (sd / Double(values.count).squareRoot())
  }

  @Test(arguments: 0..<7)
  func everyRuleOfConsent(_ rule: Int) {
    let (name, consent, rate) = SimulationAgainstExactTests.rules[rule]
    let effects = SimulationAgainstExactTests.undirected
    let chain = ExactChain(actors: 5, directed: false)
    let law = chain.distribution(
      FormationModel(rate: rate, effects: effects, consent: consent),
      start: chain.bits(SimulationAgainstExactTests.start), time: 1)
    let model = PanelModel(
      directed: false, consent: consent,
      terms: effects.map { PanelModel.NetworkTerm($0.name, $0.effect) })
    let simulator = PeriodSimulator(
      model, parameters: [rate] + effects.map(\.weight), period: 0, periods: 1, actors: 5)
    let start = PanelState(
      Network(
        actors: 5, directed: false,
        ties: SimulationAgainstExactTests.start.map { (from: $0.0, to: $0.1) }))
    let ends = Self.draws(simulator, from: start, seed: 40 + UInt64(rule)).map(\.state.network)
    for (statistic, count) in Self.statistics {
      let (mean, sd) = chain.moments(law, count)
      let z = Self.z(ends.map(count), mean: mean, sd: sd)
      #expect(abs(z) < 4, "\(name) \(statistic): z = \(z)")
    }
  }

  static let statistics: [(String, @Sendable (Network) -> Double)] = [
    ("ties", Count.ties), ("triangles", Count.triangles), ("two-stars", Count.twoStars),
    ("isolates", Count.isolates),
    ("same", { Count.same($0, SimulationAgainstExactTests.codes) }),
  ]

  static let directedStatistics: [(String, @Sendable (Network) -> Double)] = [
    ("ties", Count.ties), ("mutual", Count.mutual), ("transTrip", Count.transitiveTriplets),
    ("cycle3", Count.threeCycles), ("isolates", Count.isolates),
  ]

  /// Creation and endowment parts, and all kinds of reach together.
  @Test func directedWithParts() throws {
    let likeness = Similar([1, 2, 3, 4])
    let chain = ExactPanelChain(actors: 4, levels: [0])
    func check(
      _ terms: [(String, any NetworkEffect, Double, PanelModel.Part)], seed: UInt64,
      reference: String?
    ) throws {
      let start = [(0, 1), (1, 0), (1, 2), (2, 3)]
      let law = chain.distribution(
        rate: 3,
        terms.map { term in
          ExactPanelChain.Term(effect: { _ in term.1 }, weight: term.2, part: term.3)
        }, behaviourRate: 0, [], start: chain.state(start, [0, 0, 0, 0]))
      let model = PanelModel(
        directed: true, terms: terms.map { PanelModel.NetworkTerm($0.0, $0.1, part: $0.3) })
      let simulator = PeriodSimulator(
        model, parameters: [3] + terms.map(\.2), period: 0, periods: 1, actors: 4)
      let state = PanelState(
        Network(actors: 4, directed: true, ties: start.map { (from: $0.0, to: $0.1) }))
      let ends = Self.draws(simulator, from: state, seed: seed).map(\.state.network)
      for (name, count) in Self.directedStatistics {
        let (mean, sd) = chain.moments(law) { network, _ in count(network) }
        let z = Self.z(ends.map(count), mean: mean, sd: sd)
        #expect(abs(z) < 4, "\(name): z = \(z)")
        guard let reference, SharedReference.isPresent else { continue }
        let text = try String(
          contentsOf: SharedReferenceTests.folder().appendingPathComponent(
            "exact_enumeration.json"),
          encoding: .utf8)
        let entry = try #require(try JSON(parsing: text)[reference])
        let (otherMean, otherSD) = try (
          #require(entry["mean"]?[name]?.number), #require(entry["sd"]?[name]?.number)
        )
        #expect(isClose(mean, otherMean, relative: 1e-9), "\(name): \(mean), \(otherMean)")
        #expect(isClose(sd, otherSD, relative: 1e-9), "\(name): \(sd), \(otherSD)")
      }
    }
    try check(
      [
        ("density", Density(), -1, .evaluation), ("reciprocity", Reciprocity(), 0.4, .evaluation),
        ("transitivity", Transitivity(), 0.3, .evaluation), ("similar", likeness, 0.8, .evaluation),
        ("reciprocity", Reciprocity(), 1, .creation), ("reciprocity", Reciprocity(), 2, .endowment),
      ], seed: 50, reference: "directed_n4_creation_endow_recip")
    try check(
      [
        ("density", Density(), -1, .evaluation), ("three-cycles", ThreeCycles(), 0.4, .evaluation),
        ("activity", RootActivity(), 0.2, .evaluation), ("isolates", Isolation(), -0.8, .creation),
        ("in-activity", InActivity(), 0.15, .endowment),
      ], seed: 51, reference: nil)
    try check(
      [
        ("density", Density(), -1, .evaluation), ("gwesp", SharedPartners(), 0.5, .evaluation),
        ("popularity", Popularity(root: true), 0.3, .evaluation),
        ("capacity", Capacity(limit: 2), -0.6, .evaluation),
      ], seed: 52, reference: nil)
  }

  static let likeness = Likeness(range: 2, centre: 0.5)
  static let shape: [(effect: any BehaviourEffect, weight: Double)] = [
    (LinearShape(centre: 2), 0.2), (QuadraticShape(centre: 2), -0.3),
    (PartnerSimilarity(likeness, average: true), 1.5),
  ]
  static let coevolving = PanelModel(
    directed: true,
    terms: [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("reciprocity", Reciprocity()),
      PanelModel.NetworkTerm("similar(z)", selectionOn: 0, likeness),
    ],
    behaviours: [
      PanelModel.Behaviour(
        "z", range: 1...3, terms: shape.map { ("term", $0.effect) })
    ])
  static let coevolutionParameters = [2, -0.7, 1, 0.9, 1.2, 0.2, -0.3, 1.5]
  static let coevolutionStart = PanelState(
    Network(actors: 3, directed: true, ties: [(from: 0, to: 1), (from: 1, to: 2)]),
    behaviours: [[1, 3, 2]])

  static func coevolutionLaw(_ p: [Double]) -> (ExactPanelChain, [Double]) {
    let chain = ExactPanelChain(actors: 3, levels: [1, 2, 3])
    let law = chain.distribution(
      rate: p[0],
      [
        ExactPanelChain.Term(effect: { _ in Density() }, weight: p[1]),
        ExactPanelChain.Term(effect: { _ in Reciprocity() }, weight: p[2]),
        ExactPanelChain.Term(effect: { CovariateEffect(likeness, $0) }, weight: p[3]),
      ], behaviourRate: p[4],
      shape.enumerated().map { (effect: $1.effect, weight: p[5 + $0]) },
      start: chain.state([(0, 1), (1, 2)], [1, 3, 2]))
    return (chain, law)
  }

  static let coevolutionStatistics: [(String, @Sendable (Network, [Double]) -> Double)] = [
    ("ties", { x, _ in Count.ties(x) }), ("mutual", { x, _ in Count.mutual(x) }),
    ("zmean", { _, z in z.reduce(0, +) / 3 }),
    (
      "zvar_pop",
      { _, z in
        let mean = z.reduce(0, +) / 3
        return z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3
      }
    ),
    (
      "abs_diff_over_ties",
      { x, z in Count.pairs(x).reduce(0) { $0 + abs(z[$1.0] - z[$1.1]) } }
    ),
  ]

  @Test func coevolutionOfBehaviour() throws {
    let (chain, law) = Self.coevolutionLaw(Self.coevolutionParameters)
    let simulator = PeriodSimulator(
      Self.coevolving, parameters: Self.coevolutionParameters, period: 0, periods: 1, actors: 3)
    let ends = Self.draws(simulator, from: Self.coevolutionStart, seed: 60)
    for (name, statistic) in Self.coevolutionStatistics {
      let (mean, sd) = chain.moments(law, statistic)
      let z = Self.z(
        ends.map { statistic($0.state.network, $0.state.behaviours[0]) }, mean: mean, sd: sd)
      #expect(abs(z) < 4, "\(name): z = \(z)")
      guard SharedReference.isPresent else { continue }
      let text = try String(
        contentsOf: SharedReferenceTests.folder().appendingPathComponent("exact_enumeration.json"),
        encoding: .utf8)
      let entry = try #require(try JSON(parsing: text)["coevolution_n3"])
      let (otherMean, otherSD) = try (
        #require(entry["mean"]?[name]?.number), #require(entry["sd"]?[name]?.number)
      )
      #expect(isClose(mean, otherMean, relative: 1e-9), "\(name): \(mean), \(otherMean)")
      #expect(isClose(sd, otherSD, relative: 1e-9), "\(name): \(sd), \(otherSD)")
    }
  }

  /// The covariance of statistics with scores is the derivative of their expectation: against finite differences of
  /// the exact law.
  @Test func scoresGiveTheDerivative() {
    let simulator = PeriodSimulator(
      Self.coevolving, parameters: Self.coevolutionParameters, period: 0, periods: 1, actors: 3,
      withScores: true)
    let runs = Self.draws(simulator, from: Self.coevolutionStart, seed: 61, runs: 20_000)
    func exact(_ p: [Double], _ statistic: (Network, [Double]) -> Double) -> Double {
      let (chain, law) = Self.coevolutionLaw(p)
      return chain.moments(law, statistic).mean
    }
    let n = Double(runs.count)
    for k in Self.coevolutionParameters.indices {
      let scores = runs.map { $0.scores[k] }
      let sd = (scores.reduce(0) { $0 + $1 * $1 } / n).squareRoot()
      #expect(abs(Self.z(scores, mean: 0, sd: sd)) < 4, "score \(k)")
      var (above, below) = (Self.coevolutionParameters, Self.coevolutionParameters)
      above[k] += 1e-4
      below[k] -= 1e-4
      for (name, statistic) in [Self.coevolutionStatistics[1], Self.coevolutionStatistics[4]] {
        let slope = (exact(above, statistic) - exact(below, statistic)) / 2e-4
        let values = runs.map { statistic($0.state.network, $0.state.behaviours[0]) }
        let mean = values.reduce(0, +) / n
        let products = zip(values, scores).map { ($0 - mean) * $1 }
        let spread =
          (products.reduce(0) { $0 + ($1 - slope) * ($1 - slope) } / n).squareRoot()
        let z = Self.z(products, mean: slope, sd: spread)
        #expect(abs(z) < 4, "\(name) by parameter \(k): z = \(z)")
      }
    }
  }

  /// The same for every rule of consent.
  @Test(arguments: 0..<7)
  func scoresOfConsent(_ rule: Int) {
    let (name, consent, rate) = SimulationAgainstExactTests.rules[rule]
    let effects = SimulationAgainstExactTests.undirected
    let chain = ExactChain(actors: 5, directed: false)
    let start = SimulationAgainstExactTests.start
    let model = PanelModel(
      directed: false, consent: consent,
      terms: effects.map { PanelModel.NetworkTerm($0.name, $0.effect) })
    let parameters = [rate] + effects.map(\.weight)
    let simulator = PeriodSimulator(
      model, parameters: parameters, period: 0, periods: 1, actors: 5, withScores: true)
    let runs = Self.draws(
      simulator,
      from: PanelState(
        Network(actors: 5, directed: false, ties: start.map { (from: $0.0, to: $0.1) })),
      seed: 70 + UInt64(rule))
    func exact(_ p: [Double]) -> Double {
      let model = FormationModel(
        rate: p[0],
        effects: zip(effects, p.dropFirst()).map { WeightedEffect($0.name, $0.effect, weight: $1) },
        consent: consent)
      let law = chain.distribution(model, start: chain.bits(start), time: 1)
      return chain.moments(law, Count.twoStars).mean
    }
    let values = runs.map { Count.twoStars($0.state.network) }
    let mean = values.reduce(0, +) / Double(runs.count)
    for k in parameters.indices {
      var (above, below) = (parameters, parameters)
      above[k] += 1e-4
      below[k] -= 1e-4
      let slope = (exact(above) - exact(below)) / 2e-4
      let products = zip(values, runs).map { ($0 - mean) * $1.scores[k] }
      let spread = (products.reduce(0) { $0 + ($1 - slope) * ($1 - slope) } / Double(runs.count))
        .squareRoot()
      let z = Self.z(products, mean: slope, sd: spread)
      #expect(abs(z) < 4, "\(name), parameter \(k): z = \(z)")
    }
  }
}
