public import Designs
internal import LinearAlgebra
public import Probability
public import StudyFiles
public import Tables

extension MultilevelStep {
  /// What the questions beside the coefficients left: only the tables that were asked for.
  public struct InferenceResult: Sendable {
    /// Among `intervals`, `hypotheses`, `contrasts`, `comparisons`, `predictions`, `margins`, `equivalence`.
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
  }

  /// Why a question has no answer.
  public enum InferenceError: Error, Sendable, CustomStringConvertible {
    /// The study names what the model or the data do not have.
    case study(SpecErrors)
    case estimation(EstimationError)

    public var description: String {
      switch self {
      case .study(let errors): "\(errors)"
      case .estimation(let error): "\(error)"
      }
    }
  }

  /// Answers the step's questions from its fit.
  ///
  /// - Parameters:
  ///   - result: of ``run(_:threads:)`` with `frame`.
  ///   - data: the tables that `frame` was made from.
  ///   - path: where the step stands in its study, for errors.
  ///   - seed: of this step; the bootstrap derives its own from it.
  public func infer(
    from result: Result, _ frame: ModelFrame, in data: DataSet, path: String = "multilevel",
    seed: Seed = Seed(0)["multilevel"], threads: Int = 1
  ) throws(InferenceError) -> InferenceResult {
    var answers = Answers(
      step: self, result: result, frame: frame, data: data, path: path, seed: seed,
      threads: threads)
    return try answers.all()
  }
}

/// Answers one question after another, with what several need computed once.
private struct Answers {
  let step: MultilevelStep
  let result: MultilevelStep.Result
  let frame: ModelFrame
  let data: DataSet
  let path: String
  let seed: Seed
  let threads: Int
  private var tables: [TidyTable] = []
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
  private var asked: StepInference { step.inference }

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

  private func problem(
    _ reason: SpecError.Reason, _ key: String, at place: SourceLocation
  ) -> MultilevelStep.InferenceError {
    .study(SpecErrors(SpecError(reason, path: "\(path).\(key)", at: place)))
  }

  // MARK: Intervals

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
    return [
      ParametricBootstrap.Effect(
        name: test.effect, contrast: contrast, scale: test.scale,
        correction: EffectSize.smallSampleFactor(degreesOfFreedom: tested.degreesOfFreedom))
    ]
  }

  // MARK: Hypotheses

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

  // MARK: Predictions

  private func counterfactuals() throws(MultilevelStep.InferenceError) -> Counterfactuals {
    do throws(ExpressionError) {
      return Counterfactuals(
        formula: try Formula(parsing: step.formula.text), frame: frame, data: data,
        table: step.data.text, options: try step.options(in: data))
    } catch {
      throw .study(SpecErrors(SpecError(error, in: step.formula, path: "\(path).formula")))
    }
  }

  /// Places an error about a changed column where the study names it.
  private func asking<Value>(
    _ key: String, at place: LocatedText, _ body: () throws -> Value
  ) throws(MultilevelStep.InferenceError) -> Value {
    do { return try body() } catch let error as ExpressionError {
      throw problem(.rule("\(error.reason)"), key, at: place.location)
    } catch let error as NameError {
      throw .study(SpecErrors(SpecError(error, at: place, path: "\(path).\(key)")))
    } catch { throw problem(.rule("\(error)"), key, at: place.location) }
  }

  private mutating func predictions(
    _ inference: SmallSampleInference
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.predictions.isEmpty else { return }
    let source = try counterfactuals()
    var rows: [PredictionRow] = []
    for (name, grid) in asked.predictions {
      let count = grid.reduce(1) { $0 * $1.values.count }
      for number in 0..<count {
        // The last column runs fastest.
        var rest = number
        var chosen: [LocatedText] = []
        for column in grid.reversed() {
          chosen.insert(column.values[rest % column.values.count], at: 0)
          rest /= column.values.count
        }
        let key = "predict.\(name.text)"
        let prediction = try asking(key, at: chosen[0]) {
          try source.prediction(
            zip(grid, chosen).map { ($0.column.text, .constant($1.text)) })
        }
        let text = zip(grid, chosen).map { "\($0.column.text) = \($1.text)" }
          .joined(separator: ", ")
        rows.append(
          PredictionRow(
            name: name.text, values: text, test: inference.test(prediction, named: text)))
      }
    }
    tables.append(TidyTable("predictions", rows))
  }

  private mutating func margins(
    _ inference: SmallSampleInference
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.margins.isEmpty else { return }
    let source = try counterfactuals()
    var rows: [MarginRow] = []
    for column in asked.margins {
      func prediction(
        _ change: Counterfactuals.Change
      ) throws(MultilevelStep.InferenceError) -> AveragePrediction {
        try asking("margins", at: column) { try source.prediction([(column.text, change)]) }
      }
      func add(_ contrast: String, _ difference: AveragePrediction) {
        rows.append(
          MarginRow(
            column: column.text, contrast: contrast,
            test: inference.test(difference, named: "\(column.text): \(contrast)")))
      }
      let levels = try asking("margins", at: column) { try source.levels(column.text) }
      if let first = levels.first {
        let base = try prediction(.constant(first))
        for level in levels.dropFirst() {
          add("\(level) - \(first)", .difference(try prediction(.constant(level)), base))
        }
        continue
      }
      let values = try asking("margins", at: column) { try source.numbers(column.text) }
      if values.allSatisfy({ $0 == 0 || $0 == 1 }) {
        add("1 - 0", .difference(try prediction(.constant("1")), try prediction(.constant("0"))))
        continue
      }
      // Differences to either side: exact for a straight line or a parabola.
      let mean = values.reduce(0, +) / Double(values.count)
      let deviation =
        (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      let step = 1e-4 * (deviation > 0 ? deviation : 1)
      add(
        "slope",
        .difference(try prediction(.shift(step)), try prediction(.shift(-step)), over: 2 * step))
    }
    tables.append(TidyTable("margins", rows))
  }

  // MARK: Comparisons and equivalence

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
    let reference = result.unconditional ?? fit
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
      let unit = bound.isInDeviations ? reference.totalVariance.squareRoot() : 1
      rows.append(
        EquivalenceRow(
          test: EquivalenceTest(test, within: bound.value * unit),
          bound: "\(bound.value)" + (bound.isInDeviations ? " sd" : "")))
    }
    tables.append(TidyTable("equivalence", rows))
  }
}
