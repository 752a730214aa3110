/// What the bytes of a table as a whole say about how they are written.
struct ByteSurvey {
  /// Bytes from 0x80 on.
  private(set) var highCount = 0
  private(set) var hasLineFeed = false
  private(set) var hasCarriageReturn = false
  /// Whether bytes that are not UTF-8 can only be an older encoding: no letter of theirs is a whole one of UTF-8.
  private(set) var isSingleByte = true
  /// Whether every byte from 0x80 on belongs to a whole letter of UTF-8.
  var isUTF8: Bool { isWhole && letter.count == letter.length }
  private var isWhole = true
  /// The length of the letter of UTF-8 that may stand at the last bytes, and how many of it have come.
  private var letter = (length: 0, count: 0)

  init(_ source: ByteSource) throws(TableError) {
    try source.forEachPiece { add($0) }
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>) {
    for byte in bytes {
      if byte < 0x80 {
        if letter.count < letter.length { isWhole = false }
        letter = (0, 0)
        if byte == Byte.lineFeed { hasLineFeed = true }
        if byte == Byte.carriageReturn { hasCarriageReturn = true }
        continue
      }
      highCount += 1
      if byte & 0xc0 == 0x80, letter.length > 0 {
        letter.count += 1
        if letter.count == letter.length { isSingleByte = false }
        if letter.count > letter.length { isWhole = false }
      } else {
        let length = byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0
        if length == 0 || letter.count < letter.length { isWhole = false }
        letter = (length, 1)
      }
    }
  }
}
