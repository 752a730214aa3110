/// A delimited file that is read in pieces, again and again, and never held in memory.
///
/// The first reading finds the type of every column over all its cells and the levels of every category, so
/// that each piece has the types, levels and codes that the whole table would have.
public struct DelimitedStream: Sendable {
  public let file: DelimitedFile
  public let name: String
  public let rowCount: Int
  /// In the order of the file.
  public let columns: [StreamedColumn]
  public private(set) var diagnostics: [Diagnostic]
  private let source: ByteSource
  private let readers: [ColumnReader]
  private let orders: [LevelOrder?]
  private let kept: [Int]
  private let header: [String]
  private let window: Int
  /// Where each piece starts, and behind the last row.
  private let starts: [RecordWindow.Place]

  /// Rows of a piece, save the last: few enough for a piece to cost little memory.
  public static let chunkRows = 65_536

  /// Reads the file once, or twice where a column turns out to be a category after its first rows.
  ///
  /// - Parameter watch: called with the bytes of the file, piece after piece.
  /// - Throws: ``TableError`` as reading the file whole does.
  public init(
    scanning file: DelimitedFile, as name: String,
    watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) {
    try self.init(
      scanning: file, as: name, window: RecordWindow.size, chunkRows: Self.chunkRows, watch: watch)
  }

  package init(
    scanning file: DelimitedFile, as name: String, window: Int, chunkRows: Int,
    watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) {
    try self.init(
      file, ByteSource(origin: .file, path: file.path), as: name, window: window,
      chunkRows: chunkRows, watch: watch)
  }

  /// Reads a file as people download it, in the way that its bytes need.
  ///
  /// - Parameter watch: as ``DownloadedFile/read(as:watch:)`` calls it.
  /// - Throws: ``TableError`` as reading the file whole does.
  public init(
    scanning file: DownloadedFile, as name: String,
    watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) {
    try self.init(
      scanning: file, as: name, window: RecordWindow.size, chunkRows: Self.chunkRows, watch: watch)
  }

  package init(
    scanning file: DownloadedFile, as name: String, window: Int, chunkRows: Int,
    watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) {
    let (stream, diagnostics) = try file.read(.file) { (source) throws(TableError) in
      watch?([])
      return try DelimitedStream(
        file.file, source, as: name, window: window, chunkRows: chunkRows, watch: watch)
    }
    self = stream
    self.diagnostics = diagnostics + stream.diagnostics
  }

  private init(
    _ file: DelimitedFile, _ source: ByteSource, as name: String, window: Int, chunkRows: Int,
    watch: ((ArraySlice<UInt8>) -> Void)?
  ) throws(TableError) {
    self.file = file
    self.source = source
    self.name = name
    self.window = window
    let reader = TableReader(file: file.path, settings: file.settings)
    var records = try reader.opened(source, window: window, watch: watch)
    let scan: ColumnScan
    do throws(TableError) {
      scan = try ColumnScan(
        source, reader, &records, window: window, pieceRows: max(1, chunkRows))
    } catch { throw try records.settled(error) }
    (header, kept, rowCount) = (scan.header, scan.kept, scan.rows)
    starts = scan.places.filter { $0.row < scan.rows } + [records.place(ofRow: scan.rows)]
    diagnostics = reader.doubt(aboutHeader: header) + scan.doubts.compactMap { $0 }
    orders = scan.columns.map(\.levelOrder)
    readers = scan.columns
    columns = zip(scan.columns, scan.extents).map {
      StreamedColumn(column: $0.finish(), $1)
    }
  }

  /// The table without rows, its columns with their types and levels.
  public var schema: Table { Table(name: name, columns: columns.map(\.column)) }

  /// The pieces of the file from its first row on.
  public func chunks() throws(TableError) -> DelimitedChunks {
    let reader = TableReader(file: file.path, settings: file.settings)
    var records = try reader.opened(source, window: window)
    let found = try records.header { (bytes, cells) throws(TableError) in
      try reader.names(cells, bytes)
    }
    guard found == header else { throw changed }
    return DelimitedChunks(self, records)
  }

