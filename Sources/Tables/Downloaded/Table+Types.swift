extension Table {
  /// The table after rows have gone: categories without the levels that went with them, and numbers, dates or
  /// logical values where nothing else is left in a category.
  ///
  /// - Parameter declared: columns that keep their type.
  public func withTypesFoundAgain(except declared: Set<String>) -> Table {
    var table = Table(name: name, columns: columns.map(\.recounted), source: source)
    for column in table.columns where column.type == .category && !declared.contains(column.name) {
      guard case .codes(let codes, let levels) = column.storage else { continue }
      var isUsed = [Bool](repeating: false, count: levels.count)
      for code in codes where code >= 0 { isUsed[Int(code)] = true }
      let used = levels.indices.filter { isUsed[$0] }
      guard used.count < levels.count, !used.isEmpty else { continue }
      var forms: NumberForms = []
      let numbers = used.map { level -> Double in
        let bytes = Array(levels[level].utf8)
        return NumberText.parse(bytes.span, 0, bytes.count, forms: &forms)
      }
      let isCode = !forms.isDisjoint(with: [.large, .padded])
      if !isCode, numbers.allSatisfy({ !$0.isNaN }) {
        var value = [Double](repeating: .nan, count: levels.count)
        for (level, number) in zip(used, numbers) { value[level] = number }
        table.set(
          Column(
            column.name, type: forms.isEmpty ? .integer : .number,
            storage: .numbers(codes.map { $0 < 0 ? .nan : value[Int($0)] }),
            missing: column.missing))
      } else {
        let unused = Set(levels.indices.filter { !isUsed[$0] }.map { levels[$0] })
        table.set(column.without(unused, counts: column.missing))
      }
    }
    return table
  }
}

extension Column {
  /// The column with its missing cells counted again after rows have gone.
  ///
  /// Which code a missing cell held is not kept cell by cell: where rows with several codes have gone, the codes
  /// share one count.
  fileprivate var recounted: Column {
    let rest = (0..<count).count { isMissing($0) }
    let before = missing.reduce(0) { $0 + $1.count }
    guard rest != before, !missing.isEmpty else { return self }
    let names = missing.map { $0.code.isEmpty ? "empty" : $0.code }
    let code = missing.count == 1 ? missing[0].code : names.joined(separator: " or ")
    return Column(
      name, type: type, storage: storage,
      missing: rest == 0 ? [] : [MissingCount(code: code, count: rest)])
  }
}
