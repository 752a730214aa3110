internal import Tables

extension Binder {
  func bindMembership(_ call: Call) throws(ExpressionError) -> BoundExpression {
    let at = try call.named("at")
    let values = try call.positional(1...2)
    guard case .name(let name) = values[0].bare.kind else { throw call.wrong }
    guard let episodes = data.episodes.first(where: { $0.table == name }) else {
      throw ExpressionError(
        .unknownName(name, kind: .table, known: data.episodes.map(\.table)), at: values[0].span)
    }
    guard let path = data.path(from: table, to: episodes.of) else {
      throw ExpressionError(
        .rule("`\(name)` holds episodes of `\(episodes.of)`, to which `\(table)` is not linked"),
        at: values[0].span)
    }
    guard let link = data.links.first(where: { $0.from == name && $0.to == episodes.of }),
      let rows = data[table: name], let units = data[table: episodes.of]
    else {
      throw ExpressionError(
        .rule("`\(name)` is not linked to `\(episodes.of)`"), at: values[0].span)
    }
    if at == nil, call.function != .member { throw call.wrong }
    let inside = Binder(data: data, table: name)
    let columns = try inside.columns(of: episodes, in: rows, at: values[0].span)
    // A day may be a unit's own, or one of the rows that belong to it, such as its years.
    let ofUnits = Binder(data: data, table: episodes.of)
    let isOfRows = at.map { !path.isEmpty && !ofUnits.resolvesAll($0) } ?? false
    var query = MembershipQuery(
      question: call.function == .member
        ? .isMember : call.function == .groupSize ? .groupSize : .yearsSinceJoining,
      episodes: name, episodeCount: rows.rowCount, unit: link.index, units: episodes.of,
      unitCount: units.rowCount, group: columns.group, from: columns.from, to: columns.to,
      condition: values.count < 2 ? nil : try inside.bind(values[1], as: .logical),
      at: try at.map { part throws(ExpressionError) in
        isOfRows ? nil : try ofUnits.bind(part, as: .date)
      } ?? nil,
      rowsOfUnits: path.isEmpty ? nil : data.rowIndex(along: path))
    if isOfRows, let at { query.dayOfRow = try bind(at, as: .date) }
    return BoundExpression(
      .membership(query), call.function == .member ? .logical : .number, call.syntax)
  }

  private func columns(
    of episodes: Episodes, in rows: Table, at span: TextSpan
  ) throws(ExpressionError) -> (group: Column, from: Column?, to: Column?) {
    func column(_ name: String?) throws(ExpressionError) -> Column? {
      guard let name else { return nil }
      guard let column = rows[name] else {
        throw ExpressionError(
          .unknownName(name, kind: .column, known: rows.columnNames), at: span)
      }
      return column
    }
    func date(_ name: String?) throws(ExpressionError) -> Column? {
      guard let column = try column(name) else { return nil }
      guard case .numbers = column.storage else {
        throw ExpressionError(
          .wrongType(expected: "dates in `\(column.name)`", found: column.type.rawValue), at: span)
      }
      return column
    }
    guard let group = try column(episodes.group) else {
      throw ExpressionError(
        .unknownName(episodes.group, kind: .column, known: rows.columnNames), at: span)
    }
    return (group, try date(episodes.from), try date(episodes.to))
  }
}
