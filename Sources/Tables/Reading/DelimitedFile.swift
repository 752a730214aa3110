/// A delimited text file: comma-separated values, or tabs for `.tsv`.
///
/// UTF-8 with or without byte-order mark, lines that end in LF or CRLF, quotes as in RFC 4180, a first
/// line of unique column names, and as many cells in every row. In a file of several columns one blank
/// line may stand at the end; in a file of one column a blank line is a row without a value.
///
/// The type of a column is declared, or follows from all its cells: logical where all are `TRUE`,
/// `FALSE`, `true` or `false`; integer; number; date where all are such as `2017-09-01`; category
/// otherwise. Numbers with a percent sign are in percent: `12%` is 12. Whole numbers that a Double cannot
/// hold exactly (beyond 2⁵³, or with leading zeros) are codes rather than quantities, and make the column
/// a category; a diagnostic of the table's source says so. A column without any value is a number.
/// Quotes change nothing about what a cell means: `"12"` is a number and `"NA"` is missing as 12 and NA are.
/// Levels of an inferred category are sorted; texts keep the order in which they first occur.
public struct DelimitedFile: Sendable, Hashable {
  public let path: String
  public let settings: DelimitedSettings

  public init(_ path: String, settings: DelimitedSettings = DelimitedSettings()) {
    self.path = path
    self.settings = settings
  }

  /// Reads the file into a table of the given name.
  ///
  /// The file is read through a small window, so memory holds the columns and never the file.
  ///
  /// - Complexity: linear in the file's bytes; a column whose type changes after the first rows costs
  ///   one further pass.
  /// - Throws: ``TableError`` with file and line.
  public func read(as name: String) throws(TableError) -> Table {
    try TableReader(file: path, settings: settings)
      .read(ByteSource(origin: .file, path: path), as: name)
  }

  /// Reads text that is at hand rather than in a file; `path` is what messages call it.
  public func read(text: String, as name: String) throws(TableError) -> Table {
    try read(bytes: Array(text.utf8), as: name)
  }

  /// - Parameter window: how many bytes to look at in one go, which changes nothing about the table.
  package func read(
    bytes: [UInt8], as name: String, window: Int? = nil
  ) throws(TableError) -> Table {
    try TableReader(file: path, settings: settings)
      .read(
        ByteSource(origin: .memory(bytes), path: path), as: name,
        window: window ?? RecordWindow.size)
  }
}
