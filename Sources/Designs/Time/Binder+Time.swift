internal import Tables

extension Binder {
  /// `x @ base`: x in the row of its own table that the unit has in the year.
  func bind(
    _ value: Syntax, at year: YearReference, _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    guard !data.time.panels.isEmpty else {
      throw ExpressionError(
        .rule(
          "`@` looks at a year, and no table has one: give a table's `key` as [unit, year], or its "
            + "`as-of`"), at: syntax.span)
    }
    let panels = data.time.panels.filter { data.path(from: table, to: $0.units) != nil }
    guard !panels.isEmpty else {
      throw ExpressionError(
        .rule(
          "`\(syntax.spelling)` stands in `\(table)`, from which no link leads to units with years"),
        at: syntax.span)
    }
    var first: ExpressionError?
    for panel in panels {
      let inner: BoundExpression
      do throws(ExpressionError) {
        inner = try Binder(data: data, table: panel.table, looksAtYear: panel.isDated).bind(value)
      } catch {
        if first == nil { first = error }
        continue
      }
      let index = try rows(of: panel, in: year, syntax)
      return BoundExpression(
        .elsewhere(
          inner, table: panel.table, rows: data[table: panel.table]?.rowCount ?? 0, index: index),
        inner.type, levels: inner.levels, syntax)
    }
    throw first ?? ExpressionError(.rule("nothing to look at"), at: syntax.span)
  }

  /// For each row of this table the row of `panel` that its unit has in the year.
  private func rows(
    of panel: Panel, in year: YearReference, _ syntax: Syntax
  ) throws(ExpressionError) -> [Int32] {
    let count = data[table: table]?.rowCount ?? 0
    let unit = data.rowIndex(from: table, to: panel.units) ?? Array(repeating: -1, count: count)
    switch year {
    case .year(let year): return unit.map { panel.row(unit: $0, year: year) }
    case .base(let offset):
      guard
        let base = data.time.bases.first(where: { data.path(from: table, to: $0.table) != nil }),
        let index = data.rowIndex(from: table, to: base.table)
      else {
        throw ExpressionError(
          .rule(
            data.time.bases.isEmpty
              ? "`@ base` needs a base year: declare the study's `treatment`"
              : "a row of `\(table)` has no base year; these have one: "
                + data.time.bases.map { "`\($0.table)`" }.joined(separator: ", ")),
          at: syntax.span)
      }
      return unit.indices.map { row in
        guard index[row] >= 0, let year = Int(exactly: base.years[Int(index[row])]) else {
          return -1
        }
        return panel.row(unit: unit[row], year: year + offset)
      }
    }
  }

  /// Whether a name says which unit a row of this table is of, where the table has a row a unit and year.
  func isUnitKey(_ name: String) -> Bool {
    data.time.yearColumns[table] != nil && data.time.rowKeys[table] == name
  }

  /// Whether every plain name of `syntax` can be found in a row of this table.
  func resolvesAll(_ syntax: Syntax) -> Bool {
    NameUse.all(in: syntax).filter { $0.table == nil && !$0.isEpisodes }.allSatisfy {
      (try? data.resolve($0.name, from: table)) != nil
    }
  }
}
