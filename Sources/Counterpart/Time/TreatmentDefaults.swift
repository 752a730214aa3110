internal import StudyFiles

/// What a study's `treatment` and `estimand` say for each `match` step that does not say it itself.
enum TreatmentDefaults {
  /// The study with table, treated column, cohort and estimand written out in its matches.
  static func written(into root: Node) -> Node {
    guard case .mapping(let pairs) = root.content,
      let treatment = pairs.first(where: { $0.key.text == "treatment" })?.value,
      case .mapping(let settings) = treatment.content,
      let column = settings.first(where: { $0.key.text == "column" })?.value,
      case .scalar(let columnName) = column.content
    else { return root }
    var effect: LocatedText?
    if case .mapping(let estimand)? = pairs.first(where: { $0.key.text == "estimand" })?.value
      .content,
      let value = estimand.first(where: { $0.key.text == "effect" })?.value,
      case .scalar(let text) = value.content
    {
      effect = LocatedText(text, at: value.location)
    }
    let treated = LocatedText(columnName, at: column.location)
    let assigned = Self.assigned(settings, pairs)
    return Node(
      .mapping(
        pairs.map { pair in
          guard pair.key.text == "steps" else { return pair }
          return Node.Pair(
            key: pair.key,
            value: pair.value.mappingValues { step in
              step.mappingValues(of: "match") { match in
                completed(match, treated: treated, effect: effect)
              }.mappingValues(of: "multilevel") { model in
                nested(model, treated: columnName, assigned: assigned)
              }
            })
        }), path: root.path, at: root.location)
  }

  /// The column that says what joined as a whole.
  private static func assigned(_ treatment: [Node.Pair], _ study: [Node.Pair]) -> String {
    func text(_ key: String, _ pairs: [Node.Pair]) -> String? {
      guard case .scalar(let text)? = pairs.first(where: { $0.key.text == key })?.value.content
      else {
        return nil
      }
      return text
    }
    if let name = text("assigned", treatment) { return name }
    let wanted = text("episodes", treatment)
    if case .mapping(let tables)? = study.first(where: { $0.key.text == "data" })?.value.content {
      for table in tables where wanted == nil || table.key.text == wanted {
        guard case .mapping(let settings) = table.value.content,
          case .mapping(let episodes)? = settings.first(where: { $0.key.text == "episodes" })?.value
            .content, let name = text("group", episodes)
        else { continue }
        return name
      }
    }
    return "group"
  }

  /// The formula of a model with `nesting: partial`, with a variance between groups for the treated alone.
  private static func nested(_ model: Node, treated: String, assigned: String) -> Node {
    guard case .mapping(let pairs) = model.content,
      pairs.contains(where: { $0.key.text == "nesting" && $0.value.content == .scalar("partial") })
    else { return model }
    return Node(
      .mapping(
        pairs.filter { $0.key.text != "nesting" }.map { pair in
          guard pair.key.text == "formula", case .scalar(let formula) = pair.value.content else {
            return pair
          }
          return Node.Pair(
            key: pair.key,
            value: Node(
              .scalar("\(formula) + (0 + \(treated) | \(assigned))"), path: pair.value.path,
              at: pair.value.location))
        }), path: model.path, at: model.location)
  }

  private static func completed(
    _ match: Node, treated: LocatedText, effect: LocatedText?
  ) -> Node {
    guard case .mapping(let pairs) = match.content,
      !pairs.contains(where: { $0.key.text == "data" })
    else { return match }
    let place = treated.location
    var result = match.adding(
      "data", LocatedText(TreatmentDeclaration.candidates, at: place)
    ).adding("treated", treated)
    if let effect { result = result.adding("estimand", effect) }
    return result.addingToList("exact", LocatedText(TreatmentDeclaration.cohort, at: place))
  }
}

extension Node {
  /// The section with each value, or those of one key, transformed.
  fileprivate func mappingValues(of key: String? = nil, _ transform: (Node) -> Node) -> Node {
    guard case .mapping(let pairs) = content else { return self }
    return Node(
      .mapping(
        pairs.map {
          key == nil || $0.key.text == key
            ? Pair(key: $0.key, value: transform($0.value)) : $0
        }), path: path, at: location)
  }

  /// The section with one more item in the list of a key, unless it is there.
  fileprivate func addingToList(_ key: String, _ item: LocatedText) -> Node {
    guard case .mapping(let pairs) = content else { return self }
    let node = Node(.scalar(item.text), path: "\(path).\(key)", at: item.location)
    guard let position = pairs.firstIndex(where: { $0.key.text == key }) else {
      return Node(
        .mapping(pairs + [Pair(key: LocatedText(key, at: item.location), value: node)]), path: path,
        at: location)
    }
    let items: [Node] =
      if case .sequence(let items) = pairs[position].value.content { items } else {
        [pairs[position].value]
      }
    guard !items.contains(where: { $0.content == .scalar(item.text) }) else { return self }
    var changed = pairs
    changed[position] = Pair(
      key: pairs[position].key,
      value: Node(
        .sequence(items + [node]), path: pairs[position].value.path,
        at: pairs[position].value.location))
    return Node(.mapping(changed), path: path, at: location)
  }
}
