import EventStudy
import LinearAlgebra
import Tables
import TestSupport
import Testing

/// Bounds against quadratic and linear programming in R, and against what the package HonestDiD prints for its own
/// example (`Tests/Fixtures/event-study`).
@Suite struct BoundsReferenceTests {
  private static func path(_ name: String) throws -> (path: EventStudyPath, case: JSON) {
    let all = try CrossSectionTests.fixture("bounds.json")
    let fixture = try #require(all["cases"]?[name])
    func numbers(_ key: String) throws -> [Double] {
      try #require(fixture[key]?.array).map { try #require($0.number) }
    }
    let (before, after) = (try numbers("before"), try numbers("after"))
    let columns = try #require(fixture["covariance"]?.array).map { row in
      try #require(row.array).map { try #require($0.number) }
    }
    let path = EventStudyPath(
      before: before.enumerated().map { ($0 - before.count - 1, $1) },
      after: after.enumerated().map { ($0, $1) },
      covariance: Matrix(rows: columns.count, columns: columns), degreesOfFreedom: .infinity)
    return (path, fixture)
  }

  /// The weights of a target: one event time, or after the last of them the mean.
  private static func weights(_ path: EventStudyPath, _ target: Double) throws -> [Double] {
    try #require(path.target(Int(target) < path.after.count ? Int(target) : nil))
  }

  @Test(arguments: ["medicaid", "other", "long"])
  func smoothnessIsTheShortestIntervalOfQuadraticProgramming(name: String) throws {
    let (path, fixture) = try Self.path(name)
    for row in try #require(fixture["smooth"]?.array) {
      let target = try Self.weights(path, try #require(row["target"]?.number))
      let curvature = try #require(row["M"]?.number)
      let bounds = try #require(
        SmoothTrends(path, target: target, curvature: curvature, level: 0.95))
      let (low, high) = (try #require(row["low"]?.number), try #require(row["high"]?.number))
      let length = bounds.high - bounds.low
      #expect(isClose(length, high - low, absolute: 1e-7 * (high - low)))
      // Where the interval lies moves with the weights, which a flat minimum leaves open to the root of that.
      #expect(isClose(bounds.low, low, absolute: 1e-6 * length), "M \(curvature)")
      #expect(isClose(bounds.high, high, absolute: 1e-6 * length), "M \(curvature)")
    }
  }

  @Test func smoothnessIsWhatThePackagePrints() throws {
    let (path, _) = try Self.path("medicaid")
    let all = try CrossSectionTests.fixture("bounds.json")
    let target = try Self.weights(path, 0)
    for row in try #require(all["published"]?.array) {
      let curvature = try #require(row["M"]?.number)
      let bounds = try #require(
        SmoothTrends(path, target: target, curvature: curvature, level: 0.95))
      // Three digits are printed, and the package's solver stops at about 2e-5.
      #expect(isClose(bounds.low, try #require(row["low"]?.number), absolute: 7e-5))
      let high = try #require(row["high"]?.number)
      #expect(isClose(bounds.high, high, absolute: high > 0.1 ? 5.1e-4 : 7e-5))
    }
  }

  @Test(arguments: ["medicaid", "other", "long"])
  func relativeMagnitudesAreThoseOfLinearProgramming(name: String) throws {
    let (path, fixture) = try Self.path(name)
    for row in try #require(fixture["relative"]?.array) {
      let target = try Self.weights(path, try #require(row["target"]?.number))
      let magnitude = try #require(row["M"]?.number)
      let bounds = try #require(
        RelativeMagnitudes(path, target: target, magnitude: magnitude, level: 0.95))
      for (found, key) in [
        (bounds.setLow, "set_low"), (bounds.setHigh, "set_high"), (bounds.low, "low"),
        (bounds.high, "high"),
      ] {
        #expect(isClose(found, try #require(row[key]?.number), absolute: 1e-8), "\(key)")
      }
    }
  }

  /// The package's hybrid test of the same restriction gives, for a model that differs in one idle covariate, the
  /// intervals below: ours hold them, and are at most a quarter longer.
  @Test func theUnionHoldsTheHybridInterval() throws {
    let (path, _) = try Self.path("medicaid")
    let target = try Self.weights(path, 0)
    for (magnitude, low, high) in [
      (0.5, 0.0241, 0.0673), (1, 0.0171, 0.0720), (1.5, 0.00859, 0.0796), (2, -0.00107, 0.0883),
    ] {
      let bounds = try #require(
        RelativeMagnitudes(path, target: target, magnitude: magnitude, level: 0.95))
      #expect(bounds.low < low && bounds.high > high)
      #expect(bounds.high - bounds.low < 1.25 * (high - low))
    }
  }
}
