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
  public let diagnostics: [Diagnostic]
  private let readers: [ColumnReader]
  private let orders: [LevelOrder?]
  private let places: [Int]
  private let header: [String]
  private let firstLine: Int
  private let window: Int
  let pieceRows: Int

  /// Rows of a piece, save the last: few enough for a piece to cost little memory.
  public static let chunkRows = 65_536

  /// Reads the file once, or twice where a column turns out to be a category after its first rows.
  ///
  /// - Parameter watch: called with the bytes of the file, piece after piece.
  /// - Throws: ``TableError`` as reading the file whole does.
  public init(
    scanning file: DelimitedFile, as name: String, watch: (([UInt8]) -> Void)? = nil
  ) throws(TableError) {
    try self.init(
      scanning: file, as: name, window: RecordWindow.size, chunkRows: Self.chunkRows, watch: watch)
  }

  package init(
    scanning file: DelimitedFile, as name: String, window: Int, chunkRows: Int,
    watch: (([UInt8]) -> Void)? = nil
  ) throws(TableError) {
    self.file = file
    self.name = name
    self.window = window
    pieceRows = chunkRows
    let reader = TableReader(file: file.path, settings: file.settings)
    let settings = file.settings
    let separator = (settings.separator ?? .init(fileExtensionOf: file.path)).rawValue
    var records = try RecordWindow(
      file.path, separator: separator, size: window, watch: watch)
    let header = try records.header { (bytes, cells) throws(TableError) in
      try reader.names(cells, bytes)
    }
    self.header = header
    firstLine = records.scanner.line
    for name in settings.columns.keys.sorted() where !header.contains(name) {
      throw .unknownColumn(name, file: file.path, known: header)
    }
    let missing = MissingCodes(settings.missing)
    let kept = header.indices.filter { settings.needed?.contains(header[$0]) ?? true }
    places = kept
    var columns = kept.map {
      ColumnReader(header[$0], declaration: settings.columns[header[$0]], missing: missing)
    }
    var extents = columns.map { _ in ColumnExtent() }
    var rows = 0
    try Self.scan(&records, &columns, &extents, at: kept, of: header.count, rows: &rows)
    rowCount = rows

    let again = columns.indices.filter { columns[$0].mustBeText }
    var doubts = columns.map(\.doubt)
    if !again.isEmpty {
      var texts = again.map { ColumnReader(categoryInsteadOf: columns[$0]) }
      var found = texts.map { _ in ColumnExtent() }
      var second = try RecordWindow(file.path, separator: separator, size: window)
      _ = try second.header { (bytes, cells) throws(TableError) in try reader.names(cells, bytes) }
      var count = 0
      try Self.scan(
        &second, &texts, &found, at: again.map { kept[$0] }, of: header.count, rows: &count)
      for (slot, position) in again.enumerated() {
        columns[position] = texts[slot]
        extents[position] = found[slot]
        doubts[position] = doubts[position] ?? texts[slot].doubt
      }
    }
    diagnostics = reader.doubt(aboutHeader: header) + doubts.compactMap { $0 }
    try reader.refuseMisfits(
      columns,
      TableSource(
        file: file.path, header: header, diagnostics: [], firstLine: firstLine,
        shifts: records.scanner.shifts))
    orders = columns.map(\.levelOrder)
    readers = columns
    self.columns = zip(columns, extents).map {
      StreamedColumn(column: $0.finish(), missing: $1.missing, range: $1.range)
    }
  }

  /// Reads on to the end, keeping what there is to know of the columns and none of their values.
  private static func scan(
    _ records: inout RecordWindow, _ columns: inout [ColumnReader], _ extents: inout [ColumnExtent],
    at places: [Int], of count: Int, rows: inout Int
  ) throws(TableError) {
    var slots = Array(repeating: -1, count: count)
    for (slot, place) in places.enumerated() { slots[place] = slot }
    var block = CellBlock(width: columns.count)
    while true {
      try records.fill(&block, slots: slots, firstRow: rows)
      if block.rows == 0 { return }
      guard rows + block.rows <= Int(Int32.max) else {
        throw .tooManyRows(records.scanner.file)
      }
      for slot in columns.indices {
        records.append(block, slot: slot, to: &columns[slot])
        if rows == 0 && columns[slot].isContradicted {
          columns[slot] = ColumnReader(categoryInsteadOf: columns[slot])
          records.append(block, slot: slot, to: &columns[slot])
        }
        extents[slot].add(columns[slot].takePiece(nil))
      }
      rows += block.rows
    }
  }

  /// The table without rows, its columns with their types and levels.
  public var schema: Table { Table(name: name, columns: columns.map(\.column)) }

  /// The pieces of the file from its first row on.
  public func chunks() throws(TableError) -> DelimitedChunks {
    try DelimitedChunks(self)
  }

  func opened() throws(TableError) -> RecordWindow {
    let separator = file.settings.separator ?? .init(fileExtensionOf: file.path)
    let reader = TableReader(file: file.path, settings: file.settings)
    var records = try RecordWindow(file.path, separator: separator.rawValue, size: window)
    let found = try records.header { (bytes, cells) throws(TableError) in
      try reader.names(cells, bytes)
    }
    guard found == header else { throw changed }
    return records
  }

  var changed: TableError {
    .unreadableFile(file.path, reason: "it has changed since it was first read")
  }

  func piece(
    _ columns: inout [ColumnReader], firstRow: Int, _ shifts: [TableSource.Shift]
  ) -> Table {
    let before = shifts.last { $0.row <= firstRow }?.lines ?? 0
    let source = TableSource(
      file: file.path, header: header, diagnostics: [], firstLine: firstLine + firstRow + before,
      shifts: shifts.filter { $0.row > firstRow }.map {
        TableSource.Shift(row: $0.row - firstRow, lines: $0.lines - before)
      })
    var pieces: [Column] = []
    for slot in columns.indices {
      pieces.append(columns[slot].takePiece(orders[slot], as: self.columns[slot].column))
    }
    return Table(name: name, columns: pieces, source: source)
  }

  var fresh: [ColumnReader] { readers }

  var slots: [Int] {
    var slots = Array(repeating: -1, count: header.count)
    for (slot, place) in places.enumerated() { slots[place] = slot }
    return slots
  }
}

/// The pieces of a streamed file, in order.
public struct DelimitedChunks {
  private let stream: DelimitedStream
  private let slots: [Int]
  private var records: RecordWindow
  private var columns: [ColumnReader]
  private var block: CellBlock
  private var rows = 0

  init(_ stream: DelimitedStream) throws(TableError) {
    self.stream = stream
    slots = stream.slots
    records = try stream.opened()
    columns = stream.fresh
    block = CellBlock(width: stream.columns.count)
  }

  /// The next piece and the row of the file that it starts with; `nil` after the last.
  ///
  /// - Throws: ``TableError``, also where the file has changed since it was first read.
  public mutating func next() throws(TableError) -> (table: Table, firstRow: Int)? {
    let first = rows
    while rows - first < stream.pieceRows {
      try records.fill(&block, slots: slots, firstRow: rows)
      if block.rows == 0 { break }
      for slot in columns.indices {
        records.append(block, slot: slot, to: &columns[slot])
        guard !columns[slot].isContradicted else { throw stream.changed }
      }
      rows += block.rows
    }
    guard rows > first else {
      guard rows == stream.rowCount else { throw stream.changed }
      return nil
    }
    let table = stream.piece(&columns, firstRow: first, records.scanner.shifts)
    return (table, first)
  }
}
