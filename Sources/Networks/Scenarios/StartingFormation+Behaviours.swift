internal import LinearAlgebra
internal import StudyFiles

extension StartingFormation {
  var behaviourNames: [String] { step.behaviours.map(\.name.text) }

  /// The step's behaviours as they are in its last wave, with what it has found of them.
  ///
  /// - Parameter years: how long a period between two waves lasted.
  func behaviours(
    _ builder: inout ScenarioBuilder, years: Double
  ) throws(ScenarioError) -> [PresentBehaviour] {
    var found: [PresentBehaviour] = []
    for behaviour in step.behaviours {
      let name = behaviour.name.text
      let columns =
        behaviour.value.columns?.map(\.text) ?? step.waves.indices.map { "\(name)_\($0 + 1)" }
      var waves: [[Double]] = []
      for column in columns { waves.append(try builder.actors.numbers(column)) }
      let all = waves.joined()
      let centring = Centring(waves: waves)
      var rates: [ParameterValue] = []
      var terms: [(effect: any BehaviourEffect, weight: ParameterValue)] = []
      for term in estimates.terms where term.hasPrefix("\(name): ") {
        let value = try builder.carried(estimates, step: self.name.text, term: term)
        builder.note("behaviour.\(term)", value)
        let what = term.dropFirst(name.count + 2)
        if let spec = behaviour.value.terms.first(where: { $0.text.text == what })?.spec {
          terms.append((try spec.effect(centring, among: builder.actors), value))
        } else {
          rates.append(value)
        }
      }
      found.append(
        PresentBehaviour(
          name: name, values: waves.last ?? [], range: (all.min() ?? 0)...(all.max() ?? 0),
          centring: centring,
          estimated: PresentBehaviour.Estimated(rates: rates, years: years, terms: terms)))
    }
    return found
  }

  /// The estimates of making and ending ties alone, but for effects of behaviours.
  func ofTies(_ behaviours: [PresentBehaviour]) -> CarriedEstimate {
    guard !behaviours.isEmpty else { return estimates }
    let selections = step.terms.filter { behaviours.selection($0.spec) != nil }.map(\.text.text)
    let kept = estimates.terms.indices.filter { position in
      let term = estimates.terms[position]
      return !selections.contains(term)
        && !behaviours.contains { term.hasPrefix("\($0.name): ") }
    }
    var covariance = Matrix(rows: kept.count, columns: kept.count)
    for (i, a) in kept.enumerated() {
      for (j, b) in kept.enumerated() { covariance[i, j] = estimates.covariance[a, b] }
    }
    return CarriedEstimate(
      terms: kept.map { estimates.terms[$0] }, estimates: kept.map { estimates.estimates[$0] },
      covariance: covariance, unit: estimates.unit)
  }
}
