/// A file or table that cannot be used as it is: where, what was found, what was expected, what to do.
public enum TableError: Error, Sendable, Hashable {
  case missingFile(String)
  case unreadableFile(String, reason: String)
  case compressedFile(String)
  case damagedCompression(String, reason: String)
  /// A byte that the encoding, declared or found, does not have.
  case unknownCharacter(file: String, line: Int, byte: UInt8, encoding: String)
  case emptyFile(String)
  /// `byte` counts from 0 in the file.
  case invalidUTF8(file: String, line: Int, byte: Int)
  /// The quote that opens on this line never closes.
  case unterminatedQuote(file: String, line: Int)
  /// Something stands between a closing quote and the next separator.
  case textAfterQuote(file: String, line: Int, found: String)
  /// A carriage return that no line feed follows, outside quotes.
  case loneCarriageReturn(file: String, line: Int)
  /// A row with another number of cells than the header; a blank line has none.
  case raggedRow(file: String, line: Int, found: Int, expected: Int)
  /// `position` counts columns from 1.
  case emptyColumnName(file: String, line: Int, position: Int)
  case duplicateColumnName(file: String, name: String, first: Int, second: Int)
  /// A type is declared for a column that the file does not have.
  case unknownColumn(String, file: String, known: [String])
  /// Cells that are not what their column is declared to be: the first of them, and how many in all.
  case misfits([CellMisfit], count: Int, file: String)
  case cellTooLong(file: String, line: Int)
  /// More than 2³¹ − 1 rows.
  case tooManyRows(String)

  /// A column that a key or link names and the table does not have.
  case noSuchColumn(String, table: String, known: [String])
  /// Key cells without a value: the first of them, and how many in all.
  case missingKeys([KeyFault], count: Int, table: String)
  /// Rows whose key another row before them has: the first of them, and how many in all.
  case repeatedKeys([KeyFault], count: Int, table: String)
  /// Link cells whose value no row of the other table has: the first of them, and how many in all.
  case brokenLinks([KeyFault], count: Int, table: String, target: String, key: String)

  /// How many faults of a kind an error carries; the rest are counted.
  public static let faultsShown = 20
}

/// A cell that does not fit what its column is declared to be.
public struct CellMisfit: Sendable, Hashable {
  public let line: Int
  public let column: String
  /// The cell as it stands, shortened where it is long.
  public let value: String
  /// What fits.
  public let expected: String
}

/// A cell, or cells, that cannot serve as key or link.
public struct KeyFault: Sendable, Hashable {
  /// The row of the table, counted from 0.
  public let row: Int
  /// File and line of the row; the table's name and row number, from 1, where it came from no file.
  public let place: String
  /// The names of the columns, joined by commas.
  public let column: String
  /// The values, joined by commas; empty where missing.
  public let value: String
  /// The place of the first row with the same key, for repeated keys.
  public let first: String?
}

extension TableError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingFile(let file):
      "\(file): no such file: check the path, which is taken from the study file's folder"
    case .unreadableFile(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .compressedFile(let file):
      "\(file): is compressed, expected plain text: unpack it first (gunzip)"
    case .damagedCompression(let file, let reason):
      "\(file): cannot be unpacked, \(reason): download it again"
    case .unknownCharacter(let file, let line, let byte, let encoding):
      "\(file):\(line): byte 0x\(String(byte, radix: 16)) is no character of \(encoding): declare another "
        + "`encoding`, or save the file as UTF-8"
    case .emptyFile(let file):
      "\(file): is empty, expected a first line of column names"
    case .invalidUTF8(let file, let line, let byte):
      "\(file):\(line): byte \(byte) is not UTF-8: save the file as UTF-8"
    case .unterminatedQuote(let file, let line):
      "\(file):\(line): a quote opens on this line and never closes: "
        + "close it, or double every quote inside a quoted cell"
    case .textAfterQuote(let file, let line, let found):
      "\(file):\(line): found `\(found)` after a closing quote, expected a separator or the line's "
        + "end: double every quote inside a quoted cell"
    case .loneCarriageReturn(let file, let line):
      "\(file):\(line): found a carriage return without a line feed: "
        + "save the file with lines that end in LF or CRLF"
    case .raggedRow(let file, let line, 0, let expected):
      "\(file):\(line): found a blank line, expected \(counted(expected, "cell")): delete it"
    case .raggedRow(let file, let line, let found, let expected):
      "\(file):\(line): found \(counted(found, "cell")), expected \(expected) as in the header: "
        + "quote cells that hold the separator"
    case .emptyColumnName(let file, let line, let position):
      "\(file):\(line): column \(position) has no name: name every column in the first line"
    case .duplicateColumnName(let file, let name, let first, let second):
      "\(file):1: columns \(first) and \(second) are both named `\(name)`: rename one"
    case .unknownColumn(let name, let file, let known):
      "\(file): no column `\(name)`, which the study declares; the file has \(listed(known))"
    case .misfits(let cells, let count, let file):
      lines(
        cells.map { cell in
          "\(file):\(cell.line): column `\(cell.column)`: found `\(cell.value)`, expected "
            + cell.expected
        }, of: count,
        advice: "declare codes for missing values under `missing`, or another type for the column")
    case .cellTooLong(let file, let line):
      "\(file):\(line): a cell holds more than 2 GB: close its quote, or shorten it"
    case .tooManyRows(let file):
      "\(file): has more than \(Int32.max) rows: split it"
    case .noSuchColumn(let name, let table, let known):
      "table \(table): no column `\(name)`; it has \(listed(known))"
    case .missingKeys(let faults, let count, _):
      lines(
        faults.map { "\($0.place): key `\($0.column)`: found no value, expected one in every row" },
        of: count, advice: "drop these rows or name another key")
    case .repeatedKeys(let faults, let count, _):
      lines(
        faults.map { fault in
          "\(fault.place): key `\(fault.column)`: found `\(fault.value)` again"
            + (fault.first.map { ", first at \($0)" } ?? "")
        }, of: count, advice: "drop the repeated rows or add a column to the key")
    case .brokenLinks(let faults, let count, _, let target, let key):
      lines(
        faults.map { fault in
          "\(fault.place): link `\(fault.column)`: found `\(fault.value)`, which is no "
            + "`\(target).\(key)`"
        }, of: count, advice: "add the rows to \(target), or drop these")
    }
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  private func listed(_ names: [String]) -> String {
    let shown = names.prefix(TableError.faultsShown).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > TableError.faultsShown
      ? "\(shown) and \(names.count - TableError.faultsShown) more" : shown
  }

  private func lines(_ shown: [String], of count: Int, advice: String) -> String {
    let rest = count - shown.count
    let more = rest > 0 ? ["and \(rest) more"] : []
    return (shown + more).joined(separator: "\n") + ": " + advice
  }
}
