import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Weights of 160 schools by R's minimiser (`Tests/Fixtures/matching/entropy.R`).
@Suite("Entropy balancing against R's fixtures")
struct EntropyFixtureTests {
  @Test("weights for each estimand", arguments: [1, 2], [Estimand.att, .atc, .ate])
  func reproduces(moments: Int, estimand: Estimand) throws {
    let fixture = try StrataFixtureTests.fixture("entropy")
    let expected = try #require(fixture["moments_\(moments)"]?[estimand.rawValue])
    let (all, _) = try FixtureTests.candidates(try StrataFixtureTests.fixture("schools"))
    let candidates = Candidates(
      treated: all.treated,
      covariates: all.covariates.filter { ["n", "mean_ses", "minority_share"].contains($0.name) })
    let design = MatchDesign(estimand: estimand, method: EntropyBalancing(moments: moments))
    guard let weights = expected.array?.compactMap(\.number) else {
      #expect(throws: MatchingError.self) { _ = try design.match(candidates, seed: Seed(1)) }
      return
    }
    let match = try design.match(candidates, seed: Seed(1))
    #expect(largestDifference(match.sample.weights, weights, scale: 1) < 1e-9)
  }
}
