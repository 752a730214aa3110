import Foundation
import Networks
import Probability
import Testing

/// How long a mini-step takes, shown where `COUNTERPART_TIMINGS` is set: density, reciprocity, transitive triplets and
/// same, average degree four, on one thread.
@Suite(
  .serialized, .enabled(if: ProcessInfo.processInfo.environment["COUNTERPART_TIMINGS"] != nil))
struct MiniStepTimings {
  @Test(arguments: [50, 200, 1000, 2000])
  func directed(_ count: Int) {
    var random = RandomStream(Seed(1))
    let kinds = (0..<count).map { _ in Double(random.index(below: 2)) }
    let terms = [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("reciprocity", Reciprocity()),
      PanelModel.NetworkTerm("transitivity", Transitivity()),
      PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kinds)),
    ]
    var start = PanelState(Network(actors: count, directed: true))
    while start.network.tieCount < 4 * count {
      let (i, j) = (random.index(below: count), random.index(below: count))
      if i != j, !start.network.hasTie(i, j) { start.network.toggle(i, j) }
    }
    let density = -0.5 * PortableMath.log(Double(count)) - 0.1
    let simulator = PeriodSimulator(
      PanelModel(directed: true, terms: terms), parameters: [6, density, 1.5, 0.2, 0.2], period: 0,
      periods: 1, actors: count)
    var (steps, ties, runs) = (0, 0, 0)
    let clock = ContinuousClock()
    let before = clock.now
    let processor = Self.processorTime()
    while steps < 400_000 {
      let run = simulator.run(from: start, using: &random)
      steps += run.miniSteps[0]
      ties += run.state.network.tieCount
      runs += 1
    }
    let time = Self.processorTime() - processor
    print(
      "n \(count): \(time / Double(steps) * 1e6) µs a mini-step,",
      "mean degree \(Double(ties) / Double(runs * count)), wall \(clock.now - before)")
    #expect(steps > 0)
  }

  /// The same of two relations that look at each other: density, reciprocity, transitivity in one, each with a tie there.
  @Test(arguments: [50, 200, 1000])
  func twoRelations(_ count: Int) {
    var random = RandomStream(Seed(1))
    func terms(_ other: Int) -> [PanelModel.NetworkTerm] {
      [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
        PanelModel.NetworkTerm("transitivity", Transitivity()),
        PanelModel.NetworkTerm("tied-in", lookingAt: other, TiedThere()),
      ]
    }
    let density = -0.5 * PortableMath.log(Double(count)) - 0.1
    let simulator = PeriodSimulator(
      PanelModel(
        directed: true, terms: terms(1),
        beside: [PanelModel.Relation("other", directed: true, terms: terms(0))]),
      parameters: [6, density, 1.5, 0.2, 0.5, 6, density, 1.5, 0.2, 0.5], period: 0, periods: 1,
      actors: count)
    let empty = Network(actors: count, directed: true)
    var state = PanelState(empty, beside: [empty])
    var room = PeriodSimulator.Workspace(simulator)
    var (steps, runs) = (0, 0)
    let processor = Self.processorTime()
    while steps < 200_000 {
      let run = simulator.run(from: state, until: .time(1), using: &random, &room)
      steps += run.miniSteps.reduce(0, +)
      state = runs % 8 == 7 ? PanelState(empty, beside: [empty]) : run.state
      runs += 1
    }
    let time = Self.processorTime() - processor
    print("n \(count), two relations: \(time / Double(steps) * 1e6) µs a mini-step")
    #expect(steps > 0)
  }

  private static func processorTime() -> Double { Double(clock()) / 1e6 }
}
