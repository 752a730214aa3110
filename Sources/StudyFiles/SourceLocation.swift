/// A place in a file: lines and columns count from one.
public struct SourceLocation: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let file: String
  public let line: Int
  public let column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  public var description: String { "\(file):\(line):\(column)" }

  public static func < (a: SourceLocation, b: SourceLocation) -> Bool {
    (a.file, a.line, a.column) < (b.file, b.line, b.column)
  }
}

/// A piece of text that knows where it stands in a file.
public struct LocatedText: Sendable, Hashable, CustomStringConvertible {
  public let text: String
  public let location: SourceLocation

  public init(_ text: String, at location: SourceLocation) {
    self.text = text
    self.location = location
  }

  public var description: String { text }

  /// The place of the character `offset` characters into the text. Exact where the text stands on one
  /// line, which is how names, expressions and formulas are written.
  public func location(atCharacter offset: Int) -> SourceLocation {
    SourceLocation(file: location.file, line: location.line, column: location.column + offset)
  }
}
