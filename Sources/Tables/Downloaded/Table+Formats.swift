/// What a study says of a column beyond its type.
public struct CellDeclaration: Sendable, Hashable {
  public let column: String
  public let format: CellFormat?
  /// Texts that stand for no value in this column, beside those of the table.
  public let missing: [String]

  public init(_ column: String, format: CellFormat?, missing: [String] = []) {
    self.column = column
    self.format = format
    self.missing = missing
  }
}

extension Table {
  /// The table with columns of text turned into what they are declared to be.
  ///
  /// A column is converted level by level, so what is costly happens once a distinct text.
  ///
  /// - Throws: ``TableError/misfits(_:count:file:)`` with line, column and cell of the first that do not fit.
  public func applying(_ declarations: [CellDeclaration]) throws(TableError) -> Table {
    var table = self
    var diagnostics: [Diagnostic] = []
    var misfits: [(row: Int, cell: CellMisfit)] = []
    var misfitCount = 0
    for declaration in declarations {
      guard let column = self[declaration.column],
        case .codes(let codes, let levels) = column.storage
      else { continue }
      let gone = Set(declaration.missing)
      var counts = column.missing
      for code in declaration.missing {
        guard let level = levels.firstIndex(of: code) else { continue }
        let count = codes.count { $0 == Int32(level) }
        if count > 0 { counts.append(MissingCount(code: code, count: count)) }
      }
      guard let format = declaration.format else {
        table.set(column.without(gone, counts: counts))
        continue
      }
      let values = levels.map { gone.contains($0) ? Double.nan : format.value($0) }
      for (row, code) in codes.enumerated()
      where code >= 0 && values[Int(code)].isNaN && !gone.contains(levels[Int(code)]) {
        misfitCount += 1
        guard misfits.count < TableError.faultsShown else { continue }
        misfits.append(
          (
            row,
            CellMisfit(
              line: source?.line(ofRow: row) ?? row + 1, column: column.name,
              value: levels[Int(code)], expected: format.expectation)
          ))
      }
      if format == .band { diagnostics += Self.doubts(aboutBands: levels, column.name, gone) }
      table.set(
        Column(
          column.name, type: format.type,
          storage: .numbers(codes.map { $0 < 0 ? .nan : values[Int($0)] }), missing: counts))
    }
    guard misfits.isEmpty else {
      misfits.sort { $0.row < $1.row }
      throw .misfits(misfits.map(\.cell), count: misfitCount, file: source?.file ?? name)
    }
    guard !diagnostics.isEmpty, let source else { return table }
    return Table(name: name, columns: table.columns, source: source.adding(diagnostics))
  }

  private static func doubts(
    aboutBands levels: [String], _ column: String, _ gone: Set<String>
  ) -> [Diagnostic] {
    let widths = levels.filter { !gone.contains($0) }.compactMap { Band($0) }.map {
      $0.high - $0.low
    }
    guard let widest = widths.max(), widest > 0 else { return [] }
    return [
      Diagnostic(
        .warning, code: "bands",
        "column `\(column)` is published in bands of up to \(ColumnType.number.text(of: widest)), and the "
          + "middle of each stands for its value")
    ]
  }

  /// What a download leaves that looks like a date and is none.
  public var suspectDates: [Diagnostic] {
    columns.compactMap { column in
      guard column.type == .date, case .numbers(let values) = column.storage else { return nil }
      return Self.suspectDates(
        values.count { $0 == Self.suspectDay }, in: column.name, of: name)
    }
  }

  /// 1900-01-01.
  static let suspectDay = -25_567.0

  static func suspectDates(_ count: Int, in column: String, of table: String) -> Diagnostic? {
    guard count > 0 else { return nil }
    return Diagnostic(
      .warning, code: "date-1900",
      "column `\(column)` of `\(table)` holds 1900-01-01 in \(count) rows, which usually means that "
        + "there is no date: declare it under `missing`")
  }
}

extension Column {
  /// The column without some of its levels, whose rows become missing.
  func without(_ gone: Set<String>, counts: [MissingCount]) -> Column {
    guard case .codes(let codes, let levels) = storage, !gone.isEmpty else { return self }
    var next: Int32 = 0
    let places = levels.map { level -> Int32 in
      if gone.contains(level) { return -1 }
      defer { next += 1 }
      return next
    }
    return Column(
      name, type: type,
      storage: .codes(
        codes.map { $0 < 0 ? -1 : places[Int($0)] }, levels: levels.filter { !gone.contains($0) }),
      missing: counts)
  }
}
