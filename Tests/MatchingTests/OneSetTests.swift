import Matching
import Probability
import Testing

/// A design whose effect rests on one set has no standard error, and says so.
@Suite("One matched set")
struct OneSetTests {
  @Test(arguments: [1, 3])
  func isRefusedWithItsCount(ratio: Int) throws {
    let values = (0..<12).map { Double($0 * $0 % 7) }
    let candidates = Candidates(
      treated: (0..<12).map { $0 == 4 },
      covariates: [Covariate("x", .numbers(values))], exact: [], measured: [], places: nil,
      otherTreatedPlaces: [])
    let design = MatchDesign(
      estimand: .att, method: NearestNeighbour(ratio: ratio), distance: Mahalanobis(), within: nil,
      propensityCaliper: nil, calipers: [], apart: nil, discard: .none)
    let match = try design.match(candidates, seed: Seed(1))
    let error = #expect(throws: MatchingError.self) {
      try DesignEffect.estimate(match, outcome: Covariate("y", .numbers(values)))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("1 independent set"))
  }
}
