internal import StudyFiles

/// An effect as a study writes it, with the choices that it acts on: `same(la)`, `creation(transitivity)`.
struct EffectTerm: Sendable {
  let text: LocatedText
  let spec: any NetworkEffectSpec
  let part: PanelModel.Part

  /// - Parameter path: of the effect in the study, for errors.
  init(_ text: LocatedText, path: String) throws(SpecErrors) {
    var call = try Call(text, path: path)
    var part = PanelModel.Part.evaluation
    if let named = PanelModel.Part(written: call.name.text), call.arguments.count == 1 {
      part = named
      call = try Call(call.arguments[0], path: path)
    }
    let section = Section(call: call.name, arguments: call.arguments, path: path)
    spec = try Registry.networkEffects.make(call.name, from: section)
    self.text = text
    self.part = part
  }

  /// What the term and others of a step say that a network of one kind cannot have.
  ///
  /// - Parameter consent: where the study gives one.
  static func problems(
    _ terms: [EffectTerm], directed: Bool, consent: SourceLocation?, path: String,
    consentPath: String
  ) -> [SpecError] {
    var problems: [SpecError] = []
    if directed, let consent {
      problems.append(consentOfDirected(path: consentPath, at: consent))
    }
    for term in terms where !directed && !term.spec.isForUndirected {
      problems.append(needsDirected(term.text, path: path))
    }
    return problems
  }

  static func consentOfDirected(path: String, at location: SourceLocation) -> SpecError {
    SpecError(
      .rule("`consent` is for undirected ties; a directed tie is its sender's alone"), path: path,
      at: location)
  }

  static func needsDirected(_ text: LocatedText, path: String) -> SpecError {
    SpecError(.rule("`\(text.text)` needs `directed: true`"), path: path, at: text.location)
  }
}

extension PanelModel.Part {
  /// The part that `creation(…)` or `endowment(…)` names.
  init?(written name: String) {
    switch name {
    case "creation": self = .creation
    case "endowment": self = .endowment
    default: return nil
    }
  }
}
