extension TidyTable {
  /// The table as comma-separated text: a header of field names, lines that end in LF.
  ///
  /// Numbers are shortest-round-trip and always have a decimal point or an exponent, counts never do;
  /// flags are `true` and `false`; missing cells and numbers that are not finite are empty. A text that
  /// would read as one of these stands in quotes, so that ``init(_:csv:)`` gives the same cells again.
  public var csv: String {
    var csv = CSVText()
    for field in fields { csv.append(text: field.name) }
    csv.endLine()
    for row in rows {
      for cell in row {
        switch cell {
        case .number(let value): csv.append(plain: value.isFinite ? "\(value)" : "")
        case .count(let value): csv.append(plain: "\(value)")
        case .flag(let value): csv.append(plain: value ? "true" : "false")
        case .missing: csv.append(plain: "")
        case .text(let text):
          csv.append(text: text, alwaysQuoted: Cell(unquoted: text) != .text(text))
        }
      }
      csv.endLine()
    }
    return csv.text
  }

  /// Reads back what ``csv`` wrote. Units and meanings are not in the text: fields have names alone.
  ///
  /// - Parameter file: what messages call the text.
  /// - Throws: ``TableError`` for text that is not a table of cells.
  public init(_ name: String, csv: String, file: String? = nil) throws(TableError) {
    let file = file ?? "\(name).csv"
    let bytes = Array(csv.utf8)
    guard !bytes.isEmpty else { throw .emptyFile(file) }
    let span = bytes.span
    var scanner = RecordScanner(
      file: file, separator: DelimitedSettings.Separator.comma.rawValue, position: 0, line: 1)
    let fields = try scanner.header(span).map { cell in
      Field(String(decoding: span.content(of: cell), as: UTF8.self), "")
    }
    var rows: [[Cell]] = []
    var block = CellBlock(width: fields.count)
    let slots = Array(fields.indices)
    while true {
      try scanner.fill(&block, from: span, slots: slots, firstRow: rows.count)
      if block.rows == 0 { break }
      for row in 0..<block.rows {
        rows.append(
          fields.indices.map { column in
            let cell = block.cells[row * fields.count + column]
            let text = String(decoding: span.content(of: cell), as: UTF8.self)
            return cell.isQuoted ? .text(text) : Cell(unquoted: text)
          })
      }
    }
    self.init(name, fields: fields, rows: rows)
  }
}

extension Cell {
  /// What text without quotes means: nothing, a flag, a count, a number, or else a text.
  init(unquoted text: String) {
    switch text {
    case "": self = .missing
    case "true": self = .flag(true)
    case "false": self = .flag(false)
    default:
      if let count = Int(text) {
        self = .count(count)
      } else if let value = Double(text), value.isFinite, text.utf8.last.map({ $0 < 0x3a }) ?? false
      {
        self = .number(value)
      } else {
        self = .text(text)
      }
    }
  }
}
