import Designs
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Parameters from summaries of a network alone.
@Suite struct SummaryEstimatorTests {
  static let truth = [-2.2, 1.2, 0.25]
  static let count = 40
  static let model = PanelModel(
    directed: true,
    terms: [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("reciprocity", Reciprocity()),
      PanelModel.NetworkTerm("transitivity", Transitivity()),
    ])
  static let priors: [Spread] = [
    .normal(mean: -2, sd: 0.8), .normal(mean: 1, sd: 1), .uniform(low: -0.2, high: 0.6),
  ]

  static func settled(seed: UInt64) -> Network {
    let simulator = PeriodSimulator(
      model, parameters: [30] + truth, period: 0, periods: 1, actors: count)
    var random = RandomStream(Seed(seed))
    return simulator.run(
      from: PanelState(Network(actors: count, directed: true)), using: &random
    ).state.network
  }

  static func estimator(_ network: Network, particles: Int = 200) throws -> SummaryEstimator {
    let about = NetworkDescription(network)
    return try SummaryEstimator(
      model, priors: priors,
      summaries: [.meanDegree, .sdDegree, .reciprocity, .transitivity, .isolates],
      observed: [
        about.meanDegree, about.sdDegree, about.reciprocity ?? 0, about.transitivity ?? 0,
        Double(about.isolates) / Double(count),
      ], actors: count, opportunities: 20, particles: particles)
  }

  /// Over several networks the truth lies within the posterior as often as it should, roughly: 3 × 8 intervals of 95 %
  /// miss it more than four times in 3 of 100 studies.
  @Test func findsTheTruth() throws {
    var missed = 0
    for seed in 340..<348 as Range<UInt64> {
      let estimate = try Self.estimator(Self.settled(seed: seed))
        .estimate(seed: Seed(seed), threads: 2)
      for (k, parameter) in estimate.parameters.enumerated() {
        if Self.truth[k] < parameter.low || Self.truth[k] > parameter.high { missed += 1 }
        #expect(abs(parameter.mean - Self.truth[k]) < 4.5 * parameter.sd)
      }
      // Networks say much of density and of what is returned.
      #expect(estimate.parameters[0].sd < 0.5 * estimate.parameters[0].priorSD)
      #expect(estimate.parameters[1].sd < 0.6 * estimate.parameters[1].priorSD)
      #expect(estimate.effectiveDraws > 30)
      for fit in estimate.fits { #expect(fit.low <= fit.observed && fit.observed <= fit.high) }
    }
    #expect(missed <= 4, "\(missed) of 24")
  }

  @Test func threadsDoNotMatter() throws {
    let estimator = try Self.estimator(Self.settled(seed: 350), particles: 100)
    let one = try estimator.estimate(seed: Seed(351), threads: 1)
    let two = try estimator.estimate(seed: Seed(351), threads: 2)
    #expect(one.parameters == two.parameters)
    #expect(one.covariance == two.covariance)
  }
}
