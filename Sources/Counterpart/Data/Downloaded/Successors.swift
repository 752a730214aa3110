internal import StudyFiles
internal import Tables

/// Identifiers that were replaced by others, as a school's number is when it converts to an academy.
struct Successors {
  private let next: [String: String]
  private let file: String

  /// - Parameter table: with columns `from` and `to`.
  /// - Throws: ``RunError/data(_:)`` with the line of what leads to two successors, or round in a circle.
  init(_ table: Table, file: String) throws(RunError) {
    guard let from = table["from"], let to = table["to"] else {
      throw .data([
        "\(file): expected columns `from` and `to`, found "
          + table.columnNames.map { "`\($0)`" }.joined(separator: ", ")
      ])
    }
    var next: [String: String] = [:]
    var lines: [String: Int] = [:]
    for row in 0..<table.rowCount {
      let line = table.source?.line(ofRow: row) ?? row + 2
      guard !from.isMissing(row), !to.isMissing(row) else {
        throw .data(["\(file):\(line): expected two identifiers, found one of them missing"])
      }
      let (old, new) = (from.text(at: row), to.text(at: row))
      if let other = next[old], other != new {
        throw .data([
          "\(file):\(line): column `to`: `\(old)` is followed by `\(new)` here and by `\(other)` on line "
            + "\(lines[old] ?? 0): a split has no single successor, drop one"
        ])
      }
      next[old] = new
      lines[old] = line
    }
    for row in 0..<table.rowCount {
      var (place, seen) = (from.text(at: row), Set<String>())
      while let following = next[place] {
        guard seen.insert(place).inserted else {
          throw .data([
            "\(file):\(lines[place] ?? 0): `\(place)` leads back to itself: correct the order of `from` and "
              + "`to`"
          ])
        }
        place = following
      }
    }
    self.next = next
    self.file = file
  }

  /// The last successor.
  func last(of identifier: String) -> String {
    var place = identifier
    while let following = next[place] { place = following }
    return place
  }

  /// What a reader should know of rows that were changed, or that none was.
  func doubt(changed: Int, _ column: String, of table: String) -> Diagnostic {
    guard changed > 0 else {
      return Diagnostic(
        .warning, code: "no-successors",
        "no `\(column)` of `\(table)` stands in `from` of \(file): are they written alike?")
    }
    return Diagnostic(
      .note, code: "successors",
      "replaced the `\(column)` of \(changed) row\(changed == 1 ? "" : "s") of `\(table)` by its "
        + "successor's (\(file))")
  }

  /// The successor of an identifier that is a number.
  func number(_ identifier: String, of column: String, _ table: String) throws(RunError) -> Double {
    guard let value = Double(identifier), !value.isNaN else {
      throw .data([
        "\(file): `\(identifier)` is no number, and `\(column)` of `\(table)` holds numbers"
      ])
    }
    return value
  }

  /// The table with each replaced identifier as its last successor.
  func applied(
    to declared: DownloadDeclaration.SuccessorFile, of table: Table,
    diagnostics: inout [Diagnostic]
  ) throws(RunError) -> Table {
    guard let column = table[declared.column.text] else {
      throw .study(
        SpecErrors(
          SpecError(
            .unknownName(declared.column.text, kind: "column", known: table.columnNames),
            path: "data.\(table.name).successors", at: declared.column.location)))
    }
    var changed = 0
    let texts = (0..<column.count).map { row -> String? in
      guard !column.isMissing(row) else { return nil }
      let own = column.text(at: row)
      let new = last(of: own)
      if new != own { changed += 1 }
      return new
    }
    diagnostics.append(doubt(changed: changed, column.name, of: table.name))
    guard changed > 0 else { return table }
    var result = table
    switch column.storage {
    case .numbers:
      var values: [Double] = []
      values.reserveCapacity(texts.count)
      for text in texts {
        values.append(
          try text.map { (text) throws(RunError) in
            try number(text, of: column.name, table.name)
          } ?? .nan)
      }
      result.set(
        Column(
          column.name, type: column.type, storage: .numbers(values), missing: column.missing))
    case .codes:
      let new = Column(column.name, categories: texts)
      result.set(
        Column(
          column.name, type: column.type, storage: new.storage, missing: column.missing))
    }
    return result
  }
}
