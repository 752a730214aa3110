/// Reads a delimited file into a table, block of rows by block of rows, through a window that moves along it.
struct TableReader {
  let file: String
  let settings: DelimitedSettings

  /// - Parameters:
  ///   - window: bytes to hold at a time.
  ///   - watch: called with the bytes as they stand in the file, piece after piece, also after an error.
  func read(
    _ source: ByteSource, as name: String, window: Int = RecordWindow.size,
    watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) -> Table {
    var records = try opened(source, window: window, watch: watch)
    do throws(TableError) {
      return try read(source, &records, as: name, window: window)
    } catch { throw try records.settled(error) }
  }

  func opened(
    _ source: ByteSource, window: Int, watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) -> RecordWindow {
    let separator = settings.separator ?? .init(fileExtensionOf: file)
    return try RecordWindow(source, separator: separator.rawValue, size: window, watch: watch)
  }

  /// The names of the columns, and readers of those that are kept with their places.
  func columns(
    _ records: inout RecordWindow
  ) throws(TableError) -> (header: [String], kept: [Int], columns: [ColumnReader]) {
    let header = try records.header { (bytes, cells) throws(TableError) in
      try names(cells, bytes)
    }
    for name in settings.columns.keys.sorted() where !header.contains(name) {
      throw .unknownColumn(name, file: file, known: header)
    }
    let missing = MissingCodes(settings.missing)
    let kept = header.indices.filter { settings.needed?.contains(header[$0]) ?? true }
    return (
      header, kept,
      kept.map {
        let declaration = settings.columns[header[$0]]
        let own = declaration?.missing ?? []
        return ColumnReader(
          header[$0], declaration: declaration,
          missing: own.isEmpty ? missing : MissingCodes(settings.missing + own))
      }
    )
  }

  private func read(
    _ source: ByteSource, _ records: inout RecordWindow, as name: String, window: Int
  ) throws(TableError) -> Table {
    var (header, kept, columns) = try self.columns(&records)
    let firstLine = records.scanner.line
    try pass(&columns, at: kept, of: header.count, &records)

    let reread = columns.indices.filter { columns[$0].mustBeText }
    var doubts = columns.map(\.doubt)
    if !reread.isEmpty {
      var texts = reread.map { ColumnReader(categoryInsteadOf: columns[$0]) }
      for position in reread { columns[position].forget() }
      var again = try opened(source, window: window)
      _ = try self.columns(&again)
      try pass(&texts, at: reread.map { kept[$0] }, of: header.count, &again)
      guard again.scanner.line == records.scanner.line else {
        throw .unreadableFile(file, reason: "it has changed while it was read")
      }
      for position in reread.indices.reversed() {
        let text = texts.removeLast()
        doubts[reread[position]] = doubts[reread[position]] ?? text.doubt
        columns[reread[position]] = text
      }
    }
    let diagnostics = doubt(aboutHeader: header) + doubts.compactMap { $0 }

    let source = TableSource(
      file: file, header: header, diagnostics: diagnostics, firstLine: firstLine,
      shifts: records.scanner.shifts)
    try refuseMisfits(columns, source)
    var finished: [Column] = []
    // One after another, so that a column's values are never there twice.
    columns.reverse()
    while let column = columns.popLast() { finished.append(column.finish()) }
    return Table(name: name, columns: finished, source: source)
  }

  /// One pass over the rows from the window's position to the end.
  ///
  /// - Parameters:
  ///   - columns: get their values.
  ///   - places: for each of `columns` its position in the file.
  private func pass(
    _ columns: inout [ColumnReader], at places: [Int], of count: Int,
    _ records: inout RecordWindow
  ) throws(TableError) {
    var slots = Array(repeating: -1, count: count)
    for (slot, place) in places.enumerated() { slots[place] = slot }
    var block = CellBlock(width: columns.count)
    var rows = 0
    while true {
      try records.fill(&block, slots: slots, firstRow: rows)
      if block.rows == 0 { return }
      // Links and levels number rows in 32 bits.
      guard rows + block.rows <= Int(Int32.max) else { throw .tooManyRows(file) }
      for slot in columns.indices {
        records.append(block, slot: slot, to: &columns[slot])
        if rows == 0 && columns[slot].isContradicted {
          columns[slot] = ColumnReader(categoryInsteadOf: columns[slot])
          records.append(block, slot: slot, to: &columns[slot])
        }
      }
      if rows == 0, let expected = records.expectedRecords(after: block.rows) {
        // Rows much shorter than the first ones are rare; two per cent more saves most regrowing.
        let capacity = expected + expected / 50 + 16
        for slot in columns.indices { columns[slot].reserve(capacity) }
      }
      rows += block.rows
    }
  }

  func names(
    _ cells: [CellRange], _ bytes: Span<UInt8>
  ) throws(TableError) -> [String] {
    var first: [String: Int] = [:]
    var names: [String] = []
    for (position, cell) in cells.enumerated() {
      let name = String(decoding: bytes.content(of: cell), as: UTF8.self)
      guard !name.isEmpty else {
        throw .emptyColumnName(file: file, line: 1, position: position + 1)
      }
      if let other = first[name] {
        throw .duplicateColumnName(file: file, name: name, first: other, second: position + 1)
      }
      first[name] = position + 1
      names.append(name)
    }
    return names
  }

  func doubt(aboutHeader header: [String]) -> [Diagnostic] {
    guard header.count == 1, header[0].contains(where: { ",;\t".contains($0) }) else { return [] }
    return [
      Diagnostic(
        .warning, code: "one-column",
        "\(file) has one column, named `\(header[0])`: are its cells separated by another character?"
      )
    ]
  }

  func refuseMisfits(
    _ columns: [ColumnReader], _ source: TableSource
  ) throws(TableError) {
    let count = columns.reduce(0) { $0 + $1.misfitCount }
    guard count > 0 else { return }
    var found: [(row: Int, cell: CellMisfit)] = []
    for column in columns {
      for misfit in column.misfits {
        found.append(
          (
            misfit.row,
            CellMisfit(
              line: source.line(ofRow: misfit.row), column: column.name, value: misfit.value,
              expected: column.expected)
          ))
      }
    }
    // The sort is stable, so cells of a row keep the order of their columns.
    found.sort { $0.row < $1.row }
    throw .misfits(found.prefix(TableError.faultsShown).map(\.cell), count: count, file: file)
  }
}
