import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

@Suite struct LineFullTests {
  private func solve(_ problem: AssignmentCase) throws -> FullAssignment {
    try LineFull(
      treated: problem.treated.elements, controls: problem.controls.elements, rules: problem.rules
    ).solve()
  }

  @Test(arguments: [true, false])
  func agreesWithDenseHungarian(isPlain: Bool) throws {
    for number in 0..<3000 {
      let problem = AssignmentCase(
        number, dimensions: 1, treated: 12, controls: 14, ratio: 1, isPlain: isPlain)
      try expectCover(try solve(problem), problem, "case \(number)")
    }
  }

  @Test func knowsWhetherTheOptimumIsUnique() throws {
    var unique = 0
    for number in 0..<1000 {
      let problem = AssignmentCase(
        2 * number, dimensions: 1, treated: 3, controls: 4, ratio: 1, isPlain: true)
      let found = try solve(problem)
      let all = CoverOracle.ways(problem.distances, controls: problem.controls.columns)
      #expect(isClose(found.totalDistance, all.total, relative: 1e-9, absolute: 1e-12))
      // Among units in one place a single way may not be seen as such.
      let isDoubtful = problem.distances.joined().contains(0)
      #expect(
        found.isUnique == (all.ways == 1) || (isDoubtful && !found.isUnique),
        "case \(2 * number): \(all.ways) ways")
      if all.ways == 1 { unique += 1 }
    }
    #expect(unique > 100)
  }

  @Test func agreesWithAugmentingPaths() throws {
    for number in 0..<60 {
      let problem = AssignmentCase(
        2 * number, dimensions: 1, treated: 300, controls: 500, ratio: 1, isPlain: true)
      let found = try solve(problem)
      let other = try SpatialFull(
        treated: problem.treated, controls: problem.controls, rules: problem.rules
      ).solve()
      #expect(
        isClose(found.totalDistance, other.totalDistance, relative: 1e-9, absolute: 1e-10),
        "case \(number): \(found.totalDistance), not \(other.totalDistance)")
      #expect(found.certificate.proves(within: 1e-9), "case \(number): \(found.certificate)")
      #expect(other.certificate.proves(within: 1e-9), "case \(number): \(other.certificate)")
    }
  }
}
