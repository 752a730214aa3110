import Multilevel

/// A way to an interval for a coefficient of a fit.
struct IntervalMethod: Sendable {
  let name: String
  /// Low and high end for the coefficients at positions 1 and 2: the treatment and the covariate.
  let intervals: @Sendable (LinearMixedModelFit) throws -> [(low: Double, high: Double)]

  private static func ends(_ tests: [CoefficientTest]) -> [(low: Double, high: Double)] {
    tests.dropFirst().map { ($0.low, $0.high) }
  }

  /// A method that comes later, such as a parametric bootstrap, is one more entry.
  static let all: [IntervalMethod] = [
    IntervalMethod(name: "normal") { ends(try $0.tests(.none)) },
    IntervalMethod(name: "Satterthwaite") { ends(try $0.tests(.satterthwaite)) },
    IntervalMethod(name: "Kenward–Roger") { ends(try $0.tests(.kenwardRoger)) },
    IntervalMethod(name: "between–within") { ends(try $0.tests(.betweenWithin)) },
    IntervalMethod(name: "CR1, normal") {
      ends(try $0.tests(.none, errors: try $0.clusterRobust(.cr1)))
    },
    IntervalMethod(name: "CR2, Satterthwaite") {
      ends(try $0.tests(.satterthwaite, errors: try $0.clusterRobust(.cr2)))
    },
  ]
}
