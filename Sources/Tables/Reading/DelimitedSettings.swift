/// How a delimited text file is to be read.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `separator` | by extension | comma, tab, semicolon | what stands between cells |
/// | `missing` | `""`, `NA` | any texts | cells that mean "no value"; each is counted apart |
/// | `columns` | none | names of the file's columns | declared types; the others are inferred |
/// | `needed` | all | names | the columns to read; the others are skipped unread |
public struct DelimitedSettings: Sendable, Hashable {
  public enum Separator: UInt8, Sendable, Hashable, CaseIterable {
    case comma = 0x2c
    case tab = 0x09
    case semicolon = 0x3b

    /// A tab for `.tsv` and `.tab`, a comma for every other extension.
    public init(fileExtensionOf path: String) {
      let lower = path.lowercased()
      self = lower.hasSuffix(".tsv") || lower.hasSuffix(".tab") ? .tab : .comma
    }
  }

  /// What a column is declared to be.
  public struct Declaration: Sendable, Hashable {
    /// `nil` where it is to be found out.
    public let type: ColumnType?
    /// The levels of a category in their order; any other text is then an error. `nil`: the texts that
    /// occur, sorted.
    public let levels: [String]?
    /// Texts that stand for no value in this column, beside those of the table.
    public let missing: [String]

    public init(_ type: ColumnType?, levels: [String]? = nil, missing: [String] = []) {
      self.type = type
      self.levels = levels
      self.missing = missing
    }
  }

  public static let defaultMissing = ["", "NA"]

  /// `nil`: by the file's extension.
  public let separator: Separator?
  /// The codes as they stand in the file, unquoted. An empty cell is missing whether or not the empty
  /// text is among them.
  public let missing: [String]
  public let columns: [String: Declaration]
  /// `nil`: all.
  public let needed: Set<String>?

  public init(
    separator: Separator? = nil, missing: [String] = defaultMissing,
    columns: [String: Declaration] = [:], needed: Set<String>? = nil
  ) {
    self.separator = separator
    self.missing = missing
    self.columns = columns
    self.needed = needed
  }
}
