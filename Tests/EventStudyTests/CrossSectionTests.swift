import EventStudy
import Foundation
import Tables
import TestSupport
import Testing

/// Other pupils each year, against R from the formulas with numerical derivatives (`Tests/Fixtures/event-study`).
@Suite struct CrossSectionTests {
  static let folder = fixturesFolder.appendingPathComponent("event-study")

  static func fixture(_ name: String) throws -> JSON {
    try JSON(
      parsing: String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
  }

  static func panel(_ rows: [JSON], covariates: Bool) throws -> StaggeredPanel {
    func column(_ name: String) throws -> [Double] {
      try rows.map { try #require($0[name]?.number) }
    }
    let schools = try column("school")
    let years = try column("year")
    var cohorts = [Int?](repeating: nil, count: 42)
    for (row, school) in zip(rows, schools) {
      cohorts[Int(school) - 1] = row["joined"]?.number.map { Int($0) }
    }
    let observations = CrossSections(
      unit: schools.map { Int32($0) - 1 }, period: years.map { Int32($0) - 2012 },
      outcome: try column("reading"),
      covariates: covariates ? [try column("prior"), try column("poor")] : [],
      weights: try column("weight"))
    return StaggeredPanel(
      periods: Array(2012...2016), cohorts: cohorts, observations: observations,
      names: covariates ? ["prior", "poor"] : [])
  }

  @Test(arguments: 0..<5)
  func estimatesAndErrorsAreThoseOfTheFormulas(study: Int) throws {
    let fixture = try Self.fixture("cross_sections.json")
    let expected = try #require(fixture["studies"]?[study])
    let rows = try #require(fixture["rows"]?.array)
    let panel = try Self.panel(rows, covariates: expected["covariates"] == .bool(true))
    let method = try #require(expected["method"]?.string)
    let kind = try #require(expected["comparators"]?.string)
    let estimator = try #require(DifferenceEstimator(rawValue: method))
    let comparators = try #require(Comparators(rawValue: kind))
    let effects = try GroupTimeEffects(
      panel, GroupTimeSettings(estimator: estimator, comparators: comparators))
    let dynamic = effects.aggregated(.dynamic)
    let found =
      effects.cells.map { ($0.estimate, $0.influence) }
      + (dynamic + effects.aggregated(.simple)).map { ($0.estimate, $0.influence) }
    let errors = InfluenceCovariance(found.map(\.1), in: panel).standardErrors
    let estimates = try #require(expected["estimates"]?.array)
    #expect(found.count == estimates.count)
    for (place, estimate) in estimates.enumerated() {
      let error = try #require(expected["errors"]?[place]?.number)
      #expect(isClose(found[place].0, try #require(estimate.number), absolute: 1e-9))
      // The reference's derivatives are central differences with steps of 1e-5.
      #expect(isClose(errors[place], error, relative: 1e-6), "\(errors[place]) and \(error)")
    }
  }

  /// A row for each pupil or one for each group of alike pupils with their number as weight: the same effects.
  @Test func rowsMayBeCounted() throws {
    let fixture = try Self.fixture("cross_sections.json")
    let rows = try #require(fixture["rows"]?.array)
    let panel = try Self.panel(rows, covariates: true)
    let all = try #require(panel.observations)
    let twice = (0..<all.count).flatMap { [$0, $0] }
    let doubled = StaggeredPanel(
      periods: panel.periods, cohorts: panel.cohorts,
      observations: CrossSections(
        unit: twice.map { all.unit[$0] }, period: twice.map { all.period[$0] },
        outcome: twice.map { all.outcome[$0] },
        covariates: all.covariates.map { values in twice.map { values[$0] } },
        weights: twice.map { all.weights[$0] / 2 }), names: ["prior", "poor"])
    let (a, b) = (
      try GroupTimeEffects(panel, GroupTimeSettings()),
      try GroupTimeEffects(doubled, GroupTimeSettings())
    )
    let (one, two) = (a.aggregated(.dynamic), b.aggregated(.dynamic))
    let (errors, others) = (
      InfluenceCovariance(one.map(\.influence), in: panel).standardErrors,
      InfluenceCovariance(two.map(\.influence), in: doubled).standardErrors
    )
    for k in one.indices {
      #expect(isClose(one[k].estimate, two[k].estimate, absolute: 1e-10))
      #expect(isClose(errors[k], others[k], relative: 1e-8))
    }
    // Two-way fixed effects of rows are those of the means with their weights, in a balanced sweep.
    let contrast = try #require(TwoWayContrast(panel))
    let same = try #require(TwoWayContrast(doubled))
    #expect(isClose(contrast.estimate, same.estimate, absolute: 1e-10))
    #expect(contrast.rows == 737 && same.rows == 1474)
    // R's lm with a fixed effect for each school and year.
    let expected = try Self.fixture("two_way.json")
    let (estimate, error) = (expected["estimate"]?.number, expected["std_error"]?.number)
    #expect(isClose(contrast.estimate, try #require(estimate), absolute: 1e-10))
    #expect(isClose(contrast.standardError, try #require(error), relative: 1e-9))
  }

  @Test func hopelessComparisonsSayWhy() throws {
    // The cohort has nobody in the year before it joins, and comparators nobody at all after it.
    func panel(_ rows: [(unit: Int32, period: Int32)]) -> StaggeredPanel {
      StaggeredPanel(
        periods: [1, 2], cohorts: [2, nil],
        observations: CrossSections(
          unit: rows.map(\.unit), period: rows.map(\.period), outcome: rows.map { _ in 1 },
          covariates: [], weights: rows.map { _ in 1 }))
    }
    #expect(throws: EventStudyError.noCell(CellFailure.noTreated.description)) {
      try GroupTimeEffects(panel([(0, 1), (1, 0), (1, 1)]), GroupTimeSettings())
    }
    #expect(throws: EventStudyError.noCell(CellFailure.noComparators.description)) {
      try GroupTimeEffects(panel([(0, 0), (0, 1), (1, 0)]), GroupTimeSettings())
    }
  }

  /// Comparators that were matched to one cohort serve no other.
  @Test func matchedSetsKeepCohortsApart() throws {
    // Comparators of the second cohort drift by 5 a year; those of the first stand still.
    let cohorts: [Int?] = [2, 2, 3, 3, nil, nil, nil, nil]
    let drift = [0.0, 0, 5, 5, 0, 0, 5, 5]
    let outcome = (0..<8).flatMap { unit in
      (1...3).map { year in
        drift[unit] * Double(year) + (cohorts[unit].map { year >= $0 ? 1 : 0 } ?? 0)
      }
    }
    let panel = StaggeredPanel(periods: [1, 2, 3], cohorts: cohorts, outcome: outcome)
    let apart = try GroupTimeEffects(
      panel.pooled(bySets: [0, 1, 2, 3, 0, 1, 2, 3]), GroupTimeSettings())
    for cell in apart.cells where cell.eventTime >= 0 {
      #expect(isClose(cell.estimate, 1, absolute: 1e-12))
      #expect(cell.comparators == 2)
    }
    let together = try GroupTimeEffects(panel, GroupTimeSettings())
    #expect(together.cells.contains { abs($0.estimate - 1) > 1 && $0.eventTime >= 0 })
  }
}
