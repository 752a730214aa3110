/// A value of a study file as it was written. YAML gives structure only: every scalar is text until the
/// schema gives it a type, so `yes`, `010` and `on` mean nothing by themselves.
public struct Node: Sendable, Hashable {
  public indirect enum Content: Sendable, Hashable {
    case scalar(String)
    case sequence([Node])
    case mapping([Pair])
    /// Nothing, `~` or `null`, unquoted.
    case null
  }

  /// One entry of a mapping.
  public struct Pair: Sendable, Hashable {
    public let key: LocatedText
    public let value: Node

    public init(key: LocatedText, value: Node) {
      self.key = key
      self.value = value
    }
  }

  public let content: Content
  /// Where the value starts; for quoted text, where the text inside the quotes starts.
  public let location: SourceLocation
  /// The keys and positions that lead here from the document's root.
  public let path: String

  public init(_ content: Content, path: String, at location: SourceLocation) {
    self.content = content
    self.path = path
    self.location = location
  }

  /// What stands here, in the words of an error message.
  public var found: String {
    switch content {
    case .scalar(let text): "`\(text)`"
    case .sequence(let items): "a list of \(items.count)"
    case .mapping(let pairs):
      pairs.isEmpty
        ? "an empty section"
        : "a section with \(pairs.prefix(4).map { "`\($0.key.text)`" }.joined(separator: ", "))"
    case .null: "nothing"
    }
  }

  /// The error that something else was expected here.
  public func wrongType(expected: String) -> SpecErrors {
    SpecErrors(SpecError(.wrongType(expected: expected, found: found), path: path, at: location))
  }

  /// Any other error about this place.
  public func error(_ reason: SpecError.Reason) -> SpecErrors {
    SpecErrors(SpecError(reason, path: path, at: location))
  }
}
