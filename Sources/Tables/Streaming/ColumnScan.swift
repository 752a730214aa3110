/// What one reading finds out about the columns of a file.
struct ColumnScan {
  let header: [String]
  let firstLine: Int
  let kept: [Int]
  private(set) var columns: [ColumnReader]
  private(set) var extents: [ColumnExtent]
  private(set) var doubts: [Diagnostic?]
  private(set) var rows = 0
  /// Where each piece starts.
  private(set) var places: [RecordWindow.Place]

  init(
    _ source: ByteSource, _ reader: TableReader, _ records: inout RecordWindow, window: Int,
    pieceRows: Int
  ) throws(TableError) {
    (header, kept, columns) = try reader.columns(&records)
    firstLine = records.scanner.line
    extents = columns.map { _ in ColumnExtent() }
    doubts = []
    places = [records.place(ofRow: 0)]
    try Self.scan(
      &records, &columns, &extents, at: kept, of: header.count, rows: &rows, pieceRows: pieceRows,
      places: &places)
    let again = columns.indices.filter { columns[$0].mustBeText }
    doubts = columns.map(\.doubt)
    if !again.isEmpty {
      var texts = again.map { ColumnReader(categoryInsteadOf: columns[$0]) }
      var found = texts.map { _ in ColumnExtent() }
      var second = try reader.opened(source, window: window)
      _ = try reader.columns(&second)
      var count = 0
      var same = [second.place(ofRow: 0)]
      try Self.scan(
        &second, &texts, &found, at: again.map { kept[$0] }, of: header.count, rows: &count,
        pieceRows: pieceRows, places: &same)
      guard same == places else { throw DelimitedStream.changed(reader.file) }
      for (slot, position) in again.enumerated() {
        columns[position] = texts[slot]
        extents[position] = found[slot]
        doubts[position] = doubts[position] ?? texts[slot].doubt
      }
    }
    try reader.refuseMisfits(
      columns,
      TableSource(
        file: reader.file, header: header, diagnostics: [], firstLine: firstLine,
        shifts: records.scanner.shifts))
  }

  /// Reads on to the end, keeping what there is to know of the columns and none of their values.
  private static func scan(
    _ records: inout RecordWindow, _ columns: inout [ColumnReader], _ extents: inout [ColumnExtent],
    at kept: [Int], of count: Int, rows: inout Int, pieceRows: Int,
    places: inout [RecordWindow.Place]
  ) throws(TableError) {
    var slots = Array(repeating: -1, count: count)
    for (slot, place) in kept.enumerated() { slots[place] = slot }
    var block = CellBlock(width: columns.count)
    while true {
      if rows == places.count * pieceRows { places.append(records.place(ofRow: rows)) }
      block.limit(places.count * pieceRows - rows)
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
}
