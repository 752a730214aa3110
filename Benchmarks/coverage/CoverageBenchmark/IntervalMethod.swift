import Multilevel
import Probability

/// A way to an interval for a coefficient of a fit.
struct IntervalMethod: Sendable {
  let name: String
  /// Low and high end for the coefficients at positions 1 and 2: the treatment and the covariate. The number
  /// is the trial's, from which draws take their seed: with the same draws in every trial their error would not
  /// average out.
  let intervals: @Sendable (LinearMixedModelFit, Int) throws -> [(low: Double, high: Double)]

  private static func ends(_ tests: [CoefficientTest]) -> [(low: Double, high: Double)] {
    tests.dropFirst().map { ($0.low, $0.high) }
  }

  /// With 399 draws the 2.5 % quantile is the tenth smallest.
  private static func bootstrap(
    _ fit: LinearMixedModelFit, _ trial: Int
  ) throws -> [(low: Double, high: Double)] {
    let found = try fit.bootstrap(
      ParametricBootstrap(replicates: 399, seed: Seed(1_979)["\(trial)"]))
    return found.intervals().filter { $0.kind == .percentile && $0.parameter.kind == .coefficient }
      .dropFirst().map { ($0.low ?? .nan, $0.high ?? .nan) }
  }

  static let all: [IntervalMethod] = [
    IntervalMethod(name: "normal") { fit, _ in ends(try fit.tests(.none)) },
    IntervalMethod(name: "Satterthwaite") { fit, _ in ends(try fit.tests(.satterthwaite)) },
    IntervalMethod(name: "Kenward–Roger") { fit, _ in ends(try fit.tests(.kenwardRoger)) },
    IntervalMethod(name: "between–within") { fit, _ in ends(try fit.tests(.betweenWithin)) },
    IntervalMethod(name: "CR1, normal") { fit, _ in
      ends(try fit.tests(.none, errors: try fit.clusterRobust(.cr1)))
    },
    IntervalMethod(name: "CR2, Satterthwaite") { fit, _ in
      ends(try fit.tests(.satterthwaite, errors: try fit.clusterRobust(.cr2)))
    },
    IntervalMethod(name: "bootstrap, percentile") { try bootstrap($0, $1) },
  ]
}
