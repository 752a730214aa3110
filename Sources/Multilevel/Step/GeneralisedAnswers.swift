public import Designs
internal import LinearAlgebra
public import Probability
internal import StudyFiles
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
      step: self, result: result, frame: frame, data: data, path: path, seed: seed,
      threads: threads)
    return try answers.all()
  }
}

/// The counterpart of ``InferenceAnswers`` for generalised models.
private struct GeneralisedAnswers {
  let step: MultilevelStep
  let result: MultilevelStep.GeneralisedResult
  let frame: ModelFrame
  let data: DataSet
  let path: String
  let seed: Seed
  let threads: Int
  private var tables: [TidyTable] = []
  private var diagnostics: [Diagnostic] = []

  init(
    step: MultilevelStep, result: MultilevelStep.GeneralisedResult, frame: ModelFrame,
    data: DataSet, path: String, seed: Seed, threads: Int
  ) {
    self.step = step
    self.result = result
    self.frame = frame
    self.data = data
    self.path = path
    self.seed = seed
    self.threads = threads
  }

  private var fit: GeneralisedMixedFit { result.fit }
  private var asked: StepInference { step.inference }
  private var names: [String] { fit.coefficients.map(\.name) }

  mutating func all() throws(MultilevelStep.InferenceError) -> MultilevelStep.InferenceResult {
    try intervals()
    try hypotheses()
    try comparisons()
    try equivalence()
    return MultilevelStep.InferenceResult(tables: tables, diagnostics: diagnostics)
  }

  private func problem(
    _ reason: SpecError.Reason, _ key: String, at place: SourceLocation
  ) -> MultilevelStep.InferenceError {
    .study(SpecErrors(SpecError(reason, path: "\(path).\(key)", at: place)))
  }

  private mutating func intervals() throws(MultilevelStep.InferenceError) {
    do throws(GeneralisedModelError) {
      switch asked.intervals {
      case .wald: return
      case .profile:
        let found = try fit.profileIntervals(threads: threads)
        tables.append(TidyTable("intervals", found.map(IntervalRow.init)))
      case .bootstrap(let replicates):
        let settings = ParametricBootstrap(replicates: replicates, seed: seed["bootstrap"])
        let found = try fit.bootstrap(
          settings, unconditional: result.unconditional, threads: threads)
        tables.append(TidyTable("intervals", found.intervals().map(IntervalRow.init)))
        if found.failures > 0 { diagnostics.append(settings.diagnostic(failures: found.failures)) }
        if found.singular * 20 > replicates {
          diagnostics.append(
            Diagnostic(
              .note, code: "bootstrap-singular",
              "\(found.singular) of \(replicates) bootstrap refits have a variance of zero or a correlation "
                + "of ±1: intervals of the random part reach the edge of their range."))
        }
      }
    } catch { throw .generalised(error) }
    if fit.hasEstimatedSize {
      diagnostics.append(
        Diagnostic(
          .note, code: "size-held",
          "Intervals hold the size of the negative binomial distribution at its estimate."))
    }
  }

  private mutating func hypotheses() throws(MultilevelStep.InferenceError) {
    guard !asked.hypotheses.isEmpty else { return }
    var (joint, single): ([HypothesisRow], [ContrastRow]) = ([], [])
    for (name, equations) in asked.hypotheses {
      var rows: [[Double]] = []
      for equation in equations {
        let weights: [Double]
        do throws(HypothesisError) { weights = try equation.hypothesis.weights(names) } catch {
          throw .study(
            SpecErrors(SpecError(error, in: equation.text, path: "\(path).hypotheses.\(name.text)"))
          )
        }
        rows.append(weights)
        single.append(
          ContrastRow(
            hypothesis: name.text, equation: equation.text.text,
            test: fit.test(weights, equal: equation.hypothesis.value, named: equation.text.text)))
      }
      let test: JointTest
      do throws(EstimationError) {
        test = try fit.jointTest(rows, equal: equations.map(\.hypothesis.value), named: name.text)
      } catch { throw problem(.rule("\(error)"), "hypotheses.\(name.text)", at: name.location) }
      joint.append(
        HypothesisRow(test: test, equations: equations.map(\.text.text).joined(separator: "; ")))
      if test.numerator < equations.count {
        diagnostics.append(
          Diagnostic(
            .note, code: "dependent-hypotheses",
            "\(equations.count - test.numerator) equations of hypothesis `\(name.text)` follow from the "
              + "others and are not counted."))
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
        if case .generalised(let reason) = error { throw .generalised(reason) }
        throw problem(.rule("\(error)"), key, at: text.location)
      }
    }
    tables.append(TidyTable("comparisons", rows))
  }

  private mutating func equivalence() throws(MultilevelStep.InferenceError) {
    guard !asked.equivalence.isEmpty else { return }
    var rows: [EquivalenceRow] = []
    for bound in asked.equivalence {
      do throws(HypothesisError) {
        let weights = try LinearHypothesis(naming: bound.term.text).weights(names)
        guard let place = weights.firstIndex(of: 1) else { continue }
        rows.append(
          EquivalenceRow(
            test: EquivalenceTest(result.tests[place], within: bound.value),
            bound: "\(bound.value)"))
      } catch {
        throw .study(SpecErrors(SpecError(error, in: bound.term, path: "\(path).equivalence")))
      }
    }
    tables.append(TidyTable("equivalence", rows))
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
