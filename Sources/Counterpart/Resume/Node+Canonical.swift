internal import StudyFiles

extension Node {
  /// What is written here, free of layout, comments and places: equal texts mean equal settings.
  var canonicalText: String {
    switch content {
    case .null: "~"
    case .scalar(let text): Self.quoted(text)
    case .sequence(let items): "[" + items.map(\.canonicalText).joined(separator: ",") + "]"
    case .mapping(let pairs):
      "{"
        + pairs.map { Self.quoted($0.key.text) + ":" + $0.value.canonicalText }
        .joined(separator: ",") + "}"
    }
  }

  /// Lengths stand first, so that no text can pass for structure.
  private static func quoted(_ text: String) -> String { "\(text.utf8.count)\"\(text)\"" }
}
