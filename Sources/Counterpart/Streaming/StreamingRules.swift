internal import Designs
internal import StudyFiles
internal import Tables

/// What a study may not ask of a table that is read in pieces.
enum StreamingRules {
  /// Settings of tables that need all rows at once.
  static func check(_ tables: [TableDeclaration]) throws(RunError) {
    var problems: [SpecError] = []
    let streamed = Set(tables.filter(\.isStreamed).map(\.name.text))
    for table in tables {
      let path = "data.\(table.name.text)"
      for link in table.links where streamed.contains(link.table.text) {
        problems.append(
          SpecError(
            .rule(
              "`\(link.table.text)` is streamed, and a link needs the rows of the table it leads to: "
                + "drop its `stream: true`"), path: "\(path).link", at: link.table.location))
      }
      guard table.isStreamed else { continue }
      if let column = table.key.first {
        problems.append(
          SpecError(
            .rule("that a key is unique cannot be checked while a table is streamed: drop `key`"),
            path: "\(path).key", at: column.location))
      }
      if let rule = table.download.rows {
        problems.append(
          SpecError(
            .rule(
              "which types the columns have follows from the rows that `rows` keeps, all of them: write the rule "
                + "under `population`, or drop `stream: true`"), path: "\(path).rows",
            at: rule.location))
      }
      if let other = table.download.years.dropFirst().first ?? table.download.years.first {
        problems.append(
          SpecError(
            .rule(
              "which types the columns have follows from the files of all years together, and a streamed table is "
                + "one file: join them, or drop `stream: true`"), path: "\(path).file",
            at: other.file.location))
      }
      if LabelledFile.Format(fileExtensionOf: table.file.text) != nil {
        problems.append(
          SpecError(
            .rule(
              "a file of Stata or SPSS is read whole: drop `stream: true`, or save it as CSV"),
            path: "\(path).file", at: table.file.location))
      }
      if let column = table.location?.columns.first ?? table.episodes?.unit {
        problems.append(
          SpecError(
            .rule("a streamed table has no `location` and no `episodes`: drop `stream: true`"),
            path: path, at: column.location))
      }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
  }

  /// Steps that would read a streamed table as one in memory.
  static func problems(_ named: Study.NamedStep, in data: DataSet) -> [SpecError] {
    guard !(named.step is MultilevelStudyStep) else { return [] }
    return named.section.keys.compactMap { key in
      guard let node = named.section.value(key.text), case .scalar(let text) = node.content,
        data.streamed.contains(text)
      else { return nil }
      return SpecError(
        .rule(
          "`\(text)` is streamed, which only a `multilevel` step can read: drop `stream: true` of "
            + "`data.\(text)`"), path: node.path, at: node.location)
    }
  }
}
