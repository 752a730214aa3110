/// Logical values as 1 and 0.
enum LogicalText {
  /// 1 for `TRUE` and `true`, 0 for `FALSE` and `false`, NaN for anything else.
  static func parse(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, allowsDigits: Bool
  ) -> Double {
    switch end - start {
    case 1 where allowsDigits:
      return bytes[start] == 0x31 ? 1 : bytes[start] == 0x30 ? 0 : .nan
    case 4: return isWord(bytes, start, upper: [0x54, 0x52, 0x55, 0x45]) ? 1 : .nan
    case 5: return isWord(bytes, start, upper: [0x46, 0x41, 0x4c, 0x53, 0x45]) ? 0 : .nan
    default: return .nan
    }
  }

  /// Whether the word stands here, all in capitals or all in small letters.
  private static func isWord<let count: Int>(
    _ bytes: Span<UInt8>, _ start: Int, upper: InlineArray<count, UInt8>
  ) -> Bool {
    let shift = bytes[start] & 0x20
    for offset in upper.indices where bytes[start + offset] != upper[offset] | shift {
      return false
    }
    return true
  }
}
