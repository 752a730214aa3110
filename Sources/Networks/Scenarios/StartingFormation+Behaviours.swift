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
      var waves: [[Double]] = []
      for column in step.columns(of: behaviour) {
        waves.append(try builder.actors.numbers(column.text))
      }
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
      guard !rates.isEmpty else { throw .noRate(of: name, step: self.name.text) }
      found.append(
        PresentBehaviour(
          name: name, values: waves.last ?? [], range: (all.min() ?? 0)...(all.max() ?? 0),
          centring: centring,
          estimated: PresentBehaviour.Estimated(rates: rates, years: years, terms: terms)))
    }
    return found
  }
}
