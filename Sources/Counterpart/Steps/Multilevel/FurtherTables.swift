internal import Reports
internal import Tables

/// The tables that a model leaves only where the study asks for them, in the order of the report.
struct FurtherTables {
  let step: String
  let tables: [TidyTable]

  var blocks: [Block] {
    Self.captions.compactMap { name, caption in
      guard let table = tables.first(where: { $0.name == name }), !table.rows.isEmpty else {
        return nil
      }
      return .table(
        TableView(
          table, caption: caption, columns: Self.columns(of: table), rowLimit: 25,
          file: "tables/\(step).\(name).csv"))
    }
  }

  private static let captions = [
    ("hypotheses", "Hypotheses, each tested as a whole"),
    ("contrasts", "The equations of each hypothesis"),
    ("equivalence", "Whether differences are shown to be too small to matter"),
    ("comparisons", "Smaller models against this one, by likelihood ratio"),
    ("intervals", "Intervals of coefficients, standard deviations and shares"),
    ("predictions", "Average predictions"),
    ("margins", "Average effects over the rows"),
    ("marginal_effects", "Average effects over the rows"),
    ("explained", "Variance explained"),
    ("school_effects", "Groups, with intervals and the ranks that the data allow"),
    ("influence", "What each group does to the answer"),
    ("residuals", "Residuals at each level"),
  ]

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
