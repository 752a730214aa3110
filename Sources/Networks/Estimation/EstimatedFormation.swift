internal import LinearAlgebra
public import Probability
public import StudyFiles

/// What a `formation` step found, on its way into a scenario that runs the same process forward: the estimates, or
/// draws of them from their normal distribution, θ + *L* *z* with *L* *Lᵀ* the covariance.
public struct EstimatedFormation: Sendable {
  private struct RateTerm: Sendable {
    let name: String
    let spec: any RateEffectSpec
    let position: Int
  }

  private struct Term: Sendable {
    let name: String
    let spec: any NetworkEffectSpec
    let part: PanelModel.Part
    let position: Int
  }

  private let carried: CarriedEstimate
  private let terms: [Term]
  private let rateTerms: [RateTerm]
  /// Positions of the rates of the periods.
  private let rates: [Int]
  private let lower: Matrix

  /// - Parameters:
  ///   - carried: terms as ``FormationResult/names`` gives them.
  ///   - step: what the study calls the step.
  /// - Throws: where a term is none of making, ending or the rate of ties, or the covariance is none.
  public init(_ carried: CarriedEstimate, step: LocatedText) throws(ScenarioError) {
    var terms: [Term] = []
    var rateTerms: [RateTerm] = []
    var rates: [Int] = []
    for (position, name) in carried.terms.enumerated() {
      if name.hasPrefix("rate "), Int(name.dropFirst(5)) != nil {
        rates.append(position)
        continue
      }
      let isRate = name.hasPrefix(Self.ratePrefix)
      guard isRate || !name.contains(": ") else {
        throw .rule(
          name, "step `\(step.text)` estimated it, and a scenario's formation has no such part")
      }
      do throws(SpecErrors) {
        if isRate {
          let text = LocatedText(
            String(name.dropFirst(Self.ratePrefix.count)), at: step.location)
          let call = try Call(text, path: step.text)
          let section = Section(call: call.name, arguments: call.arguments, path: step.text)
          rateTerms.append(
            RateTerm(
              name: name, spec: try Registry.rateEffects.make(call.name, from: section),
              position: position))
          continue
        }
        let term = try EffectTerm(LocatedText(name, at: step.location), path: step.text)
        terms.append(Term(name: name, spec: term.spec, part: term.part, position: position))
      } catch {
        throw .rule(name, error.description)
      }
    }
    let size = carried.terms.count
    guard carried.covariance.rows == size, carried.covariance.columns == size else {
      throw .covarianceShape(
        step: step.text, rows: carried.covariance.rows, columns: carried.covariance.columns,
        terms: size)
    }
    do throws(FactorizationError) { lower = try Cholesky(carried.covariance).lower } catch {
      throw .covarianceNotPositive(step: step.text)
    }
    self.carried = carried
    self.terms = terms
    self.rateTerms = rateTerms
    self.rates = rates
  }

  private static let ratePrefix = "rate: "

  /// The opportunities an actor and period that were estimated, averaged over periods; `nil` after conditional
  /// estimation.
  public var rate: Double? {
    rates.isEmpty
      ? nil : rates.reduce(0) { $0 + carried.estimates[$1] } / Double(rates.count)
  }

  /// The columns and tables that the effects need.
  public var columns: [LocatedText] {
    terms.flatMap(\.spec.columns) + rateTerms.flatMap(\.spec.columns)
  }

  /// Effects on rates among the given actors, with their names.
  func rateEffects(
    among actors: ActorData
  ) throws(ScenarioError) -> [(name: String, effect: any RateEffect)] {
    try rateTerms.map { (term) throws(ScenarioError) -> (name: String, effect: any RateEffect) in
      (term.name, try term.spec.effect(among: actors))
    }
  }

  /// One draw of all parameters together.
  public func draw(using random: inout RandomStream) -> [Double] {
    let z = carried.estimates.map { _ in random.normal() }
    return carried.estimates.indices.map { i in
      (0...i).reduce(carried.estimates[i]) { $0 + lower[i, $1] * z[$1] }
    }
  }

  /// The model that a scenario runs.
  ///
  /// - Parameters:
  ///   - parameters: a ``draw(using:)``; the estimates themselves where `nil`.
  ///   - years: how long a period between two waves lasted.
  ///   - rate: opportunities an actor and year where none was estimated.
  public func model(
    among actors: ActorData, consent: Consent, parameters: [Double]? = nil, years: Double,
    rate: Double? = nil
  ) throws(ScenarioError) -> FormationModel {
    let values = parameters ?? carried.estimates
    let effects = try terms.map { (term) throws(ScenarioError) in
      WeightedEffect(
        term.name, try term.spec.effect(among: actors), weight: values[term.position],
        part: term.part)
    }
    let rateEffects = try rateTerms.map {
      (term) throws(ScenarioError) -> (effect: any RateEffect, weight: Double) in
      (try term.spec.effect(among: actors), values[term.position])
    }
    var perYear = rate ?? 0
    if !rates.isEmpty {
      // A draw below zero is as good as no opportunity.
      let mean = rates.reduce(0) { $0 + values[$1] } / Double(rates.count)
      perYear = max(0, mean) / years
      if case .meeting = consent { perYear = max(0, mean) / years.squareRoot() }
    }
    return FormationModel(
      rate: perYear, effects: effects, consent: consent, rateTerms: rateEffects)
  }
}
