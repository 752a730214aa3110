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
    for row in 0..<rowCount {
      for column in columns {
        switch column.storage {
        case .numbers: csv.append(plain: column.text(at: row))
        case .codes: csv.append(text: column.text(at: row))
        }
      }
      csv.endLine()
    }
    return csv.text
  }
}
