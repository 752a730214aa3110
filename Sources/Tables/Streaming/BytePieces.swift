/// The bytes of a table from front to back, a piece at a time.
protocol BytePieces: AnyObject {
  /// Reads on into `buffer` from `start`, as much as there is room for.
  ///
  /// - Returns: how many bytes came; fewer than there is room for only at the end.
  func read(into buffer: inout [UInt8], from start: Int) throws(TableError) -> Int

  /// How many bytes there will be in all, as well as that can be told by now.
  var expectedCount: Int? { get }
}

extension BytePieces {
  /// Reads on to the end, for the errors that may still come.
  func drain() throws(TableError) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while try read(into: &buffer, from: 0) > 0 {}
  }
}

/// Bytes that are at hand.
final class MemoryPieces: BytePieces {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var expectedCount: Int? { bytes.count }

  func read(into buffer: inout [UInt8], from start: Int) throws(TableError) -> Int {
    let count = min(buffer.count - start, bytes.count - place)
    buffer.replaceSubrange(start..<start + count, with: bytes[place..<place + count])
    place += count
    return count
  }
}
