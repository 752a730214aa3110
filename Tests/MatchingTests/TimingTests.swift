import Foundation
import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

/// Sizes that must stay quick. The limits are many times what an idle machine takes: they catch a change of
/// order, not a slow day.
@Suite("Matching of many units", .serialized)
struct TimingTests {
  private func problem(_ treated: Int, _ controls: Int, dimensions: Int) -> MatchingProblem {
    var stream = RandomStream(Seed(7)["timing"])
    let n = treated + controls
    var coordinates = Matrix(rows: dimensions, columns: n)
    for i in 0..<n {
      for k in 0..<dimensions {
        coordinates[k, i] = stream.normal() + (i < treated ? 0.8 / Double(dimensions) : 0)
      }
    }
    return MatchingProblem(
      treated: (0..<n).map { $0 < treated }, eligible: [Bool](repeating: true, count: n),
      strata: [Int32](repeating: 0, count: n), coordinates: coordinates,
      score: dimensions == 1 ? coordinates.row(0) : nil, calipers: [], covariates: [],
      estimand: .att)
  }

  private func seconds(
    _ method: any MatchingMethod, _ problem: MatchingProblem, _ what: String
  ) throws -> Double {
    var stream = RandomStream(Seed(1))
    let start = ContinuousClock.now
    let sample = try method.match(problem, using: &stream)
    let time = Double((ContinuousClock.now - start).components.attoseconds) * 1e-18
    let whole = Double((ContinuousClock.now - start).components.seconds)
    #expect(!sample.pairs.isEmpty)
    if ProcessInfo.processInfo.environment["SHOW_TIMES"] != nil {
      print("TIME", what, whole + time)
    }
    return whole + time
  }

  @Test("nearest on a score and by Mahalanobis at 5,000 × 50,000")
  func nearest() throws {
    let line = problem(5000, 50_000, dimensions: 1)
    #expect(try seconds(NearestNeighbour(), line, "nearest score") < 3)
    #expect(try seconds(NearestNeighbour(order: .closest), line, "closest score") < 5)
    let space = problem(5000, 50_000, dimensions: 8)
    #expect(try seconds(NearestNeighbour(), space, "nearest 8 dimensions") < 20)
  }

  @Test("optimal pairs at 2,000 × 20,000")
  func optimal() throws {
    let line = problem(2000, 20_000, dimensions: 1)
    #expect(try seconds(OptimalPairs(), line, "optimal score") < 20)
    let tight = problem(2000, 2400, dimensions: 1)
    #expect(try seconds(OptimalPairs(), tight, "optimal score, tight") < 10)
    let space = problem(2000, 20_000, dimensions: 8)
    #expect(try seconds(OptimalPairs(), space, "optimal 8 dimensions") < 30)
  }

  @Test(
    "larger and tighter pools, when asked for",
    .enabled(if: ProcessInfo.processInfo.environment["SHOW_TIMES"] != nil))
  func larger() throws {
    let space = problem(5000, 50_000, dimensions: 8)
    _ = try seconds(OptimalPairs(), space, "optimal 5,000 × 50,000, 8 dimensions")
    _ = try seconds(
      OptimalPairs(), problem(2000, 2400, dimensions: 8), "optimal 2,000 × 2,400, 8 dimensions")
    _ = try seconds(
      OptimalPairs(), problem(5000, 50_000, dimensions: 1), "optimal 5,000 × 50,000, score")
    _ = try seconds(
      OptimalPairs(), problem(2000, 2400, dimensions: 1), "optimal 2,000 × 2,400, score")
  }
}
