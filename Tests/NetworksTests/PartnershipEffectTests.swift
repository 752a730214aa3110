import Foundation
import LinearAlgebra
import Networks
import Probability
import StudyFiles
import Tables
import Testing

@Suite struct PartnershipEffectTests {
  @Test func profileHoldsUntilTheNextYear() {
    let profile = YearProfile([(4, 0.04), (2, 0.02)])
    #expect((0...6).map { profile[$0] } == [0, 0, 0.02, 0.02, 0.04, 0.04, 0.04])
    #expect(YearProfile([(1, 0.1), (2, -0.3)]).peak == -0.3)
  }

  /// The spread is of the peak; years without effect stay without.
  @Test func declaredEffectsVaryAsDeclared() {
    let effect = DeclaredEffect(
      years: YearProfile([(1, 0), (2, 0.02), (3, 0.04)]), sd: 0.02, unit: 10, source: .assumption)
    let draws = (0..<20_000).map { replicate in
      var random = RandomStream(Seed(1), replicate: UInt32(replicate))
      return effect.profile(years: 4, using: &random)
    }
    for year in 0...4 {
      let values = draws.map { $0[year] }
      let mean = values.reduce(0, +) / 20_000
      let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000).squareRoot()
      let (expected, spread) = [(0, 0), (0, 0), (0.2, 0.1), (0.4, 0.2), (0.4, 0.2)][year]
      // Four standard errors of the mean, and of the standard deviation.
      #expect(abs(mean - expected) <= 4 * spread / 20_000.0.squareRoot())
      #expect(abs(sd - spread) <= 4 * spread / 40_000.0.squareRoot())
    }
  }

  private let carried = CarriedEstimate(
    terms: ["(Intercept)", "federated"], estimates: [0.5, 0.12],
    covariance: Matrix(rows: 2, columns: 2, elements: [0.04, 0.003, 0.003, 0.0009]), unit: "sd")

  @Test func carriedEffectsFollowTheirCovariance() throws {
    let effect = try CarriedEffect(
      carried, step: "attainment", term: "federated",
      share: YearProfile([(1, 0), (2, 0.5), (3, 1)]),
      unit: 2)
    let draws = (0..<20_000).map { replicate in
      var random = RandomStream(Seed(2), replicate: UInt32(replicate))
      return effect.profile(years: 3, using: &random)
    }
    let values = draws.map { $0[3] }
    let mean = values.reduce(0, +) / 20_000
    let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000).squareRoot()
    #expect(abs(mean - 0.24) < 4 * 0.06 / 20_000.0.squareRoot())
    #expect(abs(sd - 0.06) < 4 * 0.06 / 40_000.0.squareRoot())
    #expect(draws.allSatisfy { $0[0] == 0 && $0[1] == 0 && abs($0[2] - $0[3] / 2) < 1e-15 })
  }

  private func error(_ carried: CarriedEstimate, term: String?) -> ScenarioError? {
    do throws(ScenarioError) {
      _ = try CarriedEffect(
        carried, step: "attainment", term: term, share: YearProfile([(1, 1)]), unit: 1)
    } catch {
      return error
    }
    return nil
  }

  @Test func whatCannotBeCarriedIsSaid() {
    let terms = ["(Intercept)", "federated"]
    #expect(error(carried, term: nil) == .termNotNamed(step: "attainment", known: terms))
    #expect(
      error(carried, term: "federatd") == .unknownTerm("federatd", step: "attainment", known: terms)
    )
    let negative = CarriedEstimate(
      terms: ["a"], estimates: [1], covariance: Matrix(rows: 1, columns: 1, elements: [-1]),
      unit: "")
    #expect(error(negative, term: nil) == .covarianceNotPositive(step: "attainment"))
    let wrong = CarriedEstimate(
      terms: ["a"], estimates: [1], covariance: Matrix(rows: 2, columns: 1, elements: [1, 1]),
      unit: "")
    #expect(
      error(wrong, term: nil)
        == .covarianceShape(step: "attainment", rows: 2, columns: 1, terms: 1))
  }

  /// From a study: the estimate moves the outcome, and its absence is said.
  @Test func estimatesReachTheOutcome() throws {
    let yaml = ScenariosStepTests.study.replacingOccurrences(
      of: "{years: {1: 0, 2: 0.02, 3: 0.04}, unit: sd, sd: 0.02, source: assumption}",
      with: "{from: attainment, term: federated}")
    let step = try ScenariosStepTests.step(yaml)
    #expect(step.estimateSteps.map(\.text) == ["attainment"])
    let result = try ScenariosStepTests.run(yaml, estimates: ["attainment": carried])
    let (start, end) = (
      ScenariosStepTests.value(
        result, 0, "mean", policy: "none", outcome: "mean(attainment)", time: 0),
      ScenariosStepTests.value(
        result, 0, "mean", policy: "none", outcome: "mean(attainment)", time: 5)
    )
    #expect(end > start + 0.01)
    #expect(!result.diagnostics.contains { $0.code == "effect-assumed" })
    #expect(throws: ScenarioError.noEstimate(step: "attainment")) {
      try ScenariosStepTests.run(yaml)
    }
  }
}
