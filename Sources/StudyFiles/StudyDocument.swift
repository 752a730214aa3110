internal import Yams

/// A study file, read into located nodes. The only place where YAML is parsed.
public struct StudyDocument: Sendable {
  public let root: Node

  /// Reads YAML text.
  ///
  /// - Parameters:
  ///   - text: the whole file.
  ///   - file: its name, as error messages should give it.
  /// - Throws: ``SpecErrors`` for text that is not YAML, duplicate keys, several documents, keys that are
  ///   not text, or aliases that multiply beyond reason.
  public init(yaml text: String, file: String) throws(SpecErrors) {
    let composed: Yams.Node?
    do {
      composed = try Parser(yaml: text, resolver: .basic).singleRoot()
    } catch {
      throw SpecErrors(Self.problem(error, in: text, file: file))
    }
    guard let composed else {
      let start = SourceLocation(file: file, line: 1, column: 1)
      throw SpecErrors(SpecError(.syntax("the file is empty"), path: "", at: start))
    }
    var converter = Converter(file: file)
    root = try converter.convert(composed, path: "")
  }

  private static func problem(_ error: any Error, in text: String, file: String) -> SpecError {
    func located(_ line: Int, _ column: Int, _ reason: SpecError.Reason) -> SpecError {
      SpecError(
        reason, path: "", at: SourceLocation(file: file, line: max(1, line), column: max(1, column))
      )
    }
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      let around = context.map { " (\($0.text) on line \($0.mark.line))" } ?? ""
      return located(mark.line, mark.column, .syntax("not valid YAML: " + problem + around))
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      let first = context.mark.line
      let second = secondLine(of: key, after: first, in: text)
      return located(
        second?.line ?? first, second?.column ?? context.mark.column,
        .duplicateKey(key, firstLine: first))
    default:
      return located(1, 1, .syntax("not valid YAML: \(error)"))
    }
  }

  /// Where `key` stands again below line `first`. The parser only tells where it stood first.
  private static func secondLine(
    of key: String, after first: Int, in text: String
  ) -> (line: Int, column: Int)? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where index + 1 > first {
      let indentation = line.prefix { $0 == " " }.count
      if line.dropFirst(indentation).hasPrefix(key + ":") { return (index + 1, indentation + 1) }
    }
    return nil
  }
}

/// Turns the parser's nodes into ours, with paths, and stops at documents that aliases blow up.
private struct Converter {
  let file: String
  var visited = 0
  static let limit = 200_000

  init(file: String) { self.file = file }

  mutating func convert(_ node: Yams.Node, path: String) throws(SpecErrors) -> Node {
    visited += 1
    let location = place(of: node)
    guard visited <= Self.limit else {
      let reason = SpecError.Reason.syntax("more than \(Self.limit) values: aliases multiply")
      throw SpecErrors(SpecError(reason, path: path, at: location))
    }
    switch node {
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      return Node(isNull ? .null : .scalar(scalar.string), path: path, at: location)
    case .sequence(let sequence):
      var items: [Node] = []
      for (index, item) in sequence.enumerated() {
        items.append(try convert(item, path: "\(path)[\(index + 1)]"))
      }
      return Node(.sequence(items), path: path, at: location)
    case .mapping(let mapping):
      var pairs: [Node.Pair] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key else {
          let reason = SpecError.Reason.wrongType(expected: "a name as key", found: "a structure")
          throw SpecErrors(SpecError(reason, path: path, at: place(of: key)))
        }
        let below = path.isEmpty ? name.string : "\(path).\(name.string)"
        pairs.append(
          Node.Pair(
            key: LocatedText(name.string, at: place(of: key)),
            value: try convert(value, path: below)))
      }
      return Node(.mapping(pairs), path: path, at: location)
    case .alias:
      return Node(.null, path: path, at: location)
    }
  }

  private func place(of node: Yams.Node) -> SourceLocation {
    var inside = 0
    if case .scalar(let scalar) = node,
      scalar.style == .doubleQuoted || scalar.style == .singleQuoted
    {
      inside = 1
    }
    return SourceLocation(
      file: file, line: node.mark?.line ?? 1, column: (node.mark?.column ?? 1) + inside)
  }
}
