/// A model of formation whose coefficients may be unsure: one simulator for each draw of the parameters, or one for all
/// where everything is known.
struct UncertainFormation: Sendable {
  /// An effect with its coefficient.
  struct Term: Sendable {
    let name: String
    let effect: any NetworkEffect
    let weight: ParameterValue
    let part: PanelModel.Part
    /// What a tie is worth by the outcome, where the effect is of it.
    let follows: (any PairFunction)?
  }

  /// An effect of other relations or of groups, with its coefficient.
  struct AroundTerm: Sendable {
    let function: any SurroundingFunction
    let weight: ParameterValue
    let part: PanelModel.Part
  }

  let terms: [Term]
  var around: [AroundTerm] = []
  /// What makes rates differ.
  let rateTerms: [(effect: any RateEffect, weight: ParameterValue)]
  let limits: FormationLimits
  /// Opportunities an actor and period, averaged over them; empty where the rate is ``fixedRate``.
  let rates: [ParameterValue]
  let fixedRate: Double
  /// How long a period lasted.
  let years: Double
  let consent: Consent
  let actorCount: Int
  let isDirected: Bool
  /// Each actor's candidates besides its partners; `nil` for all others.
  let lists: [[Int32]]?
  /// How choices are drawn.
  let draws: ChoiceDraws
  /// Each school's outcome at the start.
  let outcome: [Double]

  var isFixed: Bool {
    (rates + terms.map(\.weight) + rateTerms.map(\.weight) + around.map(\.weight))
      .allSatisfy(\.isFixed)
  }

  func effects(at point: ParameterPoint) -> [WeightedEffect] {
    terms.map {
      WeightedEffect($0.name, $0.effect, weight: $0.weight.value(at: point), part: $0.part)
    }
  }

  func model(at point: ParameterPoint) -> FormationModel {
    var rate = fixedRate
    if !rates.isEmpty {
      // A draw below zero is as good as no opportunity.
      let mean = max(0, rates.reduce(0) { $0 + $1.value(at: point) } / Double(rates.count))
      rate = mean / years
      if !isDirected, case .meeting = consent { rate = mean / years.squareRoot() }
    }
    return FormationModel(
      rate: rate, effects: effects(at: point), consent: consent,
      rateTerms: rateTerms.map { ($0.effect, $0.weight.value(at: point)) }, limits: limits)
  }

  func simulator(at point: ParameterPoint) -> FormationSimulator {
    let following = terms.compactMap { term in
      term.follows.map {
        FeedbackEffect(function: $0, weight: term.weight.value(at: point), part: term.part)
      }
    }
    return FormationSimulator(
      model(at: point), actors: actorCount, directed: isDirected, lists: lists,
      feedback: following.isEmpty ? nil : OutcomeFeedback(effects: following, start: outcome),
      around: around.map {
        SurroundingEffect($0.function, weight: $0.weight.value(at: point), part: $0.part)
      }, draws: draws)
  }
}
