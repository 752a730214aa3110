internal import Tables

/// The groups of each row of a table where a row may belong to several.
struct MembershipColumns: Sendable {
  /// One membership as it was found; `level` is a position in `labels`.
  struct Entry: Sendable, Hashable {
    let level: Int32
    let weight: Double
  }

  let labels: [String]
  /// The entries of row *r* are `starts[r] ..< starts[r + 1]`.
  private let starts: [Int]
  private let entries: [Entry]
  /// Rows of which a group or a weight is not known.
  private let unknown: [Bool]
  private let normalises: Bool

  init(
    _ syntax: Syntax, _ binder: Binder, _ evaluator: inout Evaluator, rows: Int
  ) throws(ExpressionError) {
    let call = try MembershipCall(syntax)
    let found: Found
    switch call.source {
    case .columns(let groups, let weights):
      found = try Self.columns(groups, weights, binder, rows: rows, at: call.span)
    case .episodes(let name, let weights, let condition):
      found = try Self.episodes(
        name, weights, condition, binder, &evaluator, rows: rows, at: call.span)
    }
    labels = found.labels
    normalises = call.normalises
    unknown = found.rows.map { $0.isUnknown }
    var starts = [0]
    var entries: [Entry] = []
    for (row, members) in found.rows.enumerated() {
      let merged = Self.merged(members.entries)
      if let bad = merged.first(where: { !($0.weight > 0) || !$0.weight.isFinite }),
        !members.isUnknown
      {
        throw ExpressionError(
          .unusableWeight(column: syntax.spelling, row: row + 1, value: bad.weight),
          at: call.span)
      }
      entries += merged
      starts.append(entries.count)
    }
    self.starts = starts
    self.entries = entries
  }

  /// What was found for each row.
  struct Found {
    var labels: [String]
    var rows: [(entries: [Entry], isUnknown: Bool)]
  }

  /// The entries by level, those of one level added up and zeros left out.
  private static func merged(_ entries: [Entry]) -> [Entry] {
    guard entries.count > 1 else { return entries.filter { $0.weight != 0 } }
    var result: [Entry] = []
    for entry in entries.sorted(by: { $0.level < $1.level }) where entry.weight != 0 {
      if let last = result.last, last.level == entry.level {
        result[result.count - 1] = Entry(level: last.level, weight: last.weight + entry.weight)
      } else {
        result.append(entry)
      }
    }
    return result
  }

  /// Whether a row belongs to no group, or not all is known of the groups it belongs to.
  func isMissing(_ row: Int) -> Bool { unknown[row] || starts[row] == starts[row + 1] }

  private func total(_ row: Int) -> Double {
    entries[starts[row]..<starts[row + 1]].reduce(0) { $0 + $1.weight }
  }

  /// The memberships of the used rows; levels without rows are not kept.
  func factor(in selection: RowSelection, named name: String) -> GroupingFactor {
    var occurs = [Bool](repeating: false, count: labels.count)
    selection.forEach { row in
      guard !unknown[row] else { return }
      for entry in entries[starts[row]..<starts[row + 1]] { occurs[Int(entry.level)] = true }
    }
    var position = [Int32](repeating: -1, count: labels.count)
    var kept: [String] = []
    for level in labels.indices where occurs[level] {
      position[level] = Int32(kept.count)
      kept.append(labels[level])
    }
    var ends: [Int32] = [0]
    var levels: [Int32] = []
    var weights: [Double] = []
    selection.forEach { row in
      if !unknown[row] {
        let total = normalises ? total(row) : 1
        for entry in entries[starts[row]..<starts[row + 1]] {
          levels.append(position[Int(entry.level)])
          weights.append(entry.weight / total)
        }
      }
      ends.append(Int32(levels.count))
    }
    return GroupingFactor(
      name: name, memberships: Memberships(starts: ends, levels: levels, weights: weights),
      levels: kept)
  }

  /// Weights that do not sum to one, where they were to be taken as they are.
  func doubts(in selection: RowSelection, named name: String) -> [Diagnostic] {
    guard !normalises else { return [] }
    var (count, low, high) = (0, Double.infinity, -Double.infinity)
    selection.forEach { row in
      guard !isMissing(row) else { return }
      let total = total(row)
      guard abs(total - 1) > 1e-6 else { return }
      count += 1
      low = min(low, total)
      high = max(high, total)
    }
    guard count > 0 else { return [] }
    return [
      Diagnostic(
        .warning, code: "membership-weights",
        "In \(count) rows the weights of `\(name)` do not sum to one but to between \(low) and \(high): "
          + "groups then vary less or more in those rows than in others; `normalise = true` scales "
          + "them.")
    ]
  }
}
