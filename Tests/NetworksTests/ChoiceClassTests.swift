import Networks
import Probability
import Testing

/// Actors that are weighed class by class follow the same law as actors weighed one by one.
@Suite struct ChoiceClassTests {
  static func start(_ count: Int, directed: Bool, seed: UInt64) -> PanelState {
    var random = RandomStream(Seed(seed))
    var network = Network(actors: count, directed: directed)
    while network.tieCount < 2 * count {
      let (i, j) = (random.index(below: count), random.index(below: count))
      if i != j, !network.hasTie(i, j) { network.toggle(i, j) }
    }
    return PanelState(network)
  }

  /// An effect that does nothing but make everyone be enumerated.
  static let nothing = PanelModel.NetworkTerm("nothing", Popularity())

  @Test(arguments: [true, false])
  func classesFollowTheSameLaw(directed: Bool) {
    let count = 60
    var random = RandomStream(Seed(5))
    let kinds = (0..<count).map { _ in Double(random.index(below: 2)) }
    let sizes = (0..<count).map { _ in Double(random.index(below: 3)) }
    var terms = [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("transitivity", Transitivity()),
      PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kinds)),
      PanelModel.NetworkTerm(
        "alter", CovariateEffect(AlterValue(centre: 1), sizes), part: .creation),
      PanelModel.NetworkTerm("activity", RootActivity()),
    ]
    var weights = [-2.0, 0.4, 0.5, 0.3, -0.05]
    if directed {
      terms += [
        PanelModel.NetworkTerm("reciprocity", Reciprocity(), part: .endowment),
        PanelModel.NetworkTerm("cycles", ThreeCycles()),
      ]
      weights += [1.1, -0.2]
    }
    let start = Self.start(count, directed: directed, seed: 6)
    let fixed = [(from: 0, to: 1), (from: 2, to: 3), (from: 5, to: 40)]
    let constraints = PeriodConstraints(
      actors: count, directed: directed, fixed: fixed, absent: [7, 11])
    func runs(
      _ terms: [PanelModel.NetworkTerm], _ parameters: [Double], seed: UInt64
    )
      -> [PeriodSimulator.Run]
    {
      let model = PanelModel(
        directed: directed, consent: .initiative(InitiativeAndConfirmation(offset: 2)),
        terms: terms,
        maximumDegree: directed ? 6 : nil)
      let simulator = PeriodSimulator(
        model, parameters: parameters, period: 0, periods: 1, actors: count,
        constraints: constraints, withScores: true)
      return PeriodSimulatorTests.draws(simulator, from: start, seed: seed, runs: 1500)
    }
    let byClass = runs(terms, [4] + weights, seed: 7)
    let oneByOne = runs(terms + [Self.nothing], [4] + weights + [0], seed: 8)
    func compare(_ name: String, _ value: (PeriodSimulator.Run) -> Double) {
      let (a, b) = (byClass.map(value), oneByOne.map(value))
      func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
        let mean = x.reduce(0, +) / Double(x.count)
        return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count - 1))
      }
      let (first, second) = (moments(a), moments(b))
      let error = ((first.variance + second.variance) / Double(a.count)).squareRoot()
      #expect(abs(first.mean - second.mean) < 4 * error, "\(name): \(first.mean), \(second.mean)")
    }
    compare("ties") { Count.ties($0.state.network) }
    compare("triangles") { Double(Transitivity().statistic(of: $0.state.network)) }
    compare("same") {
      CovariateEffect(SameValue(), kinds).statistic(of: $0.state.network)
    }
    compare("isolates") { Count.isolates($0.state.network) }
    for k in 0...weights.count {
      compare("score \(k)") { $0.scores[k] }
      compare("square of score \(k)") { $0.scores[k] * $0.scores[k] }
    }
    for pair in fixed {
      let before = start.network.hasTie(pair.from, pair.to)
      #expect(byClass.allSatisfy { $0.state.network.hasTie(pair.from, pair.to) == before })
    }
    for absent in [7, 11] {
      let before = start.network.degree(absent)
      #expect(byClass.allSatisfy { $0.state.network.degree(absent) == before })
    }
    if directed {
      let most = (0..<count).map { max(6, start.network.degree($0)) }
      let isKept = byClass.allSatisfy { run in
        most.indices.allSatisfy { run.state.network.degree($0) <= most[$0] }
      }
      #expect(isKept)
    }
  }

  /// Long utilities leave no room for products: the model is simulated one by one, and stays finite.
  @Test(arguments: [-300.0, 60, 900])
  func extremeParametersAreSurvived(weight: Double) {
    let model = PanelModel(
      directed: true,
      terms: [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
      ])
    let simulator = PeriodSimulator(
      model, parameters: [2, weight, -weight], period: 0, periods: 1, actors: 30, withScores: true)
    var random = RandomStream(Seed(9))
    let run = simulator.run(
      from: Self.start(30, directed: true, seed: 10), using: &random)
    #expect(run.scores.allSatisfy { $0.isFinite })
    #expect(weight > 0 || run.state.network.tieCount < 30)
  }
}
