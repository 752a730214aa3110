internal import Designs
internal import LinearAlgebra
internal import Probability

/// A profile likelihood interval of one parameter.
public struct ProfileInterval: Sendable, Hashable {
  public let parameter: String
  public let estimate: Double
  public let low: Double
  public let high: Double
}

extension GeneralisedMixedFit {
  /// The values of a parameter at which the deviance, with all others optimised, is no more than the χ²(1)
  /// quantile above its minimum (Venzon & Moolgavkar 1988, doi:10.2307/2347496).
  ///
  /// - Parameter parameter: a coefficient or a threshold, or as `school.(Intercept)` the standard deviation of a
  ///   column of a term. The lower end of a standard deviation is 0 where the deviance there is within reach.
  /// - Throws: ``GeneralisedModelError/notProfiled(_:known:)``, and
  ///   ``GeneralisedModelError/noConvergence(decrement:evaluations:)`` where an end cannot be found.
  /// - Complexity: some fifty evaluations of the deviance, after another fit for a column that is not the first of
  ///   its term.
  public func profileInterval(
    _ parameter: String, level: Double = 0.95
  ) throws(GeneralisedModelError) -> ProfileInterval {
    let known = profileTargets.filter { $0.name != nil }
    guard let target = known.first(where: { $0.name == parameter }) else {
      throw .notProfiled(parameter, known: known.compactMap(\.name))
    }
    let found = try interval(target, reach: Normal().quantile(0.5 + level / 2))
    return ProfileInterval(
      parameter: parameter, estimate: found.estimate ?? .nan, low: found.low ?? -.infinity,
      high: found.high ?? .infinity)
  }

  /// Profile intervals of all coefficients and thresholds, standard deviations and correlations.
  ///
  /// The size of a negative binomial response is held at its estimate.
  ///
  /// - Throws: ``GeneralisedModelError`` where the model with a term's columns in another order has no optimum.
  public func profileIntervals(
    level: Double = 0.95, threads: Int = 1
  ) throws(GeneralisedModelError) -> [IntervalEstimate] {
    let targets = profileTargets
    let reach = Normal().quantile(0.5 + level / 2)
    return try replicate(targets.count, threads: threads) {
      (index) throws(GeneralisedModelError) -> IntervalEstimate in
      try self.interval(targets[index], reach: reach)
    }
  }

  private enum ProfileTarget {
    /// By its place among the coefficients, thresholds first.
    case coefficient(Int, name: String)
    /// Of a term and its column.
    case deviation(Int, Int, name: String)
    case correlation(Int, Int, Int)

    var name: String? {
      switch self {
      case .coefficient(_, let name), .deviation(_, _, let name): name
      case .correlation: nil
      }
    }
  }

  /// In the order of the bootstrap's parameters.
  private var profileTargets: [ProfileTarget] {
    var result = coefficients.indices.map {
      ProfileTarget.coefficient($0, name: coefficients[$0].name)
    }
    for (position, term) in variances.enumerated() {
      for (column, name) in term.columns.enumerated() {
        result.append(.deviation(position, column, name: "\(term.factor).\(name)"))
      }
      for i in term.columns.indices {
        for j in 0..<i { result.append(.correlation(position, j, i)) }
      }
    }
    return result
  }

  private func interval(
    _ target: ProfileTarget, reach: Double
  ) throws(GeneralisedModelError) -> IntervalEstimate {
    switch target {
    case .coefficient(let k, let name):
      let observations = source.deviance.observations
      let (quantity, factor) = HeldQuantity.coefficient(
        k, thresholds: thresholdCount, observations: observations)
      let (low, high) = try ProfileSearch(self, holding: quantity, reach: reach).interval(
        smallest: nil, largest: nil)
      return IntervalEstimate(
        parameter: FitParameter(.coefficient, term: name), kind: .profile,
        estimate: coefficients[k].estimate, low: factor * low, high: factor * high)
    case .deviation(let position, let column, _):
      let fit = try leading([column], of: position)
      let (_, share) = fit.source.terms.place(position)
      let (low, high) = try ProfileSearch(
        fit, holding: .parameter(share.firstTheta), reach: reach
      ).interval(smallest: 0, largest: nil)
      let term = variances[position]
      return IntervalEstimate(
        parameter: FitParameter(.deviation, group: term.factor, term: term.columns[column]),
        kind: .profile, estimate: term.standardDeviations[column], low: low, high: high)
    case .correlation(let position, let j, let i):
      let term = variances[position]
      let parameter = FitParameter(
        .correlation, group: term.factor, term: term.columns[j], other: term.columns[i])
      guard let estimate = term.correlation(i, j) else {
        // Any correlation goes with an effect that does not vary.
        return IntervalEstimate(
          parameter: parameter, kind: .profile, estimate: nil, low: -1, high: 1)
      }
      let fit = try leading([j, i], of: position)
      let (_, share) = fit.source.terms.place(position)
      let (low, high) = try ProfileSearch(
        fit,
        holding: .correlation(across: share.firstTheta + 1, own: share.firstTheta + share.columns),
        reach: reach
      ).interval(smallest: -1, largest: 1)
      return IntervalEstimate(
        parameter: parameter, kind: .profile, estimate: estimate, low: low, high: high)
    }
  }

  /// The same model with some columns of a term before the others, so that their variances lead its factor.
  private func leading(
    _ columns: [Int], of position: Int
  ) throws(GeneralisedModelError) -> GeneralisedMixedFit {
    let frame = source.frame
    let own = frame.random[position]
    let order = columns + own.columns.indices.filter { !columns.contains($0) }
    if order == Array(own.columns.indices) { return self }
    var random = frame.random
    random[position] = RandomTerm(factor: own.factor, columns: order.map { own.columns[$0] })
    let other = ModelFrame(
      selection: frame.selection, rowCount: frame.rowCount, columns: frame.columns,
      fixed: frame.fixed, response: frame.response, offset: frame.offset,
      weights: frame.weights, random: random, failures: frame.failures,
      responseLevels: frame.responseLevels)
    return try model.fit(other, trials: source.deviance.observations.trialsColumn)
  }
}
