import Foundation
import LinearAlgebra
import Matching
import Probability
import Tables
import TestSupport
import Testing

@Suite("Optimal pairs")
struct OptimalPairsTests {
  /// The most pairs and then the least total, by trying everything.
  private func exhaustive(_ problem: MatchingProblem) -> (pairs: Int, total: Double) {
    let treated = (0..<problem.count).filter { problem.treated[$0] }
    let control = (0..<problem.count).filter { !problem.treated[$0] }
    var best = (pairs: -1, total: Double.infinity)
    func go(_ position: Int, _ free: [Int], _ pairs: Int, _ total: Double) {
      guard position < treated.count else {
        if pairs > best.pairs || (pairs == best.pairs && total < best.total) {
          best = (pairs, total)
        }
        return
      }
      go(position + 1, free, pairs, total)
      for unit in free where problem.admits(treated[position], unit) {
        go(
          position + 1, free.filter { $0 != unit }, pairs + 1,
          total + problem.distance(treated[position], unit))
      }
    }
    go(0, control, 0, 0)
    return best
  }

  @Test("as many pairs and as small a total as trying everything gives", arguments: 0..<150)
  func exhaustive(_ seed: Int) throws {
    var stream = RandomStream(Seed(UInt64(seed))["optimal"])
    let treated = 1 + stream.index(below: 5)
    let n = treated + 1 + stream.index(below: 6)
    var coordinates = Matrix(rows: 1 + seed % 3, columns: n)
    for i in coordinates.elements.indices {
      // Few digits, as coordinates always have, or whole numbers for ties.
      coordinates.elements[i] =
        seed % 2 == 0
        ? (1e5 * stream.normal()).rounded() / 1e5 : (3 * stream.normal()).rounded()
    }
    let caliper = Caliper(
      name: "x", values: coordinates.row(0), limit: [0.3, 1, 3][stream.index(below: 3)])
    let problem = MatchingProblem(
      treated: (0..<n).map { $0 < treated }, eligible: [Bool](repeating: true, count: n),
      strata: (0..<n).map { _ in Int32(stream.index(below: 1 + seed % 2)) },
      coordinates: coordinates, score: nil, calipers: seed % 5 < 3 ? [caliper] : [],
      covariates: [], estimand: .att)
    let sample = try OptimalPairs().match(problem, using: &stream)
    let expected = exhaustive(problem)
    let optimum = try #require(sample.optimum)
    #expect(optimum.pairs == expected.pairs)
    #expect(isClose(optimum.objective, expected.total, relative: 1e-10, absolute: 1e-12))
    #expect(isClose(optimum.dual, optimum.objective, relative: 1e-10, absolute: 1e-12))
  }

  @Test(
    "many treated for few comparators, one to several: the bound meets the total", arguments: 0..<30
  )
  func certificate(_ seed: Int) throws {
    var stream = RandomStream(Seed(UInt64(seed))["certificate"])
    let n = 150
    var coordinates = Matrix(rows: 2, columns: n)
    for i in coordinates.elements.indices {
      coordinates.elements[i] = seed % 2 == 0 ? stream.normal() : (2 * stream.normal()).rounded()
    }
    let share = [0.15, 0.4, 0.5, 0.7][seed % 4]
    let problem = MatchingProblem(
      treated: (0..<n).map { _ in stream.uniform() < share },
      eligible: [Bool](repeating: true, count: n), strata: [Int32](repeating: 0, count: n),
      coordinates: coordinates, score: coordinates.row(0),
      calipers: seed % 3 == 0
        ? [] : [Caliper(name: "x", values: coordinates.row(0), limit: 0.5)],
      covariates: [], estimand: .att)
    let ratio = 1 + seed % 3
    let optimal = try OptimalPairs(ratio: ratio).match(problem, using: &stream)
    let greedy = try NearestNeighbour(ratio: ratio).match(problem, using: &stream)
    let optimum = try #require(optimal.optimum)
    #expect(isClose(optimum.dual, optimum.objective, relative: 1e-10, absolute: 1e-12))
    #expect(optimum.pairs >= greedy.pairs.count)
    if optimum.pairs == greedy.pairs.count {
      let total = greedy.pairs.map(\.distance).reduce(0, +)
      #expect(optimum.objective <= total * (1 + 1e-10))
    }
  }

  @Test(
    "exact optima of the reference data, with and without calipers",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
  func references() throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("matching")
    func read(_ path: String) throws -> JSON {
      try JSON(parsing: String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8))
    }
    let lines = try #require(read("exact_line_optima.json")["results"])
    for (name, data) in [
      ("lalonde", try ReferenceData.lalonde(in: folder)),
      ("hsb", try ReferenceData.schools(in: folder)),
    ] {
      let objective = try #require(
        read("\(name)/objectives.json")["pair_mahalanobis_exact_optimum"]?.number)
      let match = try MatchDesign(method: OptimalPairs(), distance: Mahalanobis()).match(
        data.candidates(), seed: Seed(1))
      #expect(isClose(try #require(match.sample.optimum).objective, objective, relative: 1e-9))
      for (scale, key) in [(PropensityScore.Scale.probability, "ps"), (.logit, "logit")] {
        for (caliper, suffix) in [
          (nil, "nocaliper"), (CaliperWidth(0.2, .overall), "caliper0.2sd"),
          (CaliperWidth(0.05, .overall), "caliper0.05sd"),
        ] {
          guard let expected = lines[name]?["\(key)_\(suffix)"] else { continue }
          let match = try MatchDesign(
            method: OptimalPairs(), distance: PropensityScore(scale: scale),
            propensityCaliper: caliper
          ).match(data.candidates(), seed: Seed(1))
          let optimum = try #require(match.sample.optimum)
          #expect(
            Double(optimum.pairs) == expected["max_pairs"]?.number, "\(name) \(key) \(suffix)")
          let total = try #require(expected["min_total_distance"]?.number)
          #expect(isClose(optimum.objective, total, relative: 1e-7), "\(name) \(key) \(suffix)")
          #expect(isClose(optimum.dual, optimum.objective, relative: 1e-9))
        }
      }
    }
  }
}
