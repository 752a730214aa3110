/// One thing wrong with a study file: where, what was found, what is accepted, what to do.
public struct SpecError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// The text is not YAML.
    case syntax(String)
    case missingKey(String, expected: String)
    case unknownKey(String, known: [String])
    /// The key is known, but not beside what was chosen here.
    case misplacedKey(String, belongsTo: String)
    case duplicateKey(String, firstLine: Int)
    case wrongType(expected: String, found: String)
    /// A name that must be one of a closed set: a method, a column, a step.
    case unknownName(String, kind: String, known: [String])
    /// Part of the language, but not offered by this version.
    case notAvailable(String)
    /// Any rule between several settings, as a sentence.
    case rule(String)
  }

  public let location: SourceLocation
  /// The keys that lead to the place, joined by dots: `steps.comparators.match.caliper`.
  public let path: String
  public let reason: Reason

  public init(_ reason: Reason, path: String, at location: SourceLocation) {
    self.reason = reason
    self.path = path
    self.location = location
  }

  public var description: String {
    "\(location): \(path.isEmpty ? "" : path + ": ")\(reason)"
  }
}

extension SpecError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let message): message
    case .missingKey(let key, let expected): "missing key `\(key)`: expected \(expected)"
    case .unknownKey(let key, let known):
      "unknown key `\(key)`" + suggestion(for: key, among: known)
    case .misplacedKey(let key, let owner):
      "key `\(key)` belongs to \(owner), which is not chosen here"
    case .duplicateKey(let key, let line): "key `\(key)` stands twice, first on line \(line)"
    case .wrongType(let expected, let found): "expected \(expected), found \(found)"
    case .unknownName(let name, let kind, let known):
      "unknown \(kind) `\(name)`" + suggestion(for: name, among: known)
    case .notAvailable(let name): "`\(name)` is not available in this version"
    case .rule(let sentence): sentence
    }
  }
}

/// Everything found wrong with a study file, in the order of the file.
public struct SpecErrors: Error, Sendable, Hashable, CustomStringConvertible {
  public let problems: [SpecError]

  public init(_ problems: [SpecError]) {
    self.problems = problems.sorted { $0.location < $1.location }
  }

  public init(_ problem: SpecError) { problems = [problem] }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
