internal import Designs
internal import Probability
internal import StudyFiles
internal import Tables

/// The questions of a step about its fit, whatever the family of the response: what they are asked of, where their
/// errors stand in the study, and the answers so far.
struct StepQuestions {
  let step: MultilevelStep
  let frame: ModelFrame
  let data: DataSet
  let path: String
  let seed: Seed
  let threads: Int
  private(set) var tables: [TidyTable] = []
  private(set) var diagnostics: [Diagnostic] = []

  init(
    step: MultilevelStep, frame: ModelFrame, data: DataSet, path: String, seed: Seed, threads: Int
  ) {
    self.step = step
    self.frame = frame
    self.data = data
    self.path = path
    self.seed = seed
    self.threads = threads
  }

  var asked: StepInference { step.inference }
  var answers: MultilevelStep.InferenceResult {
    MultilevelStep.InferenceResult(tables: tables, diagnostics: diagnostics)
  }

  mutating func add(_ table: TidyTable) { tables.append(table) }
  mutating func add(_ doubt: Diagnostic) { diagnostics.append(doubt) }

  func problem(
    _ reason: SpecError.Reason, _ key: String, at place: SourceLocation
  ) -> MultilevelStep.InferenceError {
    .study(SpecErrors(SpecError(reason, path: "\(path).\(key)", at: place)))
  }

  private func problem(
    _ error: HypothesisError, in text: LocatedText, _ key: String
  ) -> MultilevelStep.InferenceError {
    .study(SpecErrors(SpecError(error, in: text, path: "\(path).\(key)")))
  }

  mutating func intervals(_ found: [IntervalEstimate]) {
    add(TidyTable("intervals", found.map(IntervalRow.init)))
  }

  mutating func intervals(_ found: BootstrapResult, of settings: ParametricBootstrap) {
    intervals(found.intervals())
    if found.failures > 0 { add(settings.diagnostic(failures: found.failures)) }
    if found.singular * 20 > settings.replicates {
      add(
        Diagnostic(
          .note, code: "bootstrap-singular",
          "\(found.singular) of \(settings.replicates) bootstrap refits have a variance of zero or a "
            + "correlation of ±1: intervals of the random part reach the edge of their range."))
    }
  }

  /// Named hypotheses: each equation by itself, and those of a name together.
  ///
  /// - Parameters:
  ///   - names: of the coefficients.
  ///   - test: of one equation, left side less right side.
  ///   - joint: of all equations of a name.
  mutating func hypotheses(
    _ names: [String],
    test: (_ weights: [Double], _ value: Double, _ name: String) -> CoefficientTest,
    joint: (_ weights: [[Double]], _ values: [Double], _ name: String) throws(EstimationError) ->
      JointTest
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.hypotheses.isEmpty else { return }
    var (together, single): ([HypothesisRow], [ContrastRow]) = ([], [])
    for (name, equations) in asked.hypotheses {
      let key = "hypotheses.\(name.text)"
      var rows: [[Double]] = []
      for equation in equations {
        let weights: [Double]
        do throws(HypothesisError) { weights = try equation.hypothesis.weights(names) } catch {
          throw problem(error, in: equation.text, key)
        }
        rows.append(weights)
        single.append(
          ContrastRow(
            hypothesis: name.text, equation: equation.text.text,
            test: test(weights, equation.hypothesis.value, equation.text.text)))
      }
      let found: JointTest
      do throws(EstimationError) {
        found = try joint(rows, equations.map(\.hypothesis.value), name.text)
      } catch {
        guard case .contradictoryHypotheses = error else { throw .estimation(error) }
        throw problem(.rule("\(error)"), key, at: name.location)
      }
      together.append(
        HypothesisRow(test: found, equations: equations.map(\.text.text).joined(separator: "; ")))
      doubt(found, of: equations.count, name: name.text)
    }
    add(TidyTable("hypotheses", together))
    add(TidyTable("contrasts", single))
  }

  private mutating func doubt(_ test: JointTest, of equations: Int, name: String) {
    if test.numerator < equations {
      add(
        Diagnostic(
          .note, code: "dependent-hypotheses",
          "\(equations - test.numerator) equations of hypothesis `\(name)` follow from the "
            + "others and are not counted."))
    }
    if test.denominator == nil {
      add(
        Diagnostic(
          .warning, code: "no-degrees-of-freedom",
          "Hypothesis `\(name)` tests \(test.numerator) equations with errors robust to clusters "
            + "that are too few for it: it has no p-value."))
    }
  }

  /// - Parameter compare: the fit with a smaller model's frame, bootstrapped where the intervals are.
  mutating func comparisons(
    _ compare: (ModelFrame, ParametricBootstrap?) throws(ComparisonError) -> ModelComparison
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.comparisons.isEmpty else { return }
    var replicates: Int?
    if case .bootstrap(let count) = asked.intervals { replicates = count }
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
      let bootstrap = replicates.map {
        ParametricBootstrap(replicates: $0, seed: seed["compare"][name.text])
      }
      do throws(ComparisonError) {
        let found = try compare(smaller, bootstrap)
        rows.append(ComparisonRow(name: name.text, formula: text.text, comparison: found))
        diagnostics += found.diagnostics
      } catch {
        switch error {
        case .estimation(let reason): throw .estimation(reason)
        case .generalised(let reason): throw .generalised(reason)
        default: throw problem(.rule("\(error)"), key, at: text.location)
        }
      }
    }
    add(TidyTable("comparisons", rows))
  }

  /// - Parameters:
  ///   - names: of the coefficients.
  ///   - test: of the coefficient at a place among the names.
  mutating func equivalence(
    _ names: [String], test: (_ place: Int, StepInference.EquivalenceBound) -> EquivalenceRow
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.equivalence.isEmpty else { return }
    var rows: [EquivalenceRow] = []
    for bound in asked.equivalence {
      do throws(HypothesisError) {
        // A name alone is a hypothesis too, so the parts of an interaction may stand in any order.
        let weights = try LinearHypothesis(naming: bound.term.text).weights(names)
        guard let place = weights.firstIndex(of: 1) else { continue }
        rows.append(test(place, bound))
      } catch { throw problem(error, in: bound.term, "equivalence") }
    }
    add(TidyTable("equivalence", rows))
  }
}
