extension Table {
  /// The table as comma-separated text: a header of column names, lines that end in LF.
  ///
  /// Numbers are shortest-round-trip and whole ones without a decimal point; logical values are `true`
  /// and `false`, dates such as `2017-09-01`, missing cells empty: by which code a cell was missing is not
  /// kept. A category comes back as one where its levels are not all numbers or dates, or where it is
  /// declared when read.
  public var csv: String {
    var csv = CSVText()
    for name in columnNames { csv.append(text: name) }
    csv.endLine()
    // A level is written often and needs its quotes looked for once.
    let levels = columns.map { column -> [[UInt8]] in
      guard case .codes(_, let levels) = column.storage else { return [] }
      return levels.map { CSVText.encoded($0) }
    }
    for row in 0..<rowCount {
      for (column, levels) in zip(columns, levels) {
        switch column.storage {
        case .codes(let codes, _):
          csv.append(encoded: codes[row] < 0 ? [] : levels[Int(codes[row])])
        case .numbers(let values):
          if column.type != .date && column.type != .logical, let whole = Int(exactly: values[row])
          {
            csv.append(whole: whole)
          } else {
            csv.append(plain: column.type.text(of: values[row]))
          }
        }
      }
      csv.endLine()
    }
    return csv.text
  }
}
