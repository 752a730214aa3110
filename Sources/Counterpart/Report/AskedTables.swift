internal import Reports
internal import Tables

/// Tables that a step leaves only where the study asks for them, each under a caption, in the order given.
struct AskedTables {
  let step: String
  let tables: [TidyTable]
  /// Names with captions; tables of other names are not shown.
  let captions: [(name: String, caption: String)]

  var blocks: [Block] {
    captions.compactMap { name, caption in
      guard let table = tables.first(where: { $0.name == name }), !table.rows.isEmpty else {
        return nil
      }
      return .table(
        TableView(
          table, caption: caption, columns: Self.columns(of: table), rowLimit: 25,
          file: "tables/\(step).\(name).csv"))
    }
  }

  /// All fields under their own names, p-values as such and the ends of an interval together.
  private static func columns(of table: TidyTable) -> [TableColumn] {
    let names = table.fields.map(\.name)
    return table.fields.compactMap { field in
      let heading = field.name.split(separator: "_").joined(separator: " ")
      if field.name.hasSuffix("_high") || field.name == "high" {
        let low = field.name.dropLast(4) + "low"
        if names.contains(String(low)) { return nil }
      }
      if field.name.hasSuffix("_low") || field.name == "low" {
        let stem = field.name.dropLast(3)
        if names.contains(stem + "high") {
          let words = stem.split(separator: "_").joined(separator: " ")
          return .interval(
            field.name, stem + "high", words == "ci" || words.isEmpty ? "interval" : words,
            .significant(3))
        }
      }
      return TableColumn(
        field.name, heading, unit: field.unit,
        field.name.hasPrefix("p_") ? .pValue : .significant(4))
    }
  }
}
