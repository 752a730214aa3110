internal import StudyFiles
internal import Tables

extension ScenariosStep {
  /// Rules between what partnership does and the outcome that it acts on.
  func checkOutcomeRules(_ section: Section) throws(SpecErrors) {
    var problems = pupilProblems()
    func add(_ sentence: String, _ key: String) {
      problems.append(
        SpecError(.rule(sentence), path: "\(path).\(key)", at: section.location(of: key)))
    }
    for key in ["diffusion", "workload"] where section.has(key) && outcome == nil {
      add("`\(key)` needs an `outcome` to act on", key)
    }
    for effect in effects where effect.value.kernel.needsTrust {
      let kind = effect.value.kind(named: effect.name.text)
      if trust == nil || kind != .ties {
        add(
          "effect `\(effect.name.text)` is in proportion to trust: give `trust`, and let it be an effect of ties",
          "effects")
      }
    }
    for effect in effects {
      let kind = effect.value.kind(named: effect.name.text)
      guard kind == .ties else { continue }
      let kernel = effect.value.kernel
      if kernel.anticipation != nil || kernel.between != nil || kernel.size != nil {
        add(
          "effect `\(effect.name.text)` is of ties: `anticipation`, `between` and `size` are of groups",
          "effects")
      }
    }
    for item in report {
      if item.spec is WorkloadMeasureSpec, workload == nil {
        add("`workload` is reported and not given", "report")
      }
      if item.spec is TrustMeasureSpec, trust == nil {
        add("`trust` is reported and not given", "report")
      }
    }
    let names = report.map(\.text.text)
    for name in sensitivity?.measures ?? [] where !names.contains(name.text) {
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "reported measure", known: names),
          path: "\(path).sensitivity.of", at: name.location))
    }
    if sensitivity != nil, policies.count < 2 {
      add("`sensitivity` is of contrasts: give a policy besides the first", "sensitivity")
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }
}

extension ReplicateRun {
  /// What happened, as tables.
  ///
  /// - Parameters:
  ///   - relations: names of all relations, that of the scenario's own ties first.
  ///   - behaviours: names of all behaviours.
  func tables(_ relations: [String], behaviours: [String]) -> [TidyTable] {
    var tables = [
      TidyTable(
        "replay-ties",
        records.flatMap { record in
          record.ties.filter { $0.relation == 0 }.map {
            ReplayTieRow(policy: record.policy, event: $0)
          }
        }),
      TidyTable(
        "replay-groups",
        records.flatMap { record in
          record.memberships.map { ReplayGroupRow(policy: record.policy, event: $0) }
        }),
    ]
    if relations.count > 1 {
      tables.append(
        TidyTable(
          "replay-relations",
          records.flatMap { record in
            record.ties.filter { $0.relation > 0 }.map {
              ReplayRelationRow(
                policy: record.policy, relation: relations[$0.relation], event: $0)
            }
          }))
    }
    if !behaviours.isEmpty {
      tables.append(
        TidyTable(
          "replay-behaviours",
          records.flatMap { record in
            record.values.map {
              ReplayBehaviourRow(
                policy: record.policy, behaviour: behaviours[$0.behaviour], event: $0)
            }
          }))
    }
    return tables
  }
}
