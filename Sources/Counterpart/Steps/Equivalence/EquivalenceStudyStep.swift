public import Designs
internal import Multilevel
internal import Reports
public import StudyFiles
internal import Tables

/// Whether effects of fitted models are shown to be too small to matter, as a step of a study.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | of | | a `multilevel` step | whose models, all passes of its `for` included |
/// | term | | coefficients | what is tested |
/// | at | none | columns with values | where columns that the term interacts with have these values |
/// | within | | above 0 | the largest effect that does not matter |
///
/// "No differential impact" has two meanings, and each is a test of its own: the interaction with a pupil's
/// disadvantage (`term: "federated:poor"`), and the effect on disadvantaged pupils
/// (`term: federated`, `at: {poor: 1}`).
public struct EquivalenceStudyStep: StudyStep {
  public static let name = "equivalence"
  public static let documentation = ChoiceDocumentation(
    summary:
      "tests whether coefficients of models, or the effect on some pupils, are too small to matter",
    formula: "both b ≤ −bound and b ≥ bound rejected: the 90 % interval lies within ± bound",
    reference: "Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680, "
      + "doi:10.1007/BF01068419")

  static let ofKey = Key("of", .text("a `multilevel` step"), "whose models are asked")
  static let termKey = Key(
    "term", ValueFormat<[LocatedText]>.list(of: .text("a coefficient"), atLeast: 1),
    "the coefficients that are tested")
  static let atKey = Key(
    "at", ValueFormat<[Named<LocatedText>]>.named(.text("a value")), default: [], shown: "none",
    "values of columns that the term interacts with, such as `{poor: 1}` for the effect on the poor"
  )
  static let withinKey = Key(
    "within",
    ValueFormat<Quantity>.quantity(
      "a number above 0, in units of the outcome or in `sd`", units: ["", "sd"],
      in: Double.leastNonzeroMagnitude ... .infinity),
    "the largest effect that does not matter: `0.05 sd`, or in units of the outcome")
  public static let keys = [AnyKey(ofKey), AnyKey(termKey), AnyKey(atKey), AnyKey(withinKey)]

  private let of: LocatedText
  private let terms: [LocatedText]
  private let values: [Named<LocatedText>]
  private let bound: Quantity
  private let path: String

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    of = try section.read(Self.ofKey)
    terms = try section.read(Self.termKey)
    values = try section.read(Self.atKey)
    bound = try section.read(Self.withinKey)
    path = section.path
  }

  public var needs: [StepNeed] { [StepNeed(of, .models, path: "\(path).of")] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {}

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    let passes =
      (others[of.text] as? LoopStudyStep)?.children.map { ($0.values, $0.named.step) }
      ?? others[of.text].map { [([], $0)] } ?? []
    for (_, step) in passes {
      guard let model = step as? MultilevelStudyStep, let obstacle = model.obstacleToContrasts
      else { continue }
      throw SpecErrors(
        SpecError(
          .rule(
            "contrasts are tested in plain models of a normal response: `\(of.text)` has \(obstacle)"
          ),
          path: "\(path).of", at: of.location))
    }
    // All passes have the same terms but for what the loop put in their place: the first tells.
    guard let (values, step) = passes.first, let model = step as? MultilevelStudyStep,
      let names = model.coefficientNames(in: data)
    else { return }
    for term in terms {
      do throws(ConditionalEffect.Problem) { _ = try effect(term, values).weights(names) } catch {
        throw SpecErrors(specError(error, term))
      }
    }
  }

  /// The effect that is tested in one pass.
  private func effect(
    _ term: LocatedText, _ loop: [(name: String, value: String)]
  ) -> ConditionalEffect {
    func written(_ text: String) -> String {
      loop.reduce(text) { Node.replacing($1.name, in: $0, with: $1.value) }
    }
    return ConditionalEffect(
      of: written(term.text),
      at: values.map { ConditionalEffect.Value(written($0.name.text), written($0.value.text)) })
  }

  private func specError(
    _ problem: ConditionalEffect.Problem, _ term: LocatedText
  ) -> SpecError {
    func value(_ column: String) -> SourceLocation {
      values.first { $0.name.text == column }?.name.location ?? term.location
    }
    return switch problem {
    case .unknownTerm(let name, let known):
      SpecError(
        .unknownName(name, kind: "coefficient", known: known), path: "\(path).term",
        at: term.location)
    case .open: SpecError(.rule("\(problem)"), path: "\(path).at", at: term.location)
    case .idle(let column, _), .notANumber(let column, _):
      SpecError(.rule("\(problem)"), path: "\(path).at", at: value(column))
    }
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    guard let passes = context.earlier[of.text]?.models, !passes.isEmpty else {
      throw .estimation(
        step: context.name,
        reason:
          "step `\(of.text)` left no plain model of a normal response, whose effects could be tested"
      )
    }
    var answers: [EquivalenceReport.Answered] = []
    for pass in passes {
      for term in terms {
        let effect = effect(term, pass.values)
        let weights: [Double]
        do throws(ConditionalEffect.Problem) {
          weights = try effect.weights(pass.model.result.fit.coefficientNames)
        } catch { throw .study(SpecErrors(specError(error, term))) }
        do throws(EstimationError) {
          answers.append(
            EquivalenceReport.Answered(
              values: pass.values, effect: effect,
              row: try pass.model.result.equivalence(
                of: weights, named: effect.name, pass.model.degreesOfFreedom,
                within: StepInference.EquivalenceBound(
                  term: term, value: bound.value, isInDeviations: bound.unit == "sd"))))
        } catch { throw .estimation(step: context.name, reason: "\(error)") }
      }
    }
    let report = EquivalenceReport(
      step: context.name, of: of.text, answers: answers, labels: context.study.labels)
    return StepResult(
      tables: [report.table], diagnostics: [], sample: nil, estimates: nil, answer: report.answer,
      sections: [report.section])
  }
}

extension MultilevelStudyStep {
  /// What of its settings leaves no covariance of coefficients with degrees of freedom; `nil` where nothing does.
  fileprivate var obstacleToContrasts: String? {
    if step.generalised != nil { return "a `family`; ask it for `hypotheses` itself" }
    if imputed != nil { return "imputed data" }
    if step.structure?.hasDesignWeights == true { return "design weights" }
    return nil
  }

  /// The coefficients as far as they can be told before a sample is drawn.
  fileprivate func coefficientNames(in data: DataSet) -> [String]? {
    let data = timed(data)?.data ?? data
    guard !data.streamed.contains(step.data.text) else { return nil }
    return try? step.frame(in: data).fixedNames
  }
}
