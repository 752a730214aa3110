/// The bytes that structure a delimited file.
enum Byte {
  static let lineFeed: UInt8 = 0x0a
  static let carriageReturn: UInt8 = 0x0d
  static let blank: UInt8 = 0x20
  static let quote: UInt8 = 0x22
}

extension Span<UInt8> {
  /// The bytes as text.
  func text(from start: Int, to end: Int) -> String {
    var copy: [UInt8] = []
    copy.reserveCapacity(end - start)
    for position in start..<end { copy.append(self[position]) }
    return String(decoding: copy, as: UTF8.self)
  }

  /// The bytes of a cell with doubled quotes made single.
  func content(of cell: CellRange) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(Int(cell.count))
    var position = cell.start
    while position < cell.end {
      copy.append(self[position])
      position += cell.hasDoubledQuotes && self[position] == Byte.quote ? 2 : 1
    }
    return copy
  }
}
