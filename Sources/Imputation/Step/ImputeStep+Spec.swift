public import Designs
public import StudyFiles
internal import Tables

/// How an `impute` step is written.
extension ImputeStep {
  static let dataKey = Key("data", .text("a table"), "The table whose rows are completed.")
  static let columnsKey = Key(
    "columns", columnsFormat,
    "Columns to impute, each with its method, or `{method, level}` where it belongs to a linked table."
  )
  static let usingKey = Key(
    "using", ValueFormat<[LocatedText]>.list(of: .text("a column")), default: [], shown: "none",
    "Complete columns that predict and are not imputed, such as the outcome.")
  static let groupKey = Key.optional(
    "group", ValueFormat.text("a column"),
    "The group whose rows share a random intercept; without it rows count as independent.")
  static let imputationsKey = Key(
    "imputations", .integer("a whole number from 2 to 1000", atLeast: 2, atMost: 1000), default: 20,
    shown: "20", "How many completed data sets.")
  static let iterationsKey = Key(
    "iterations", .integer("a whole number from 1 to 1000", atLeast: 1, atMost: 1000), default: 10,
    shown: "10", "Rounds over the columns before values are kept.")
  static let donorsKey = Key(
    "donors", .integer("a whole number from 1 to 100", atLeast: 1, atMost: 100), default: 5,
    shown: "5", "How many rows with the nearest predictions `pmm` chooses from.")

  public static let keys: [AnyKey] = [
    AnyKey(dataKey), AnyKey(columnsKey), AnyKey(usingKey), AnyKey(groupKey),
    AnyKey(imputationsKey), AnyKey(iterationsKey), AnyKey(donorsKey),
  ]

  /// What stands behind the name of a column.
  private struct Settings: Sendable {
    let method: ImputationMethod?
    let level: LocatedText?
  }

  private static let methodKey = Key<ImputationMethod?>.optional(
    "method", ValueFormat<ImputationMethod>.oneOf("imputation method"),
    shown: "by the column's type",
    "`normal` or `pmm` for numbers, `binary` for two values, `category` for more.")
  private static let levelKey = Key<LocatedText?>.optional(
    "level", .text("a linked table, or the group"),
    "The table whose column it is; or the group, for a column of the rows that is constant within it."
  )
  private static let columnKeys = [AnyKey(methodKey), AnyKey(levelKey)]

  private static let columnsFormat = ValueFormat<[Named<Settings>]>.named(
    .shorthand(
      ValueFormat<ImputationMethod>.oneOf("imputation method").mapping {
        (method, _) throws(SpecErrors) in Settings(method: method, level: nil)
      },
      or: .section("a section with `method` and `level`", keys: columnKeys) {
        (section) throws(SpecErrors) in
        Settings(method: try section.read(methodKey), level: try section.read(levelKey))
      })
  ).mapping { (columns, node) throws(SpecErrors) in
    guard !columns.isEmpty else {
      throw node.wrongType(expected: "a section with at least one column")
    }
    return columns.map { Column($0.name, method: $0.value.method, level: $0.value.level) }
  }

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      data: try section.read(Self.dataKey), columns: try section.read(Self.columnsKey),
      using: try section.read(Self.usingKey), group: try section.read(Self.groupKey),
      imputations: try section.read(Self.imputationsKey),
      iterations: try section.read(Self.iterationsKey), donors: try section.read(Self.donorsKey))
    if let column = columns.first(where: { $0.level != nil }), group == nil {
      throw section.error(
        .rule("`level` of `\(column.name.text)` needs a `group`: the rows that share its value"),
        at: "columns")
    }
    if let twice = using.first(where: { use in columns.contains { $0.name.text == use.text } }) {
      throw section.error(
        .rule("`\(twice.text)` stands in `columns` and in `using`: leave it in `columns`"),
        at: "using")
    }
  }

  /// Finds every name that the tables do not have.
  ///
  /// - Parameter path: of the step in the study.
  public func check(in tables: DataSet, path: String) throws(SpecErrors) {
    guard let table = tables[table: data.text] else {
      throw SpecErrors(
        SpecError(
          .unknownName(data.text, kind: "table", known: tables.tableNames), path: "\(path).data",
          at: data.location))
    }
    var problems: [SpecError] = []
    func resolve(_ name: LocatedText, key: String) {
      do throws(NameError) { _ = try tables.resolve(name.text, from: data.text) } catch {
        problems.append(SpecError(error, at: name, path: "\(path).\(key)"))
      }
    }
    for name in using { resolve(name, key: "using") }
    if let group { resolve(group, key: "group") }
    for column in columns {
      var holder = table
      if let level = column.level, level.text != group?.text {
        guard let linked = tables[table: level.text],
          tables.rowIndex(from: data.text, to: level.text) != nil, level.text != data.text
        else {
          let linked = tables.tableNames.filter {
            $0 != data.text && tables.rowIndex(from: data.text, to: $0) != nil
          }
          problems.append(
            SpecError(
              .unknownName(
                level.text, kind: "level", known: linked + [group?.text].compactMap(\.self)),
              path: "\(path).columns.\(column.name.text).level", at: level.location))
          continue
        }
        holder = linked
      }
      if holder[column.name.text] == nil {
        problems.append(
          SpecError(
            .unknownName(
              column.name.text, kind: "column of `\(holder.name)`", known: holder.columnNames),
            path: "\(path).columns", at: column.name.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }
}
