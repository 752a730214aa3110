internal import StudyFiles

extension Catalogue.Kind {
  /// The kind with a line for each member.
  public var text: String {
    let width = entries.map(\.name.count).max() ?? 0
    let lines = entries.map {
      "  \($0.name.padded(to: width))  \($0.documentation.summary)"
    }
    return "\(name): \(summary)\n" + lines.joined(separator: "\n")
  }
}

extension Catalogue.Entry {
  /// The member with formula, source, and each setting's meaning, accepted values and default.
  public var text: String {
    var lines = ["\(name): \(documentation.summary)"]
    if !documentation.formula.isEmpty { lines += ["", "  " + documentation.formula] }
    if !documentation.reference.isEmpty { lines += ["", "  Source: " + documentation.reference] }
    if keys.contains(where: \.isAvailable) { lines += ["", "  Settings"] }
    lines += keys.flatMap { $0.lines(indent: 4) }
    let later = keys.filter { !$0.isAvailable }.map(\.name)
    if !later.isEmpty {
      lines += ["", "  Not available in this version: " + later.joined(separator: ", ")]
    }
    return lines.joined(separator: "\n")
  }
}

extension AnyKey {
  /// The key with meaning, accepted values and default, and below it the keys of its own section.
  fileprivate func lines(indent: Int) -> [String] {
    guard isAvailable else { return [] }
    let margin = String(repeating: " ", count: indent)
    let status = fallback.map { "default: \($0)" } ?? "must be given"
    return [margin + name, margin + "  " + meaning, margin + "  \(expectation); \(status)"]
      + nested.flatMap { $0.lines(indent: indent + 4) }
  }
}

extension String {
  /// The text followed by spaces up to `width` characters.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
