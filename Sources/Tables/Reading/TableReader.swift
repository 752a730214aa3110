/// Reads the bytes of a delimited file into a table, block of rows by block of rows.
struct TableReader {
  let file: String
  let settings: DelimitedSettings

  func read(_ bytes: Span<UInt8>, as name: String) throws(TableError) -> Table {
    let start = try checkedStart(bytes)
    let separator = settings.separator ?? .init(fileExtensionOf: file)
    var scanner = RecordScanner(
      file: file, separator: separator.rawValue, position: start, line: 1)
    let header = try names(scanner.header(bytes), bytes)
    let firstLine = scanner.line
    for name in settings.columns.keys.sorted() where !header.contains(name) {
      throw .unknownColumn(name, file: file, known: header)
    }

    let missing = MissingCodes(settings.missing)
    let kept = header.indices.filter { settings.needed?.contains(header[$0]) ?? true }
    var columns = kept.map { position in
      ColumnReader(
        header[position], declaration: settings.columns[header[position]], missing: missing)
    }
    var again = scanner
    try pass(&columns, at: kept, of: header.count, scanner: &scanner, bytes)

    let reread = columns.indices.filter { columns[$0].mustBeText }
    var doubts = columns.map(\.doubt)
    if !reread.isEmpty {
      var texts = reread.map { ColumnReader(categoryInsteadOf: columns[$0]) }
      try pass(&texts, at: reread.map { kept[$0] }, of: header.count, scanner: &again, bytes)
      for (position, text) in zip(reread, texts) {
        columns[position] = text
        doubts[position] = doubts[position] ?? text.doubt
      }
    }
    let diagnostics = doubt(aboutHeader: header) + doubts.compactMap { $0 }

    let source = TableSource(
      file: file, header: header, diagnostics: diagnostics, firstLine: firstLine,
      shifts: scanner.shifts)
    try refuseMisfits(columns, source)
    return Table(name: name, columns: columns.map { $0.finish() }, source: source)
  }

  /// One pass over the rows from the scanner's position to the end.
  ///
  /// - Parameters:
  ///   - columns: get their values.
  ///   - places: for each of `columns` its position in the file.
  private func pass(
    _ columns: inout [ColumnReader], at places: [Int], of count: Int,
    scanner: inout RecordScanner, _ bytes: Span<UInt8>
  ) throws(TableError) {
    var slots = Array(repeating: -1, count: count)
    for (slot, place) in places.enumerated() { slots[place] = slot }
    var block = CellBlock(width: columns.count)
    var rows = 0
    let start = scanner.position
    while true {
      try scanner.fill(&block, from: bytes, slots: slots, firstRow: rows)
      if block.rows == 0 { return }
      // Links and levels number rows in 32 bits.
      guard rows + block.rows <= Int(Int32.max) else { throw .tooManyRows(file) }
      for slot in columns.indices {
        columns[slot].append(block, slot: slot, from: bytes)
        if rows == 0 && columns[slot].isContradicted {
          columns[slot] = ColumnReader(categoryInsteadOf: columns[slot])
          columns[slot].append(block, slot: slot, from: bytes)
        }
      }
      if rows == 0 {
        // Rows much shorter than the first ones are rare; two per cent more saves most regrowing.
        let share = Double(bytes.count - start) / Double(scanner.position - start)
        let expected = Int(Double(block.rows) * share * 1.02) + 16
        for slot in columns.indices { columns[slot].reserve(expected) }
      }
      rows += block.rows
    }
  }

  /// Checks that the bytes are text at all, and steps over a byte-order mark.
  private func checkedStart(_ bytes: Span<UInt8>) throws(TableError) -> Int {
    if bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b { throw .compressedFile(file) }
    let hasMark = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf
    let start = hasMark ? 3 : 0
    guard bytes.count > start else { throw .emptyFile(file) }
    do {
      _ = try UTF8Span(validating: bytes)
    } catch {
      var line = 1
      let offset = error.byteOffsets.lowerBound
      for position in 0..<offset where bytes[position] == Byte.lineFeed { line += 1 }
      throw .invalidUTF8(file: file, line: line, byte: offset)
    }
    return start
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
