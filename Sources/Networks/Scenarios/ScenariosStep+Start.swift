internal import StudyFiles

extension ScenariosStep {
  /// The step with the relations of the one that it starts from written into it: each begins as in the last wave there.
  ///
  /// - Parameter step: the one that `start` names. Where it has one relation alone, `relations` of the scenario's stay
  ///   beside it.
  func started(from step: FormationStep) -> ScenariosStep {
    var started = self
    started.ties = step.waves.last
    started.directed = step.directed
    if otherRelations.isEmpty { started.relation = relation ?? step.relation }
    guard !step.relations.isEmpty else { return started }
    started.otherRelations = step.relations.enumerated().map { position, observed in
      ScenarioRelationSpec(
        observed.name, ties: observed.value.waves.last, directed: observed.value.directed,
        formation.beside, key: "relations.\(observed.name.text)", estimated: position + 1)
    }
    return started
  }

  /// What the scenario says of relations that the step which it starts from says otherwise, or does not have.
  func relationProblems(from step: FormationStep) -> [SpecError] {
    guard let start else { return [] }
    var problems: [SpecError] = []
    if !step.relations.isEmpty {
      let names = step.allRelations.map { "`\($0.name)`" }.joined(separator: ", ")
      if let other = otherRelations.first {
        problems.append(
          SpecError(
            .rule(
              "`start` takes all relations of step `\(start.text)`, \(names): leave `relations` out, or give `formation` "
                + "instead of `start`"), path: "\(path).relations", at: other.name.location))
      }
      if let relation, relation.text != step.relationName {
        problems.append(
          SpecError(
            .rule(
              "step `\(start.text)` calls its own relation `\(step.relationName)`: leave `relation` out"
            ), path: "\(path).relation", at: relation.location))
      }
    }
    return problems.isEmpty
      ? started(from: step).useProblems(behaviours: step.behaviours.map(\.name.text))
      : problems
  }
}

extension FormationSpec {
  /// What a scenario that starts from a step says of all its relations: how long a period lasted, whom a school considers,
  /// and whether effects follow the outcome. The rest is of the scenario's own ties.
  var beside: FormationSpec { FormationSpec(years: years, choice: choiceSet, feedback: feedback) }
}
