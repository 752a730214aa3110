internal import Tables

extension ResultsFile {
  /// The file's text: the value of ``json``, a row of a table on each line.
  ///
  /// Steps, tables and columns stand in their own order, so that two runs can be compared line by line.
  /// Written directly, because a general encoder spends one line and one dictionary on every cell.
  public var text: String {
    var writer = ResultsWriter()
    writer.write(self)
    return writer.output
  }
}

private struct ResultsWriter {
  var output = ""

  mutating func write(_ results: ResultsFile) {
    output += "{\n  \"format\": 1,\n  \"metadata\": {"
    list(results.metadata.keys.sorted()) { writer, key in
      writer.line(4)
      writer.key(key)
      writer.output += (results.metadata[key] ?? .null).text.replacing("\n", with: "\n    ")
    }
    close(results.metadata.isEmpty, 2, "},")
    output += "\n  \"order\": "
    names(results.steps.map(\.name))
    output += ",\n  \"steps\": {"
    let steps = lastOfEach(results.steps, by: \.name)
    list(steps) { writer, step in
      writer.line(4)
      writer.key(step.name)
      writer.write(step)
    }
    close(steps.isEmpty, 2, "}")
    output += "\n}\n"
  }

  private mutating func write(_ step: ResultsFile.Step) {
    output += "{\n      \"kind\": "
    string(step.kind)
    output += ",\n      \"diagnostics\": ["
    list(step.diagnostics) { writer, diagnostic in
      writer.line(8)
      writer.object([
        ("severity", .text(diagnostic.severity.rawValue)), ("code", .text(diagnostic.code)),
        ("message", .text(diagnostic.message)),
      ])
    }
    close(step.diagnostics.isEmpty, 6, "],")
    output += "\n      \"order\": "
    names(step.tables.map(\.name))
    output += ",\n      \"tables\": {"
    let tables = lastOfEach(step.tables, by: \.name)
    list(tables) { writer, table in
      writer.line(8)
      writer.key(table.name)
      writer.write(table)
    }
    close(tables.isEmpty, 6, "}")
    output += "\n    }"
  }

  private mutating func write(_ table: TidyTable) {
    output += "{\n          \"fields\": ["
    list(table.fields) { writer, field in
      writer.line(12)
      writer.object([
        ("name", .text(field.name)), ("unit", .optional(field.unit)),
        ("meaning", .text(field.meaning)),
      ])
    }
    close(table.fields.isEmpty, 10, "],")
    output += "\n          \"rows\": ["
    let columns = lastOfEach(Array(table.fields.enumerated()), by: \.element.name)
    list(table.rows) { writer, row in
      writer.line(12)
      writer.object(columns.map { ($0.element.name, row[$0.offset]) })
    }
    close(table.rows.isEmpty, 10, "]")
    output += "\n        }"
  }

  /// Of things with the same name the last, in the place of the last.
  private func lastOfEach<Item>(_ items: [Item], by name: (Item) -> String) -> [Item] {
    var seen: Set<String> = []
    return items.reversed().filter { seen.insert(name($0)).inserted }.reversed()
  }

  private mutating func list<Item>(_ items: [Item], _ write: (inout ResultsWriter, Item) -> Void) {
    for (index, item) in items.enumerated() {
      if index > 0 { output += "," }
      write(&self, item)
    }
  }

  private mutating func line(_ indent: Int) {
    output += "\n"
    output += String(repeating: " ", count: indent)
  }

  private mutating func close(_ isEmpty: Bool, _ indent: Int, _ bracket: String) {
    if !isEmpty { line(indent) }
    output += bracket
  }

  private mutating func names(_ names: [String]) {
    output += "["
    list(names) { writer, name in
      if writer.output.last != "[" { writer.output += " " }
      writer.string(name)
    }
    output += "]"
  }

  private mutating func object(_ members: [(String, Cell)]) {
    output += "{"
    list(members) { writer, member in
      if writer.output.last != "{" { writer.output += " " }
      writer.key(member.0)
      writer.cell(member.1)
    }
    output += "}"
  }

  private mutating func key(_ key: String) {
    string(key)
    output += ": "
  }

  private mutating func cell(_ cell: Cell) {
    switch cell {
    case .number(let value):
      if let whole = Int(exactly: value) {
        output += String(whole)
      } else {
        output += value.isFinite ? value.description : "null"
      }
    case .count(let count): output += String(count)
    case .text(let text): string(text)
    case .flag(let flag): output += flag ? "true" : "false"
    case .missing: output += "null"
    }
  }

  private mutating func string(_ text: String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
