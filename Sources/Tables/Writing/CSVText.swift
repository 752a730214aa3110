/// Comma-separated text under construction: RFC 4180 quotes, lines that end in LF.
struct CSVText {
  private var bytes: [UInt8] = []
  private var isAtLineStart = true

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Adds a text, in quotes where it would otherwise be read as something else.
  mutating func append(text cell: String, alwaysQuoted: Bool = false) {
    append(encoded: CSVText.encoded(cell, alwaysQuoted: alwaysQuoted))
  }

  /// Adds text that holds neither separators nor quotes, such as a number.
  mutating func append(plain cell: String) {
    separate()
    bytes.append(contentsOf: cell.utf8)
  }

  /// Adds a cell that ``encoded(_:alwaysQuoted:)`` has made.
  mutating func append(encoded cell: [UInt8]) {
    separate()
    bytes.append(contentsOf: cell)
  }

  /// Adds a whole number.
  mutating func append(whole value: Int) {
    separate()
    if value < 0 { bytes.append(0x2d) }
    let start = bytes.count
    var rest = value.magnitude
    repeat {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  mutating func endLine() {
    bytes.append(Byte.lineFeed)
    isAtLineStart = true
  }

  /// A text as it stands in a file, in quotes where it would otherwise be read as something else.
  static func encoded(_ cell: String, alwaysQuoted: Bool = false) -> [UInt8] {
    guard alwaysQuoted || needsQuotes(cell) else { return Array(cell.utf8) }
    var quoted = [Byte.quote]
    for byte in cell.utf8 {
      if byte == Byte.quote { quoted.append(byte) }
      quoted.append(byte)
    }
    quoted.append(Byte.quote)
    return quoted
  }

  private mutating func separate() {
    if isAtLineStart { isAtLineStart = false } else { bytes.append(0x2c) }
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
