import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

@Suite struct SpatialPairsTests {
  @Test(arguments: [1, 2, 3, 5])
  func agreesWithDenseHungarian(dimensions: Int) throws {
    for number in 0..<1500 {
      let problem = AssignmentCase(
        number, dimensions: dimensions, treated: 9, controls: 14, ratio: 3)
      let found = try SpatialPairs(
        treated: problem.treated, controls: problem.controls, ratio: problem.ratio,
        rules: problem.rules
      ).solve()
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

  @Test(arguments: [1, 2])
  func knowsWhetherTheOptimumIsUnique(dimensions: Int) throws {
    var unique = 0
    var others = 0
    for number in 0..<1500 {
      let problem = AssignmentCase(
        number, dimensions: dimensions, treated: 4, controls: 5, ratio: 2)
      let found = try SpatialPairs(
        treated: problem.treated, controls: problem.controls, ratio: problem.ratio,
        rules: problem.rules
      ).solve()
      let all = PairEnumeration(
        problem.distances, ratio: problem.ratio, controls: problem.controls.columns)
      #expect(
        found.served(ratio: problem.ratio, treated: problem.treated.columns) == all.served)
      #expect(isClose(found.totalDistance, all.total, relative: 1e-9, absolute: 1e-12))
      #expect(found.isUnique == (all.ways == 1), "case \(number): \(all.ways) ways")
      if all.ways == 1 { unique += 1 } else { others += 1 }
    }
    #expect(unique > 200 && others > 100)
  }
}
