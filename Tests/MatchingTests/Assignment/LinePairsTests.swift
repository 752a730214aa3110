import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

@Suite struct LinePairsTests {
  private func solve(_ problem: AssignmentCase) throws -> PairAssignment {
    try LinePairs(
      treated: problem.treated.elements, controls: problem.controls.elements,
      ratio: problem.ratio, rules: problem.rules
    ).solve()
  }

  @Test(arguments: [true, false])
  func agreesWithDenseHungarian(isPlain: Bool) throws {
    for number in 0..<4000 {
      let problem = AssignmentCase(
        number, dimensions: 1, treated: 12, controls: 16, ratio: 3, isPlain: isPlain)
      let found = try solve(problem)
      let distances = problem.distances
      let best = DenseHungarian.pairs(
        distances, ratio: problem.ratio, controls: problem.controls.columns)
      #expect(
        found.served(ratio: problem.ratio, treated: problem.treated.columns) == best.served,
        "case \(number)")
      #expect(
        isClose(found.totalDistance, best.total, relative: 1e-9, absolute: 1e-12),
        "case \(number): \(found.totalDistance), not \(best.total)")
      #expect(found.certificate.relativeGap <= 1e-9, "case \(number): \(found.certificate)")
      #expect(found.certificate.largestViolation <= 1e-9, "case \(number): \(found.certificate)")
      #expect(Set(found.pairs.map(\.control)).count == found.pairs.count, "case \(number)")
      for pair in found.pairs {
        let distance = try #require(distances[pair.treated][pair.control], "case \(number)")
        #expect(isClose(distance, pair.distance, relative: 1e-9, absolute: 1e-12))
      }
    }
  }

  @Test func knowsWhetherTheOptimumIsUnique() throws {
    var unique = 0
    for number in 0..<3000 {
      let problem = AssignmentCase(
        number, dimensions: 1, treated: 4, controls: 6, ratio: 2, isPlain: true)
      let found = try solve(problem)
      let all = PairEnumeration(
        problem.distances, ratio: problem.ratio, controls: problem.controls.columns)
      #expect(
        found.served(ratio: problem.ratio, treated: problem.treated.columns) == all.served)
      #expect(found.isUnique == (all.ways == 1), "case \(number): \(all.ways) ways")
      if all.ways == 1 { unique += 1 }
    }
    #expect(unique > 500 && unique < 2500)
  }

  /// Larger problems than the oracle can solve, by two algorithms that share nothing but the rules.
  @Test func agreesWithAugmentingPaths() throws {
    for number in 0..<60 {
      let problem = AssignmentCase(
        number, dimensions: 1, treated: 300, controls: 500, ratio: 2, isPlain: true)
      let found = try solve(problem)
      let other = try SpatialPairs(
        treated: problem.treated, controls: problem.controls, ratio: problem.ratio,
        rules: problem.rules
      ).solve()
      let treated = problem.treated.columns
      #expect(
        found.served(ratio: problem.ratio, treated: treated)
          == other.served(ratio: problem.ratio, treated: treated), "case \(number)")
      #expect(
        isClose(found.totalDistance, other.totalDistance, relative: 1e-9, absolute: 1e-10),
        "case \(number): \(found.totalDistance), not \(other.totalDistance)")
      #expect(found.certificate.proves(within: 1e-9), "case \(number): \(found.certificate)")
      #expect(other.certificate.proves(within: 1e-9), "case \(number): \(other.certificate)")
      #expect(found.isUnique == other.isUnique, "case \(number)")
    }
  }
}
