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
    let texts = view.texts
    let spans = spans(texts, named: numeric.first == false)
    let rows = zip(texts, spans).map { row, span in
      Markup.element(.tr, content: cells(row, numeric: numeric, span: span))
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

  /// For each row how many rows, from it on, bear its name; 0 where a row above has named it.
  private func spans(_ rows: [[String]], named: Bool) -> [Int] {
    var spans = rows.map { _ in 1 }
    guard named else { return spans }
    for index in rows.indices.reversed().dropLast() {
      let name = rows[index].first
      guard name == rows[index - 1].first, name != NumberFormat.missing else { continue }
      spans[index - 1] += spans[index]
      spans[index] = 0
    }
    return spans
  }

  /// The first column names the row, or the rows that share the name, where it holds words.
  private func cells(_ row: [String], numeric: [Bool], span: Int) -> [Markup] {
    row.indices.compactMap { index in
      let content: Markup =
        row[index] == NumberFormat.missing
        ? .element(
          .abbr, Attribute(.ariaLabel, "not available"), Attribute(.class, "none"),
          text: row[index])
        : .text(row[index])
      if index == 0, !numeric[index] {
        guard span > 0 else { return nil }
        let rows = span > 1 ? [Attribute(.rowspan, "\(span)")] : []
        return .element(.th, [Attribute(.scope, "row")] + rows, [content])
      }
      return .element(.td, cellAttributes(numeric[index]), [content])
    }
  }

  private func cellAttributes(_ isNumeric: Bool) -> [Attribute] {
    isNumeric ? [Attribute(.class, "number")] : []
  }
}
