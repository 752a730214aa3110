internal import Designs
internal import StudyFiles

/// A text of a step that looks at a year, such as `prior @ base`.
struct DatedText: Sendable {
  let text: LocatedText
  let path: String

  /// Those of all steps, each text once.
  static func all(in study: Study) -> [DatedText] {
    var found: [DatedText] = []
    var seen: Set<String> = []
    if let pupils = study.estimand?.pupils, pupils.text.contains("@"),
      seen.insert(pupils.text).inserted
    {
      found.append(DatedText(text: pupils, path: "estimand.pupils"))
    }
    for step in study.steps {
      for section in (step.step as? LoopStudyStep)?.children.map(\.named.section) ?? [step.section]
      {
        collect(section.node) { if seen.insert($0.text.text).inserted { found.append($0) } }
      }
    }
    return found
  }

  private static func collect(_ node: Node, _ add: (DatedText) -> Void) {
    switch node.content {
    case .scalar(let text): collect(text, LocatedText(text, at: node.location), node.path, add)
    case .sequence(let items): for item in items { collect(item, add) }
    case .mapping(let pairs):
      for pair in pairs {
        collect(pair.key.text, pair.key, node.path, add)
        collect(pair.value, add)
      }
    case .null: break
    }
  }

  /// A formula names its columns one by one; anything else with an `@` is one expression.
  private static func collect(
    _ text: String, _ located: LocatedText, _ path: String, _ add: (DatedText) -> Void
  ) {
    guard text.contains("@") else { return }
    guard text.contains("~") else {
      add(DatedText(text: located, path: path))
      return
    }
    // A formula that cannot be read is reported by its step.
    guard let formula = try? Formula(parsing: text) else { return }
    for use in formula.names where use.name.contains("@") {
      add(
        DatedText(
          text: LocatedText(use.name, at: located.location(atCharacter: use.offset)), path: path))
    }
  }
}
