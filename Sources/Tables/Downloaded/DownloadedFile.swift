internal import FoundationEssentials

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

  /// Reads bytes that were taken from the file.
  ///
  /// - Throws: ``TableError`` with file and line.
  public func read(_ data: [UInt8], as name: String) throws(TableError) -> Table {
    var bytes = data
    var diagnostics: [Diagnostic] = []
    if Gzip.isCompressed(bytes) { bytes = try Gzip.unpacked(bytes, file: path) }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw .unreadableFile(
        path, reason: "it is UTF-16, expected UTF-8 or Windows-1252: save it as \"CSV UTF-8\"")
    }
    if let encoding, encoding != .utf8 {
      let hasMark = bytes.starts(with: [0xef, 0xbb, 0xbf])
      if hasMark {
        diagnostics.append(
          Diagnostic(
            .warning, code: "encoding-overruled",
            "\(path) starts with a mark of UTF-8 and is read so, not as declared"))
      } else {
        let transcoded = try encoding.transcoded(bytes, file: path)
        // Letters of an older encoding make whole letters of UTF-8 by chance only.
        if transcoded.letters > 0, String(validating: bytes, as: UTF8.self) != nil {
          diagnostics.append(
            Diagnostic(
              .warning, code: "encoding-doubtful",
              "\(path) is declared as \(encoding.rawValue) and read so, though all its letters are valid UTF-8: "
                + "drop `encoding` if names look wrong"))
        }
        bytes = transcoded.bytes
      }
    }
    var table: Table
    do throws(TableError) { table = try file.read(bytes: bytes, as: name) } catch {
      switch error {
      case .invalidUTF8(_, let line, _) where encoding == nil:
        guard TextEncoding.isSingleByte(bytes) else { throw error }
        let found = try TextEncoding.windows1252.transcoded(bytes, file: path)
        bytes = found.bytes
        diagnostics.append(
          Diagnostic(
            .warning, code: "encoding-found",
            "\(path) is not UTF-8 (first on line \(line)); its \(found.letters) letters beyond ASCII are "
              + "read as windows-1252: declare `encoding: windows-1252` if they look right"))
      case .loneCarriageReturn: break
      default: throw error
      }
      if !bytes.contains(Byte.lineFeed), bytes.contains(Byte.carriageReturn) {
        bytes = bytes.map { $0 == Byte.carriageReturn ? Byte.lineFeed : $0 }
        diagnostics.append(
          Diagnostic(
            .note, code: "carriage-returns",
            "lines of \(path) end in carriage returns alone, as on old Macintosh computers, and are read "
              + "so"))
      } else if diagnostics.isEmpty {
        throw error
      }
      table = try file.read(bytes: bytes, as: name)
    }
    guard !diagnostics.isEmpty, let source = table.source else { return table }
    return Table(
      name: table.name, columns: table.columns, source: source.adding(diagnostics))
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
