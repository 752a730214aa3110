internal import Tables

extension HTMLWriter {
  /// A numbered table of the text.
  mutating func table(_ view: TableView) -> Markup {
    let id = "table-\(numbering.nextTable())"
    return .element(
      .div, Attribute(.class, "table"), Attribute(.id, numbering.claim(id)),
      content: [tableBody(view, id: id, number: numbering.tables)])
  }

  /// The table in a box that scrolls by itself, and what stands below it.
  mutating func tableBody(_ view: TableView, id: String, number: Int? = nil) -> Markup {
    let numeric = view.numeric
    let caption = "\(id)-caption"
    let name = number.map { [Markup.element(.strong, text: "Table \($0). ")] } ?? []
    let head = zip(view.columns, numeric).map { column, isNumeric in
      Markup.element(
        .th, cellAttributes(isNumeric) + [Attribute(.scope, "col")],
        [.text(column.heading)]
          + (column.unit.map {
            [.text(" "), .element(.span, Attribute(.class, "unit"), text: $0)]
          } ?? []))
    }
    let rows = view.texts.map { row in
      Markup.element(.tr, content: cells(row, numeric: numeric))
    }
    let empty = Markup.element(
      .tr,
      content: [
        .element(
          .td, Attribute(.colspan, "\(max(view.columns.count, 1))"), Attribute(.class, "none"),
          text: "There are no rows.")
      ])
    var parts: [Markup] = [
      .element(
        .div, Attribute(.class, "scroll"), Attribute(.role, "region"), Attribute(.tabindex, "0"),
        Attribute(.ariaLabelledby, caption),
        content: [
          .element(
            .table,
            content: [
              .element(
                .caption, Attribute(.id, caption),
                content: [.element(.span, content: name + [.text(view.caption)])]),
              .element(.thead, content: [.element(.tr, content: head)]),
              .element(.tbody, content: rows.isEmpty ? [empty] : rows),
            ])
        ])
    ]
    if let remainder = view.remainder {
      parts.append(.element(.p, Attribute(.class, "remark"), text: remainder))
    }
    if let note = view.note {
      parts.append(.element(.p, Attribute(.class, "remark"), content: inline(note)))
    }
    return .group(parts)
  }

  /// The first column names the row where it holds words.
  private func cells(_ row: [String], numeric: [Bool]) -> [Markup] {
    row.indices.map { index in
      let content: Markup =
        row[index] == NumberFormat.missing
        ? .element(
          .abbr, Attribute(.ariaLabel, "not available"), Attribute(.class, "none"), text: row[index]
        )
        : .text(row[index])
      if index == 0, !numeric[index] {
        return .element(.th, Attribute(.scope, "row"), content: [content])
      }
      return .element(.td, cellAttributes(numeric[index]), [content])
    }
  }

  private func cellAttributes(_ isNumeric: Bool) -> [Attribute] {
    isNumeric ? [Attribute(.class, "number")] : []
  }
}
