internal import Designs
public import StudyFiles
internal import Tables

/// A `formation` step that a scenario starts from: the process it has estimated, drawn with its covariance, and the last
/// of its waves.
public struct StartingFormation: Sendable {
  let name: LocatedText
  let step: FormationStep
  let estimates: CarriedEstimate

  /// - Parameters:
  ///   - name: what the study calls the step.
  ///   - estimates: what it has left, terms as ``FormationResult/names`` gives them.
  public init(_ name: LocatedText, _ step: FormationStep, estimates: CarriedEstimate) {
    self.name = name
    self.step = step
    self.estimates = estimates
  }

  /// Finds what a scenario would have to say otherwise than the step; before anything has been estimated.
  ///
  /// - Parameter scenario: the step that starts from `step`.
  public static func problems(
    _ scenario: ScenariosStep, from step: FormationStep
  ) -> [SpecError] {
    guard let start = scenario.start else { return [] }
    var problems: [SpecError] = []
    func add(_ sentence: String, at location: SourceLocation, _ key: String) {
      problems.append(SpecError(.rule(sentence), path: "\(scenario.path).\(key)", at: location))
    }
    if step.actors.text != scenario.actors.text {
      add(
        "step `\(start.text)` is of `\(step.actors.text)`, and the actors are "
          + "`\(scenario.actors.text)`", at: scenario.actors.location, "actors")
    }
    if step.conditional, scenario.formation.rate == nil {
      add(
        "step `\(start.text)` is `conditional` and estimates no rate: give `formation: {rate: …}`",
        at: start.location, "start")
    }
    if !step.conditional, scenario.formation.rate != nil {
      add(
        "step `\(start.text)` has estimated the rate: leave it out, or make the step `conditional`",
        at: scenario.formation.section?.location(of: "rate") ?? start.location, "formation.rate")
    }
    if step.directed, let inner = scenario.formation.section, inner.has("consent") {
      problems.append(
        EffectTerm.consentOfDirected(
          path: "\(scenario.path).formation.consent", at: inner.location(of: "consent")))
    }
    problems += scenario.relationProblems(from: step)
    let behaviours = step.behaviours.map(\.name.text)
    if let outcome = scenario.outcome?.column, behaviours.contains(outcome.text) {
      add(
        "`\(outcome.text)` is a behaviour of step `\(start.text)`, and partnership cannot change it by `effects` too: give "
          + "another outcome", at: outcome.location, "outcome")
    }
    for item in scenario.report where item.spec is MeanSpec {
      guard let column = item.spec.outcome, column.text != scenario.outcome?.column.text,
        !behaviours.contains(column.text)
      else { continue }
      add(
        "`\(column.text)` is neither the outcome nor a behaviour of step `\(start.text)`",
        at: column.location, "report")
    }
    return problems
  }

  /// What a scenario cannot keep of the step.
  var diagnostics: [Diagnostic] {
    let lost = [
      step.joins.map { _ in "joins" }, step.leaves.map { _ in "leaves" },
    ].compactMap { $0 }
    guard !lost.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "constraint-not-kept",
        "step `\(name.text)` was estimated under \(lost.map { "`\($0)`" }.joined(separator: ", ")), which "
          + "does not bind the scenario")
    ]
  }

  /// The estimated formation of one of its relations. All parameters of the step are one factor.
  ///
  /// - Parameters:
  ///   - key: where the relation's formation stands among the names of what is drawn.
  ///   - around: what an effect looks at besides the ties of its own relation; `nil` where it looks at nothing else.
  func formation(
    of relation: Relation, _ builder: inout ScenarioBuilder, _ spec: FormationSpec, key: String,
    lists: [[Int32]]?, limits: FormationLimits,
    around: (_ effect: any NetworkEffectSpec) -> (any SurroundingFunction)?,
    follows: (_ effect: any NetworkEffectSpec) -> (any PairFunction)?
  ) throws(ScenarioError) -> UncertainFormation {
    func carried(_ term: String) throws(ScenarioError) -> ParameterValue {
      let value = try builder.carried(estimates, step: name.text, term: relation.prefix + term)
      builder.note("\(key).\(term)", value)
      return value
    }
    var aroundTerms: [UncertainFormation.AroundTerm] = []
    var left: Set<String> = []
    for term in relation.spec.terms
    where estimates.terms.contains(relation.prefix + term.text.text) {
      guard let function = around(term.spec) else { continue }
      left.insert(term.text.text)
      aroundTerms.append(
        UncertainFormation.AroundTerm(
          function: function, weight: try carried(term.text.text), part: term.part))
    }
    let ofTies = ofTies(relation, without: left)
    let estimated = try EstimatedFormation(ofTies, step: name)
    guard estimated.rate != nil || spec.rate != nil else {
      throw .noRate(of: relation.name, step: name.text)
    }
    let consent =
      (spec.consent ?? relation.spec.consent ?? ConfirmSpec()).consent(among: builder.actors.count)
    let model = try estimated.model(
      among: builder.actors, consent: consent, years: spec.years ?? 1, rate: spec.rate)
    let rateEffects = try estimated.rateEffects(among: builder.actors)
    var terms: [UncertainFormation.Term] = []
    var rateTerms: [(effect: any RateEffect, weight: ParameterValue)] = []
    var rates: [ParameterValue] = []
    for term in ofTies.terms {
      let value = try carried(term)
      if let effect = model.effects.first(where: { $0.name == term }) {
        let asked = relation.spec.terms.first { $0.text.text == term }
        terms.append(
          UncertainFormation.Term(
            name: term, effect: effect.effect, weight: value, part: effect.part,
            follows: asked.flatMap { follows($0.spec) }))
      } else if let rate = rateEffects.first(where: { $0.name == term }) {
        rateTerms.append((rate.effect, value))
      } else {
        rates.append(value)
      }
    }
    return UncertainFormation(
      terms: terms, around: aroundTerms, rateTerms: rateTerms, limits: limits, rates: rates,
      fixedRate: model.rate,
      years: spec.years ?? 1, consent: consent, actorCount: builder.actors.count,
      isDirected: relation.spec.directed, lists: lists, draws: spec.choiceSet.draws,
      outcome: builder.outcome)
  }
}
