internal import StudyFiles

/// The order in which steps run: each after those it needs, otherwise as in the file.
enum StepOrder {
  /// Steps that name unknown steps, or steps that cannot provide what is needed, or each other in a circle.
  static func problems(in steps: [Study.NamedStep]) -> [SpecError] {
    var problems: [SpecError] = []
    for step in steps {
      for need in step.step.needs {
        guard let provider = steps.first(where: { $0.name.text == need.step.text }) else {
          let known = steps.filter { provides($0.kind, need.provision) && $0.name != step.name }
          problems.append(
            SpecError(
              known.isEmpty
                ? .rule(
                  "there is no step `\(need.step.text)`, and no other step of this study provides "
                    + need.provision.rawValue)
                : .unknownName(need.step.text, kind: "step", known: known.map(\.name.text)),
              path: need.path, at: need.step.location))
          continue
        }
        if provider.step is LoopStudyStep, need.provision != .models {
          problems.append(
            SpecError(
              .rule(
                "step `\(need.step.text)` is done several times by its `for` and does not provide one of "
                  + need.provision.rawValue),
              path: need.path, at: need.step.location))
        } else if !provides(provider.kind, need.provision) {
          problems.append(
            SpecError(
              .rule(
                "step `\(need.step.text)` is a `\(provider.kind)` step and does not provide "
                  + need.provision.rawValue),
              path: need.path, at: need.step.location))
        }
      }
    }
    guard problems.isEmpty else { return problems }
    if let circle = circle(in: steps), let first = steps.first(where: { $0.name.text == circle[0] })
    {
      let way = (circle + [circle[0]]).map { "`\($0)`" }.joined(separator: " needs ")
      problems.append(
        SpecError(
          .rule("steps need each other in a circle: \(way)"), path: "steps.\(circle[0])",
          at: first.name.location))
    }
    return problems
  }

  /// The steps in an order in which each comes after those it needs, for steps without ``problems(in:)``.
  static func sorted(_ steps: [Study.NamedStep]) -> [Study.NamedStep] {
    var done: Set<String> = []
    var result: [Study.NamedStep] = []
    func visit(_ step: Study.NamedStep) {
      guard done.insert(step.name.text).inserted else { return }
      for need in step.step.needs {
        if let needed = steps.first(where: { $0.name.text == need.step.text }) { visit(needed) }
      }
      result.append(step)
    }
    for step in steps { visit(step) }
    return result
  }

  /// The named step and all that it needs.
  static func closure(of name: String, in steps: [Study.NamedStep]) -> Set<String> {
    var wanted: Set<String> = []
    func visit(_ name: String) {
      guard wanted.insert(name).inserted else { return }
      for step in steps where step.name.text == name {
        for need in step.step.needs { visit(need.step.text) }
      }
    }
    visit(name)
    return wanted
  }

  private static func provides(_ kind: String, _ provision: StepNeed.Provision) -> Bool {
    switch provision {
    case .sample: kind == MatchStudyStep.name
    case .estimates:
      [
        MultilevelStudyStep.name, EventStudyStudyStep.name, UseStudyStep.name,
        FormationStudyStep.name, SummaryFormationStudyStep.name,
      ].contains(kind)
    case .completed: kind == ImputeStudyStep.name
    case .design: kind == MatchStudyStep.name
    case .model, .models: kind == MultilevelStudyStep.name
    case .groups: kind == FamiliesStudyStep.name
    case .formation: kind == FormationStudyStep.name
    }
  }

  private static func circle(in steps: [Study.NamedStep]) -> [String]? {
    var state: [String: Bool] = [:]
    var way: [String] = []
    func visit(_ name: String) -> [String]? {
      if state[name] == true { return nil }
      if state[name] == false, let start = way.firstIndex(of: name) { return Array(way[start...]) }
      state[name] = false
      way.append(name)
      for step in steps where step.name.text == name {
        for need in step.step.needs {
          if let found = visit(need.step.text) { return found }
        }
      }
      way.removeLast()
      state[name] = true
      return nil
    }
    for step in steps {
      if let found = visit(step.name.text) { return found }
    }
    return nil
  }
}
