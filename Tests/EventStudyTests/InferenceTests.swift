import EventStudy
import LinearAlgebra
import Probability
import TestSupport
import Testing

@Suite struct InferenceTests {
  /// 300 draws of a panel with known growing effects: the mean estimate and the coverage of intervals and of the
  /// band. A fair 95 % interval covers 91.3 to 98 % of 300 draws with probability above 0.99 each.
  @Test func knownEffectsAreRecovered() throws {
    let draws = 300
    let found = try replicate(draws, threads: 2) { (draw) throws -> (Double, Bool, Bool) in
      let panel = simulatedPanel(units: 100, seed: 77, replicate: UInt32(draw))
      let effects = try GroupTimeEffects(panel, GroupTimeSettings(comparators: .notYet))
      let parts = effects.aggregated(.dynamic)
      let inference = InfluenceCovariance(parts.map(\.influence), in: panel)
      let errors = inference.standardErrors
      let band = inference.simultaneousCriticalValue(
        level: 0.95, draws: 299, seed: Seed(UInt64(draw)))
      var all = true
      for (k, part) in parts.enumerated() {
        guard let at = part.at else { continue }
        let truth = at >= 0 ? 0.1 * Double(at + 1) : 0
        if abs(part.estimate - truth) > band * errors[k] { all = false }
      }
      let first = try #require(parts.first { $0.at == 0 })
      let place = try #require(parts.firstIndex { $0.at == 0 })
      return (first.estimate, abs(first.estimate - 0.1) < 1.984 * errors[place], all)
    }
    let mean = found.reduce(0) { $0 + $1.0 } / Double(draws)
    // The error of the mean of 300 estimates of standard error 0.08 is 0.005.
    #expect(abs(mean - 0.1) < 0.018)
    let covered = found.count { $0.1 }
    #expect((274...295).contains(covered), "\(covered) of 300 intervals")
    let banded = found.count { $0.2 }
    #expect((270...298).contains(banded), "\(banded) of 300 bands")
  }

  @Test func bandsDependOnNeitherThreadsNorOrderOfCalls() throws {
    let panel = simulatedPanel(units: 90, seed: 4)
    let effects = try GroupTimeEffects(panel, GroupTimeSettings())
    let inference = InfluenceCovariance(effects.cells.map(\.influence), in: panel)
    let one = inference.simultaneousCriticalValue(
      level: 0.95, draws: 999, seed: Seed(2), threads: 1)
    let four = inference.simultaneousCriticalValue(
      level: 0.95, draws: 999, seed: Seed(2), threads: 4)
    #expect(one == four)
    #expect(one > StudentT(degreesOfFreedom: 89).quantile(0.975))
  }

  /// Uncorrelated estimates of equal weight: the band's value is that of the largest of k independent normals.
  @Test func independentEstimatesGiveSidak() throws {
    var stream = RandomStream(Seed(9))
    let n = 3_000
    let panel = StaggeredPanel(
      periods: [1, 2], cohorts: (0..<n).map { $0 % 2 == 0 ? 2 : nil },
      outcome: (0..<2 * n).map { _ in stream.normal() })
    let influences = (0..<5).map { _ in (0..<n).map { _ in stream.normal() } }
    let value = InfluenceCovariance(influences, in: panel).simultaneousCriticalValue(
      level: 0.95, draws: 20_000, seed: Seed(1), threads: 2)
    let sidak = Normal.standardQuantile(0.5 + 0.5 * 0.989793782)
    // The quantile of 20,000 draws has a standard error of about 0.012.
    #expect(abs(value - sidak) < 0.05)
  }

  @Test func clustersOfAlikeUnitsWidenErrors() throws {
    let clustered = simulatedPanel(
      units: 300, seed: 21, clusterSize: 10, clusterSpread: 0.5)
    let effects = try GroupTimeEffects(clustered, GroupTimeSettings())
    let part = try #require(effects.aggregated(.simple).first)
    let byCluster = InfluenceCovariance([part.influence], in: clustered)
    let alone = StaggeredPanel(
      periods: clustered.periods, cohorts: clustered.cohorts, outcome: clustered.outcome,
      covariates: clustered.covariates)
    let byUnit = InfluenceCovariance([part.influence], in: alone)
    #expect(byCluster.standardErrors[0] > 1.5 * byUnit.standardErrors[0])
    #expect(byCluster.degreesOfFreedom == 29)
  }

  @Test func preTrendsAreFoundAndNotInvented() throws {
    var (falseAlarms, found) = (0, 0)
    for draw in 0..<100 {
      let fair = try GroupTimeEffects(
        simulatedPanel(units: 150, seed: 31, replicate: UInt32(draw)), GroupTimeSettings())
      if try #require(PreTrendTest(fair)).pValue < 0.05 { falseAlarms += 1 }
      let drifting = try GroupTimeEffects(
        simulatedPanel(units: 150, seed: 32, replicate: UInt32(draw), slope: 0.25),
        GroupTimeSettings())
      if try #require(PreTrendTest(drifting)).pValue < 0.05 { found += 1 }
    }
    // Five of a hundred are due; above 14 has a probability below 0.001.
    #expect(falseAlarms <= 14)
    #expect(found >= 90)
  }
}
