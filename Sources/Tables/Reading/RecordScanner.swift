/// Splits bytes into records and cells (RFC 4180; LF or CRLF), without looking at what cells mean.
///
/// Blanks round a cell are not part of it, those inside its quotes are; a quote inside an unquoted cell
/// is a character like any other. Every byte sequence gives records or a ``TableError``.
struct RecordScanner {
  let file: String
  let separator: UInt8
  var position: Int
  /// The line, from 1, on which `position` stands.
  var line: Int
  /// Line breaks inside cells so far, with the first row that they move.
  var shifts: [TableSource.Shift] = []

  init(file: String, separator: UInt8, position: Int, line: Int) {
    self.file = file
    self.separator = separator
    self.position = position
    self.line = line
  }

  /// The cells of one record of any length: the header.
  mutating func header(_ bytes: Span<UInt8>) throws(TableError) -> [CellRange] {
    var cells: [CellRange] = []
    while true {
      let (cell, ending) = try nextCell(bytes)
      cells.append(cell)
      if ending != .separator { return cells }
    }
  }

  /// Fills the block with the next records.
  ///
  /// - Parameters:
  ///   - block: gets the rows; none when the file has ended.
  ///   - slots: for each column of the file its place in the block; −1 where it is not kept.
  ///   - firstRow: the row of the file that comes next.
  mutating func fill(
    _ block: inout CellBlock, from bytes: Span<UInt8>, slots: [Int], firstRow: Int
  ) throws(TableError) {
    let columns = slots.count
    let width = block.width
    let limit = max(separator, Byte.carriageReturn)
    var rows = 0
    while rows < block.capacity && position < bytes.count {
      let rowLine = line
      if columns > 1, let after = afterBlankLine(bytes) {
        if after == bytes.count {
          position = after
          break
        }
        throw .raggedRow(file: file, line: line, found: 0, expected: columns)
      }
      let base = rows * width
      var column = 0
      var at = position
      while true {
        // The plain case in place: a cell without quote or blank in front that ends in a separator or
        // a line feed.
        let start = at
        var stop = Byte.quote
        if at < bytes.count && bytes[at] != Byte.quote && bytes[at] != Byte.blank {
          while at < bytes.count {
            let byte = bytes[at]
            if byte <= limit
              && (byte == separator || byte == Byte.lineFeed || byte == Byte.carriageReturn)
            {
              stop = byte
              break
            }
            at += 1
          }
        }
        var cell: CellRange
        var ending: Ending
        if stop == separator || stop == Byte.lineFeed {
          var end = at
          while end > start && bytes[end - 1] == Byte.blank { end -= 1 }
          guard let count = Int32(exactly: end - start) else {
            throw .cellTooLong(file: file, line: line)
          }
          cell = CellRange(start: start, count: count, isQuoted: false, hasDoubledQuotes: false)
          ending = stop == separator ? .separator : .line
          at += 1
          if ending == .line { line += 1 }
        } else {
          position = start
          (cell, ending) = try nextCell(bytes)
          at = position
        }
        if column < columns {
          let slot = slots[column]
          if slot >= 0 { block.cells[base + slot] = cell }
        }
        column += 1
        if ending != .separator { break }
      }
      position = at
      guard column == columns else {
        throw .raggedRow(file: file, line: rowLine, found: column, expected: columns)
      }
      rows += 1
      // The last record may end without a line feed, and what stands behind it is of no row.
      let broken = line - rowLine - 1
      if broken > 0 {
        shifts.append(.init(row: firstRow + rows, lines: (shifts.last?.lines ?? 0) + broken))
      }
    }
    block.rows = rows
  }

  private enum Ending { case separator, line, file }

  /// Any cell, and what ended it; `position` then stands after that.
  private mutating func nextCell(
    _ bytes: Span<UInt8>
  ) throws(TableError) -> (CellRange, Ending) {
    while position < bytes.count && bytes[position] == Byte.blank { position += 1 }
    if position < bytes.count && bytes[position] == Byte.quote { return try quotedCell(bytes) }
    let start = position
    var at = start
    while at < bytes.count {
      let byte = bytes[at]
      if byte == separator || byte == Byte.lineFeed || byte == Byte.carriageReturn { break }
      at += 1
    }
    var end = at
    position = at
    let ending = try passEnding(bytes)
    while end > start && bytes[end - 1] == Byte.blank { end -= 1 }
    guard let count = Int32(exactly: end - start) else {
      throw .cellTooLong(file: file, line: line)
    }
    return (
      CellRange(start: start, count: count, isQuoted: false, hasDoubledQuotes: false), ending
    )
  }

  private mutating func quotedCell(
    _ bytes: Span<UInt8>
  ) throws(TableError) -> (CellRange, Ending) {
    let openingLine = line
    let start = position + 1
    var at = start
    var doubled = false
    while true {
      guard at < bytes.count else { throw .unterminatedQuote(file: file, line: openingLine) }
      let byte = bytes[at]
      if byte == Byte.quote {
        guard at + 1 < bytes.count && bytes[at + 1] == Byte.quote else { break }
        doubled = true
        at += 1
      } else if byte == Byte.lineFeed {
        line += 1
      }
      at += 1
    }
    guard let count = Int32(exactly: at - start) else {
      throw .cellTooLong(file: file, line: openingLine)
    }
    position = at + 1
    while position < bytes.count && bytes[position] == Byte.blank {
      position += 1
    }
    if position < bytes.count {
      let byte = bytes[position]
      if byte != separator && byte != Byte.lineFeed && byte != Byte.carriageReturn {
        var end = position
        while end < bytes.count && end < position + 20 && bytes[end] != separator
          && bytes[end] != Byte.lineFeed && bytes[end] != Byte.carriageReturn
        { end += 1 }
        throw .textAfterQuote(
          file: file, line: line, found: bytes.text(from: position, to: end))
      }
    }
    let ending = try passEnding(bytes)
    return (
      CellRange(start: start, count: count, isQuoted: true, hasDoubledQuotes: doubled), ending
    )
  }

  /// Steps over a separator or a line's end.
  private mutating func passEnding(_ bytes: Span<UInt8>) throws(TableError) -> Ending {
    guard position < bytes.count else { return .file }
    switch bytes[position] {
    case separator:
      position += 1
      return .separator
    case Byte.carriageReturn:
      guard position + 1 < bytes.count && bytes[position + 1] == Byte.lineFeed else {
        throw .loneCarriageReturn(file: file, line: line)
      }
      position += 2
    default:
      position += 1
    }
    line += 1
    return .line
  }

  /// Where the next line starts if this one is blank.
  private func afterBlankLine(_ bytes: Span<UInt8>) -> Int? {
    if bytes[position] == Byte.lineFeed { return position + 1 }
    if bytes[position] == Byte.carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == Byte.lineFeed
    {
      return position + 2
    }
    return nil
  }
}
