internal import StudyFiles
internal import Tables

/// What columns are called in the files of each year, and what the study calls them.
struct Renames {
  private struct Entry {
    /// `nil`: in every file that has the column.
    let year: Int?
    let from: String
    let to: String
    /// Where it stands, for messages.
    let place: String
  }

  private let entries: [Entry]

  /// - Parameter reading: gives the table of a file that the study names.
  init(
    of download: DownloadDeclaration, reading: (LocatedText) throws(RunError) -> Table
  ) throws(RunError) {
    switch download.renames {
    case .inline(let names):
      entries = names.map { from, to in
        Entry(year: nil, from: from.text, to: to.text, place: "\(from.location)")
      }
    case .file(let file):
      let table = try reading(file)
      guard let from = table["from"], let to = table["to"] else {
        throw .data([
          "\(file.text): expected columns `year`, `from` and `to`, found "
            + table.columnNames.map { "`\($0)`" }.joined(separator: ", ")
        ])
      }
      var entries: [Entry] = []
      for row in 0..<table.rowCount {
        let place = "\(file.text):\(table.source?.line(ofRow: row) ?? row + 2)"
        let year = table["year"].flatMap { $0.isMissing(row) ? nil : $0.text(at: row) }
        guard !from.isMissing(row), !to.isMissing(row) else {
          throw .data(["\(place): expected an old and a new name, found one of them missing"])
        }
        if let year, Int(year) == nil {
          throw .data(["\(place): column `year`: found `\(year)`, expected a year or nothing"])
        }
        entries.append(
          Entry(
            year: year.flatMap { Int($0) }, from: from.text(at: row), to: to.text(at: row),
            place: place))
      }
      self.entries = entries
    }
  }

  /// What the file of a year calls the study's column.
  func original(of name: String, year: Int?) -> String {
    (entries.first { $0.to == name && $0.year != nil && $0.year == year }
      ?? entries.first { $0.to == name && $0.year == nil })?.from ?? name
  }

  /// The table with the study's names.
  ///
  /// - Throws: ``RunError/data(_:)`` where the file lacks a column that is renamed for its year, or where two
  ///   columns come to the same name.
  func applied(to table: Table, year: Int?) throws(RunError) -> Table {
    guard !entries.isEmpty else { return table }
    var new: [String: String] = [:]
    var problems: [String] = []
    for entry in entries where entry.year == nil || entry.year == year {
      guard table[entry.from] != nil else {
        // A file that already has the study's name needs no renaming.
        if entry.year != nil || (year == nil && table[entry.to] == nil) {
          problems.append(
            "\(entry.place): \(table.source?.file ?? table.name) has no column `\(entry.from)`"
              + suggestion(for: entry.from, among: table.columnNames))
        }
        continue
      }
      new[entry.from] = entry.to
    }
    var seen: [String: String] = [:]
    for name in table.columnNames {
      let own = new[name] ?? name
      if let other = seen[own] {
        problems.append(
          "\(table.source?.file ?? table.name): columns `\(other)` and `\(name)` are both to be `\(own)`: "
            + "rename one")
      }
      seen[own] = name
    }
    guard problems.isEmpty else { throw .data(problems) }
    return Table(
      name: table.name,
      columns: table.columns.map { column in
        Column(
          new[column.name] ?? column.name, type: column.type, storage: column.storage,
          missing: column.missing)
      }, source: table.source)
  }
}
