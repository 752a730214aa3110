public import Designs
internal import LinearAlgebra
internal import Probability
internal import Tables

extension LinearMixedModelFit {
  /// Tests this model against a smaller one on the same rows, by the same criterion.
  ///
  /// - Parameters:
  ///   - smaller: the smaller model's frame; one without random terms is an ordinary regression.
  ///   - bootstrap: where given, responses are drawn from the smaller model and both are refitted; the p-value
  ///     is (1 + those as large) / (1 + replicates) and needs no theory of edges.
  /// - Throws: ``ComparisonError``
  public func comparison(
    to smaller: ModelFrame, bootstrap: ParametricBootstrap? = nil, threads: Int = 1
  ) throws(ComparisonError) -> ModelComparison {
    do throws(EstimationError) {
      try requireKnownResiduals(for: "comparisons with smaller models")
    } catch { throw .estimation(error) }
    BLAS.useOneThread()
    guard smaller.rowCount == frame.rowCount, smaller.selection == frame.selection,
      smaller.columns[smaller.response].name == responseName,
      (smaller.offset == nil) == (frame.offset == nil),
      (smaller.weights == nil) == (frame.weights == nil)
    else { throw .differentRows(larger: frame.rowCount, smaller: smaller.rowCount) }
    if let column = frame.firstColumnOutside(of: smaller) { throw .fixedNotNested(column: column) }
    let random = try RandomDifference(larger: frame, smaller: smaller)
    let fixed = frame.fixed.count - smaller.fixed.count
    // Even the same space of columns in other units has another restricted likelihood.
    if criterion == .reml, Set(frame.fixedNames) != Set(smaller.fixedNames) {
      throw .differentFixedParts
    }
    let mixture = random.mixture(adding: fixed)
    guard let degrees = mixture.last?.degreesOfFreedom, degrees > 0 else { throw .sameModel }
    let null: NestedModel
    do throws(EstimationError) {
      null = try NestedModel(smaller, in: self, threads: threads)
    } catch { throw .estimation(error) }
    let statistic = max(0, null.deviance - deviance)
    var bootstrapped: Double?
    var doubts: [Diagnostic] = []
    if let bootstrap {
      do throws(EstimationError) {
        let (p, failures) = try bootstrapPValue(statistic, null, bootstrap, threads: threads)
        bootstrapped = p
        if failures > 0 { doubts.append(bootstrap.diagnostic(failures: failures)) }
      } catch { throw .estimation(error) }
    }
    doubts += random.doubts
    return ModelComparison(
      statistic: statistic, degreesOfFreedom: degrees, mixture: mixture,
      pValue: mixture.upperTail(statistic), bootstrapPValue: bootstrapped, diagnostics: doubts)
  }

  private func bootstrapPValue(
    _ statistic: Double, _ null: NestedModel, _ settings: ParametricBootstrap, threads: Int
  ) throws(EstimationError) -> (p: Double, failures: Int) {
    let (joint, columns) = frame.joined(with: null.frame)
    let own = ResponseLaw.Source(problem, in: problem)
    let source = ResponseLaw.Source(null.problem, in: problem, columns: columns)
    let law = try ResponseLaw(
      ResponseLaw.Point(
        source: source, theta: null.theta, sigma: null.sigma, coefficients: null.coefficients),
      host: problem, frame: joint, targets: [own, source])
    let refit = Refit(self)
    let problem = problem
    let block = 20
    let parts = replicate((settings.replicates + block - 1) / block, threads: threads) { part in
      var work = Workspace(problem.plan, order: problem.order)
      var smaller = Workspace(null.problem.plan, order: null.problem.order)
      return (part * block..<min(settings.replicates, (part + 1) * block)).map {
        number -> Double? in
        let draw = law.draw(number, settings.seed)
        guard let large = refit.run(law.problem(0, draw), &work),
          let small = null.deviance(of: law.problem(1, draw), &smaller)
        else { return nil }
        return max(0, small - large.value.criterion)
      }
    }.flatMap { $0 }
    let drawn = parts.compactMap { $0 }
    guard drawn.count >= settings.replicates / 2 else {
      throw .noReplicate(failures: settings.replicates - drawn.count, of: settings.replicates)
    }
    // Statistics of zero are ties, whatever their rounding.
    let asLarge = drawn.filter { $0 >= statistic - 1e-6 }.count
    return (Double(1 + asLarge) / Double(1 + drawn.count), settings.replicates - drawn.count)
  }
}

