internal import LinearAlgebra
internal import StudyFiles

extension StartingFormation {
  /// A relation of the step that a scenario runs on.
  struct Relation: Sendable {
    let name: String
    let spec: ObservedRelationSpec
    /// What the step's results put before the names of its parameters; nothing for the step's own relation.
    let prefix: String
    /// How many periods between waves each have a rate.
    let periods: Int

    /// What results call the parameters of its ties, rates first, without those of some terms.
    func parameters(without left: Set<String>) -> [String] {
      (1...max(1, periods)).map { "rate \($0)" }
        + spec.terms.map(\.text.text).filter { !left.contains($0) }
        + spec.rates.map { "rate: \($0.text.text)" }
    }
  }

  /// The relation of the step that one of the scenario's is; `nil` for one that the scenario writes itself.
  func observed(_ relation: ScenarioRelationSpec) -> Relation? {
    relation.estimated.map { position in
      let (name, spec, _) = step.allRelations[position]
      return Relation(
        name: name, spec: spec, prefix: position == 0 ? "" : "\(name): ",
        periods: step.waves.count - 1)
    }
  }

  /// The estimates of making and ending ties of one relation, under the names that they would have if it were alone.
  ///
  /// - Parameter left: terms that look beyond its own ties.
  func ofTies(
    _ relation: Relation, without left: Set<String>
  ) -> CarriedEstimate {
    let names = Set(relation.parameters(without: left).map { relation.prefix + $0 })
    let kept = estimates.terms.indices.filter { names.contains(estimates.terms[$0]) }
    var covariance = Matrix(rows: kept.count, columns: kept.count)
    for (i, a) in kept.enumerated() {
      for (j, b) in kept.enumerated() { covariance[i, j] = estimates.covariance[a, b] }
    }
    return CarriedEstimate(
      terms: kept.map { String(estimates.terms[$0].dropFirst(relation.prefix.count)) },
      estimates: kept.map { estimates.estimates[$0] }, covariance: covariance,
      unit: estimates.unit)
  }
}
