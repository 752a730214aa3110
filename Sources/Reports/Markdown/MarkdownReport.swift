internal import Tables

/// A report as GitHub Markdown, for a job summary or a repository; figures are linked as files beside it.
public struct MarkdownReport: Sendable {
  public let document: ReportDocument

  public init(_ document: ReportDocument) { self.document = document }

  public var text: String {
    var writer = MarkdownWriter()
    return writer.page(document)
  }
}

struct MarkdownWriter {
  private var numbering = Numbering()
  private var output: [String] = []

  mutating func page(_ document: ReportDocument) -> String {
    let sections = NumberedSection.all(of: document, anchors: &numbering)
    output.append("# " + MarkdownText.escaped(document.title))
    if let subtitle = document.subtitle { output.append(MarkdownText.escaped(subtitle)) }
    if let question = document.question { output.append("> " + inline(question)) }
    if !document.metadata.isEmpty { output.append(definitions(document.metadata)) }
    if let answer = document.answer { add(answer) }
    if sections.count > 1 {
      output.append("## Contents")
      output.append(
        sections.map { section in
          "- [\(section.number) \(MarkdownText.escaped(section.section.title))](#\(section.anchor))"
        }.joined(separator: "\n"))
    }
    for section in sections { add(section, level: 2) }
    addFootnotes()
    return output.joined(separator: "\n\n") + "\n"
  }

  private mutating func add(_ answer: Answer) {
    output.append("## The answer")
    output.append("**" + inline(answer.sentence, insideStrong: true) + "**")
    if let interval = answer.interval { output.append(MarkdownText.escaped(interval)) }
    for detail in answer.details { output.append(inline(detail)) }
    if !answer.cautions.isEmpty {
      let lines = answer.cautions.map { "> " + inline($0) }
      output.append(
        (["> [!WARNING]", "> **Read with caution**", ">"] + lines).joined(separator: "\n"))
    }
    if let figure = answer.figure { add(figure) }
  }

  private mutating func add(_ numbered: NumberedSection, level: Int) {
    let marks = String(repeating: "#", count: min(level, 6))
    output.append(
      "<a id=\"\(numbered.anchor)\"></a>\n\n\(marks) \(numbered.number) "
        + MarkdownText.escaped(numbered.section.title))
    for block in numbered.section.blocks { add(block) }
    for section in numbered.subsections { add(section, level: level + 1) }
  }

  private mutating func add(_ block: Block) {
    switch block {
    case .paragraph(let prose): output.append(inline(prose))
    case .list(let items): addList(items) { _ in "- " }
    case .numbered(let items): addList(items) { "\($0 + 1). " }
    case .definitions(let facts): if !facts.isEmpty { output.append(definitions(facts)) }
    case .keyFigures(let figures):
      let lines = figures.map { figure in
        let detail = figure.detail.map { " (\(MarkdownText.escaped($0)))" } ?? ""
        return "- **\(MarkdownText.escaped(figure.value))** "
          + MarkdownText.escaped(figure.label) + detail
      }
      if !lines.isEmpty { output.append(lines.joined(separator: "\n")) }
    case .callout(let callout):
      let code = callout.code.map { " (\(MarkdownText.code($0)))" } ?? ""
      let kind = callout.severity == .warning ? "WARNING" : "NOTE"
      output.append("> [!\(kind)]\n> \(inline(callout.message))\(code)")
    case .table(let view):
      output.append(table(view, name: "**Table \(numbering.nextTable()).** "))
    case .figure(let figure): add(figure)
    case .checklist(let items):
      let lines = items.map { item in
        "- \(item.state.symbol) **\(item.state.words)**: \(inline(item.text))"
      }
      if !lines.isEmpty { output.append(lines.joined(separator: "\n")) }
    case .code(let text): output.append(MarkdownText.fenced(text))
    }
  }

  private mutating func addList(_ items: [Prose], mark: (Int) -> String) {
    let lines = items.enumerated().map { mark($0.offset) + inline($0.element) }
    if !lines.isEmpty { output.append(lines.joined(separator: "\n")) }
  }

  private mutating func definitions(_ facts: [Fact]) -> String {
    facts.map { "- **\(MarkdownText.escaped($0.term))**: \(inline($0.detail))" }
      .joined(separator: "\n")
  }

  private mutating func add(_ figure: Figure) {
    let number = numbering.nextFigure()
    output.append("**Figure \(number).** " + MarkdownText.escaped(figure.caption))
    output.append("![\(MarkdownText.escaped(figure.alternative))](\(figure.file))")
    if let note = figure.note { output.append(inline(note)) }
    if let view = figure.table {
      output.append(
        "<details>\n<summary>The numbers behind figure \(number)</summary>\n\n"
          + table(view, name: "") + "\n\n</details>")
    }
  }

  private mutating func table(_ view: TableView, name: String) -> String {
    var lines = [name + MarkdownText.escaped(view.caption), ""]
    let headings = view.columns.map { column in
      MarkdownText.escaped(column.heading)
        + (column.unit.map { " (\(MarkdownText.escaped($0)))" } ?? "")
    }
    lines.append("| " + headings.joined(separator: " | ") + " |")
    lines.append("|" + view.numeric.map { $0 ? " ---: |" : " --- |" }.joined())
    for row in view.texts {
      lines.append("| " + row.map(MarkdownText.escaped).joined(separator: " | ") + " |")
    }
    if view.table.rows.isEmpty { lines += ["", "There are no rows."] }
    if let remainder = view.remainder { lines += ["", MarkdownText.escaped(remainder)] }
    if let note = view.note { lines += ["", inline(note)] }
    return lines.joined(separator: "\n")
  }

  private mutating func addFootnotes() {
    var written = 0
    while written < numbering.footnotes.count {
      written += 1
      output.append("[^\(written)]: " + inline(numbering.footnotes[written - 1]))
    }
  }

  private mutating func inline(_ prose: Prose, insideStrong: Bool = false) -> String {
    prose.runs.map { run in
      switch run {
      case .text(let text): return MarkdownText.escaped(text)
      case .emphasis(let text): return MarkdownText.marked(text, with: "*")
      case .strong(let text):
        return insideStrong ? MarkdownText.escaped(text) : MarkdownText.marked(text, with: "**")
      case .code(let text): return MarkdownText.code(text)
      case .reference(let text, let anchor):
        return "[\(MarkdownText.escaped(text))](#\(Reports.anchor(for: anchor)))"
      case .footnote(let note): return "[^\(numbering.footnote(note))]"
      }
    }.joined()
  }
}
