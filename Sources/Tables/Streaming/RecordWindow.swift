/// Reads records from a file through a window of fixed size that moves along it.
///
/// The window ends after a line feed; a record that is longer, or whose quoted cells hold the line feed it
/// ended at, is read again once more of the file has come in. So the records, and what is wrong with them,
/// are those of the file read whole.
struct RecordWindow {
  private let file: String
  private let pieces: FilePieces
  private var buffer: [UInt8]
  /// Bytes of the buffer that come from the file.
  private var filled = 0
  /// Bytes of the buffer that records may be taken from.
  private var end = 0
  private var isAtEnd = false
  /// Bytes of the file before the buffer.
  private var passed = 0
  private(set) var scanner: RecordScanner
  private let watch: (([UInt8]) -> Void)?

  static let size = 1 << 22

  /// - Parameter watch: called with the bytes of the file, piece after piece.
  init(
    _ file: String, separator: UInt8, size: Int = RecordWindow.size,
    watch: (([UInt8]) -> Void)? = nil
  ) throws(TableError) {
    self.file = file
    self.watch = watch
    pieces = try FilePieces(file)
    buffer = Array(repeating: 0, count: max(64, size))
    scanner = RecordScanner(file: file, separator: separator, position: 0, line: 1)
    try load()
    scanner.position = try start()
  }

  /// Gives a column the cells of the block filled last.
  func append(_ block: CellBlock, slot: Int, to column: inout ColumnReader) {
    column.append(block, slot: slot, from: buffer.span.extracting(0..<end))
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
      var next = scanner
      let problem: TableError
      do throws(TableError) {
        try next.fill(
          &block, from: buffer.span.extracting(0..<end), slots: slots, firstRow: firstRow)
        scanner = next
        if block.rows > 0 || isAtEnd { return }
        try load()
        continue
      } catch { problem = error }
      guard try extend(on: problem) else { throw problem }
    }
  }

  /// Whether more of the file has come in, so that a record cut short may be whole.
  private mutating func extend(on problem: TableError) throws(TableError) -> Bool {
    guard case .unterminatedQuote = problem, !isAtEnd else { return false }
    try load()
    return true
  }

  /// Moves what is unread to the front of the buffer and reads on behind it.
  private mutating func load() throws(TableError) {
    let unread = filled - scanner.position
    let from = scanner.position
    if from > 0 {
      for k in 0..<unread { buffer[k] = buffer[from + k] }
      passed += from
      scanner.position = 0
    } else if unread == buffer.count {
      buffer += Array(repeating: 0, count: buffer.count)
    }
    filled = unread
    repeat {
      if filled == buffer.count { buffer += Array(repeating: 0, count: buffer.count) }
      let came = try pieces.read(into: &buffer, from: filled)
      if came > 0, let watch { watch(Array(buffer[filled..<filled + came])) }
      filled += came
      isAtEnd = filled < buffer.count
      end = isAtEnd ? filled : lastWholeLine
    } while end == 0 && !isAtEnd
    try validate()
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

  private func validate() throws(TableError) {
    let bytes = buffer.span.extracting(0..<end)
    do {
      _ = try UTF8Span(validating: bytes)
    } catch {
      var line = scanner.line
      let offset = error.byteOffsets.lowerBound
      for position in 0..<offset where bytes[position] == Byte.lineFeed { line += 1 }
      throw .invalidUTF8(file: file, line: line, byte: passed + offset)
    }
  }

  /// Checks that the bytes are text at all, and steps over a byte-order mark.
  private func start() throws(TableError) -> Int {
    let bytes = buffer.span
    if filled >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b { throw .compressedFile(file) }
    let hasMark = filled >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf
    let start = hasMark ? 3 : 0
    guard filled > start else { throw .emptyFile(file) }
    return start
  }
}
