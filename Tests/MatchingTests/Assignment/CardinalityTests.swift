import Matching
import Probability
import Tables
import TestSupport
import Testing

@Suite("Cardinality matching")
struct CardinalityTests {
  private func candidates(seed: Int, treated: Int, controls: Int) -> Candidates {
    var stream = RandomStream(Seed(UInt64(seed))["cardinality"])
    let isTreated = (0..<treated + controls).map { $0 < treated }
    return Candidates(
      treated: isTreated,
      covariates: [
        Covariate("x", .numbers(isTreated.map { stream.normal() + ($0 ? 0.8 : 0) })),
        Covariate("z", .numbers(isTreated.map { stream.normal() - ($0 ? 0.3 : 0) })),
      ])
  }

  /// The most pairs of any balanced sample, by looking at all.
  private func largest(_ candidates: Candidates, tolerance: Double) -> Int {
    let treated = candidates.treated.indices.filter { candidates.treated[$0] }
    let controls = candidates.treated.indices.filter { !candidates.treated[$0] }
    let columns = candidates.covariates.map { covariate in
      let values = candidates.numbers(covariate)
      let variances = [treated, controls].map { units in
        let mean = units.map { values[$0] }.reduce(0, +) / Double(units.count)
        return units.map { (values[$0] - mean) * (values[$0] - mean) }.reduce(0, +)
          / Double(units.count - 1)
      }
      let deviation = ((variances[0] + variances[1]) / 2).squareRoot()
      return values.map { $0 / deviation }
    }
    func subsets(_ units: [Int]) -> [Int: [[Double]]] {
      var bySize: [Int: [[Double]]] = [:]
      for pattern in 1..<(1 << units.count) {
        let chosen = units.indices.filter { pattern >> $0 & 1 == 1 }.map { units[$0] }
        bySize[chosen.count, default: []].append(
          columns.map { column in chosen.map { column[$0] }.reduce(0, +) / Double(chosen.count) })
      }
      return bySize
    }
    let (ofTreated, ofControls) = (subsets(treated), subsets(controls))
    for size in stride(from: min(treated.count, controls.count), to: 0, by: -1) {
      for a in ofTreated[size] ?? [] {
        for b in ofControls[size] ?? []
        where zip(a, b).allSatisfy({ abs($0 - $1) <= tolerance + 1e-9 }) {
          return size
        }
      }
    }
    return 0
  }

  @Test("never above its bound, the largest where it says so, and seldom a pair short")
  func oracle() throws {
    var short = 0
    var proved = 0
    for seed in 0..<40 {
      let candidates = candidates(seed: seed, treated: 5, controls: 7)
      let tolerance = [0.05, 0.1, 0.2, 0.4][seed % 4]
      let expected = largest(candidates, tolerance: tolerance)
      let match: MatchOutcome
      do throws(MatchingError) {
        match = try MatchDesign(
          method: CardinalityMatching(tolerance: tolerance), distance: Mahalanobis()
        ).match(candidates, seed: Seed(1))
      } catch {
        #expect(error == .noBalancedSample(tolerance: tolerance))
        #expect(expected == 0)
        short += expected
        continue
      }
      let found = match.sample.pairs.count
      let optimum = try #require(match.sample.optimum)
      #expect(found <= expected)
      #expect(Double(expected) <= optimum.dual)
      let saysGap = match.diagnostics.contains { $0.code == "optimality-gap" }
      #expect(saysGap == (optimum.dual > optimum.objective))
      if !saysGap {
        proved += 1
        #expect(found == expected)
      }
      short += expected - found
      #expect(match.checks.contains { $0.constraint == "mean balance" && $0.holds })
    }
    // Problems so small are searched to the end.
    #expect(proved >= 20)
    #expect(short == 0, "\(short) pairs short in 40 problems")
  }

  @Test("a larger problem comes within a few pairs of its bound")
  func larger() throws {
    let candidates = candidates(seed: 77, treated: 100, controls: 300)
    let match = try MatchDesign(
      method: CardinalityMatching(tolerance: 0.05), distance: Mahalanobis()
    ).match(candidates, seed: Seed(1))
    let optimum = try #require(match.sample.optimum)
    #expect(optimum.dual - optimum.objective <= 3)
    #expect(match.sample.pairs.count >= 90)
    let balance = BalanceTable(match)
    #expect(balance.largestDifference < 0.06)
  }
}
