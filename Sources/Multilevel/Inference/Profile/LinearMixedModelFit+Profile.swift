internal import Designs
internal import LinearAlgebra
internal import Probability

extension LinearMixedModelFit {
  /// Profile intervals of standard deviations, correlations, σ and coefficients, of the maximum likelihood fit.
  ///
  /// The interval of a number holds the values at which the deviance, minimised over everything else, is less than
  /// the quantile of χ² with one degree of freedom above its minimum. That of a standard deviation starts at 0
  /// where even 0 is such a value, and that of a correlation may end at ±1. As in lme4 the fit is by maximum
  /// likelihood: a REML fit is fitted again. Bates et al. (2015), doi:10.18637/jss.v067.i01, section 5.1.
  ///
  /// - Complexity: some 15 minimisations a number from cross-products, whatever the number of rows.
  public func profileIntervals(
    level: Double = 0.95, threads: Int = 1
  ) throws(EstimationError) -> [IntervalEstimate] {
    BLAS.useOneThread()
    try requireKnownResiduals(for: "profile intervals")
    if criterion == .reml {
      if isStreamed { throw .needsRows("`intervals: profile` of a REML fit") }
      return try LinearMixedModel(criterion: .ml).fit(frame, threads: threads)
        .profileIntervals(level: level, threads: threads)
    }
    let z = Normal.standardQuantile(0.5 + level / 2)
    let targets = profileTargets
    return try replicate(targets.count, threads: threads) {
      (index) throws(EstimationError) -> IntervalEstimate in
      try self.interval(targets[index], z)
    }
  }

  private enum ProfileTarget: Sendable {
    case coefficient(Int)
    case sigma
    case deviation(factor: Int, RandomStructure.Term, Int, TermFit)
    case correlation(factor: Int, RandomStructure.Term, Int, Int, TermFit)
  }

  /// In the order of the bootstrap's parameters: coefficients, then terms, then σ.
  private var profileTargets: [ProfileTarget] {
    var result = coefficients.indices.map(ProfileTarget.coefficient)
    var position = 0
    for (index, factor) in problem.structure.factors.enumerated() {
      for term in factor.terms {
        let fit = terms[position]
        for i in 0..<term.width { result.append(.deviation(factor: index, term, i, fit)) }
        for i in 0..<term.width {
          for j in 0..<i { result.append(.correlation(factor: index, term, j, i, fit)) }
        }
        position += 1
      }
    }
    return result + [.sigma]
  }

  private func interval(
    _ target: ProfileTarget, _ z: Double
  ) throws(EstimationError) -> IntervalEstimate {
    let logSigma = PortableMath.log(curvature.sigma)
    func walk(
      _ estimate: Double, step: Double, in problem: Problem, theta: [Double],
      from lowest: Double?, to highest: Double?,
      _ held: @escaping (Double) -> ProfileCriterion.Held
    ) -> ProfileWalk {
      ProfileWalk(
        criterion: { ProfileCriterion(problem: problem, held: held($0)) }, theta: theta,
        logSigma: logSigma, estimate: estimate, minimum: deviance, step: step, lowest: lowest,
        highest: highest)
    }
    switch target {
    case .coefficient(let k):
      let weights = curvature.back.row(k)
      let shift = problem.standard.wayBack.shift[k]
      let problem = problem
      let walk = ProfileWalk(
        criterion: {
          ProfileCriterion(problem: problem.holding(weights, at: $0 - shift), held: .nothing)
        }, theta: standardizedTheta, logSigma: logSigma, estimate: coefficients[k],
        minimum: deviance, step: standardErrors[k], lowest: nil, highest: nil)
      let (low, high) = try walk.interval(z)
      return IntervalEstimate(
        parameter: FitParameter(.coefficient, term: coefficientNames[k]), kind: .profile,
        estimate: coefficients[k], low: low, high: high)
    case .sigma:
      let unit = sigma / curvature.sigma
      let (low, high) = try walk(
        curvature.sigma, step: curvature.sigma / (2 * problem.degrees).squareRoot(), in: problem,
        theta: standardizedTheta, from: nil, to: nil
      ) { .sigma($0) }.interval(z)
      return IntervalEstimate(
        parameter: FitParameter(.sigma, group: "Residual"), kind: .profile, estimate: sigma,
        low: unit * low, high: unit * high)
    case .deviation(let factor, let term, let i, let fit):
      let basis = try ProfileBasis(self, factor: factor, term, leading: [i])
      let first = term.parameter(0, 0)
      let estimate = basis.theta[first] * curvature.sigma
      let (low, high) = try walk(
        estimate, step: estimate > 0 ? 0.15 * estimate : 0.05 * curvature.sigma,
        in: basis.problem, theta: basis.theta, from: 0, to: nil
      ) { .deviation($0, first: first) }.interval(z)
      return IntervalEstimate(
        parameter: FitParameter(.deviation, group: fit.group, term: fit.columns[i]),
        kind: .profile, estimate: fit.standardDeviations[i], low: basis.unit * low,
        high: basis.unit * high)
    case .correlation(let factor, let term, let j, let i, let fit):
      let parameter = FitParameter(
        .correlation, group: fit.group, term: fit.columns[j], other: fit.columns[i])
      guard let estimate = fit.correlation(i, j) else {
        // Any correlation goes with an effect that does not vary.
        return IntervalEstimate(
          parameter: parameter, kind: .profile, estimate: nil, low: -1, high: 1)
      }
      let basis = try ProfileBasis(self, factor: factor, term, leading: [j, i])
      let (across, second) = (term.parameter(1, 0), term.parameter(1, 1))
      let (low, high) = try walk(
        estimate, step: max(0.02, 0.3 * (1 - estimate * estimate)), in: basis.problem,
        theta: basis.theta, from: -1, to: 1
      ) { .correlation($0, across: across, second: second) }.interval(z)
      return IntervalEstimate(
        parameter: parameter, kind: .profile, estimate: estimate, low: low, high: high)
    }
  }
}
