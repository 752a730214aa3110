internal import FoundationEssentials

/// A file of Stata (`.dta`, versions 8 to 15) or SPSS (`.sav`, `.zsav`), with its labels and missing values.
///
/// A column whose every value has a label becomes a category, its levels in the order of the values; one with
/// labels for some values only, such as the ends of a scale, stays a column of numbers, with a note. Values that
/// the file declares missing (`.a` to `.z` of Stata, user-missing values of SPSS) are missing here and counted
/// under their label, or their code where they have none. Days become dates. Texts that are codes for missing
/// values are taken as such.
///
/// What the header says about rows is not believed: rows are counted as they come, and a file that holds fewer
/// than it announces, or more, is refused.
public struct LabelledFile: Sendable {
  public enum Format: String, Sendable, Hashable, CaseIterable {
    case stata = "dta"
    case spss = "sav"
    case compressedSPSS = "zsav"

    /// The format that a file's ending names; `nil` for other files.
    public init?(fileExtensionOf path: String) {
      guard let dot = path.lastIndex(of: ".") else { return nil }
      self.init(rawValue: path[path.index(after: dot)...].lowercased())
    }

    /// Whether the first bytes are those of the format.
    func isStart(_ bytes: [UInt8]) -> Bool {
      switch self {
      case .stata:
        // 113 to 115 are Stata 8 to 12; later versions say so in letters.
        bytes.starts(with: Array("<stata_dta>".utf8))
          || (bytes.first.map { (113...115).contains($0) } ?? false)
            && bytes.count > 4 && (bytes[1] == 1 || bytes[1] == 2) && bytes[2] == 1
      case .spss: bytes.starts(with: Array("$FL2".utf8))
      case .compressedSPSS:
        bytes.starts(with: Array("$FL3".utf8)) || bytes.starts(with: Array("$FL2".utf8))
      }
    }

    var program: String { self == .stata ? "Stata (version 8 to 15)" : "SPSS" }
  }

  public let path: String
  public let format: Format
  public let settings: DelimitedSettings
  /// `nil` for what the file says of itself; Stata before version 14 says nothing and is taken as Windows-1252.
  public let encoding: TextEncoding?

  public init(
    _ path: String, format: Format, settings: DelimitedSettings = DelimitedSettings(),
    encoding: TextEncoding? = nil
  ) {
    self.encoding = encoding
    self.path = path
    self.format = format
    self.settings = settings
  }

  /// - Throws: ``TableError``
  public func read(as name: String) throws(TableError) -> Table {
    guard FileManager.default.fileExists(atPath: path) else { throw .missingFile(path) }
    guard let bytes = FileManager.default.contents(atPath: path).map({ Array($0) }) else {
      throw .unreadableFile(path, reason: "no permission, or it is no plain file")
    }
    guard format.isStart(Array(bytes.prefix(16))) else {
      throw .unreadableFile(
        path,
        reason:
          "it does not start as a file of \(format.program) does, as its ending says: check what it is"
      )
    }
    let contents = try ReadStatReader.contents(
      of: path, bytes, format: format, encoding: encoding)
    guard contents.announcedRows.map({ $0 == contents.rows }) ?? true else {
      throw .unreadableFile(
        path,
        reason:
          "its header announces \(contents.announcedRows ?? 0) rows and \(contents.rows) could be read: "
          + (contents.rows < contents.announcedRows ?? 0
            ? "it was cut off, download it again"
            : "one of the two is wrong, export it again"))
    }
    let header = contents.variables.map(\.name)
    for column in settings.columns.keys.sorted() where !header.contains(column) {
      throw .unknownColumn(column, file: path, known: header)
    }
    var diagnostics: [Diagnostic] = []
    var columns: [Column] = []
    for variable in contents.variables {
      guard settings.needed?.contains(variable.name) ?? true else { continue }
      let built = LabelledColumn(
        variable, labels: variable.labelSet.flatMap { contents.labels[$0] } ?? [],
        declaration: settings.columns[variable.name], missing: settings.missing)
      columns.append(try built.column(file: path, diagnostics: &diagnostics))
    }
    return Table(
      name: name, columns: columns,
      source: TableSource(
        file: path, header: header, diagnostics: diagnostics, firstLine: 1, shifts: []))
  }
}
