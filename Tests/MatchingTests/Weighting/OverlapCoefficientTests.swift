import Foundation
import Matching
import Probability
import TestSupport
import Testing

@Suite("The overlap of two arms")
struct OverlapCoefficientTests {
  private func overlap(_ values: [Double], _ treated: [Bool]) throws -> Double {
    let candidates = Candidates(
      treated: treated, covariates: [Covariate("x", .numbers(values))])
    let match = try MatchDesign(method: EntropyBalancing(), discard: .none).match(
      candidates, seed: Seed(1))
    return try #require(BalanceTable(match).rows.first { $0.stage == .before }?.overlap)
  }

  @Test("two normal distributions: 2Φ(−δ/2)")
  func normal() throws {
    let n = 2000
    for shift in [0.0, 0.5, 1, 2] {
      let quantiles = (0..<n).map { Normal.standardQuantile((Double($0) + 0.5) / Double(n)) }
      let found = try overlap(
        quantiles.map { $0 + shift } + quantiles, (0..<2 * n).map { $0 < n })
      // The kernel widens both by h = 1.06 n^(−1/5): δ becomes δ/√(1 + h²).
      let h = 1.06 * pow(Double(n), -0.2)
      let expected = 2 * Normal().cumulative(-shift / 2 / (1 + h * h).squareRoot())
      #expect(abs(found - expected) < 2e-3, "\(found) against \(expected)")
    }
  }

  /// cobalt 4.5.5 takes its densities from R's binned approximation on another grid: agreement to 0.01.
  @Test(
    "against cobalt",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
  func cobalt() throws {
    let root = try #require(SharedReference.folder).appendingPathComponent("matching")
    let data = try ReferenceData.lalonde(in: root)
    let file = try ReferenceFile(
      data.folder.appendingPathComponent("nn_default/cobalt_binary_std.csv"))
    let match = try MatchDesign(distance: PropensityScore(scale: .probability)).match(
      try data.candidates(), seed: Seed(1))
    let names = try file.texts("variable")
    var worst = 0.0
    for row in BalanceTable(match).rows {
      let name = row.covariate == "propensity" ? "distance" : row.covariate
      let position = try #require(
        names.firstIndex(of: row.level.map { "\(name)_\($0)" } ?? name))
      // cobalt gives the share that is not common.
      let column = row.stage == .before ? "ovl_un" : "ovl_adj"
      let expected = 1 - (try file.numbers(column)[position])
      let difference = abs(try #require(row.overlap) - expected)
      worst = max(worst, difference)
      #expect(difference < 0.01, "\(name) \(row.stage): \(row.overlap ?? .nan) against \(expected)")
      let distance = row.stage == .before ? "ks_un" : "ks_adj"
      #expect(isClose(row.ecdfMax, try file.numbers(distance)[position], absolute: 1e-7))
    }
    if ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil { print("ERR overlap", worst) }
  }
}
