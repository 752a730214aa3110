import Reports
import Tables
import Testing

@Suite struct MarkdownTests {
  /// Splits a table's line at the pipes that are not escaped.
  private func cells(_ line: Substring) -> Int {
    var count = 0
    var isEscaped = false
    for character in line {
      if character == "|", !isEscaped { count += 1 }
      isEscaped = character == "\\" && !isEscaped
    }
    return count - 1
  }

  @Test(arguments: hostileStrings)
  func tablesKeepTheirShape(_ text: String) {
    let table = TidyTable(
      "t", fields: [Field("a", "x"), Field("b", "y")],
      rows: [[.text(text), .number(1)], [.text("x"), .text(text)]])
    let document = ReportDocument(
      title: text, sections: [ReportSection("s", [.table(TableView(table, caption: text))])])
    let lines = MarkdownReport(document).text.split(separator: "\n")
    let rows = lines.filter { $0.hasPrefix("|") }
    #expect(rows.count == 4)
    for row in rows { #expect(cells(row) == 2, "\(row)") }
  }

  @Test(arguments: hostileStrings)
  func textStaysOnOneLineWithoutMarkup(_ text: String) {
    let escaped = MarkdownText.escaped(text)
    #expect(escaped.split(whereSeparator: \.isNewline).count <= 1)
    #expect(!escaped.contains("<") && !escaped.contains(">"))
    var isEscaped = false
    for character in escaped {
      if "`*_[]|~#".contains(character) { #expect(isEscaped, "\(escaped)") }
      isEscaped = character == "\\" && !isEscaped
    }
  }

  @Test(arguments: [
    ("- item", "\\- item"), ("1. first", "1\\. first"), ("1) first", "1\\) first"),
    ("+ x", "\\+ x"),
    ("f(x) [1](y)", "f(x) \\[1\\](y)"), ("2014", "2014"), ("−0.1", "−0.1"),
    ("0.12", "0.12"), ("-0.1", "-0.1"), ("---", "\\---"), ("a|b", "a\\|b"), ("x\ny", "x y"),
  ])
  func lineStarts(_ text: String, _ expected: String) {
    #expect(MarkdownText.escaped(text) == expected)
  }

  @Test func figuresAreLinkedWithTheirWords() {
    let text = MarkdownReport(SampleDocument.document).text
    for figure in SampleDocument.document.figures {
      #expect(text.contains("](\(figure.file))"))
    }
    #expect(text.contains("![Standardised differences of 5 covariates. Before matching"))
    #expect(text.contains("> [!WARNING]"))
    #expect(text.contains("[^1]: "))
  }

  @Test func codeIsFencedByMoreThanItHolds() {
    let document = ReportDocument(
      title: "t",
      sections: [ReportSection("s", [.code("```\nx\n```"), .paragraph("\(code: "a`b``c")")])])
    let text = MarkdownReport(document).text
    #expect(text.contains("````\n```\nx\n```\n````"))
    #expect(text.contains("```a`b``c```"))
  }
}
