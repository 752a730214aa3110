internal import Designs
internal import LinearAlgebra
internal import Probability
internal import StudyFiles
internal import Tables

/// Answers one question about a linear mixed model after another, with what several need computed once.
struct InferenceAnswers {
  let result: MultilevelStep.Result
  var questions: StepQuestions

  private var fit: LinearMixedModelFit { result.fit }
  private var step: MultilevelStep { questions.step }
  var asked: StepInference { questions.asked }

  mutating func all() throws(MultilevelStep.InferenceError) -> MultilevelStep.InferenceResult {
    let (result, fit, threads) = (result, fit, questions.threads)
    try intervals()
    let needsTests =
      !asked.hypotheses.isEmpty || !asked.predictions.isEmpty || !asked.margins.isEmpty
    if needsTests {
      let inference = try estimating { () throws(EstimationError) in
        try SmallSampleInference(fit, step.degreesOfFreedom, result.robust)
      }
      try questions.hypotheses(fit.coefficientNames) { weights, value, name in
        inference.test(weights, equal: value, named: name)
      } joint: { (weights, values, name) throws(EstimationError) in
        try inference.jointTest(weights, equal: values, named: name)
      }
      try predictions(inference)
      try margins(inference)
    }
    try questions.comparisons { (smaller, bootstrap) throws(ComparisonError) in
      try fit.comparison(to: smaller, bootstrap: bootstrap, threads: threads)
    }
    try questions.equivalence(fit.coefficientNames) { place, bound in
      result.equivalence(of: result.tests[place], within: bound)
    }
    return questions.answers
  }

  private func estimating<Value>(
    _ body: () throws(EstimationError) -> Value
  ) throws(MultilevelStep.InferenceError) -> Value {
    do throws(EstimationError) { return try body() } catch { throw .estimation(error) }
  }

  private mutating func intervals() throws(MultilevelStep.InferenceError) {
    let threads = questions.threads
    switch asked.intervals {
    case .wald: return
    case .profile:
      questions.intervals(
        try estimating { () throws(EstimationError) in
          try fit.profileIntervals(threads: threads)
        })
    case .bootstrap(let replicates):
      let effects = try bootstrapEffects()
      let settings = ParametricBootstrap(
        replicates: replicates, seed: questions.seed["bootstrap"])
      let found = try estimating { () throws(EstimationError) in
        try fit.bootstrap(
          settings, unconditional: result.unconditional, effects: effects, threads: threads)
      }
      questions.intervals(found, of: settings)
    }
  }

  private func bootstrapEffects()
    throws(MultilevelStep.InferenceError) -> [ParametricBootstrap.Effect]
  {
    guard let effect = step.effect, let test = result.effects.first else { return [] }
    let contrast = try estimating { () throws(EstimationError) in
      try fit.effectContrast(of: effect.of.text, averaged: effect.average).weights
    }
    let tested = try estimating { () throws(EstimationError) in
      try fit.test(
        contrast, named: test.effect, step.degreesOfFreedom, errors: result.robust)
    }
    let reference = test.isConditional ? fit : result.unconditional ?? fit
    let variance = test.scale.isTotal ? reference.totalVariance : reference.residualVariance
    let correction =
      effect.scale == .eefTotal
      ? test.estimate * variance.squareRoot() / tested.estimate
      : EffectSize.smallSampleFactor(degreesOfFreedom: tested.degreesOfFreedom)
    return [
      ParametricBootstrap.Effect(
        name: test.effect, contrast: contrast, scale: test.scale, correction: correction,
        isConditional: test.isConditional)
    ]
  }
}
