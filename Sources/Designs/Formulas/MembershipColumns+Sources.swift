internal import Tables

extension MembershipColumns {
  /// Groups and weights in columns of the rows themselves.
  static func columns(
    _ groups: [String], _ weights: [String]?, _ binder: Binder, rows: Int, at span: TextSpan
  ) throws(ExpressionError) -> Found {
    var parts: [(codes: [Int32], labels: [String], isNumber: Bool)] = []
    for name in groups {
      let column = try binder.resolve(name, at: span)
      let type = ValueType(column.column.type)
      let factor = Factor(Vector(column), type: type, rows: rows, contrast: .treatment)
      parts.append((factor.codes, factor.levels, type == .number))
    }
    let (labels, positions) = union(parts.map(\.labels), areNumbers: parts.allSatisfy(\.isNumber))
    var shares: [[Double]]?
    if let weights {
      var columns: [[Double]] = []
      for name in weights { columns.append(try numbers(name, binder, rows: rows, at: span)) }
      shares = columns
    }
    var found = Found(labels: labels, rows: [])
    found.rows.reserveCapacity(rows)
    for row in 0..<rows {
      var entries: [Entry] = []
      var isUnknown = false
      let known = parts.reduce(0) { $0 + ($1.codes[row] < 0 ? 0 : 1) }
      for (k, part) in parts.enumerated() {
        let code = part.codes[row]
        let weight = shares?[k][row] ?? (known > 0 ? 1 / Double(known) : 0)
        if code < 0 {
          // A place that is not used has no weight; one that has a weight lacks its group.
          if shares != nil, !weight.isNaN, weight != 0 { isUnknown = true }
        } else if weight.isNaN {
          isUnknown = true
        } else {
          entries.append(Entry(level: positions[k][Int(code)], weight: weight))
        }
      }
      found.rows.append((entries, isUnknown))
    }
    return found
  }

  private static func numbers(
    _ name: String, _ binder: Binder, rows: Int, at span: TextSpan
  ) throws(ExpressionError) -> [Double] {
    let column = try binder.resolve(name, at: span)
    guard case .numbers = column.column.storage else {
      throw ExpressionError(
        .wrongType(expected: "weights in `\(name)`", found: column.column.type.rawValue), at: span)
    }
    return Vector(column).numbers(rows: rows)
  }

  /// All labels once: numbers ascending, texts as they first stand; and where each column's labels went.
  private static func union(
    _ lists: [[String]], areNumbers: Bool
  ) -> (labels: [String], positions: [[Int32]]) {
    var seen: Set<String> = []
    var labels = lists.flatMap { $0 }.filter { seen.insert($0).inserted }
    if areNumbers { labels.sort { (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1) } }
    var place: [String: Int32] = [:]
    for (position, label) in labels.enumerated() { place[label] = Int32(position) }
    return (labels, lists.map { $0.map { place[$0] ?? 0 } })
  }

  /// Groups in a table of episodes, with the weights of a column or the shares of a period.
  static func episodes(
    _ name: String, _ weights: MembershipCall.EpisodeWeights, _ condition: Syntax?,
    _ binder: Binder, _ evaluator: inout Evaluator, rows: Int, at span: TextSpan
  ) throws(ExpressionError) -> Found {
    let data = binder.data
    guard let episodes = data.episodes.first(where: { $0.table == name }) else {
      throw ExpressionError(
        .unknownName(name, kind: .table, known: data.episodes.map(\.table)), at: span)
    }
    guard let units = data.rowIndex(from: binder.table, to: episodes.of) else {
      throw ExpressionError(
        .rule(
          "`\(name)` holds episodes of `\(episodes.of)`, to which `\(binder.table)` is not linked"),
        at: span)
    }
    guard let link = data.links.first(where: { $0.from == name && $0.to == episodes.of }),
      let table = data[table: name]
    else {
      throw ExpressionError(.rule("`\(name)` is not linked to `\(episodes.of)`"), at: span)
    }
    let inside = Binder(data: data, table: name)
    let count = table.rowCount
    let group = try inside.resolve(episodes.group, at: span)
    let groups = Factor(
      Vector(group), type: ValueType(group.column.type), rows: count, contrast: .treatment)
    var counts = [Double](repeating: 1, count: count)
    if let condition {
      let bound = try inside.bind(condition, as: .logical)
      counts = evaluator.evaluate(bound, in: name, rows: count).numbers(rows: count)
    }
    // Episodes by unit, in their order.
    let unitCount = data[table: episodes.of]?.rowCount ?? 0
    var ofUnit = [[Int32]](repeating: [], count: unitCount)
    for (episode, unit) in link.index.enumerated() where unit >= 0 && counts[episode] != 0 {
      ofUnit[Int(unit)].append(Int32(episode))
    }
    let share: EpisodeShare
    switch weights {
    case .equal: share = .equal
    case .column(let syntax):
      let bound = try inside.bindNumeric(syntax)
      share = .column(evaluator.evaluate(bound, in: name, rows: count).numbers(rows: count))
    case .period(let from, let to):
      let first = try binder.bind(from, as: .date)
      let last = try binder.bind(to, as: .date)
      func dates(_ column: String?) throws(ExpressionError) -> [Double]? {
        guard let column else { return nil }
        return try numbers(column, inside, rows: count, at: span)
      }
      share = .period(
        from: evaluator.evaluate(first, in: binder.table, rows: rows).numbers(rows: rows),
        to: evaluator.evaluate(last, in: binder.table, rows: rows).numbers(rows: rows),
        begun: try dates(episodes.from), ended: try dates(episodes.to))
    }
    var found = Found(labels: groups.levels, rows: [])
    found.rows.reserveCapacity(rows)
    for row in 0..<rows {
      var entries: [Entry] = []
      var isUnknown = units[row] < 0 || !share.isKnown(row)
      for episode in units[row] < 0 ? [] : ofUnit[Int(units[row])] {
        let weight = share.weight(Int(episode), row)
        if weight == 0 { continue }
        let level = groups.codes[Int(episode)]
        if level < 0 || weight.isNaN || counts[Int(episode)].isNaN {
          isUnknown = true
        } else {
          entries.append(Entry(level: level, weight: weight))
        }
      }
      if case .equal = share, !entries.isEmpty {
        // Two spells in one group are one membership.
        let levels = Set(entries.map(\.level)).sorted()
        entries = levels.map { Entry(level: $0, weight: 1 / Double(levels.count)) }
      }
      found.rows.append((entries, isUnknown))
    }
    return found
  }
}

/// What an episode weighs in a row.
private enum EpisodeShare {
  case equal
  case column([Double])
  /// Dates as days: of each row, and of each episode where it has them.
  case period(from: [Double], to: [Double], begun: [Double]?, ended: [Double]?)

  /// Whether the row's period is known and has a day.
  func isKnown(_ row: Int) -> Bool {
    if case .period(let from, let to, _, _) = self { return from[row] < to[row] }
    return true
  }

  func weight(_ episode: Int, _ row: Int) -> Double {
    switch self {
    case .equal: return 1
    case .column(let weights): return weights[episode]
    case .period(let from, let to, let begun, let ended):
      guard from[row] < to[row] else { return 0 }
      let first = begun?[episode] ?? -.infinity
      guard !first.isNaN else { return .nan }
      let last = ended?[episode] ?? .infinity
      let low = max(from[row], first)
      let high = last.isNaN ? to[row] : min(to[row], last)
      return max(0, high - low) / (to[row] - from[row])
    }
  }
}
