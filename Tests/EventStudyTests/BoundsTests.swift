import EventStudy
import LinearAlgebra
import Probability
import TestSupport
import Testing

@Suite struct BoundsTests {
  static let errors = Matrix(
    rows: 5,
    columns: [
      [0.040, 0.012, 0.008, 0.004, 0.002], [0.012, 0.030, 0.010, 0.006, 0.003],
      [0.008, 0.010, 0.025, 0.009, 0.005], [0.004, 0.006, 0.009, 0.035, 0.012],
      [0.002, 0.003, 0.005, 0.012, 0.050],
    ])

  static func path(_ estimates: [Double], degreesOfFreedom: Double = 1e7) -> EventStudyPath {
    EventStudyPath(
      before: [(-4, estimates[0]), (-3, estimates[1]), (-2, estimates[2])],
      after: [(0, estimates[3]), (1, estimates[4])], covariance: errors,
      degreesOfFreedom: degreesOfFreedom)
  }

  @Test func noDepartureGivesTheOrdinaryInterval() throws {
    let path = Self.path([0.1, -0.1, 0.05, 0.6, 0.9])
    let weights = try #require(path.target(nil))
    let bounds = try #require(
      RelativeMagnitudes(path, target: weights, magnitude: 0, level: 0.95))
    let error = ((0.035 + 0.050 + 2 * 0.012) / 4).squareRoot()
    #expect(isClose(bounds.low, 0.75 - 1.959963984540054 * error, absolute: 1e-6))
    #expect(isClose(bounds.high, 0.75 + 1.959963984540054 * error, absolute: 1e-6))
    #expect(isClose(bounds.setLow, 0.75, absolute: 1e-12))
  }

  /// The largest yearly change before is 0.2, from −0.1 to 0.1… the mean of two years can be off by 1.5 times it.
  @Test func theIdentifiedSetIsTheFormula() throws {
    let path = Self.path([0.1, -0.1, 0.05, 0.6, 0.9])
    for (target, kappa, centre) in [(Int?.none, 1.5, 0.75), (0, 1, 0.6), (1, 2, 0.9)] {
      let weights = try #require(path.target(target))
      let bounds = try #require(
        RelativeMagnitudes(path, target: weights, magnitude: 0.5, level: 0.95))
      #expect(isClose(bounds.setLow, centre - kappa * 0.5 * 0.2, absolute: 1e-12))
      #expect(isClose(bounds.setHigh, centre + kappa * 0.5 * 0.2, absolute: 1e-12))
      #expect(bounds.low < bounds.setLow && bounds.high > bounds.setHigh)
    }
  }

  @Test func breakdownIsWhereZeroComesIn() throws {
    let path = Self.path([0.1, -0.1, 0.05, 1.6, 1.9])
    let weights = try #require(path.target(0))
    let breakdown = try #require(
      RelativeMagnitudes.breakdown(path, target: weights, level: 0.95))
    let at = try #require(
      RelativeMagnitudes(path, target: weights, magnitude: breakdown, level: 0.95))
    #expect(isClose(at.low, 0, absolute: 1e-9))
    let weak = Self.path([0.1, -0.1, 0.05, 0.1, 0.1])
    #expect(RelativeMagnitudes.breakdown(weak, target: weights, level: 0.95) == nil)
  }

  /// Departures as large as allowed, in the worst direction: the interval still covers.
  @Test(arguments: [0.5, 1, 2])
  func relativeMagnitudesCoverTheWorst(magnitude: Double) throws {
    let factor = try Cholesky(Self.errors).lower
    let before = [0.5, 0.2, 0.1]
    let yearly = 0.3 * magnitude
    let truth = before + [0.4 + yearly, 0.4 + 2 * yearly]
    var missed = 0
    for draw in 0..<2_000 {
      var stream = RandomStream(Seed(5), replicate: UInt32(draw))
      let noise = factor * (0..<5).map { _ in stream.normal() }
      let path = Self.path(zip(truth, noise).map { $0 + $1 })
      let weights = try #require(path.target(1))
      let bounds = try #require(
        RelativeMagnitudes(path, target: weights, magnitude: magnitude, level: 0.95))
      if bounds.low > 0.4 || bounds.high < 0.4 { missed += 1 }
    }
    // At most 5 % are due; above 130 of 2,000 has a probability below 0.002 even then.
    #expect(missed <= 130)
  }

  /// One year before the base: nothing to choose, and bias and interval follow from a formula.
  @Test func oneEarlierYearExtrapolatesItsSlope() throws {
    let covariance = Matrix(rows: 2, columns: [[0.04, 0.01], [0.01, 0.09]])
    let path = EventStudyPath(
      before: [(-2, 0.3)], after: [(0, 0.8)], covariance: covariance, degreesOfFreedom: 1e7)
    let weights = try #require(path.target(0))
    for curvature in [0, 0.1, 2.0] {
      let bounds = try #require(
        SmoothTrends(path, target: weights, curvature: curvature, level: 0.95))
      #expect(isClose(bounds.estimate, 1.1, absolute: 1e-12))
      #expect(isClose(bounds.standardError, 0.15.squareRoot(), relative: 1e-12))
      #expect(isClose(bounds.largestBias, curvature, absolute: 1e-12))
      let half = bounds.high - bounds.estimate
      let normal = Normal()
      let (c, b) = (half / bounds.standardError, curvature / bounds.standardError)
      #expect(isClose(normal.cumulative(c - b) - normal.cumulative(-c - b), 0.95, absolute: 1e-10))
    }
  }

  /// Straight departures: the shortest interval is that of generalised least squares on a line before.
  @Test func straightDeparturesGiveGeneralisedLeastSquares() throws {
    let path = Self.path([0.3, 0.2, 0.1, 0.6, 0.9])
    let weights = try #require(path.target(0))
    let bounds = try #require(SmoothTrends(path, target: weights, curvature: 0, level: 0.95))
    // (β₋₄, β₋₃, β₋₂, β₀) = slope · (−3, −2, −1, 1) + θ · (0, 0, 0, 1), weighted by the inverse covariance.
    let sigma = Self.errors.selecting(rows: [0, 1, 2, 3], columns: [0, 1, 2, 3])
    let x = Matrix(rows: 4, columns: [[-3, -2, -1, 1], [0, 0, 0, 1]])
    let factor = try Cholesky(sigma)
    let information = try Cholesky(x.transposedTimes(factor.solve(x)))
    let y = [0.3, 0.2, 0.1, 0.6]
    let solution = information.solve(x.transposedTimes(factor.solve(y)))
    #expect(isClose(bounds.estimate, solution[1], absolute: 1e-10))
    #expect(
      isClose(bounds.standardError, information.inverse[1, 1].squareRoot(), relative: 1e-10))
  }

  /// No weights found at random give a shorter interval.
  @Test(arguments: [0.01, 0.05, 0.2, 1])
  func noOtherWeightsAreShorter(curvature: Double) throws {
    let path = Self.path([0.3, 0.2, 0.1, 0.6, 0.9])
    let weights = try #require(path.target(nil))
    let bounds = try #require(
      SmoothTrends(path, target: weights, curvature: curvature, level: 0.95))
    let half = bounds.high - bounds.estimate
    // Second differences centred at −3, −2, −1, 0 as they reach δ at −4, −3, −2, 0, 1.
    let shares = Matrix(
      rows: 4, columns: [[1, 2, 3, 0], [0, 1, 2, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]])
    var stream = RandomStream(Seed(8))
    let normal = Normal()
    for _ in 0..<4_000 {
      let (b, c) = (2 * stream.normal(), 2 * stream.normal())
      // The slope must leave the estimate alone: −3a − 2b − c + ½ + 1 = 0.
      let candidate = [(1.5 - 2 * b - c) / 3, b, c, 0.5, 0.5]
      let error = path.variance(candidate).squareRoot()
      let bias = curvature * (shares * candidate).reduce(0) { $0 + abs($1) } / error
      let (low, high) = (half / error - bias, -half / error - bias)
      #expect(normal.cumulative(low) - normal.cumulative(high) < 0.95 + 1e-7)
    }
  }

  /// Years five and two before: with a on the earlier one the estimate has bias M (6|a| + 1), so that one number is
  /// to be chosen, and several differences are zero together where it is zero.
  @Test(arguments: [1e-6, 0.001, 0.01, 0.03, 0.1, 1, 100])
  func missingYearsLeaveOneNumberToChoose(curvature: Double) throws {
    let sigma = Matrix(
      rows: 3, columns: [[0.05, 0.01, 0.005], [0.01, 0.04, 0.012], [0.005, 0.012, 0.03]])
    let path = EventStudyPath(
      before: [(-5, 0.3), (-2, 0.1)], after: [(0, 0.5)], covariance: sigma, degreesOfFreedom: 1e7)
    func half(_ a: Double) -> Double {
      let error = path.variance([a, 1 - 4 * a, 1]).squareRoot()
      let bias = curvature * (6 * abs(a) + 1) / error
      let normal = Normal()
      var (low, high) = (0.0, bias + 3)
      for _ in 0..<100 {
        let c = (low + high) / 2
        if normal.cumulative(c - bias) - normal.cumulative(-c - bias) < 0.95 {
          low = c
        } else {
          high = c
        }
      }
      return error * low
    }
    // Convex in a, with a corner at zero, so thirds are enough.
    var (left, right) = (-1.0, 1.0)
    for _ in 0..<200 {
      let (a, b) = (left + (right - left) / 3, right - (right - left) / 3)
      if half(a) < half(b) { right = b } else { left = a }
    }
    let least = min(half(left), half(0))
    let bounds = try #require(
      SmoothTrends(path, target: [0, 0, 1], curvature: curvature, level: 0.95))
    #expect(isClose((bounds.high - bounds.low) / 2, least, relative: 1e-9))
  }

  @Test func curvedDeparturesAreCovered() throws {
    let factor = try Cholesky(Self.errors).lower
    let curvature = 0.08
    // δ_t with slope 0.1 at the base and second differences of ± M.
    let truth = [
      -3 * 0.1 + curvature * 6, -2 * 0.1 + curvature * 3, -0.1 + curvature, 0.5 + 0.1,
      0.5 + 0.2 + curvature,
    ]
    var missed = 0
    for draw in 0..<400 {
      var stream = RandomStream(Seed(6), replicate: UInt32(draw))
      let noise = factor * (0..<5).map { _ in stream.normal() }
      let path = Self.path(zip(truth, noise).map { $0 + $1 })
      let weights = try #require(path.target(1))
      let bounds = try #require(
        SmoothTrends(path, target: weights, curvature: curvature, level: 0.95))
      if bounds.low > 0.5 || bounds.high < 0.5 { missed += 1 }
    }
    // 20 are due at most; above 34 has a probability below 0.002.
    #expect(missed <= 34)
  }

  @Test func withoutEarlierYearsThereAreNone() throws {
    let path = EventStudyPath(
      before: [], after: [(0, 1)], covariance: Matrix(rows: 1, columns: 1, elements: [1]),
      degreesOfFreedom: 50)
    #expect(RelativeMagnitudes(path, target: [1], magnitude: 1, level: 0.95) == nil)
    #expect(SmoothTrends(path, target: [1], curvature: 1, level: 0.95) == nil)
  }
}
