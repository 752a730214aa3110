import EventStudy
import Foundation
import TestSupport
import Testing

/// County teen employment and minimum wages, 500 counties in five years, against R's `did` 2.1.2.
@Suite(
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct CountyEmploymentTests {
  static let folder = SharedReference.folder?.appendingPathComponent("matching/did")

  static func panel(covariates: Bool) throws -> StaggeredPanel {
    let url = try #require(folder).appendingPathComponent("mpdta.csv")
    let (names, rows) = try numbers(url)
    func column(_ name: String) throws -> Int { try #require(names.firstIndex(of: name)) }
    let (year, county, population) = (
      try column("year"), try column("countyreal"), try column("lpop")
    )
    let (employment, first) = (try column("lemp"), try column("first.treat"))
    let counties = Array(Set(rows.map { $0[county] })).sorted()
    let years = Array(2003...2007)
    var outcome = [Double](repeating: .nan, count: counties.count * years.count)
    var size = outcome
    var cohorts = [Int?](repeating: nil, count: counties.count)
    for row in rows {
      let unit = try #require(counties.firstIndex(of: row[county]))
      let cell = unit * years.count + Int(row[year]) - 2003
      outcome[cell] = row[employment]
      size[cell] = row[population]
      cohorts[unit] = row[first] == 0 ? nil : Int(row[first])
    }
    return StaggeredPanel(
      periods: years, cohorts: cohorts, outcome: outcome,
      covariates: covariates ? [.init("lpop", size)] : [])
  }

  static func settings(_ tag: String) -> (GroupTimeSettings, covariates: Bool) {
    let estimator: DifferenceEstimator =
      tag.hasPrefix("reg") ? .regression : tag.hasPrefix("ipw") ? .weighting : .doublyRobust
    return (
      GroupTimeSettings(
        estimator: estimator, comparators: tag.contains("notyet") ? .notYet : .never,
        base: tag.contains("universal") ? .universal : .varying,
        anticipation: tag.contains("anticip1") ? 1 : 0), tag.contains("lpop")
    )
  }

  /// Standard errors that rest on propensities agree as far as the reference's fits have converged: it stops at a
  /// relative deviance of 1e-8 and takes the information of the step before.
  static func errorTolerance(_ tag: String) -> Double {
    tag.hasPrefix("dr_") || tag.hasPrefix("ipw_") ? 5e-6 : 1e-7
  }

  @Test(arguments: [
    "nocov_never", "nocov_notyet", "dr_lpop_never", "reg_lpop_never",
  ])
  func groupTimeEffectsAgree(tag: String) throws {
    let (settings, covariates) = Self.settings(tag)
    let effects = try GroupTimeEffects(try Self.panel(covariates: covariates), settings)
    let url = try #require(Self.folder).appendingPathComponent("\(tag)_attgt.csv")
    let expected = try numbers(url).rows
    try #require(effects.cells.count == expected.count)
    let errors = InfluenceCovariance(effects.cells.map(\.influence), in: effects.panel)
      .standardErrors
    for (k, row) in expected.enumerated() {
      #expect(effects.cells[k].cohort == Int(row[0]))
      #expect(effects.cells[k].period == Int(row[1]))
      #expect(isClose(effects.cells[k].estimate, row[2], absolute: 1e-9))
      #expect(isClose(errors[k], row[3], relative: Self.errorTolerance(tag)))
    }
  }

  @Test(arguments: [
    "nocov_never", "nocov_notyet", "nocov_never_universal", "dr_lpop_never", "reg_lpop_never",
    "ipw_lpop_never", "dr_lpop_notyet", "dr_lpop_never_anticip1",
  ])
  func aggregationsAgree(tag: String) throws {
    let (settings, covariates) = Self.settings(tag)
    let effects = try GroupTimeEffects(try Self.panel(covariates: covariates), settings)
    let reference = try #require(try Self.reference()[tag])
    for part in try #require(reference["agg"] as? [[String: Any]]) {
      let aggregation = try #require(
        (part["type"] as? String).flatMap(Aggregation.init(rawValue:)))
      let found = effects.aggregated(aggregation)
      let errors = InfluenceCovariance(found.map(\.influence), in: effects.panel).standardErrors
      let overall = try #require(found.last)
      #expect(overall.at == nil)
      let (att, se) = (part["overall_att"] as? Double, part["overall_se"] as? Double)
      #expect(isClose(overall.estimate, att ?? .infinity, absolute: 1e-9))
      if aggregation == .group {
        // The reference takes the sampling error of every cohort's share from the first cohort, which moves this
        // one standard error by half a per cent; `ownSharesCount` has the value with each cohort's own.
        #expect(isClose(errors.last ?? .nan, se ?? .infinity, absolute: 1e-4))
      } else {
        let tolerance = Self.errorTolerance(tag)
        #expect(isClose(errors.last ?? .nan, se ?? .infinity, relative: tolerance))
      }
      guard let at = part["egt"] as? [Int] else { continue }
      let estimates = try #require(part["att_egt"] as? [Any]).map { $0 as? Double ?? .nan }
      let references = try #require(part["se_egt"] as? [Any]).map { $0 as? Double ?? .nan }
      let parts = found.filter { $0.at != nil }
      #expect(parts.compactMap(\.at) == at)
      for k in parts.indices {
        #expect(isClose(parts[k].estimate, estimates[k], absolute: 1e-9))
        // The base year's error is not a number in the reference and zero here.
        if references[k].isFinite {
          #expect(isClose(errors[k], references[k], relative: Self.errorTolerance(tag)))
        }
      }
    }
  }

  /// The reference's test counts every year before joining, also those in which units may anticipate it.
  @Test(arguments: ["nocov_never", "nocov_notyet", "nocov_never_universal", "dr_lpop_never"])
  func preTrendTestAgrees(tag: String) throws {
    let (settings, covariates) = Self.settings(tag)
    let effects = try GroupTimeEffects(try Self.panel(covariates: covariates), settings)
    let test = try #require(PreTrendTest(effects))
    let reference = try #require(try Self.reference()[tag])
    let statistic = try #require((reference["wald_pretest_W"] as? [[Double]])?.first?.first)
    let p = try #require((reference["wald_pretest_p"] as? [[Double]])?.first?.first)
    #expect(isClose(test.statistic, statistic, relative: 1e-6))
    // The reference prints five decimals.
    #expect(isClose(test.pValue, p, absolute: 5e-6))
    #expect(test.degreesOfFreedom == 5)
  }

  /// The overall effect by cohort with the error of each cohort's own share, recomputed with NumPy from the data.
  @Test func ownSharesCount() throws {
    let panel = try Self.panel(covariates: false)
    let effects = try GroupTimeEffects(panel, GroupTimeSettings())
    let overall = try #require(effects.aggregated(.group).last)
    let error = InfluenceCovariance([overall.influence], in: panel).standardErrors[0]
    #expect(isClose(error, 0.012446059320997904, relative: 1e-9))
  }

  @Test func twoWayFixedEffectsAgree() throws {
    let contrast = try #require(TwoWayContrast(try Self.panel(covariates: false)))
    let url = try #require(Self.folder).appendingPathComponent("did.json")
    let file = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    let twfe = try #require((file as? [String: Any])?["twfe"] as? [String: Any])
    let (att, se) = (twfe["att"] as? Double, twfe["se_cluster_unit_HC1"] as? Double)
    #expect(isClose(contrast.estimate, try #require(att), absolute: 1e-10))
    #expect(isClose(contrast.standardError, try #require(se), relative: 1e-8))
    #expect(contrast.treatedCells == 20 * 4 + 40 * 2 + 131)
  }

  static func reference() throws -> [String: [String: Any]] {
    let url = try #require(folder).appendingPathComponent("did.json")
    let file = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    var result: [String: [String: Any]] = [:]
    for entry in try #require(file?["results"] as? [[String: Any]]) {
      if let tag = entry["tag"] as? String { result[tag] = entry }
    }
    return result
  }
}
