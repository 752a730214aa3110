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

  /// With density alone, each actor's number of ties settles to a known law: between d and d + 1 ties the chances to
  /// gain and to lose one are (n − 1 − d) e^θ / S(d) and (d + 1) e^−θ / S(d + 1), S(d) being the sum of the weights of all
  /// choices. So the posterior of θ given the number of all ties can be summed.
  @Test func agreesWithTheExactPosterior() throws {
    let model = PanelModel(directed: true, terms: [PanelModel.NetworkTerm("density", Density())])
    let (actors, ties) = (30, 150)
    let estimator = try SummaryEstimator(
      model, priors: [.normal(mean: -0.6, sd: 0.3)], summaries: [.meanDegree],
      observed: [Double(ties) / Double(actors)], actors: actors, opportunities: 60, particles: 1000)
    let estimate = try estimator.estimate(seed: Seed(352), threads: 2)

    func likelihood(_ theta: Double) -> Double {
      let (up, down) = (PortableMath.exp(theta), PortableMath.exp(-theta))
      func total(_ d: Int) -> Double { 1 + Double(actors - 1 - d) * up + Double(d) * down }
      var law = [1.0]
      for d in 0..<actors - 1 {
        law.append(
          law[d] * (Double(actors - 1 - d) * up / total(d)) / (Double(d + 1) * down / total(d + 1)))
      }
      let mass = law.reduce(0, +)
      var sum = [1.0]
      for _ in 0..<actors {
        var next = [Double](repeating: 0, count: sum.count + law.count - 1)
        for (i, a) in sum.enumerated() {
          for (j, b) in law.enumerated() { next[i + j] += a * b / mass }
        }
        sum = next
      }
      return sum[ties]
    }
    var (mass, mean, square) = (0.0, 0.0, 0.0)
    for step in 0..<240 {
      let theta = -1.8 + 2.4 * (Double(step) + 0.5) / 240
      let z = (theta + 0.6) / 0.3
      let weight = likelihood(theta) * PortableMath.exp(-z * z / 2)
      mass += weight
      mean += weight * theta
      square += weight * theta * theta
    }
    let exact = mean / mass
    let sd = (square / mass - exact * exact).squareRoot()
    // The distance of the last generation widens the posterior a little.
    #expect(abs(estimate.parameters[0].mean - exact) < 0.25 * sd)
    #expect(abs(estimate.parameters[0].sd / sd - 1) < 0.15)
  }

  static let study = """
    actors: schools
    directed: true
    effects:
      density: {normal: [-2, 0.8], source: assumption}
      reciprocity: {normal: [1, 1], source: assumption}
      same(phase): 0.4
    observed: {mean-degree: 4, reciprocity: 0.4, within: {phase: 0.7}}
    opportunities: 15
    draws: 100
    """

  static func step(_ yaml: String = study) throws -> SummaryFormationStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(SummaryFormationStep.keys)
    return try SummaryFormationStep(from: section)
  }

  @Test func stepFeedsAScenario() throws {
    let data = FormationStepTests.data()
    let step = try Self.step()
    try step.check(in: data)
    let result = try step.run(in: data, places: nil, seed: Seed(353), threads: 2)
    #expect(result.names == ["density", "reciprocity", "same(phase)"])
    #expect(result.tables.map(\.name) == ["effects", "summaries"])
    #expect(abs(result.values[2] - 0.4) < 1e-12)
    let formation = try EstimatedFormation(
      CarriedEstimate(
        terms: result.names, estimates: result.values, covariance: result.covariance,
        unit: "log odds"),
      step: LocatedText("summaries", at: SourceLocation(file: "", line: 1, column: 1)))
    #expect(formation.rate == nil)
    var random = RandomStream(Seed(354))
    let draw = formation.draw(using: &random)
    #expect(draw.count == 3 && abs(draw[2] - 0.4) < 1e-4 && draw[0] != result.values[0])
  }

  @Test(arguments: [
    ("observed: {mean-degree: 4}", "cannot tell"),
    ("observed: {mean-degree: 4, within: {faze: 0.7}}", "faze"),
    ("observed: {reciprocity: 1.4}", "share"), ("directed: false", "directed: true"),
    ("effects: {density: -2}", "nothing to estimate"),
    ("effects: {density: {prior: nonsense}}", "nonsense"),
  ])
  func mistakes(_ item: (line: String, says: String)) throws {
    let key = item.line.split(separator: ":")[0]
    var lines: [String] = []
    var skipping = false
    for line in Self.study.split(separator: "\n").map(String.init) {
      if line.hasPrefix("\(key):") {
        skipping = true
      } else if !line.hasPrefix(" ") {
        skipping = false
      }
      if !skipping { lines.append(line) }
    }
    lines.append(item.line)
    do {
      let step = try Self.step(lines.joined(separator: "\n"))
      let data = FormationStepTests.data()
      try step.check(in: data)
      _ = try step.run(in: data, places: nil, seed: Seed(355), threads: 2)
      Issue.record("\(item.line) was accepted")
    } catch { #expect("\(error)".contains(item.says), "\(error)") }
  }
}
