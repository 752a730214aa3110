/// Reads records from bytes through a window of fixed size that moves along them.
///
/// The window ends after a line feed; a record that is longer, or whose quoted cells hold the line feed it
/// ended at, is read again once more has come in. So the records, and what is wrong with them, are those of
/// the bytes read whole: what is no text at all is said before anything else, wherever it stands.
struct RecordWindow {
  private let file: String
  private let pieces: any BytePieces
  private var buffer: [UInt8]
  /// Bytes of the buffer that come from the file.
  private var filled = 0
  /// Bytes of the buffer that records may be taken from.
  private var end = 0
  private var isAtEnd = false
  /// Bytes of the file before the buffer.
  private var passed = 0
  private(set) var scanner: RecordScanner

  /// Small enough for a window to stay in the second-level cache while it is checked and read.
  static let size = 1 << 18

  /// - Parameter watch: called with the bytes as they stand in the file, piece after piece.
  init(
    _ source: ByteSource, separator: UInt8, size: Int = RecordWindow.size,
    watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) {
    file = source.path
    pieces = try source.opened(watch: watch)
    // One byte more than there are shows that they have ended.
    let needed = pieces.expectedCount.map { $0 < size ? $0 + 1 : size } ?? size
    buffer = Array(repeating: 0, count: max(64, needed))
    scanner = RecordScanner(file: file, separator: separator, position: 0, line: 1)
    try load()
  }

  /// Where a row starts in the bytes.
  struct Place: Sendable, Hashable {
    let byte: Int
    let line: Int
    let row: Int
  }

  /// A window that starts at a row, of a source with places.
  init(
    _ source: ByteSource, separator: UInt8, size: Int = RecordWindow.size, at place: Place
  ) throws(TableError) {
    file = source.path
    pieces = try source.opened(at: place.byte)
    passed = place.byte
    buffer = Array(repeating: 0, count: max(64, size))
    scanner = RecordScanner(file: file, separator: separator, position: 0, line: place.line)
    try load()
  }

  /// The place of the next row.
  func place(ofRow row: Int) -> Place {
    Place(byte: passed + scanner.position, line: scanner.line, row: row)
  }

  /// Gives a column the cells of the block filled last.
  func append(_ block: CellBlock, slot: Int, to column: inout ColumnReader) {
    column.append(block, slot: slot, from: buffer.span.extracting(0..<end))
  }

  /// How many records the whole file has if they are as long as the `count` that lie behind.
  func expectedRecords(after count: Int) -> Int? {
    let behind = passed + scanner.position
    guard behind > 0 else { return nil }
    return pieces.expectedCount.map {
      Int(min(Double($0) / Double(behind) * Double(count), Double(Int32.max)))
    }
  }

  /// The names of the columns.
  mutating func header(
    _ read: (Span<UInt8>, [CellRange]) throws(TableError) -> [String]
  ) throws(TableError) -> [String] {
    while true {
      var next = scanner
      let problem: TableError
      do throws(TableError) {
        let cells = try next.header(buffer.span.extracting(0..<end))
        let names = try read(buffer.span.extracting(0..<end), cells)
        scanner = next
        return names
      } catch { problem = error }
      guard try extend(on: problem) else { throw problem }
    }
  }

  /// Fills the block with the next records; with none where the file has ended.
  mutating func fill(
    _ block: inout CellBlock, slots: [Int], firstRow: Int
  ) throws(TableError) {
    while true {
      // The only holder of its shifts, so that they are not copied for every block.
      var next = scanner
      scanner.shifts = []
      let (position, line, shifts) = (next.position, next.line, next.shifts.count)
      let problem: TableError
      do throws(TableError) {
        try next.fill(
          &block, from: buffer.span.extracting(0..<end), slots: slots, firstRow: firstRow)
        scanner = next
        if block.rows > 0 || isAtEnd { return }
        try load()
        continue
      } catch { problem = error }
      next.shifts.removeLast(next.shifts.count - shifts)
      (next.position, next.line) = (position, line)
      scanner = next
      guard try extend(on: problem) else { throw problem }
    }
  }

  /// Reads on to the end after something was found wrong.
  ///
  /// - Returns: the problem.
  /// - Throws: what makes the rest no text at all, which is to be said instead.
  mutating func settled(_ problem: TableError) throws(TableError) -> TableError {
    while !isAtEnd {
      scanner.line += lineFeeds(in: scanner.position..<end)
      scanner.position = end
      try load()
    }
    return problem
  }

  private func lineFeeds(in range: Range<Int>) -> Int {
    let bytes = buffer.span
    var count = 0
    for place in range where bytes[place] == Byte.lineFeed { count += 1 }
    return count
  }

  /// Whether more of the file has come in, so that a record cut short may be whole.
  private mutating func extend(on problem: TableError) throws(TableError) -> Bool {
    guard case .unterminatedQuote = problem, !isAtEnd else { return false }
    try load()
    return true
  }

  /// Moves what is unread to the front of the buffer and reads on behind it.
  private mutating func load() throws(TableError) {
    let isFirst = passed == 0 && filled == 0
    let unread = filled - scanner.position
    let from = scanner.position
    if from > 0 {
      var bytes = buffer.mutableSpan
      for k in 0..<unread { bytes[k] = bytes[from + k] }
      passed += from
      scanner.position = 0
    } else if unread == buffer.count {
      buffer += Array(repeating: 0, count: buffer.count)
    }
    filled = unread
    repeat {
      if filled == buffer.count { buffer += Array(repeating: 0, count: buffer.count) }
      do throws(TableError) { filled += try pieces.read(into: &buffer, from: filled) } catch {
        isAtEnd = true
        throw error
      }
      isAtEnd = filled < buffer.count
      end = isAtEnd ? filled : lastWholeLine
    } while end == 0 && !isAtEnd
    let first = isFirst ? try start() : 0
    try validate()
    if isFirst { scanner.position = first }
  }

  /// The place after the last line feed that no blank line precedes: whether a blank line may stand there
  /// depends on what follows it.
  private var lastWholeLine: Int {
    let bytes = buffer.span
    var place = filled
    while place > 0 {
      guard bytes[place - 1] == Byte.lineFeed else {
        place -= 1
        continue
      }
      var before = place - 1
      if before > 0, bytes[before - 1] == Byte.carriageReturn { before -= 1 }
      if before > 0, bytes[before - 1] != Byte.lineFeed { return place }
      place -= 1
    }
    return 0
  }

  private mutating func validate() throws(TableError) {
    guard let offset = firstFault else { return }
    isAtEnd = true
    // Where bytes cannot be had at all, that is said first.
    try pieces.drain()
    throw .invalidUTF8(
      file: file, line: scanner.line + lineFeeds(in: 0..<offset), byte: passed + offset)
  }

  /// The first byte that is not UTF-8.
  private var firstFault: Int? {
    do {
      _ = try UTF8Span(validating: buffer.span.extracting(0..<end))
      return nil
    } catch { return error.byteOffsets.lowerBound }
  }

  /// Checks that the bytes may be text at all, and finds where it starts: behind a byte-order mark.
  private mutating func start() throws(TableError) -> Int {
    let first = buffer[..<min(filled, 3)]
    let isCompressed = first.starts(with: [0x1f, 0x8b])
    let start = first == [0xef, 0xbb, 0xbf] ? 3 : 0
    if !isCompressed, filled > start { return start }
    isAtEnd = true
    throw isCompressed ? .compressedFile(file) : .emptyFile(file)
  }
}
