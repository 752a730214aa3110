/// Comma-separated text under construction: RFC 4180 quotes, lines that end in LF.
struct CSVText {
  private(set) var text = ""
  private var isAtLineStart = true

  /// Adds a text, in quotes where it would otherwise be read as something else.
  mutating func append(text cell: String, alwaysQuoted: Bool = false) {
    guard alwaysQuoted || CSVText.needsQuotes(cell) else { return append(plain: cell) }
    separate()
    text.append("\"")
    // By scalars: a carriage return and line feed are one character.
    for scalar in cell.unicodeScalars {
      if scalar == "\"" { text.unicodeScalars.append(scalar) }
      text.unicodeScalars.append(scalar)
    }
    text.append("\"")
  }

  /// Adds text that holds neither separators nor quotes, such as a number.
  mutating func append(plain cell: String) {
    separate()
    text.append(cell)
  }

  mutating func endLine() {
    text.append("\n")
    isAtLineStart = true
  }

  private mutating func separate() {
    if isAtLineStart { isAtLineStart = false } else { text.append(",") }
  }

  /// Whether a reader would split the text, take off its blanks, or see a byte-order mark.
  private static func needsQuotes(_ cell: String) -> Bool {
    var last: UInt8 = 0
    for (position, byte) in cell.utf8.enumerated() {
      switch byte {
      case 0x2c, Byte.quote, Byte.lineFeed, Byte.carriageReturn: return true
      case Byte.blank where position == 0: return true
      case 0xef where position == 0: return true
      default: last = byte
      }
    }
    return last == Byte.blank
  }
}
