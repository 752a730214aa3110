/// A delimited file as people download it: perhaps compressed, in an older encoding, with old line ends.
///
/// What a ``DelimitedFile`` reads is read by it, at its speed: whatever else is tried only where that has refused
/// the bytes. Each liberty taken is said as a diagnostic of the table's source.
///
/// - `gzip`: unpacked, whatever the file's name.
/// - Encoding: declared, or UTF-8; bytes that are not UTF-8 are taken as Windows-1252, with a warning, where no
///   letter in them is one of UTF-8, and refused with their line otherwise.
/// - Lines that end in a carriage return alone are read where no line of the file ends in LF.
public struct DownloadedFile: Sendable {
  public let file: DelimitedFile
  /// `nil`: UTF-8, or found out.
  public let encoding: TextEncoding?

  public init(_ file: DelimitedFile, encoding: TextEncoding? = nil) {
    self.file = file
    self.encoding = encoding
  }

  /// Reads the file into a table of the given name.
  ///
  /// - Parameter watch: called with the bytes of the file, piece after piece; first with an empty piece where
  ///   reading starts from the front again.
  /// - Throws: ``TableError`` with file and line.
  public func read(
    as name: String, watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) -> Table {
    try table(.file, as: name, window: RecordWindow.size, watch: watch)
  }

  /// Reads bytes that were taken from the file.
  ///
  /// - Throws: ``TableError`` with file and line.
  public func read(_ data: [UInt8], as name: String) throws(TableError) -> Table {
    try read(data, as: name, window: RecordWindow.size)
  }

  package func read(
    _ data: [UInt8], as name: String, window: Int
  ) throws(TableError) -> Table {
    try table(.memory(data), as: name, window: window, watch: nil)
  }

  private func table(
    _ origin: ByteSource.Origin, as name: String, window: Int,
    watch: ((ArraySlice<UInt8>) -> Void)?
  ) throws(TableError) -> Table {
    let reader = TableReader(file: path, settings: file.settings)
    let (table, diagnostics) = try read(origin) { (source) throws(TableError) in
      watch?([])
      return try reader.read(source, as: name, window: window, watch: watch)
    }
    guard !diagnostics.isEmpty, let source = table.source else { return table }
    return Table(
      name: table.name, columns: table.columns, source: source.adding(diagnostics))
  }

  /// Reads in the way that the bytes need.
  ///
  /// - Parameter body: reads a source; called again with another where the first was refused.
  /// - Returns: what `body` made, and each liberty taken.
  func read<Result>(
    _ origin: ByteSource.Origin, _ body: (ByteSource) throws(TableError) -> Result
  ) throws(TableError) -> (Result, [Diagnostic]) {
    var source = ByteSource(origin: origin, path: path)
    var diagnostics: [Diagnostic] = []
    if GzipPieces.isCompressed(try source.start(2)) { source.isCompressed = true }
    let start = try source.start(3)
    if start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff]) {
      try source.opened().drain()
      throw .unreadableFile(
        path, reason: "it is UTF-16, expected UTF-8 or Windows-1252: save it as \"CSV UTF-8\"")
    }
    if let encoding, encoding != .utf8 {
      if start == [0xef, 0xbb, 0xbf] {
        diagnostics.append(
          Diagnostic(
            .warning, code: "encoding-overruled",
            "\(path) starts with a mark of UTF-8 and is read so, not as declared"))
      } else {
        let survey = try ByteSurvey(source)
        // Letters of an older encoding make whole letters of UTF-8 by chance only.
        if survey.highCount > 0, survey.isUTF8 {
          diagnostics.append(
            Diagnostic(
              .warning, code: "encoding-doubtful",
              "\(path) is declared as \(encoding.rawValue) and read so, though all its letters are valid UTF-8: "
                + "drop `encoding` if names look wrong"))
        }
        source.encoding = encoding
      }
    }
    let problem: TableError
    do throws(TableError) { return (try body(source), diagnostics) } catch { problem = error }
    let survey: ByteSurvey
    switch problem {
    case .invalidUTF8(_, let line, _) where encoding == nil:
      survey = try ByteSurvey(source)
      guard survey.isSingleByte else { throw problem }
      source.encoding = .windows1252
      diagnostics.append(
        Diagnostic(
          .warning, code: "encoding-found",
          "\(path) is not UTF-8\(survey.hasLineFeed ? " (first on line \(line))" : ""); its \(survey.highCount) letters beyond ASCII are "
            + "read as windows-1252: declare `encoding: windows-1252` if they look right"))
    case .loneCarriageReturn: survey = try ByteSurvey(source)
    default: throw problem
    }
    if !survey.hasLineFeed, survey.hasCarriageReturn {
      source.hasCarriageReturns = true
      diagnostics.append(
        Diagnostic(
          .note, code: "carriage-returns",
          "lines of \(path) end in carriage returns alone, as on old Macintosh computers, and are read "
            + "so"))
    } else if source.encoding != .windows1252 || encoding != nil {
      throw problem
    }
    return (try body(source), diagnostics)
  }

  private var path: String { file.path }
}

extension TableSource {
  /// The same source with more to say of how it was read.
  public func adding(_ more: [Diagnostic]) -> TableSource {
    TableSource(
      file: file, header: header, diagnostics: more + diagnostics, firstLine: firstLine,
      shifts: shifts, rows: rows)
  }
}
