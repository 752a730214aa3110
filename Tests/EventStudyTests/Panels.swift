import EventStudy
import Foundation
import Probability
import TestSupport

/// Reads a table of numbers with a header; what is no number is NaN.
func numbers(_ url: URL) throws -> (names: [String], rows: [[Double]]) {
  let lines = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
  func cells(_ line: Substring) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
  }
  return (cells(lines[0]), lines.dropFirst().map { cells($0).map { Double($0) ?? .nan } })
}

/// A panel of units that join in different periods, with effects that grow by `growth` a period, a covariate that
/// moves trends and joining, and a common shock in every period.
func simulatedPanel(
  units: Int, periods: Int = 6, seed: UInt64, replicate: UInt32 = 0, growth: Double = 0.1,
  slope: Double = 0, clusterSize: Int = 1, clusterSpread: Double = 0
) -> StaggeredPanel {
  var stream = RandomStream(Seed(seed), replicate: replicate)
  let years = Array(2011..<2011 + periods)
  var (cohorts, outcome, covariate): ([Int?], [Double], [Double]) = ([], [], [])
  var clusters: [Int32] = []
  var shocks: [Double] = []
  var kind = 0
  for unit in 0..<units {
    if unit % clusterSize == 0 {
      shocks = years.map { _ in clusterSpread * stream.normal() }
      kind = stream.index(below: 3)
    }
    clusters.append(Int32(unit / clusterSize))
    let x = stream.normal() + (kind == 0 ? 0 : 0.3)
    let cohort: Int? = kind == 0 ? nil : kind == 1 ? 2014 : 2015
    cohorts.append(cohort)
    let level = stream.normal()
    for (t, year) in years.enumerated() {
      covariate.append(x)
      let since = cohort.map { Double(year - $0) }
      let effect = since.map { $0 >= 0 ? growth * ($0 + 1) : 0 } ?? 0
      let drift = cohort == nil ? 0 : slope * Double(t)
      outcome.append(
        level + 0.2 * Double(t) + 0.1 * Double(t) * x + effect + drift + shocks[t]
          + 0.3 * stream.normal())
    }
  }
  return StaggeredPanel(
    periods: years, cohorts: cohorts, outcome: outcome, covariates: [.init("x", covariate)],
    clusters: clusterSize > 1 ? clusters : nil)
}
