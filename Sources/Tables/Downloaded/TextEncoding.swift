/// How the letters of a file are written.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
  case utf8 = "utf-8"
  /// Windows-1252, in which Excel saves CSV in Western Europe.
  case windows1252 = "windows-1252"
  /// ISO 8859-1.
  case latin1 = "latin-1"

  /// The characters of Windows-1252 at 0x80 … 0x9f; 0 where there is none.
  private static let windowsHigh: [UInt32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
  ]

  /// The same text in UTF-8, and how many letters were written otherwise.
  ///
  /// - Throws: ``TableError/unknownCharacter(file:line:byte:encoding:)`` for bytes that the encoding does not have.
  func transcoded(
    _ bytes: [UInt8], file: String
  ) throws(TableError) -> (bytes: [UInt8], letters: Int) {
    guard self != .utf8 else { return (bytes, 0) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 16)
    var (line, letters) = (1, 0)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
        if byte == Byte.lineFeed { line += 1 }
        continue
      }
      let scalar =
        self == .windows1252 && byte < 0xa0
        ? TextEncoding.windowsHigh[Int(byte) - 0x80] : UInt32(byte)
      // Latin-1 has control characters at 0x80 … 0x9f, which no table means.
      guard scalar >= 0xa0, let character = Unicode.Scalar(scalar) else {
        throw .unknownCharacter(file: file, line: line, byte: byte, encoding: rawValue)
      }
      letters += 1
      result.append(contentsOf: UTF8.encode(character) ?? UTF8.encodedReplacementCharacter)
    }
    return (result, letters)
  }

  /// Whether bytes that are not UTF-8 can only be an older encoding: no letter of theirs is a whole one of UTF-8.
  static func isSingleByte(_ bytes: [UInt8]) -> Bool {
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      let length = byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 1
      if length > 1, position + length <= bytes.count,
        (1..<length).allSatisfy({ bytes[position + $0] & 0xc0 == 0x80 })
      {
        return false
      }
      position += 1
    }
    return true
  }
}
