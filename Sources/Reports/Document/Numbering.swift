/// What a renderer counts while it walks a document: tables, figures, footnotes and the anchors in use.
struct Numbering {
  private(set) var tables = 0
  private(set) var figures = 0
  private(set) var footnotes: [Prose] = []
  private(set) var anchors = AnchorBook()

  mutating func nextTable() -> Int {
    tables += 1
    return tables
  }

  mutating func nextFigure() -> Int {
    figures += 1
    return figures
  }

  /// The number of a footnote whose text will stand at the end.
  mutating func footnote(_ text: Prose) -> Int {
    footnotes.append(text)
    return footnotes.count
  }

  mutating func claim(_ anchor: String) -> String { anchors.claim(anchor) }
}

/// A section with the number and the anchor that it has in the finished document.
struct NumberedSection {
  let number: String
  let anchor: String
  let section: ReportSection
  let subsections: [NumberedSection]

  static func all(of document: ReportDocument, anchors: inout Numbering) -> [NumberedSection] {
    number(document.sections, prefix: "", anchors: &anchors)
  }

  private static func number(
    _ sections: [ReportSection], prefix: String, anchors: inout Numbering
  ) -> [NumberedSection] {
    var result: [NumberedSection] = []
    for (index, section) in sections.enumerated() {
      let number = "\(prefix)\(index + 1)"
      let anchor = anchors.claim(section.anchor)
      result.append(
        NumberedSection(
          number: number, anchor: anchor, section: section,
          subsections: self.number(section.subsections, prefix: number + ".", anchors: &anchors)))
    }
    return result
  }
}
