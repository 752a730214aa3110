import Reports
import Tables
import Testing

@Suite struct PageTests {
  /// Every string of a document set to the same text.
  static func document(saying text: String) -> ReportDocument {
    let prose = Prose([
      .text(text), .emphasis(text), .strong(text), .code(text), .reference(text, anchor: text),
      .footnote(Prose(text)),
    ])
    let table = TidyTable(
      text, fields: [Field(text, unit: text, text), Field("value", text)],
      rows: [[.text(text), .number(.nan)], [.missing, .number(1e300)], [.flag(true), .count(3)]])
    let view = TableView(table, caption: text, rowLimit: 2, file: text, note: prose)
    let figure = Figure(
      name: text, caption: text, LovePlot([.init(text, before: 0.3, after: 0.1)]), table: view,
      note: prose)
    return ReportDocument(
      title: text, question: prose, subtitle: text, metadata: [Fact(text, prose)],
      answer: Answer(
        prose, interval: text, details: [prose], cautions: [prose], figure: figure),
      sections: [
        ReportSection(
          text,
          [
            .paragraph(prose), .list([prose]), .numbered([prose]),
            .definitions([Fact(text, prose)]),
            .keyFigures([KeyFigure(text, text, detail: text)]),
            .callout(Callout(.warning, prose, code: text)), .table(view), .figure(figure),
            .checklist([ChecklistItem(.notMet, prose)]), .code(text),
          ], subsections: [ReportSection(text, [.paragraph(prose)], isFolded: true)]),
        ReportSection(text, []),
      ])
  }

  private func read(_ document: ReportDocument, _ comment: Comment) -> PageReader {
    let source = HTMLReport(document).text
    let page = PageReader(source)
    #expect(page.failure == nil, comment)
    let ids = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count, "ids stand once: \(comment)")
    let known = Set(ids)
    for element in page.elements {
      for name in ["aria-labelledby", "aria-describedby"] {
        for id in element.attributes[name]?.split(separator: " ") ?? [] {
          #expect(known.contains(String(id)), "\(id) \(comment)")
        }
      }
      #expect(!element.attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" })
      #expect(
        !["script", "img", "link", "iframe", "object", "image", "use"].contains(element.name))
    }
    return page
  }

  @Test(arguments: hostileStrings)
  func hostileTextStaysText(_ text: String) {
    let page = read(Self.document(saying: text), "\(text.prefix(40))")
    for link in page.all("a") { #expect(link.attributes["href"]?.hasPrefix("#") == true) }
    // What the reader sees is what was written, but for characters that a page cannot hold.
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F }
    if isPlain { #expect(page.all("h1").first?.text == text) }
  }

  @Test func linksPointSomewhere() {
    let page = read(SampleDocument.document, "sample")
    let ids = Set(page.elements.compactMap { $0.attributes["id"] })
    for link in page.all("a") {
      let target = link.attributes["href"]?.dropFirst() ?? ""
      #expect(ids.contains(String(target)), "\(target)")
    }
  }

  @Test func headingsAreInOrder() {
    let page = read(SampleDocument.document, "sample")
    var level = 0
    for element in page.elements {
      guard element.name.count == 2, element.name.hasPrefix("h"),
        let next = Int(element.name.dropFirst())
      else { continue }
      #expect(next <= level + 1)
      level = next
    }
    #expect(page.all("h1").count == 1)
    #expect(page.all("html").first?.attributes["lang"] == "en-GB")
    #expect(page.all("main").count == 1)
  }

  @Test func tablesSayWhatTheirCellsAre() {
    let page = read(SampleDocument.document, "sample")
    #expect(page.all("table").count == page.all("caption").count)
    #expect(page.all("table").count == 3)
    for cell in page.all("th") {
      let scope = cell.attributes["scope"]
      #expect(scope == (page.isInside("thead", cell) ? "col" : "row"))
    }
    for drawing in page.all("svg") { #expect(drawing.attributes["role"] == "img") }
  }

  @Test func rowsOfOneNameShareIt() {
    let page = read(SampleDocument.document, "sample")
    let names = page.all("th").filter { $0.attributes["rowspan"] != nil }
    #expect(names.allSatisfy { $0.attributes["rowspan"] == "2" })
    // Four covariates within the eight rows of the table, five behind the figure.
    #expect(names.count == 9)
    for row in page.elements.indices where page.elements[row].name == "tr" {
      let cells = page.elements.filter { $0.parent == row }.count
      #expect(cells >= 2)
    }
  }

  @Test func nothingComesFromTheNetwork() {
    let source = HTMLReport(SampleDocument.document).text
    let addresses = source.split(separator: "http").dropFirst()
    #expect(
      addresses.allSatisfy {
        $0.hasPrefix("://www.w3.org/1999/xhtml\"") || $0.hasPrefix("://www.w3.org/2000/svg\"")
          || $0.hasPrefix("-equiv")
      })
    #expect(!source.contains("url(") && !source.contains("@import"))
  }

  @Test func theSameDocumentGivesTheSameBytes() {
    #expect(
      HTMLReport(SampleDocument.document).text == HTMLReport(SampleDocument.document).text)
    #expect(
      MarkdownReport(SampleDocument.document).text == MarkdownReport(SampleDocument.document).text)
  }

  @Test func anEmptyDocumentIsAPage() {
    let page = read(ReportDocument(title: "", sections: []), "empty")
    #expect(page.all("h1").count == 1)
    #expect(MarkdownReport(ReportDocument(title: "", sections: [])).text.hasPrefix("# "))
  }

  @Test func emptyBlocksLeaveNothingBroken() {
    let none = TidyTable("none", fields: [], rows: [])
    let document = ReportDocument(
      title: "Empty",
      sections: [
        ReportSection(
          "One",
          [
            .paragraph(""), .list([]), .numbered([]), .definitions([]), .keyFigures([]),
            .checklist([]), .code(""), .table(TableView(none, caption: "")),
            .table(
              TableView(
                SampleDocument.coefficients, caption: "No such column",
                columns: [
                  TableColumn("nonsense", "Nonsense"),
                  .interval("a", "b", "Interval", .decimals(2)),
                ], rowLimit: -1)),
            .figure(Figure(name: "", caption: "", LovePlot([]))),
          ])
      ])
    let page = read(document, "empty blocks")
    #expect(page.all("table").count == 2)
    #expect(page.elements.contains { $0.text == "There are no rows." })
    #expect(document.figures.map(\.file) == ["figures/figure.svg"])
    #expect(MarkdownReport(document).text.contains("6 more rows not shown"))
  }

  @Test func rowsBeyondTheLimitAreCounted() {
    let source = HTMLReport(SampleDocument.document).text
    #expect(source.contains("2 more rows in tables/comparators.balance.csv"))
    #expect(
      MarkdownReport(SampleDocument.document).text
        .contains("2 more rows in tables/comparators.balance.csv"))
  }

  @Test func footnotesAreNumberedOnce() {
    let page = read(SampleDocument.document, "sample")
    let notes = page.elements.filter { $0.attributes["id"]?.hasPrefix("note-") == true }
    #expect(notes.map { $0.attributes["id"] ?? "" }.sorted() == ["note-1", "note-mark-1"])
  }
}
