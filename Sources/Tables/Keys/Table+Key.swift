extension Table {
  /// Checks that the columns together tell every row apart.
  ///
  /// - Complexity: O(rows) in expectation.
  /// - Throws: ``TableError/noSuchColumn(_:table:known:)``, ``TableError/missingKeys(_:count:table:)``
  ///   or ``TableError/repeatedKeys(_:count:table:)`` with the first faults and their count.
  public func requireKey(_ names: [String]) throws(TableError) {
    _ = try firstRows(ofKey: names)
  }

  /// The named column, or an error that lists the names there are.
  func column(_ name: String) throws(TableError) -> Column {
    guard let column = self[name] else {
      throw .noSuchColumn(name, table: self.name, known: columnNames)
    }
    return column
  }

  /// The key's values and the first row of each; an error where the columns are no key.
  func firstRows(
    ofKey names: [String]
  ) throws(TableError) -> (identities: Identities, first: [Int32]) {
    var columns: [Column] = []
    for name in names { columns.append(try column(name)) }
    let identities = Identities(columns)
    let missing = identities.codes.indices.filter { identities.codes[$0] < 0 }
    guard missing.isEmpty else {
      throw .missingKeys(
        missing.prefix(TableError.faultsShown).map { fault(at: $0, columns, first: nil) },
        count: missing.count, table: name)
    }
    let (first, repeats) = identities.firstRows()
    guard repeats.isEmpty else {
      throw .repeatedKeys(
        repeats.prefix(TableError.faultsShown).map { row in
          fault(at: row, columns, first: place(of: Int(first[Int(identities.codes[row])])))
        }, count: repeats.count, table: name)
    }
    return (identities, first)
  }

  /// What is said about a row that cannot serve.
  func fault(at row: Int, _ columns: [Column], first: String?) -> KeyFault {
    KeyFault(
      row: row, place: place(of: row), column: columns.map(\.name).joined(separator: ", "),
      value: columns.map { $0.text(at: row) }.joined(separator: ", "), first: first)
  }

  /// Where a row stands, for messages: `schools.csv:12`, or the table's name and the row where it was not read from a
  /// file.
  public func place(of row: Int) -> String {
    source.map { "\($0.file):\($0.line(ofRow: row))" } ?? "table \(name), row \(row + 1)"
  }
}
