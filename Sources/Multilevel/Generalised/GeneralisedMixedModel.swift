public import Designs
internal import LinearAlgebra
internal import Tables

/// A generalised linear mixed model: E(y | u) = g⁻¹(Xβ + ZΛu + offset), u ~ N(0, I).
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | `family` | none | ``ResponseFamily`` | distribution and link |
/// | `quadraturePoints` | 1 | 1 … 100 | points of adaptive Gauss–Hermite quadrature; 1 is Laplace, the only choice for more than one random effect a group |
///
/// Both approximations are maximised over (θ, β) together, with exact gradients. Bates, Mächler, Bolker &
/// Walker (2015), doi:10.18637/jss.v067.i01, state the model; Pinheiro & Chao (2006),
/// doi:10.1198/106186006X96962, the approximations.
public struct GeneralisedMixedModel: Sendable, Hashable {
  public let family: ResponseFamily
  public let quadraturePoints: Int

  public init(_ family: ResponseFamily, quadraturePoints: Int = 1) {
    self.family = family
    self.quadraturePoints = quadraturePoints
  }

  /// Estimates the model.
  ///
  /// The frame's weights count how often a row occurred; for a binomial response between 0 and 1 they are
  /// the trials of which it is the share of successes, as in R.
  ///
  /// - Parameter trials: for a binomial response that counts successes, the position in the frame's columns
  ///   of the numbers of trials.
  /// - Throws: ``GeneralisedModelError``
  /// - Complexity: a few dozen passes over the rows; beside them groups × effects², and for crossed factors
  ///   the cube of the largest component of the smaller factors.
  public func fit(
    _ frame: ModelFrame, trials: Int? = nil
  ) throws(GeneralisedModelError) -> GeneralisedMixedFit {
    BLAS.useOneThread()
    guard (1...100).contains(quadraturePoints) else { throw .quadraturePoints(quadraturePoints) }
    if let term = frame.random.first(where: { $0.factor.memberships != nil }) {
      throw .multipleMembership(factor: term.factor.name)
    }
    if case .negativeBinomial(let size) = family {
      guard let size else { return try fitWithSize(frame) }
      guard size > 0, size.isFinite else { throw .sizeNotPositive(size) }
    }
    let observations = try GeneralisedObservations(frame, family: family, trials: trials)
    let terms = observations.terms
    let isScalar = terms.factors.count == 1 && terms.columns.count == 1
    guard quadraturePoints == 1 || isScalar else {
      throw .quadratureNeedsOneScalarTerm(
        points: quadraturePoints, effects: terms.columns.count)
    }
    let kernel = ResponseKernel(family, observations: observations)
    if isScalar {
      return try optimise(observations, kernel: kernel, frame: frame) { observations in
        ScalarTermDeviance(observations, kernel: kernel, points: quadraturePoints)
      }
    }
    return try optimise(observations, kernel: kernel, frame: frame) {
      (observations) throws(GeneralisedModelError) in
      try BlockedDeviance(observations, kernel: kernel)
    }
  }

  private func optimise<Deviance: MarginalDeviance>(
    _ observations: GeneralisedObservations, kernel: ResponseKernel, frame: ModelFrame,
    deviance: (GeneralisedObservations) throws(GeneralisedModelError) -> Deviance
  ) throws(GeneralisedModelError) -> GeneralisedMixedFit {
    let terms = observations.terms
    let entries = terms.entries(scales: observations.randomScales)
    let start: [Double]
    if let found = try pilot(observations, kernel: kernel, entries: entries, deviance: deviance) {
      start = found
    } else {
      start = try firstPoint(observations, kernel: kernel, entries: entries)
    }
    var minimiser = DevianceMinimiser(
      try deviance(observations), at: start, thetaScale: entries.map(\.scale))
    guard minimiser.current.value.isFinite else {
      throw .noConvergence(decrement: .infinity, evaluations: 1)
    }

    approach(&minimiser, entries: entries)
    let isOptimum = minimiser.polish()
    minimiser.settleBoundary(
      diagonal: terms.diagonal,
      columns: terms.diagonal.map { diagonal in
        entries.filter { $0.columnDiagonal == diagonal }.map(\.theta)
      })
    let newton = NewtonStep(hessian: minimiser.hessian, gradient: minimiser.current.gradient)
    guard isOptimum else {
      throw .noConvergence(decrement: newton.decrement, evaluations: minimiser.evaluations)
    }
    return GeneralisedMixedFit(self, minimiser: minimiser, newton: newton, frame: frame)
  }

