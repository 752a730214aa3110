package import LinearAlgebra

/// Event-time estimates from one base, as bounds on departures from parallel trends need them.
///
/// Time is counted so that the base is −1: `before` holds times below −1, `after` times from 0. Departures δ are
/// zero at the base.
package struct EventStudyPath: Sendable {
  package struct Point: Sendable {
    package let time: Int
    package let estimate: Double
    /// Row and column in `covariance`.
    package let position: Int
  }

  /// Ascending; all below −1.
  package let before: [Point]
  /// Ascending; all from 0.
  package let after: [Point]
  /// Of all points, `before` first.
  package let covariance: Matrix
  package let degreesOfFreedom: Double
  /// Event time of the base.
  package let base: Int

  /// Estimates at the given times, with their covariance in the same order.
  package init(
    before: [(time: Int, estimate: Double)], after: [(time: Int, estimate: Double)],
    covariance: Matrix, degreesOfFreedom: Double
  ) {
    precondition(covariance.rows == before.count + after.count, "a covariance of other estimates")
    self.before = before.enumerated().map {
      Point(time: $1.time, estimate: $1.estimate, position: $0)
    }
    self.after = after.enumerated().map {
      Point(time: $1.time, estimate: $1.estimate, position: before.count + $0)
    }
    self.covariance = covariance
    self.degreesOfFreedom = degreesOfFreedom
    base = -1
  }

  /// - Parameter effects: with a universal base.
  package init?(_ effects: GroupTimeEffects) {
    let base = -1 - effects.settings.anticipation
    let parts = effects.aggregated(.dynamic).filter { part in
      part.at.map { $0 != base } ?? false
    }
    var (before, after): ([AggregatedEffect], [AggregatedEffect]) = ([], [])
    for part in parts {
      if (part.at ?? 0) < base { before.append(part) } else { after.append(part) }
    }
    guard !after.isEmpty else { return nil }
    let inference = InfluenceCovariance(
      (before + after).map(\.influence), in: effects.panel)
    func points(_ parts: [AggregatedEffect], from first: Int) -> [Point] {
      parts.enumerated().map {
        Point(time: ($1.at ?? 0) - base - 1, estimate: $1.estimate, position: first + $0)
      }
    }
    self.before = points(before, from: 0)
    self.after = points(after, from: before.count)
    covariance = inference.covariance
    degreesOfFreedom = inference.degreesOfFreedom
    self.base = base
  }

  /// The variance of Σ w θ̂.
  package func variance(_ weights: [Double]) -> Double {
    var sum = 0.0
    for (w, v) in zip(weights, covariance * weights) { sum += w * v }
    return max(0, sum)
  }

  /// Σ w θ̂.
  package func estimate(_ weights: [Double]) -> Double {
    (before + after).reduce(0) { $0 + weights[$1.position] * $1.estimate }
  }

  /// The weights of one event time, or of the mean over all from 0.
  package func target(_ eventTime: Int?) -> [Double]? {
    var weights = [Double](repeating: 0, count: before.count + after.count)
    let chosen = after.filter { point in
      let time = point.time + base + 1
      return eventTime.map { $0 == time } ?? (time >= 0)
    }
    guard !chosen.isEmpty else { return nil }
    for point in chosen { weights[point.position] = 1 / Double(chosen.count) }
    return weights
  }
}
