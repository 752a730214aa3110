/// A name with arguments, as in `same(la)` or `gap(reading, fsm)`.
public struct Call: Sendable, Hashable {
  public let name: LocatedText
  public let arguments: [LocatedText]

  /// Reads `name` or `name(a, b)`. Arguments may hold brackets of their own.
  public init(_ source: LocatedText, path: String) throws(SpecErrors) {
    let text = source.text
    guard let open = text.firstIndex(of: "(") else {
      name = source
      arguments = []
      return
    }
    guard text.last == ")" else {
      throw SpecErrors(
        SpecError(
          .wrongType(expected: "a closing bracket", found: "`\(text)`"), path: path,
          at: source.location))
    }
    name = LocatedText(
      String(text[..<open]).trimmingSpaces, at: source.location)
    let inside = text[text.index(after: open)..<text.index(before: text.endIndex)]
    arguments = Self.pieces(of: inside).map { piece in
      let leading = piece.prefix { $0 == " " }.count
      let offset = text.distance(from: text.startIndex, to: piece.startIndex) + leading
      return LocatedText(
        String(piece).trimmingSpaces, at: source.location(atCharacter: offset))
    }
  }

  private static func pieces(of text: Substring) -> [Substring] {
    var depth = 0
    var start = text.startIndex
    var result: [Substring] = []
    for index in text.indices {
      switch text[index] {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "," where depth == 0:
        result.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    result.append(text[start...])
    return result.filter { !$0.allSatisfy { $0 == " " } }
  }
}

extension String {
  /// The text without spaces at either end.
  var trimmingSpaces: String {
    var slice = Substring(self)
    while slice.first == " " { slice.removeFirst() }
    while slice.last == " " { slice.removeLast() }
    return String(slice)
  }
}
