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

  /// The UTF-8 of a byte from 0x80 on; `nil` for bytes that the encoding does not have.
  func letter(_ byte: UInt8) -> [UInt8]? {
    let scalar =
      self == .windows1252 && byte < 0xa0
      ? TextEncoding.windowsHigh[Int(byte) - 0x80] : UInt32(byte)
    // Latin-1 has control characters at 0x80 … 0x9f, which no table means.
    guard scalar >= 0xa0, let character = Unicode.Scalar(scalar) else { return nil }
    return UTF8.encode(character).map(Array.init)
  }
}

/// Bytes of an encoding of one byte a letter, in UTF-8.
final class TranscodedPieces: BytePieces {
  private let source: any BytePieces
  private let encoding: TextEncoding
  private let file: String
  /// The UTF-8 of each byte from 0x80 on.
  private let letters: [[UInt8]?]
  private var line = 1
  private var input = [UInt8](repeating: 0, count: 1 << 16)
  /// What has been transcoded and found no room yet.
  private var output: [UInt8] = []
  private var place = 0

  init(_ source: any BytePieces, _ encoding: TextEncoding, file: String) {
    self.source = source
    self.encoding = encoding
    self.file = file
    letters = (0x80...0xff).map { encoding.letter($0) }
  }

  var expectedCount: Int? { source.expectedCount }

  /// - Throws: ``TableError/unknownCharacter(file:line:byte:encoding:)`` for bytes that the encoding does not have.
  func read(into buffer: inout [UInt8], from start: Int) throws(TableError) -> Int {
    var total = 0
    while start + total < buffer.count {
      if place == output.count {
        try refill()
        if output.isEmpty { break }
      }
      let count = min(buffer.count - start - total, output.count - place)
      buffer.replaceSubrange(
        start + total..<start + total + count, with: output[place..<place + count])
      place += count
      total += count
    }
    return total
  }

  private func refill() throws(TableError) {
    let count = try source.read(into: &input, from: 0)
    output.removeAll(keepingCapacity: true)
    place = 0
    for byte in input[..<count] {
      if byte < 0x80 {
        output.append(byte)
        if byte == Byte.lineFeed { line += 1 }
        continue
      }
      guard let letter = letters[Int(byte) - 0x80] else {
        // What is wrong with the file below is said first, wherever it stands.
        try source.drain()
        throw .unknownCharacter(file: file, line: line, byte: byte, encoding: encoding.rawValue)
      }
      output += letter
    }
  }
}
