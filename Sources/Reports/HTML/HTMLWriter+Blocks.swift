internal import Tables

extension HTMLWriter {
  /// Running text as markup; a footnote leaves its number here.
  mutating func inline(_ prose: Prose) -> [Markup] {
    prose.runs.map { run in
      switch run {
      case .text(let text): return .text(text)
      case .emphasis(let text): return .element(.em, text: text)
      case .strong(let text): return .element(.strong, text: text)
      case .code(let text): return .element(.code, text: text)
      case .reference(let text, let anchor):
        return .element(
          .a, Attribute(.href, "#" + Reports.anchor(for: anchor)), text: text)
      case .footnote(let note):
        let number = numbering.footnote(note)
        return .element(
          .sup,
          content: [
            .element(
              .a, Attribute(.id, "note-mark-\(number)"), Attribute(.href, "#note-\(number)"),
              Attribute(.ariaLabel, "Note \(number)"), text: "\(number)")
          ])
      }
    }
  }

  mutating func block(_ block: Block) -> Markup {
    switch block {
    case .paragraph(let prose): return .element(.p, content: inline(prose))
    case .list(let items):
      return items.isEmpty
        ? .nothing : .element(.ul, content: items.map { .element(.li, content: inline($0)) })
    case .numbered(let items):
      return items.isEmpty
        ? .nothing : .element(.ol, content: items.map { .element(.li, content: inline($0)) })
    case .definitions(let facts): return definitions(facts, class: "facts")
    case .keyFigures(let figures): return keyFigures(figures)
    case .callout(let callout): return self.callout(callout)
    case .table(let view): return table(view)
    case .figure(let figure): return self.figure(figure)
    case .checklist(let items): return checklist(items)
    case .code(let text):
      return .element(
        .pre, Attribute(.tabindex, "0"), content: [.element(.code, text: text)])
    }
  }

  mutating func definitions(_ facts: [Fact], class name: String) -> Markup {
    guard !facts.isEmpty else { return .nothing }
    return .element(
      .dl, Attribute(.class, name),
      content: facts.map { fact in
        .element(
          .div,
          content: [
            .element(.dt, text: fact.term), .element(.dd, content: inline(fact.detail)),
          ])
      })
  }

  private func keyFigures(_ figures: [KeyFigure]) -> Markup {
    guard !figures.isEmpty else { return .nothing }
    return .element(
      .dl, Attribute(.class, "key"),
      content: figures.map { figure in
        .element(
          .div,
          content: [
            .element(.dt, text: figure.label),
            .element(.dd, Attribute(.class, "value"), text: figure.value),
          ] + (figure.detail.map { [.element(.dd, text: $0)] } ?? []))
      })
  }

  private mutating func callout(_ callout: Callout) -> Markup {
    .element(
      .div, Attribute(.class, "callout \(callout.severity.rawValue)"), Attribute(.role, "note"),
      content: [
        .element(
          .p, Attribute(.class, "label"),
          content: [.element(.strong, text: callout.heading)]
            + (callout.code.map { [.text(" "), .element(.code, text: $0)] } ?? [])),
        .element(.p, content: inline(callout.message)),
      ])
  }

  private mutating func checklist(_ items: [ChecklistItem]) -> Markup {
    guard !items.isEmpty else { return .nothing }
    return .element(
      .ul, Attribute(.class, "checklist"),
      content: items.map { item in
        .element(
          .li,
          content: [
            .element(
              .span, Attribute(.class, "state \(item.state.rawValue)"),
              content: [
                .element(.span, Attribute(.ariaHidden, "true"), text: item.state.symbol + " "),
                .text(item.state.words),
              ]),
            .element(.span, Attribute(.class, "what"), content: inline(item.text)),
          ])
      })
  }

  mutating func figure(_ figure: Figure) -> Markup {
    let number = numbering.nextFigure()
    let id = "figure-\(number)"
    var parts: [Markup] = [
      .element(
        .figcaption,
        content: [
          .element(.strong, text: "Figure \(number). "), .text(figure.caption),
        ]),
      .element(
        .div, Attribute(.class, "wide"), content: [figure.wide.markup(id: "\(id)-wide")]),
      .element(
        .div, Attribute(.class, "narrow"), content: [figure.narrow.markup(id: "\(id)-narrow")]),
    ]
    if let note = figure.note {
      parts.append(.element(.p, Attribute(.class, "remark"), content: inline(note)))
    }
    if let view = figure.table {
      parts.append(
        .element(
          .details,
          content: [
            .element(.summary, text: "The numbers behind figure \(number)"),
            tableBody(view, id: id),
          ]))
    }
    return .element(.figure, Attribute(.id, numbering.claim(id)), content: parts)
  }
}
