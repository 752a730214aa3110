internal import Designs
internal import LinearAlgebra
internal import Probability
internal import StudyFiles
internal import Tables

/// Answers one question after another, with what several need computed once.
struct InferenceAnswers {
  let step: MultilevelStep
  let result: MultilevelStep.Result
  let frame: ModelFrame
  let data: DataSet
  let path: String
  let seed: Seed
  let threads: Int
  var tables: [TidyTable] = []
  private var diagnostics: [Diagnostic] = []

  init(
    step: MultilevelStep, result: MultilevelStep.Result, frame: ModelFrame, data: DataSet,
    path: String, seed: Seed, threads: Int
  ) {
    self.step = step
    self.result = result
    self.frame = frame
    self.data = data
    self.path = path
    self.seed = seed
    self.threads = threads
  }

  private var fit: LinearMixedModelFit { result.fit }
  var asked: StepInference { step.inference }

  mutating func all() throws(MultilevelStep.InferenceError) -> MultilevelStep.InferenceResult {
    try intervals()
    let needsTests =
      !asked.hypotheses.isEmpty || !asked.predictions.isEmpty || !asked.margins.isEmpty
    if needsTests {
      let inference = try estimating { () throws(EstimationError) in
        try SmallSampleInference(fit, step.degreesOfFreedom, result.robust)
      }
      try hypotheses(inference)
      try predictions(inference)
      try margins(inference)
    }
    try comparisons()
    try equivalence()
    return MultilevelStep.InferenceResult(tables: tables, diagnostics: diagnostics)
  }

  private func estimating<Value>(
    _ body: () throws(EstimationError) -> Value
  ) throws(MultilevelStep.InferenceError) -> Value {
    do throws(EstimationError) { return try body() } catch { throw .estimation(error) }
  }

  func problem(
    _ reason: SpecError.Reason, _ key: String, at place: SourceLocation
  ) -> MultilevelStep.InferenceError {
    .study(SpecErrors(SpecError(reason, path: "\(path).\(key)", at: place)))
  }

  private mutating func intervals() throws(MultilevelStep.InferenceError) {
    switch asked.intervals {
    case .wald: return
    case .profile:
      let found = try estimating { () throws(EstimationError) in
        try fit.profileIntervals(threads: threads)
      }
      tables.append(TidyTable("intervals", found.map(IntervalRow.init)))
    case .bootstrap(let replicates):
      let effects = try bootstrapEffects()
      let found = try estimating { () throws(EstimationError) in
        try fit.bootstrap(
          ParametricBootstrap(replicates: replicates, seed: seed["bootstrap"]),
          unconditional: result.unconditional, effects: effects, threads: threads)
      }
      tables.append(TidyTable("intervals", found.intervals().map(IntervalRow.init)))
      if found.failures > 0 {
        diagnostics.append(
          Diagnostic(
            found.failures * 100 > replicates ? .warning : .note, code: "bootstrap-failures",
            "\(found.failures) of \(replicates) bootstrap refits found no optimum and are left out."
          ))
      }
      if found.singular * 20 > replicates {
        diagnostics.append(
          Diagnostic(
            .note, code: "bootstrap-singular",
            "\(found.singular) of \(replicates) bootstrap refits have a variance of zero or a correlation "
              + "of ±1: intervals of the random part reach the edge of their range."))
      }
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

  private mutating func hypotheses(
    _ inference: SmallSampleInference
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.hypotheses.isEmpty else { return }
    var (joint, single): ([HypothesisRow], [ContrastRow]) = ([], [])
    for (name, equations) in asked.hypotheses {
      var rows: [[Double]] = []
      for equation in equations {
        do throws(HypothesisError) {
          rows.append(try equation.hypothesis.weights(fit.coefficientNames))
        } catch {
          throw .study(
            SpecErrors(SpecError(error, in: equation.text, path: "\(path).hypotheses.\(name.text)"))
          )
        }
        let test = inference.test(
          rows[rows.count - 1], equal: equation.hypothesis.value, named: equation.text.text)
        single.append(
          ContrastRow(hypothesis: name.text, equation: equation.text.text, test: test))
      }
      let test: JointTest
      do throws(EstimationError) {
        test = try inference.jointTest(
          rows, equal: equations.map(\.hypothesis.value), named: name.text)
      } catch {
        guard case .contradictoryHypotheses = error else { throw .estimation(error) }
        throw problem(.rule("\(error)"), "hypotheses.\(name.text)", at: name.location)
      }
      joint.append(
        HypothesisRow(test: test, equations: equations.map(\.text.text).joined(separator: "; ")))
      if test.numerator < equations.count {
        diagnostics.append(
          Diagnostic(
            .note, code: "dependent-hypotheses",
            "\(equations.count - test.numerator) equations of hypothesis `\(name.text)` follow from the "
              + "others and are not counted."))
      }
      if test.denominator == nil {
        diagnostics.append(
          Diagnostic(
            .warning, code: "no-degrees-of-freedom",
            "Hypothesis `\(name.text)` tests \(test.numerator) equations with errors robust to clusters "
              + "that are too few for it: it has no p-value."))
      }
    }
    tables.append(TidyTable("hypotheses", joint))
    tables.append(TidyTable("contrasts", single))
  }

  private mutating func comparisons() throws(MultilevelStep.InferenceError) {
    guard !asked.comparisons.isEmpty else { return }
    var bootstrap: Int?
    if case .bootstrap(let replicates) = asked.intervals { bootstrap = replicates }
    var rows: [ComparisonRow] = []
    for (name, text) in asked.comparisons {
      let key = "compare.\(name.text)"
      let smaller: ModelFrame
      do throws(ExpressionError) {
        // On the rows of the larger model: those that only it misses are gone.
        let formula = try Formula(parsing: text.text)
        smaller = try formula.frame(
          in: data, table: step.data.text,
          options: try step.options(in: data, rows: frame.selection, for: formula))
      } catch {
        throw .study(SpecErrors(SpecError(error, in: text, path: "\(path).\(key)")))
      }
      do throws(ComparisonError) {
        let found = try fit.comparison(
          to: smaller,
          bootstrap: bootstrap.map {
            ParametricBootstrap(replicates: $0, seed: seed["compare"][name.text])
          }, threads: threads)
        rows.append(ComparisonRow(name: name.text, formula: text.text, comparison: found))
        diagnostics += found.diagnostics
      } catch {
        if case .estimation(let reason) = error { throw .estimation(reason) }
        throw problem(.rule("\(error)"), key, at: text.location)
      }
    }
    tables.append(TidyTable("comparisons", rows))
  }

  private mutating func equivalence() throws(MultilevelStep.InferenceError) {
    guard !asked.equivalence.isEmpty else { return }
    var rows: [EquivalenceRow] = []
    for bound in asked.equivalence {
      let test: CoefficientTest
      do throws(HypothesisError) {
        // A name alone is a hypothesis too, so the parts of an interaction may stand in any order.
        let weights = try LinearHypothesis(naming: bound.term.text).weights(fit.coefficientNames)
        guard let place = weights.firstIndex(of: 1) else { continue }
        test = result.tests[place]
      } catch {
        throw .study(SpecErrors(SpecError(error, in: bound.term, path: "\(path).equivalence")))
      }
      rows.append(result.equivalence(of: test, within: bound))
    }
    tables.append(TidyTable("equivalence", rows))
  }
}
