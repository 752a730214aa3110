public import Reports

/// A study's words for its columns, terms, measures and policies, where it gives any: a report speaks in
/// them, and tables keep the names.
public struct Labels: Sendable, Hashable {
  private let words: [String: String]

  public init(_ words: [String: String] = [:]) { self.words = words }

  /// The words for a name, part by part where it is an interaction; the name itself where there are none.
  public func text(_ name: String) -> String {
    if let whole = words[name] { return whole }
    let parts = name.split(separator: ":").map(String.init)
    guard parts.count > 1, parts.contains(where: { words[$0] != nil }) else { return name }
    return parts.map { words[$0] ?? $0 }.joined(separator: " × ")
  }

  /// The words for a name; the name as code where there are none.
  public func prose(_ name: String) -> Prose {
    let text = text(name)
    return text == name ? Prose([.code(name)]) : Prose(text)
  }
}