  /// Half a unit for every deviation, and the coefficients of the model without random effects.
  private func firstPoint(
    _ observations: GeneralisedObservations, kernel: ResponseKernel, entries: [ThetaEntry]
  ) throws(GeneralisedModelError) -> [Double] {
    var theta = [Double](repeating: 0, count: observations.terms.thetaCount)
    for entry in entries where entry.row == entry.column {
      theta[entry.theta] = 0.5 * entry.scale
    }
    if case .cumulative(let link) = family {
      return theta + (try CumulativeStart(observations, link: link).parameters)
    }
    return theta + (try FixedStart(observations, kernel: kernel).coefficients)
  }

  /// About where a tenth of many groups has its optimum; `nil` where it shows none inside the range.
  private func pilot<Deviance: MarginalDeviance>(
    _ observations: GeneralisedObservations, kernel: ResponseKernel, entries: [ThetaEntry],
    deviance: (GeneralisedObservations) throws(GeneralisedModelError) -> Deviance
  ) throws(GeneralisedModelError) -> [Double]? {
    guard let pilot = PilotGroups(observations),
      let start = try? firstPoint(pilot.observations, kernel: kernel, entries: entries)
    else { return nil }
    var minimiser = DevianceMinimiser(
      try deviance(pilot.observations), at: start, thetaScale: entries.map(\.scale))
    guard minimiser.current.value.isFinite else { return nil }
    approach(&minimiser, entries: entries)
    // At zero a deviation has no slope that would lead away from it.
    let isInside = entries.allSatisfy {
      $0.row != $0.column || abs(minimiser.point[$0.theta]) > 0.05 * $0.scale
    }
    return isInside && minimiser.point.allSatisfy(\.isFinite) ? minimiser.point : nil
  }

  private func approach<Deviance: MarginalDeviance>(
    _ minimiser: inout DevianceMinimiser<Deviance>, entries: [ThetaEntry]
  ) {
    if !minimiser.descendByNewton() {
      minimiser.descend(firstMetric: firstMetric(minimiser, entries: entries))
    }
  }

  /// An inverse Hessian to start from: θ from the groups' shrinkage, coefficients from their information.
  private func firstMetric<Deviance: MarginalDeviance>(
    _ minimiser: DevianceMinimiser<Deviance>, entries: [ThetaEntry]
  ) -> Matrix {
    let theta = minimiser.point
    let thetaCount = minimiser.deviance.observations.terms.thetaCount
    let information = minimiser.deviance.information(minimiser.point)
    var metric = Matrix.identity(minimiser.point.count)
    for entry in entries {
      let shrinkage = max(information.shrinkage[entry.factor][entry.row], 0.05)
      let unit = theta[entry.diagonal]
      metric[entry.theta, entry.theta] = unit * unit / (4 * shrinkage)
    }
    if let factor = try? Cholesky(2 * information.coefficients) {
      let inverse = factor.inverse
      for j in 0..<inverse.columns {
        for i in 0..<inverse.rows {
          metric[thetaCount + i, thetaCount + j] = inverse[i, j]
        }
      }
    }
    return metric
  }
}

extension ResponseKernel {
  init(_ family: ResponseFamily, observations: GeneralisedObservations) {
    switch family {
    case .binomial(.logit):
      self = observations.exposures.allSatisfy { $0 == 1 } ? .bernoulliLogit : .logit
    case .binomial(.probit): self = .probit
    case .binomial(.cloglog): self = .complementaryLogLog
    case .poisson: self = .poisson
    case .negativeBinomial(let size): self = .negativeBinomial(size: size ?? 1)
    case .cumulative(let link):
      let gaps = [Double](repeating: 0, count: max(observations.categories.count - 2, 0))
      self = .cumulative(CumulativeKernel(link, logGaps: gaps))
    }
  }
}

/// Where an element of θ stands.
struct ThetaEntry: Sendable {
  let theta: Int
  let factor: Int
  /// Row and column within the factor's block.
  let row: Int
  let column: Int
  /// θ of the diagonals of its row and of its column.
  let diagonal: Int
  let columnDiagonal: Int
  /// 1 / root mean square of its row's column of Z: what a unit of it means.
  let scale: Double
}

extension RandomTerms {
  func entries(scales: [Double]) -> [ThetaEntry] {
    var entries: [ThetaEntry] = []
    for (f, factor) in factors.enumerated() {
      for share in factor.shares {
        var diagonals: [Int] = []
        var position = share.firstTheta
        for column in 0..<share.columns {
          diagonals.append(position)
          position += share.columns - column
        }
        position = share.firstTheta
        for column in 0..<share.columns {
          for row in column..<share.columns {
            let scale = scales[factor.firstColumn + share.start + row]
            entries.append(
              ThetaEntry(
                theta: position, factor: f, row: share.start + row, column: share.start + column,
                diagonal: diagonals[row], columnDiagonal: diagonals[column],
                scale: scale > 0 ? 1 / scale : 1))
            position += 1
          }
        }
      }
    }
    return entries.sorted { $0.theta < $1.theta }
  }
}
