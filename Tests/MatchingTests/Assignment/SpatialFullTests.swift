import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

@Suite struct SpatialFullTests {
  @Test(arguments: [1, 2, 3, 5])
  func agreesWithDenseHungarian(dimensions: Int) throws {
    for number in 0..<1500 {
      let problem = AssignmentCase(
        number, dimensions: dimensions, treated: 9, controls: 12, ratio: 1)
      let found = try SpatialFull(
        treated: problem.treated, controls: problem.controls, rules: problem.rules
      ).solve()
      try expectCover(found, problem, "case \(number)")
    }
  }

  @Test(arguments: [1, 2])
  func knowsWhetherTheOptimumIsUnique(dimensions: Int) throws {
    var unique = 0
    for number in 0..<1000 {
      let problem = AssignmentCase(
        number, dimensions: dimensions, treated: 3, controls: 4, ratio: 1)
      let found = try SpatialFull(
        treated: problem.treated, controls: problem.controls, rules: problem.rules
      ).solve()
      let all = CoverOracle.ways(problem.distances, controls: problem.controls.columns)
      #expect(isClose(found.totalDistance, all.total, relative: 1e-9, absolute: 1e-12))
      // Forbidden pairs among units in one place can leave a single way that is not seen as such.
      let isDoubtful = !problem.forbidden.isEmpty && problem.distances.joined().contains(0)
      #expect(
        found.isUnique == (all.ways == 1) || (isDoubtful && !found.isUnique),
        "case \(number): \(all.ways) ways")
      if all.ways == 1 { unique += 1 }
    }
    #expect(unique > 200 && unique < 990)
  }
}

/// Sets of one unit against others, with every unit that has a partner in one of them, and the least total.
func expectCover(
  _ found: FullAssignment, _ problem: AssignmentCase, _ what: Comment,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let distances = problem.distances
  let controls = problem.controls.columns
  let best = CoverOracle.total(distances, controls: controls)
  #expect(
    isClose(found.totalDistance, best, relative: 1e-9, absolute: 1e-12), what,
    sourceLocation: sourceLocation)
  #expect(found.certificate.relativeGap <= 1e-9, what, sourceLocation: sourceLocation)
  #expect(found.certificate.largestViolation <= 1e-9, what, sourceLocation: sourceLocation)
  var total = 0.0
  for set in found.sets {
    #expect(min(set.treated.count, set.controls.count) == 1, what, sourceLocation: sourceLocation)
    for i in set.treated {
      for j in set.controls {
        total += try #require(distances[i][j], what, sourceLocation: sourceLocation)
      }
    }
  }
  #expect(
    isClose(total, best, relative: 1e-9, absolute: 1e-12), what, sourceLocation: sourceLocation)
  #expect(
    found.sets.flatMap(\.treated).sorted()
      == distances.indices.filter { i in distances[i].contains { $0 != nil } }, what,
    sourceLocation: sourceLocation)
  #expect(
    found.sets.flatMap(\.controls).sorted()
      == (0..<controls).filter { j in distances.contains { $0[j] != nil } }, what,
    sourceLocation: sourceLocation)
  #expect(
    found.unmatchedTreated.count + found.sets.flatMap(\.treated).count == distances.count, what,
    sourceLocation: sourceLocation)
}
