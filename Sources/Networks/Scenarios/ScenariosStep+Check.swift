public import Designs
public import StudyFiles
internal import Tables

extension ScenariosStep {
  /// Finds every name that means nothing in the data.
  ///
  /// - Throws: ``SpecErrors``, located in the study file.
  public func check(in data: DataSet) throws(SpecErrors) {
    var problems: [SpecError] = []
    for (name, key) in [(actors, "actors")] + (ties.map { [($0, "ties")] } ?? [])
      + otherRelations.compactMap({ other in other.ties.map { ($0, "\(other.key).ties") } })
    {
      if data[table: name.text] == nil {
        problems.append(
          SpecError(
            .unknownName(name.text, kind: "table", known: data.tableNames), path: "\(path).\(key)",
            at: name.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
    func check(_ name: LocatedText?, _ key: String) {
      guard let name else { return }
      if let problem = columnProblem(
        name, path: "\(path).\(key)", in: data, actors: actors.text)
      {
        problems.append(problem)
      }
    }
    func known(_ table: LocatedText, _ key: String) {
      guard data[table: table.text] == nil else { return }
      problems.append(
        SpecError(
          .unknownName(table.text, kind: "table", known: data.tableNames), path: "\(path).\(key)",
          at: table.location))
    }
    problems += behaviourProblems(in: data)
    check(id, "id")
    check(outcome?.column, "outcome.attainment")
    check(outcome?.poverty, "outcome.poverty")
    check(outcome?.weight, "outcome.weight")
    for group in outcome?.pupils ?? [] {
      check(group.value.attainment, "outcome.pupils.\(group.name.text)")
      check(group.value.count, "outcome.pupils.\(group.name.text)")
    }
    for (key, formation) in keyedFormations {
      for term in formation.terms ?? [] {
        if let problem = term.weight.problem(among: .shipped), priors == nil {
          problems.append(problem)
        }
        for column in term.spec.columns where !isBehaviour(column) {
          check(column, "\(key).effects")
        }
        for table in term.spec.tables { known(table, "\(key).effects") }
      }
      for term in formation.rates ?? [] {
        if let problem = term.weight.problem(among: .shipped), priors == nil {
          problems.append(problem)
        }
        for column in term.spec.columns { check(column, "\(key).rates") }
      }
      check(formation.kinds?.column, "\(key).kinds")
      for (name, part) in [
        (formation.within, "within"), (formation.disjoint, "disjoint"),
        (formation.contains, "contains"),
      ] {
        if let name { known(name, "\(key).\(part)") }
      }
    }
    for item in report {
      for column in item.spec.columns where !isPupilGroup(column) { check(column, "report") }
    }
    problems += ownProblems(in: data)
    for relation in [ownRelation] + otherRelations {
      guard let ties = relation.ties, let table = data[table: ties.text] else { continue }
      for column in ["from", "to"] where table[column] == nil {
        problems.append(
          SpecError(
            .unknownName(column, kind: "column", known: table.columnNames),
            path: "\(path).\(relation.key.isEmpty ? "" : relation.key + ".")ties",
            at: ties.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// What names mean nothing among policies, effects, priors and memberships.
  private func ownProblems(in data: DataSet) -> [SpecError] {
    if let priors, data[table: priors.text] == nil {
      return [
        SpecError(
          .unknownName(priors.text, kind: "table", known: data.tableNames), path: "\(path).priors",
          at: priors.location)
      ]
    }
    let known: PriorTable
    do throws(ScenarioError) { known = try priorTable(in: data) } catch {
      return [
        SpecError(
          .rule("\(error)"), path: "\(path).priors",
          at: priors?.location ?? actors.location)
      ]
    }
    let names = ScenarioNames(data: data, table: actors.text, priors: known)
    var problems = policies.flatMap(\.value).flatMap { $0.problems(names) }
    problems += (effects.flatMap(\.value.kernel.parameters) + (diffusion?.parameters ?? []))
      .compactMap { $0.problem(among: known) }
    problems += [workload?.perTie, trust?.turnover].compactMap { $0?.problem(among: known) }
    for effect in effects {
      if case .prior(let name, _) = effect.value.origin, known[name.text] == nil {
        problems.append(
          SpecError(
            .unknownName(name.text, kind: "prior", known: known.priors.map(\.name)),
            path: "\(path).effects.\(effect.name.text).prior", at: name.location))
      }
      if let column = effect.value.kernel.moderator,
        let problem = columnProblem(
          column, path: "\(path).effects.\(effect.name.text).moderator", in: data,
          actors: actors.text)
      {
        problems.append(problem)
      }
      if let rule = effect.value.kernel.transport?.inside, let problem = rule.problem(names) {
        problems.append(problem)
      }
    }
    return problems + (memberships?.problems(in: data) ?? [])
      + (presence?.problems(in: data, actors: actors.text) ?? [])
      + (backCast?.problems(in: data, actors: actors.text) ?? [])
  }
}
