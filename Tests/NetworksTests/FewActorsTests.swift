import Networks
import Probability
import Testing

/// Among few actors weights are kept up to date instead of found anew: the same law, by another way.
@Suite struct FewActorsTests {
  private static func start(_ count: Int, directed: Bool, seed: UInt64) -> PanelState {
    var random = RandomStream(Seed(seed))
    var network = Network(actors: count, directed: directed)
    while network.tieCount < 3 * count {
      let (i, j) = (random.index(below: count), random.index(below: count))
      if i != j, !network.hasTie(i, j) { network.toggle(i, j) }
    }
    return PanelState(network)
  }

  private static func terms(_ count: Int, directed: Bool) -> [PanelModel.NetworkTerm] {
    let kinds = (0..<count).map { Double($0 % 3) }
    let values = (0..<count).map { Double($0 * $0 % 17) }
    let terms = [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("transitivity", Transitivity()),
      PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kinds)),
      PanelModel.NetworkTerm("alter", CovariateEffect(AlterValue(centre: 8), values)),
      PanelModel.NetworkTerm("kept", Transitivity(), part: .endowment),
    ]
    guard directed else { return terms }
    return terms + [
      PanelModel.NetworkTerm("reciprocity", Reciprocity()),
      PanelModel.NetworkTerm("three-cycles", ThreeCycles()),
      PanelModel.NetworkTerm("returned", Reciprocity(), part: .creation),
    ]
  }

  private static let weights = [-2.3, 0.2, 0.4, 0.03, 0.2]

  private static func simulator(
    _ count: Int, directed: Bool, maximumDegree: Int? = nil, withScores: Bool = false
  ) -> PeriodSimulator {
    PeriodSimulator(
      PanelModel(
        directed: directed, consent: .initiative(InitiativeAndConfirmation()),
        terms: terms(count, directed: directed), maximumDegree: maximumDegree),
      parameters: [4] + weights + (directed ? [0.8, -0.1, 0.4] : []), period: 0, periods: 1,
      actors: count, withScores: withScores)
  }

  @Test(arguments: [(12, true), (12, false), (60, true), (60, false)])
  func weightsStayRight(_ item: (count: Int, directed: Bool)) throws {
    let simulator = Self.simulator(item.count, directed: item.directed)
    var random = RandomStream(Seed(310))
    let drift = try #require(
      simulator.drift(
        from: Self.start(item.count, directed: item.directed, seed: 311), steps: 20_000,
        using: &random))
    #expect(drift < 1e-12)
  }

  /// A maximum that no one reaches turns the faster way off.
  @Test(arguments: [true, false])
  func sameMomentsAsTheOtherWay(_ directed: Bool) {
    let start = Self.start(40, directed: directed, seed: 312)
    func moments(_ maximum: Int?, seed: UInt64) -> [(mean: Double, error: Double)] {
      let simulator = Self.simulator(
        40, directed: directed, maximumDegree: maximum, withScores: directed)
      let runs = PeriodSimulatorTests.draws(simulator, from: start, seed: seed, runs: 3000)
      let values: [[Double]] = runs.map { run in
        let x = run.state.network
        return [
          Double(x.tieCount), directed ? Count.mutual(x) : Count.triangles(x),
          directed ? Count.transitiveTriplets(x) : Count.twoStars(x),
          Double(run.miniSteps[0]), Double(run.miniSteps[0] * run.miniSteps[0]),
        ] + run.scores + run.scores.map { $0 * Double(x.tieCount) } + run.scores.map { $0 * $0 }
      }
      return values[0].indices.map { k in
        let mean = values.reduce(0) { $0 + $1[k] } / 3000
        let variance = values.reduce(0) { $0 + ($1[k] - mean) * ($1[k] - mean) } / 2999
        return (mean, (variance / 3000).squareRoot())
      }
    }
    for (k, (a, b)) in zip(moments(nil, seed: 313), moments(39, seed: 314)).enumerated() {
      let z = (a.mean - b.mean) / max(1e-300, (a.error * a.error + b.error * b.error).squareRoot())
      #expect(abs(z) < 4, "statistic \(k): \(a.mean), \(b.mean), z = \(z)")
    }
  }

  /// Room that was used before, from this start and from another, gives the same bytes as new room.
  @Test func roomDoesNotMatter() {
    let simulator = Self.simulator(30, directed: true, withScores: true)
    let starts = [315, 316].map { Self.start(30, directed: true, seed: $0) }
    var work = PeriodSimulator.Workspace(simulator)
    for run in 0..<20 {
      let start = starts[run / 3 % 2]
      var (one, two) = (
        RandomStream(Seed(317), replicate: UInt32(run)),
        RandomStream(Seed(317), replicate: UInt32(run))
      )
      let used = simulator.run(from: start, until: .time(1), using: &one, &work)
      let new = simulator.run(from: start, using: &two)
      #expect(used.state == new.state && used.scores == new.scores)
      #expect(used.miniSteps == new.miniSteps)
    }
  }

  /// A conditional run ends where it should, after a time like the one observed at the same distance.
  @Test func endsAtTheDistance() {
    let simulator = Self.simulator(30, directed: true)
    let start = Self.start(30, directed: true, seed: 318)
    let runs = PeriodSimulatorTests.draws(
      simulator, from: start, until: .distance(40), seed: 319, runs: 500)
    for run in runs { #expect(run.state.network.distance(to: start.network) == 40) }
    // Time is the number of opportunities over their rate, in expectation.
    let time = runs.reduce(0) { $0 + $1.time } / 500
    let steps = runs.reduce(0) { $0 + Double($1.miniSteps[0]) } / 500
    #expect(abs(time * 120 / steps - 1) < 0.03)
  }
}
