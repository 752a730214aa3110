internal import LinearAlgebra
public import Probability
public import StudyFiles

/// What a `formation` step found, on its way into a scenario that runs the same process forward: the estimates, or
/// draws of them from their normal distribution, θ + *L* *z* with *L* *Lᵀ* the covariance.
public struct EstimatedFormation: Sendable {
  private struct Term: Sendable {
    let name: String
    let spec: any NetworkEffectSpec
    let position: Int
  }

  private let carried: CarriedEstimate
  private let terms: [Term]
  /// Positions of the rates of the periods.
  private let rates: [Int]
  private let lower: Matrix

  /// - Parameters:
  ///   - carried: terms as ``FormationResult/names`` gives them.
  ///   - step: what the study calls the step.
  /// - Throws: where a term is none of making and keeping ties alike, or the covariance is none.
  public init(_ carried: CarriedEstimate, step: LocatedText) throws(ScenarioError) {
    var terms: [Term] = []
    var rates: [Int] = []
    for (position, name) in carried.terms.enumerated() {
      if name.hasPrefix("rate "), Int(name.dropFirst(5)) != nil {
        rates.append(position)
        continue
      }
      guard !name.contains(": ") else {
        throw .rule(
          name, "step `\(step.text)` estimated it, and a scenario's formation has no such part")
      }
      do throws(SpecErrors) {
        let call = try Call(LocatedText(name, at: step.location), path: step.text)
        guard call.name.text != "creation", call.name.text != "endowment" else {
          throw SpecErrors(
            SpecError(
              .rule("acts on making or on keeping ties alone, which a scenario does not do yet"),
              path: step.text, at: step.location))
        }
        let section = Section(call: call.name, arguments: call.arguments, path: step.text)
        terms.append(
          Term(
            name: name, spec: try Registry.networkEffects.make(call.name, from: section),
            position: position))
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
    self.rates = rates
  }

  /// The opportunities an actor and period that were estimated, averaged over periods; `nil` after conditional
  /// estimation.
  public var rate: Double? {
    rates.isEmpty
      ? nil : rates.reduce(0) { $0 + carried.estimates[$1] } / Double(rates.count)
  }

  /// The columns and tables that the effects need.
  public var columns: [LocatedText] { terms.flatMap(\.spec.columns) }

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
        term.name, try term.spec.effect(among: actors), weight: values[term.position])
    }
    var perYear = rate ?? 0
    if !rates.isEmpty {
      // A draw below zero is as good as no opportunity.
      let mean = rates.reduce(0) { $0 + values[$1] } / Double(rates.count)
      perYear = max(0, mean) / years
      if case .meeting = consent { perYear = max(0, mean) / years.squareRoot() }
    }
    return FormationModel(rate: perYear, effects: effects, consent: consent)
  }
}
