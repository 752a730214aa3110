internal import StudyFiles

extension Node {
  /// The tree with the value at the override's path replaced; keys that do not exist yet are added.
  ///
  /// - Throws: ``SpecErrors`` where the path leads through something that is not a section.
  func replacing(_ override: Study.Override) throws(SpecErrors) -> Node {
    let keys = override.path.split(separator: ".").map(String.init)
    let place = SourceLocation(file: "--set \(override.path)", line: 1, column: 1)
    guard !keys.isEmpty else {
      let reason = SpecError.Reason.wrongType(expected: "`KEY=VALUE`", found: "no key")
      throw SpecErrors(SpecError(reason, path: override.path, at: place))
    }
    let value = try StudyDocument(yaml: override.value, file: place.file).root
    return try replacing(keys[...], with: value, at: place)
  }

  private func replacing(
    _ keys: ArraySlice<String>, with value: Node, at place: SourceLocation
  ) throws(SpecErrors) -> Node {
    guard let key = keys.first else { return value.moved(to: path) }
    guard case .mapping(var pairs) = content else {
      throw SpecErrors(
        SpecError(.wrongType(expected: "a section", found: found), path: path, at: place))
    }
    if let position = pairs.firstIndex(where: { $0.key.text == key }) {
      pairs[position] = Pair(
        key: pairs[position].key,
        value: try pairs[position].value.replacing(keys.dropFirst(), with: value, at: place))
    } else {
      let below = Node(
        .mapping([]), path: path.isEmpty ? key : "\(path).\(key)", at: place)
      pairs.append(
        Pair(
          key: LocatedText(key, at: place),
          value: try below.replacing(keys.dropFirst(), with: value, at: place)))
    }
    return Node(.mapping(pairs), path: path, at: location)
  }

  /// The same value under another path, so that errors name the key and not the command line alone.
  private func moved(to path: String) -> Node { Node(content, path: path, at: location) }
}
