internal import StudyFiles
internal import Tables

/// How a table that comes as it was downloaded is declared.
extension DownloadDeclaration {
  static let encodingKey = Key.optional(
    "encoding", ValueFormat<TextEncoding>.oneOf("encoding"), shown: "utf-8, or found out and said",
    "how the file's letters are written")
  static let rowsKey = Key.optional(
    "rows", .text("a rule, such as `level == \"School\"`"), shown: "all",
    "which rows are the table's: national and authority rows stand in some downloads too")
  static let renameKey = Key(
    "rename",
    ValueFormat<Renames>.shorthand(
      ValueFormat<LocatedText>.text("a file with columns `year`, `from` and `to`").mapping {
        (file, _) throws(SpecErrors) in .file(file)
      },
      or: ValueFormat<[Named<LocatedText>]>.named(.text("the new name")).mapping {
        (names, _) throws(SpecErrors) in .inline(names.map { (from: $0.name, to: $0.value) })
      }), default: .inline([]), shown: "none",
    "other names for columns: `{OLD: new}`, or a table that says which year calls them what")
  static let successorsKey = Key(
    "successors",
    ValueFormat<[Named<LocatedText>]>.named(.text("a file with columns `from` and `to`")).mapping {
      (files, _) throws(SpecErrors) in
      files.map { SuccessorFile(column: $0.name, file: $0.value) }
    }, default: [], shown: "none",
    "identifiers that were replaced, as when a school converts: `{urn: successors.csv}`")

  static let keys = [
    AnyKey(encodingKey), AnyKey(rowsKey), AnyKey(renameKey), AnyKey(successorsKey),
  ]

  /// A path, or a section of years with a path each.
  static let fileFormat = ValueFormat<[(year: Int?, file: LocatedText)]>.shorthand(
    ValueFormat<LocatedText>.text("a path to a .csv, .tsv, .dta, .sav or .zsav file").mapping {
      (file, _) throws(SpecErrors) in [(year: Int?.none, file: file)]
    },
    or: ValueFormat<[Named<LocatedText>]>.named(.text("a path")).mapping(
      expecting: "a section of years with a file each"
    ) { (files, node) throws(SpecErrors) in
      guard !files.isEmpty else { throw node.wrongType(expected: "at least one year") }
      return try collecting(files) { (item) throws(SpecErrors) in
        guard let year = Int(item.name.text), (1800...2200).contains(year) else {
          throw SpecErrors(
            SpecError(
              .wrongType(expected: "a year such as 2019", found: "`\(item.name.text)`"),
              path: node.path, at: item.name.location))
        }
        return (year: Int?.some(year), file: item.value)
      }
    })

  init(
    files: [(year: Int?, file: LocatedText)], from section: Section
  ) throws(SpecErrors) {
    years = files.compactMap { file in file.year.map { YearFile(year: $0, file: file.file) } }
    encoding = try section.read(Self.encodingKey)
    rows = try section.read(Self.rowsKey)
    renames = try section.read(Self.renameKey)
    successors = try section.read(Self.successorsKey)
  }

  /// Codes of the Department for Education's performance tables for figures that are not there.
  static let educationCodes = ["", "NA", "NE", "NEW", "NP", "SUPP", "LOWCOV", "SP"]

  /// A list of texts, or `dfe` for the codes of the performance tables.
  static let missingFormat = ValueFormat<[String]>.shorthand(
    ValueFormat<LocatedText>.text().mapping { (code, _) throws(SpecErrors) in
      code.text == "dfe" ? educationCodes : [code.text]
    },
    or: ValueFormat<[LocatedText]>.list(of: .text()).mapping { (codes, _) throws(SpecErrors) in
      codes.flatMap { $0.text == "dfe" ? educationCodes : [$0.text] }
    })

  /// `d/m/y`, `thousands`, `band` and their like.
  static let cellFormat = ValueFormat<LocatedText>.text(
    "`thousands`, `band`, or an order of date parts such as `d/m/y`"
  ).mapping { (text, node) throws(SpecErrors) -> CellFormat in
    guard let format = CellFormat(text.text) else {
      throw node.wrongType(
        expected: "`thousands`, `band`, or an order of date parts such as `d/m/y`")
    }
    return format
  }
}
