import Designs
import LinearAlgebra
import Matching
import Probability
import StudyFiles
import Testing

/// A method that returns the pairs it was made with, whatever the problem allows.
private struct Stubborn: MatchingMethod {
  static let name = "stubborn"
  static let documentation = ChoiceDocumentation(summary: "for tests")
  static let keys: [AnyKey] = []
  static let estimands: [Estimand] = [.att]

  let pairs: [(treated: Int, control: Int)]
  var ratio: Int? = 1
  var reusesComparators: Bool { false }

  init(_ pairs: [(treated: Int, control: Int)]) { self.pairs = pairs }

  init(from section: Section) throws(SpecErrors) { pairs = [] }

  func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    var weights = [Double](repeating: 0, count: problem.count)
    for pair in pairs {
      weights[pair.treated] = 1
      weights[pair.control] = 1
    }
    return MatchedSample(
      weights: weights, sets: [Int32](repeating: -1, count: problem.count),
      pairs: pairs.map { .init(treated: $0.treated, control: $0.control, k: 1, distance: 0) },
      reusesComparators: false)
  }
}

@Suite("Every declared constraint is looked at again")
struct AuditTests {
  private let covariate = Covariate("x", .numbers([1, 3, 1.2, 2.8, 9, .nan]))
  private let faith = Covariate(
    "faith", .factor(codes: [0, 1, 0, 1, 0, 0], levels: ["none", "some"]))

  private func broken(
    _ pairs: [(treated: Int, control: Int)], calipers: [(name: String, width: CaliperWidth)] = [],
    apart: Double? = nil, discard: CommonSupport = .none, exact: Bool = false
  ) -> String? {
    let candidates = Candidates(
      treated: [true, true, false, false, false, false], covariates: [covariate],
      exact: exact ? [faith] : [], measured: [covariate],
      places: [0, 50, 20, 51, 90, 95].map { .grid(easting: 1000 * $0, northing: 0) })
    let design = MatchDesign(
      method: Stubborn(pairs), distance: ScaledEuclidean(), calipers: calipers, apart: apart,
      discard: discard)
    do throws(MatchingError) {
      _ = try design.match(candidates, seed: Seed(1))
      return nil
    } catch {
      if case .brokenConstraint(let name, _, _) = error { return name }
      return "\(error)"
    }
  }

  @Test("a sample that keeps them passes; one that breaks any is refused by the constraint's name")
  func broken() {
    #expect(
      broken([(0, 2), (1, 3)], calipers: [("x", CaliperWidth(0.2, .own))], exact: true) == nil)
    #expect(broken([(0, 2), (1, 4)], calipers: [("x", CaliperWidth(0.2, .own))]) == "caliper x")
    #expect(broken([(0, 3)], exact: true) == "exact faith")
    #expect(broken([(0, 2), (1, 2)]) == "no reuse")
    #expect(broken([(0, 2), (0, 3)]) == "ratio")
    #expect(broken([(2, 0)]) == "one of each arm")
    #expect(broken([(0, 5)]) == "complete covariates")
    #expect(broken([(0, 3)], apart: 5) == "apart")
    #expect(broken([(0, 4)], discard: .control) == "common support")
  }
}
