internal import Tables

/// The columns whose combinations are the groups of a random term.
struct GroupColumns: Sendable {
  let name: String
  /// For each column the code of each row of the table, −1 where it is missing, and the labels.
  private let parts: [(codes: [Int32], labels: [String])]
  /// Where a row may belong to several groups; then there are no parts.
  private let memberships: MembershipColumns?

  /// The columns as factors.
  let factors: [Factor]

  init(_ memberships: MembershipColumns, named name: String) {
    self.name = name
    self.memberships = memberships
    parts = []
    factors = []
  }

  init(_ term: RandomSyntax, _ binder: Binder, rows: Int) throws(ExpressionError) {
    name = term.name
    var parts: [(codes: [Int32], labels: [String])] = []
    var factors: [Factor] = []
    for part in term.group {
      guard case .name(let name) = part.kind else { continue }
      let column = try binder.resolve(name, at: part.span)
      let type = ValueType(column.column.type)
      let factor = Factor(Vector(column), type: type, rows: rows, contrast: .treatment)
      parts.append((factor.codes, factor.levels))
      factors.append(factor)
    }
    self.parts = parts
    memberships = nil
    self.factors = factors
  }

  /// What a reader should know about the groups of the used rows.
  func doubts(in selection: RowSelection) -> [Diagnostic] {
    memberships?.doubts(in: selection, named: name) ?? []
  }

  /// Whether every row of the table surely has a group.
  var isComplete: Bool {
    memberships == nil && parts.allSatisfy { $0.codes.allSatisfy { $0 >= 0 } }
  }

  func isMissing(_ row: Int) -> Bool {
    memberships?.isMissing(row) ?? parts.contains { $0.codes[row] < 0 }
  }

  /// The groups of the used rows; levels are ordered by the first column, then the second, and named
  /// `school:la`.
  func factor(in selection: RowSelection) -> GroupingFactor {
    if let memberships { return memberships.factor(in: selection, named: name) }
    guard var (codes, labels) = parts.first.map({ dense($0.codes, $0.labels, selection) }) else {
      return GroupingFactor(
        name: name, codes: Array(repeating: -1, count: selection.count), levels: [])
    }
    for part in parts.dropFirst() {
      let (others, otherLabels) = dense(part.codes, part.labels, selection)
      let pairs = zip(codes, others).map { a, b in
        a < 0 || b < 0 ? -1 : Int(a) * otherLabels.count + Int(b)
      }
      let distinct = Set(pairs.lazy.filter { $0 >= 0 }).sorted()
      var positions: [Int: Int32] = [:]
      for (position, pair) in distinct.enumerated() { positions[pair] = Int32(position) }
      codes = pairs.map { $0 < 0 ? -1 : positions[$0] ?? -1 }
      labels = distinct.map {
        "\(labels[$0 / otherLabels.count]):\(otherLabels[$0 % otherLabels.count])"
      }
      // A row without one of its columns is in no group, so a level may have lost its last row.
      (codes, labels) = compact(codes, labels)
    }
    return GroupingFactor(name: name, codes: codes, levels: labels)
  }

  /// The codes of the used rows, with the labels that occur there alone.
  private func dense(
    _ codes: [Int32], _ labels: [String], _ selection: RowSelection
  ) -> (codes: [Int32], labels: [String]) {
    guard selection.rows != nil else { return compact(codes, labels) }
    var used: [Int32] = []
    used.reserveCapacity(selection.count)
    selection.forEach { used.append(codes[$0]) }
    return compact(used, labels)
  }

  private func compact(
    _ codes: [Int32], _ labels: [String]
  ) -> (codes: [Int32], labels: [String]) {
    var occurs = [Bool](repeating: false, count: labels.count)
    for code in codes where code >= 0 { occurs[Int(code)] = true }
    guard occurs.contains(false) else { return (codes, labels) }
    var positions = [Int32](repeating: -1, count: labels.count)
    var next: Int32 = 0
    for level in labels.indices where occurs[level] {
      positions[level] = next
      next += 1
    }
    return (
      codes.map { $0 < 0 ? -1 : positions[Int($0)] },
      labels.indices.filter { occurs[$0] }.map { labels[$0] }
    )
  }
}