/// The smaller model of a comparison: mixed, or an ordinary regression, which is the larger one's random part held
/// at zero.
private struct NestedModel: Sendable {
  let problem: Problem
  let frame: ModelFrame
  let theta: [Double]
  let sigma: Double
  let coefficients: [Double]
  let deviance: Double
  /// `nil` for a regression.
  private let refit: Refit?

  init(
    _ smaller: ModelFrame, in fit: LinearMixedModelFit, threads: Int
  ) throws(EstimationError) {
    if smaller.random.isEmpty {
      let (joint, _) = smaller.joined(with: fit.frame, random: true)
      frame = joint
      problem = try Problem(joint, criterion: fit.criterion, threads: threads)
      theta = [Double](repeating: 0, count: problem.structure.parameters.count)
      refit = nil
    } else {
      let own = try LinearMixedModel(criterion: fit.criterion).fit(smaller, threads: threads)
      frame = smaller
      problem = own.problem
      theta = own.standardizedTheta
      refit = Refit(own)
    }
    var work = Workspace(problem.plan, order: problem.order)
    let value = try problem.evaluate(theta, &work)
    coefficients = value.coefficients
    sigma = (value.residual / problem.degrees).squareRoot()
    deviance = value.criterion
  }

  /// The deviance of the model fitted to another response.
  func deviance(of problem: Problem, _ work: inout Workspace) -> Double? {
    guard let refit else { return try? problem.evaluate(theta, &work).criterion }
    return refit.run(problem, &work)?.value.criterion
  }
}

extension ModelFrame {
  /// This frame with another one's columns of the same rows, and where each of those stands: a column of the same
  /// name is the same column.
  ///
  /// - Parameter random: whether the other's random terms take the place of its own.
  fileprivate func joined(
    with other: ModelFrame, random takesRandom: Bool = false
  ) -> (frame: ModelFrame, places: [Int]) {
    var all = columns
    let places = other.columns.map { column -> Int in
      if let known = columns.firstIndex(where: { $0.name == column.name }) { return known }
      all.append(column)
      return all.count - 1
    }
    let terms =
      takesRandom
      ? other.random.map { RandomTerm(factor: $0.factor, columns: $0.columns.map { places[$0] }) }
      : random
    return (
      ModelFrame(
        selection: selection, rowCount: rowCount, columns: all, fixed: fixed, response: response,
        offset: offset, weights: weights, random: terms, lost: lost), places
    )
  }

  /// The first fixed column of `smaller` that is no combination of this frame's.
  fileprivate func firstColumnOutside(of smaller: ModelFrame) -> String? {
    let names = Set(fixedNames)
    let unknown = smaller.fixed.filter { !names.contains(smaller.columns[$0].name) }
    guard !unknown.isEmpty else { return nil }
    let (p, width) = (fixed.count, fixed.count + unknown.count)
    let block = 512
    var gram = [Double](repeating: 0, count: width * width)
    var panel = [Double](repeating: 0, count: block * width)
    var buffer = [Double](repeating: 0, count: block)
    // The first row is taken off where a constant is among the columns, so that far-off values keep their digits.
    let isCentred = fixed.contains { isConstant($0) }
    var origin = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: rowCount, by: block) {
      let rows = start..<min(rowCount, start + block)
      for place in 0..<width {
        var span = buffer.mutableSpan
        if place < p {
          fill(fixed[place], rows: rows, into: &span)
        } else {
          smaller.fill(unknown[place - p], rows: rows, into: &span)
        }
        let isConstant = place < p && isConstant(fixed[place])
        if start == 0, isCentred, !isConstant { origin[place] = span[0] }
        for k in 0..<rows.count { panel[k * width + place] = span[k] - origin[place] }
      }
      var sums = gram.mutableSpan
      Panels.addGram(
        panel.span, stride: width, order: width, count: rows.count, to: &sums)
    }
    // Cholesky with zero pivots left out; only the larger model's columns are pivots.
    var factor = gram
    for j in 0..<width {
      let size = gram[j * width + j]
      var pivot = size
      for k in 0..<min(j, p) { pivot -= factor[k * width + j] * factor[k * width + j] }
      let isZero = pivot <= 1e-10 * size || size == 0
      if j >= p {
        if !isZero { return smaller.columns[unknown[j - p]].name }
        continue
      }
      for i in j..<width {
        guard !isZero else {
          factor[j * width + i] = 0
          continue
        }
        var value = gram[j * width + i]
        for k in 0..<j { value -= factor[k * width + i] * factor[k * width + j] }
        factor[j * width + i] = value / pivot.squareRoot()
      }
    }
    return nil
  }
}
