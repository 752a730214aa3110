public import Designs
internal import LinearAlgebra
public import Probability
internal import Tables

extension MultilevelStep {
  /// Answers the step's questions from the fit of a model whose response is not normal: with the normal
  /// distribution, on the scale of the link.
  ///
  /// - Parameters: as of ``infer(from:_:in:path:seed:threads:)``.
  public func infer(
    from result: GeneralisedResult, _ frame: ModelFrame, in data: DataSet,
    path: String = "multilevel", seed: Seed = Seed(0)["multilevel"], threads: Int = 1
  ) throws(InferenceError) -> InferenceResult {
    var answers = GeneralisedAnswers(
      result: result,
      questions: StepQuestions(
        step: self, frame: frame, data: data, path: path, seed: seed, threads: threads))
    return try answers.all()
  }
}

/// The counterpart of ``InferenceAnswers`` for generalised models.
private struct GeneralisedAnswers {
  let result: MultilevelStep.GeneralisedResult
  var questions: StepQuestions

  mutating func all() throws(MultilevelStep.InferenceError) -> MultilevelStep.InferenceResult {
    let (fit, threads) = (result.fit, questions.threads)
    let names = fit.coefficients.map(\.name)
    do throws(GeneralisedModelError) { try intervals() } catch { throw .generalised(error) }
    try questions.hypotheses(names) { weights, value, name in
      fit.test(weights, equal: value, named: name)
    } joint: { (weights, values, name) throws(EstimationError) in
      try fit.jointTest(weights, equal: values, named: name)
    }
    if !questions.asked.predictions.isEmpty {
      let rows = try questions.predictions { name, values, frame in
        try fit.predictions(frame).map {
          ChosenOutcomeRow(name: name, values: values, outcome: $0)
        }
      }
      questions.add(TidyTable("chosen_predictions", rows))
    }
    try questions.comparisons { (smaller, bootstrap) throws(ComparisonError) in
      try fit.comparison(to: smaller, bootstrap: bootstrap, threads: threads)
    }
    let tests = result.tests
    // Bounds in standard deviations are refused where the response is not normal.
    try questions.equivalence(names) { place, bound in
      EquivalenceRow(
        test: EquivalenceTest(tests[place], within: bound.value), bound: "\(bound.value)")
    }
    return questions.answers
  }

  private mutating func intervals() throws(GeneralisedModelError) {
    let (fit, threads) = (result.fit, questions.threads)
    switch questions.asked.intervals {
    case .wald: return
    case .profile: questions.intervals(try fit.profileIntervals(threads: threads))
    case .bootstrap(let replicates):
      let settings = ParametricBootstrap(
        replicates: replicates, seed: questions.seed["bootstrap"])
      let found = try fit.bootstrap(
        settings, unconditional: result.unconditional, threads: threads)
      questions.intervals(found, of: settings)
    }
    if fit.hasEstimatedSize {
      questions.add(
        Diagnostic(
          .note, code: "size-held",
          "Intervals hold the size of the negative binomial distribution at its estimate."))
    }
  }
}

extension GeneralisedMixedFit {
  /// The Wald test of one equation: its left side less its right one.
  func test(_ weights: [Double], equal value: Double, named name: String) -> CoefficientTest {
    CoefficientTest(
      term: name, estimate: dot(weights, coefficients.map(\.estimate)) - value,
      variance: dot(weights, covariance * weights), degreesOfFreedom: .infinity, level: 0.95)
  }

  /// Tests that every row of weights gives its value, by χ².
  ///
  /// - Throws: ``EstimationError/contradictoryHypotheses(_:)``
  public func jointTest(
    _ weights: [[Double]], equal values: [Double], named name: String
  ) throws(EstimationError) -> JointTest {
    let rows = try SmallSampleInference.independent(weights, values, named: name)
    let l = Matrix(rows: coefficients.count, columns: rows.weights)
    let own = coefficients.map(\.estimate)
    let differences = rows.weights.indices.map { dot(rows.weights[$0], own) - rows.values[$0] }
    let wald: Double
    do throws(FactorizationError) {
      wald = dot(
        differences, try Cholesky(l.transposedTimes(covariance * l)).solve(differences))
    } catch { throw .noConvergence(decrement: .infinity, evaluations: 0) }
    let q = rows.weights.count
    return JointTest(
      name: name, statistic: wald / Double(q), numerator: q, denominator: .infinity)
  }
}