  public var pieceCount: Int { starts.count - 1 }

  /// Whether each piece can be read by itself: not where the file has to be unpacked or transcoded up to there.
  public var hasPieces: Bool { source.hasPlaces }

  /// A piece by itself, and the row of the file that it starts with.
  ///
  /// - Parameter index: below ``pieceCount``.
  /// - Throws: ``TableError``, also where the file has changed since it was first read.
  public func piece(_ index: Int) throws(TableError) -> (table: Table, firstRow: Int) {
    precondition(hasPieces && index < pieceCount, "no piece \(index) of \(pieceCount)")
    let separator = file.settings.separator ?? .init(fileExtensionOf: file.path)
    var records = try RecordWindow(
      source, separator: separator.rawValue, size: window, at: starts[index])
    return try read(index, &records)
  }

  fileprivate func read(
    _ index: Int, _ records: inout RecordWindow
  ) throws(TableError) -> (table: Table, firstRow: Int) {
    let (start, end) = (starts[index], starts[index + 1])
    guard records.place(ofRow: start.row) == start else { throw changed }
    var slots = Array(repeating: -1, count: header.count)
    for (slot, place) in kept.enumerated() { slots[place] = slot }
    var columns = readers
    for slot in columns.indices { columns[slot].reserve(end.row - start.row) }
    var block = CellBlock(width: columns.count)
    let known = records.scanner.shifts.count
    var row = start.row
    while row < end.row {
      block.limit(end.row - row)
      try records.fill(&block, slots: slots, firstRow: row)
      if block.rows == 0 { throw changed }
      for slot in columns.indices {
        records.append(block, slot: slot, to: &columns[slot])
        guard !columns[slot].isContradicted else { throw changed }
      }
      row += block.rows
    }
    if end.row == rowCount {
      // A blank line may stand at the end.
      try records.fill(&block, slots: slots, firstRow: row)
      guard block.rows == 0 else { throw changed }
    }
    guard records.place(ofRow: row) == end else { throw changed }
    var pieces: [Column] = []
    for slot in columns.indices {
      guard columns[slot].dictionary.count == readers[slot].dictionary.count,
        columns[slot].misfitCount == 0
      else { throw changed }
      pieces.append(columns[slot].takePiece(orders[slot], as: self.columns[slot].column))
    }
    return (
      Table(
        name: name, columns: pieces,
        source: TableSource(
          file: file.path, header: header, diagnostics: [], firstLine: start.line,
          shifts: shifts(records.scanner.shifts, from: known, start.row))), start.row
    )
  }

  /// The line breaks inside cells of a piece.
  private func shifts(
    _ all: [TableSource.Shift], from known: Int, _ firstRow: Int
  ) -> [TableSource.Shift] {
    let before = known > 0 ? all[known - 1].lines : 0
    return all.dropFirst(known).map {
      TableSource.Shift(row: $0.row - firstRow, lines: $0.lines - before)
    }
  }

  private var changed: TableError { Self.changed(file.path) }

  static func changed(_ path: String) -> TableError {
    .unreadableFile(path, reason: "it has changed since it was first read")
  }
}

/// The pieces of a streamed file, in order.
public struct DelimitedChunks {
  private let stream: DelimitedStream
  private var records: RecordWindow
  private var index = 0

  fileprivate init(_ stream: DelimitedStream, _ records: RecordWindow) {
    self.stream = stream
    self.records = records
  }

  /// The next piece and the row of the file that it starts with; `nil` after the last.
  ///
  /// - Throws: ``TableError``, also where the file has changed since it was first read.
  public mutating func next() throws(TableError) -> (table: Table, firstRow: Int)? {
    guard index < stream.pieceCount else { return nil }
    defer { index += 1 }
    return try stream.read(index, &records)
  }
}
