extension Table {
  /// For each row the row of `target` whose `key` has the value that this table's `column` has; −1 where
  /// the column is missing.
  ///
  /// Numbers are compared with numbers as such. A number meets a text by its written value: 12 is `12`
  /// and not `012`.
  ///
  /// - Complexity: O(rows of both) in expectation; no text is made for a row.
  /// - Throws: ``TableError``: a column that is not there, a `key` that is not unique, or values that no
  ///   row of `target` has.
  public func link(
    _ column: String, to target: Table, key: String
  ) throws(TableError) -> [Int32] {
    let own = try self.column(column)
    let other = try target.column(key)
    let (identities, first) = try target.firstRows(ofKey: [key])
    let rows: [Int32]
    if case .numbers(let values) = own.storage, case .numbers(let keys) = other.storage,
      own.type.isComparable(with: other.type)
    {
      rows = Table.rows(of: values, among: keys)
    } else {
      rows = Table.rows(of: own.written(), among: other.written(identities), first)
    }
    let broken = rows.indices.filter { rows[$0] == Table.broken }
    guard broken.isEmpty else {
      throw .brokenLinks(
        broken.prefix(TableError.faultsShown).map { fault(at: $0, [own], first: nil) },
        count: broken.count, table: name, target: target.name, key: key)
    }
    return rows
  }

  private static let broken: Int32 = -2

  private static func rows(of values: [Double], among keys: [Double]) -> [Int32] {
    var dictionary = NumberDictionary(expecting: keys.count)
    // The keys are unique, so a key's code is its row.
    for key in keys { _ = dictionary.code(key) }
    return values.map { value in
      if value.isNaN { return -1 }
      let row = dictionary.find(value)
      return row < 0 ? broken : row
    }
  }

  private static func rows(
    of own: WrittenValues, among target: WrittenValues, _ first: [Int32]
  ) -> [Int32] {
    var position: [String: Int32] = [:]
    position.reserveCapacity(target.levels.count)
    for (code, level) in target.levels.enumerated() where first[code] >= 0 {
      position[level] = first[code]
    }
    let rowOfCode = own.levels.map { position[$0] ?? broken }
    return own.codes.map { $0 < 0 ? -1 : rowOfCode[Int($0)] }
  }
}

/// A column's values as texts, each distinct one once.
private struct WrittenValues {
  let codes: [Int32]
  let levels: [String]
}

extension Column {
  fileprivate func written(_ known: Identities? = nil) -> WrittenValues {
    switch storage {
    case .codes(let codes, let levels): return WrittenValues(codes: codes, levels: levels)
    case .numbers:
      let identities = known ?? Identities(self)
      let first = identities.firstRows().first
      return WrittenValues(
        codes: identities.codes, levels: first.map { $0 < 0 ? "" : text(at: Int($0)) })
    }
  }
}

extension ColumnType {
  /// Whether equal numbers of the two types mean the same.
  fileprivate func isComparable(with other: ColumnType) -> Bool {
    let quantities: Set<ColumnType> = [.number, .integer]
    return self == other || (quantities.contains(self) && quantities.contains(other))
  }
}
