import Networks
import Probability
import Testing

/// Identities between rules of consent that hold exactly.
@Suite struct ConsentIdentityTests {
  private func law(_ consent: Consent, doubled: Bool, time: Double) -> (ExactChain, [Double]) {
    let chain = ExactChain(actors: 5, directed: false)
    let effects = SimulationAgainstExactTests.undirected.map {
      WeightedEffect($0.name, $0.effect, weight: doubled ? 2 * $0.weight : $0.weight)
    }
    let model = FormationModel(rate: 0.6, effects: effects, consent: consent)
    let start = chain.bits(SimulationAgainstExactTests.start)
    return (chain, chain.distribution(model, start: start, time: time))
  }

  /// With effects that both sides feel alike, one who dictates with twice the parameters is two who compensate.
  @Test func dictationOfTwiceIsCompensation() {
    let (_, a) = law(.meeting(Compensation()), doubled: false, time: 1)
    let (_, b) = law(.meeting(Dictation()), doubled: true, time: 1)
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  /// In the long run compensation gives the exponential random graph model with twice the parameters.
  @Test func compensationEndsInAnExponentialRandomGraph() {
    let (chain, law) = law(.meeting(Compensation()), doubled: false, time: 60)
    let codes = SimulationAgainstExactTests.codes
    let weights = chain.states.map { x in
      PortableMath.exp(
        2 * (-0.8 * Count.ties(x) + 0.5 * Count.triangles(x) + 0.4 * Count.same(x, codes)))
    }
    let total = weights.reduce(0, +)
    #expect(zip(law, weights).allSatisfy { abs($0 - $1 / total) < 1e-10 })
  }

  /// And so does its simulation.
  @Test func simulatedLongRun() {
    let effects = SimulationAgainstExactTests.undirected
    let (chain, law) = law(.meeting(Compensation()), doubled: false, time: 60)
    let model = PanelModel(
      directed: false, consent: .meeting(Compensation()),
      terms: effects.map { PanelModel.NetworkTerm($0.name, $0.effect) })
    let simulator = PeriodSimulator(
      model, parameters: [0.6] + effects.map(\.weight), period: 0, periods: 1, actors: 5)
    let ends = PeriodSimulatorTests.draws(
      simulator, from: PanelState(Network(actors: 5, directed: false)), until: .time(50),
      seed: 95, runs: 10_000
    ).map(\.state.network)
    for (name, count) in PeriodSimulatorTests.statistics {
      let (mean, sd) = chain.moments(law, count)
      let z = PeriodSimulatorTests.z(ends.map(count), mean: mean, sd: sd)
      #expect(abs(z) < 4, "\(name): z = \(z)")
    }
  }
}
