import Foundation
import Probability
import Tables
import TestSupport
import Testing

/// Against R, whose functions are good to some units of the last place in these ranges.
@Suite("Distributions against R")
struct DistributionTests {
  private func rows(_ name: String) throws -> [[Double]] {
    let file = fixturesFolder.appendingPathComponent("probability/distributions.json")
    let json = try JSON(parsing: String(contentsOf: file, encoding: .utf8))
    return try #require(json[name]?.array).map { ($0.array ?? []).compactMap(\.number) }
  }

  private func check(
    _ name: String, relative: Double, large: Double? = nil, _ ours: ([Double]) -> Double
  ) throws {
    let rows = try rows(name)
    #expect(rows.count > 5)
    for row in rows {
      let expected = try #require(row.last)
      let value = ours(row)
      // With 10⁵ degrees of freedom the continued fraction cancels near the mean.
      let relative = (row.dropLast().max() ?? 0) > 1e4 ? large ?? relative : relative
      #expect(
        isClose(value, expected, relative: relative, absolute: 1e-300),
        "\(name)\(row.dropLast()): \(value) against \(expected)")
    }
  }

  @Test("normal quantiles and probabilities")
  func normal() throws {
    try check("normalQuantile", relative: 1e-14) { Normal.standardQuantile($0[0]) }
    try check("normalCumulative", relative: 1e-13) { Normal().cumulative($0[0]) }
  }

  @Test("t tails and quantiles, whole and broken degrees of freedom")
  func t() throws {
    try check("tTwoSided", relative: 1e-12, large: 1e-11) {
      StudentT(degreesOfFreedom: $0[1]).twoSidedTail($0[0])
    }
    try check("tQuantile", relative: 1e-12, large: 1e-11) {
      StudentT(degreesOfFreedom: $0[1]).quantile($0[0])
    }
  }

  @Test("F and chi-squared tails")
  func tails() throws {
    try check("fUpper", relative: 1e-12, large: 1e-11) {
      FisherF(numerator: $0[1], denominator: $0[2]).upperTail($0[0])
    }
    try check("chiSquaredUpper", relative: 1e-12) {
      ChiSquared(degreesOfFreedom: $0[1]).upperTail($0[0])
    }
    try check("chiSquaredLower", relative: 1e-12) {
      ChiSquared(degreesOfFreedom: $0[1]).cumulative($0[0])
    }
  }

  @Test("a normal t and its limits")
  func limits() {
    #expect(StudentT(degreesOfFreedom: .infinity).quantile(0.975) == Normal.standardQuantile(0.975))
    #expect(StudentT(degreesOfFreedom: 3).quantile(0) == -.infinity)
    #expect(StudentT(degreesOfFreedom: 3).quantile(1) == .infinity)
    #expect(Normal.standardQuantile(0.5) == 0)
    #expect(Normal.standardQuantile(-0.1).isNaN)
  }
}
