/// A report as one page that needs nothing else: no script, no network, no font file.
///
/// The page is HTML 5 and well-formed XML at once. A policy in its head forbids the browser to load or run
/// anything, so that it opens on a locked-down desktop.
public struct HTMLReport: Sendable {
  public let document: ReportDocument

  public init(_ document: ReportDocument) { self.document = document }

  /// The whole page.
  public var text: String {
    var writer = HTMLWriter()
    return "<!DOCTYPE html>\n" + writer.page(document).source
  }
}

/// Turns a document into markup, counting tables, figures and footnotes on the way.
struct HTMLWriter {
  var numbering = Numbering()

  mutating func page(_ document: ReportDocument) -> Markup {
    for anchor in ["main", "answer", "contents", "notes"] { _ = numbering.claim(anchor) }
    let sections = NumberedSection.all(of: document, anchors: &numbering)
    let masthead = masthead(document)
    let answer = document.answer.map { self.answer($0) } ?? .nothing
    let body = sections.map { section($0, level: 2) }
    return .element(
      .html,
      [Attribute(.xmlns, "http://www.w3.org/1999/xhtml"), Attribute(.lang, document.language)],
      [
        head(document),
        .element(
          .body,
          content: [
            .element(
              .a, Attribute(.class, "skip"), Attribute(.href, "#main"),
              text: "Skip to the report"),
            masthead,
            .element(
              .main, Attribute(.id, "main"),
              content: [
                answer,
                .element(
                  .div, Attribute(.class, "columns"),
                  content: [
                    contents(sections),
                    .element(
                      .article, content: body + [footnotes()]),
                  ]),
              ]),
          ]),
      ])
  }

  private func head(_ document: ReportDocument) -> Markup {
    .element(
      .head,
      content: [
        .element(.meta, Attribute(.charset, "utf-8")),
        .element(
          .meta, Attribute(.httpEquiv, "Content-Security-Policy"),
          Attribute(.content, "default-src 'none'; style-src 'unsafe-inline'")),
        .element(
          .meta, Attribute(.name, "viewport"),
          Attribute(.content, "width=device-width, initial-scale=1")),
        .element(.title, text: document.title),
        .element(.style, content: [.stylesheet]),
      ])
  }

  private mutating func masthead(_ document: ReportDocument) -> Markup {
    var parts: [Markup] = []
    if let subtitle = document.subtitle {
      parts.append(.element(.p, Attribute(.class, "kind"), text: subtitle))
    }
    parts.append(.element(.h1, text: document.title))
    if let question = document.question {
      parts.append(.element(.p, Attribute(.class, "question"), content: inline(question)))
    }
    if !document.metadata.isEmpty {
      parts.append(definitions(document.metadata, class: "metadata"))
    }
    return .element(
      .header, content: [.element(.div, Attribute(.class, "inner"), content: parts)])
  }

  private mutating func answer(_ answer: Answer) -> Markup {
    var parts: [Markup] = [
      .element(.h2, Attribute(.id, "answer"), text: "The answer"),
      .element(.p, Attribute(.class, "sentence"), content: inline(answer.sentence)),
    ]
    if let interval = answer.interval {
      parts.append(.element(.p, Attribute(.class, "interval"), text: interval))
    }
    for detail in answer.details { parts.append(.element(.p, content: inline(detail))) }
    if !answer.cautions.isEmpty {
      parts.append(
        .element(
          .div, Attribute(.class, "caution"), Attribute(.role, "note"),
          content: [.element(.p, content: [.element(.strong, text: "Read with caution")])]
            + answer.cautions.map { .element(.p, content: inline($0)) }))
    }
    if let figure = answer.figure { parts.append(self.figure(figure)) }
    return .element(
      .section, Attribute(.class, "answer"), Attribute(.ariaLabelledby, "answer"), content: parts)
  }

  private func contents(_ sections: [NumberedSection]) -> Markup {
    guard !sections.isEmpty else { return .nothing }
    return .element(
      .nav, Attribute(.ariaLabelledby, "contents"),
      content: [
        .element(.h2, Attribute(.id, "contents"), text: "Contents"),
        .element(
          .ol,
          content: sections.map { section in
            .element(
              .li,
              content: [
                .element(
                  .a, Attribute(.href, "#\(section.anchor)"),
                  content: [
                    .element(.span, Attribute(.class, "number"), text: section.number + " "),
                    .text(section.section.title),
                  ])
              ])
          }),
      ])
  }

  private mutating func section(_ numbered: NumberedSection, level: Int) -> Markup {
    let tag: Tag =
      switch level {
      case 2: .h2
      case 3: .h3
      case 4: .h4
      case 5: .h5
      default: .h6
      }
    let heading = Markup.element(
      tag,
      content: [
        .element(.span, Attribute(.class, "number"), text: numbered.number + " "),
        .text(numbered.section.title),
      ])
    let blocks = numbered.section.blocks.map { block($0) }
    let below = numbered.subsections.map { section($0, level: level + 1) }
    let content =
      numbered.section.isFolded
      ? [
        Markup.element(
          .details, content: [.element(.summary, content: [heading])] + blocks + below)
      ] : [heading] + blocks + below
    return .element(.section, Attribute(.id, numbered.anchor), content: content)
  }

  private mutating func footnotes() -> Markup {
    guard !numbering.footnotes.isEmpty else { return .nothing }
    var items: [Markup] = []
    // A footnote may hold another, which joins the end of the list.
    while items.count < numbering.footnotes.count {
      let number = items.count + 1
      let note = inline(numbering.footnotes[number - 1])
      items.append(
        .element(
          .li, Attribute(.id, "note-\(number)"),
          content: note + [
            .text(" "),
            .element(
              .a, Attribute(.href, "#note-mark-\(number)"),
              Attribute(.ariaLabel, "Back to the text of note \(number)"), text: "↩"),
          ]))
    }
    return .element(
      .section, Attribute(.class, "notes"), Attribute(.ariaLabelledby, "notes"),
      content: [
        .element(.h2, Attribute(.id, "notes"), text: "Notes"), .element(.ol, content: items),
      ])
  }
}
