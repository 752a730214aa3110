import EventStudy
import LinearAlgebra
import Probability
import Tables
import TestSupport
import Testing

@Suite struct GroupTimeTests {
  /// Two periods and no covariate: the difference of two mean changes, by hand.
  @Test(arguments: DifferenceEstimator.allCases)
  func withoutCovariatesAllEstimatorsAreTheDifferenceOfMeans(
    estimator: DifferenceEstimator
  ) throws {
    let panel = StaggeredPanel(
      periods: [1, 2], cohorts: [2, 2, nil, nil, nil],
      outcome: [1, 4, 2, 6, 0, 1, 1, 1, 3, 5])
    let effects = try GroupTimeEffects(panel, GroupTimeSettings(estimator: estimator))
    let cell = try #require(effects.cells.last)
    #expect(isClose(cell.estimate, 3.5 - 1, relative: 1e-12))
    // Var = s₁²/n₁ + s₀²/n₀ with divisors n, from (±0.5) and (0, −1, 1).
    let expected = (0.25 / 2 + 2.0 / 3 / 3).squareRoot()
    let error = InfluenceCovariance([cell.influence], in: panel).standardErrors[0]
    #expect(isClose(error, expected, relative: 1e-12))
    #expect(cell.treated == 2 && cell.comparators == 3)
  }

  /// With a single 0/1 covariate everything is saturated: the three agree, and with post-stratified means.
  @Test func saturatedEstimatorsAgree() throws {
    var stream = RandomStream(Seed(3))
    var (cohorts, outcome, x): ([Int?], [Double], [Double]) = ([], [], [])
    for unit in 0..<60 {
      let high = unit % 3 == 0
      cohorts.append(unit % 2 == 0 ? 2 : nil)
      let start = stream.normal()
      outcome += [start, start + (high ? 1 : 0) + stream.normal()]
      x += [high ? 1 : 0, .nan]
    }
    let panel = StaggeredPanel(
      periods: [1, 2], cohorts: cohorts, outcome: outcome, covariates: [.init("x", x)])
    var stratified = 0.0
    for high in [false, true] {
      var (sums, counts) = ([0.0, 0.0], [0.0, 0.0])
      for unit in 0..<60 where (unit % 3 == 0) == high {
        let arm = cohorts[unit] == nil ? 0 : 1
        sums[arm] += outcome[2 * unit + 1] - outcome[2 * unit]
        counts[arm] += 1
      }
      stratified += (sums[1] / counts[1] - sums[0] / counts[0]) * counts[1] / 30
    }
    for estimator in DifferenceEstimator.allCases {
      let effects = try GroupTimeEffects(panel, GroupTimeSettings(estimator: estimator))
      #expect(isClose(try #require(effects.cells.last).estimate, stratified, relative: 1e-10))
    }
  }

  /// The influence function is the derivative of the estimate by a unit's weight, up to scale.
  @Test(arguments: DifferenceEstimator.allCases)
  func influenceIsTheDerivativeByWeight(estimator: DifferenceEstimator) throws {
    let base = simulatedPanel(units: 80, seed: 11)
    func estimate(_ weights: [Double]) throws -> (Double, [Double]) {
      let panel = StaggeredPanel(
        periods: base.periods, cohorts: base.cohorts, outcome: base.outcome,
        covariates: base.covariates, weights: weights)
      let effects = try GroupTimeEffects(
        panel, GroupTimeSettings(estimator: estimator, comparators: .notYet))
      let part = try #require(effects.aggregated(.dynamic).last)
      return (part.estimate, part.influence)
    }
    let ones = [Double](repeating: 1, count: 80)
    let (_, influence) = try estimate(ones)
    let step = 1e-5
    for unit in stride(from: 0, to: 80, by: 7) {
      var (up, down) = (ones, ones)
      up[unit] += step
      down[unit] -= step
      let slope = (try estimate(up).0 - estimate(down).0) / (2 * step)
      #expect(isClose(slope, influence[unit] / 80, relative: 1e-5, absolute: 1e-9))
    }
  }

  @Test func permutedUnitsPermuteTheInfluence() throws {
    let panel = simulatedPanel(units: 120, seed: 5)
    let order = (0..<120).map { ($0 * 7) % 120 }
    func rows(_ values: [Double]) -> [Double] {
      order.flatMap { Array(values[$0 * 6..<$0 * 6 + 6]) }
    }
    let other = StaggeredPanel(
      periods: panel.periods, cohorts: order.map { panel.cohorts[$0] },
      outcome: rows(panel.outcome),
      covariates: panel.covariates.map { .init($0.name, rows($0.values)) })
    let (a, b) = (
      try GroupTimeEffects(panel, GroupTimeSettings()),
      try GroupTimeEffects(other, GroupTimeSettings())
    )
    for (left, right) in zip(a.aggregated(.dynamic), b.aggregated(.dynamic)) {
      #expect(isClose(left.estimate, right.estimate, absolute: 1e-11))
      for (place, unit) in order.enumerated() {
        #expect(isClose(left.influence[unit], right.influence[place], absolute: 1e-10))
      }
    }
  }

  @Test func aCohortIsNeverComparedWithEarlierOnes() throws {
    // The earlier cohort's outcome explodes after it joins: the later one's effects must not see it.
    let periods = [1, 2, 3, 4, 5]
    var (cohorts, outcome): ([Int?], [Double]) = ([], [])
    for unit in 0..<30 {
      let cohort: Int? = unit < 10 ? 2 : unit < 20 ? 4 : nil
      cohorts.append(cohort)
      for t in periods {
        outcome.append(Double(unit % 5) + (cohort == 2 && t >= 2 ? 1000 * Double(t) : 0))
      }
    }
    let panel = StaggeredPanel(periods: periods, cohorts: cohorts, outcome: outcome)
    for comparators in Comparators.allCases {
      let effects = try GroupTimeEffects(panel, GroupTimeSettings(comparators: comparators))
      for cell in effects.cells where cell.cohort == 4 {
        #expect(isClose(cell.estimate, 0, absolute: 1e-9))
      }
    }
    let contrast = try #require(TwoWayContrast(panel))
    #expect(contrast.negativeCells > 0)
  }

  @Test func treatedFromTheStartAreLeftOutAndSaid() throws {
    let panel = StaggeredPanel(
      periods: [1, 2, 3], cohorts: [1, 0, 3, nil], outcome: (0..<12).map(Double.init))
    #expect(panel.unitCount == 2)
    #expect(panel.diagnostics.contains { $0.code == "always-treated" })
  }

  @Test func missingYearsMoveTheBase() throws {
    // Years 2018, 2019, 2022, 2023; one cohort joins in 2021 while there are no outcomes.
    var (cohorts, outcome): ([Int?], [Double]) = ([], [])
    for unit in 0..<20 {
      cohorts.append(unit < 10 ? 2021 : nil)
      for year in [2018, 2019, 2022, 2023] {
        outcome.append(Double(unit) + (unit < 10 && year >= 2021 ? 2 : 0) + Double(year % 7))
      }
    }
    let panel = StaggeredPanel(
      periods: [2018, 2019, 2022, 2023], cohorts: cohorts, outcome: outcome)
    let effects = try GroupTimeEffects(panel, GroupTimeSettings())
    #expect(effects.diagnostics.contains { $0.code == "distant-base" })
    let after = effects.cells.filter { $0.eventTime >= 0 }
    #expect(after.map(\.base) == [2019, 2019])
    #expect(after.map(\.eventTime) == [1, 2])
    for cell in after { #expect(isClose(cell.estimate, 2, absolute: 1e-12)) }
  }

  @Test func comparisonsUseUnitsObservedInBothYears() throws {
    var outcome: [Double] = []
    for unit in 0..<12 { outcome += [0, 1, unit < 6 ? 3 : 2] }
    outcome[1] = .nan
    outcome[3 * 11 + 2] = .nan
    let panel = StaggeredPanel(
      periods: [1, 2, 3], cohorts: (0..<12).map { $0 < 6 ? 3 : nil }, outcome: outcome)
    let effects = try GroupTimeEffects(panel, GroupTimeSettings())
    let cell = try #require(effects.cells.last)
    #expect(cell.treated == 5 && cell.comparators == 5)
    #expect(isClose(cell.estimate, 1, absolute: 1e-12))
  }

  @Test func hopelessCellsSayWhy() throws {
    // Within the cohort the covariate is 1 throughout, among comparators 0: no overlap, and collinear.
    var (outcome, x): ([Double], [Double]) = ([], [])
    var stream = RandomStream(Seed(1))
    for unit in 0..<20 {
      outcome += [stream.normal(), stream.normal()]
      x += [unit < 10 ? 1 : 0, unit < 10 ? 1 : 0]
    }
    let panel = StaggeredPanel(
      periods: [1, 2], cohorts: (0..<20).map { $0 < 10 ? 2 : nil }, outcome: outcome,
      covariates: [.init("x", x)])
    #expect(throws: EventStudyError.noCell(CellFailure.noOverlap.description)) {
      try GroupTimeEffects(panel, GroupTimeSettings(estimator: .weighting))
    }
    #expect(throws: EventStudyError.noCell(CellFailure.collinear.description)) {
      try GroupTimeEffects(panel, GroupTimeSettings(estimator: .regression))
    }
    let all = StaggeredPanel(periods: [1, 2], cohorts: [2, 2], outcome: [1, 2, 3, 4])
    #expect(throws: EventStudyError.self) { try GroupTimeEffects(all, GroupTimeSettings()) }
    let none = StaggeredPanel(periods: [1, 2], cohorts: [nil, nil], outcome: [1, 2, 3, 4])
    #expect(throws: EventStudyError.noTreated) {
      try GroupTimeEffects(none, GroupTimeSettings())
    }
  }
}
