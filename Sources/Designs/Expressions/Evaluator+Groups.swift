extension Evaluator {
  mutating func aggregate(
    _ aggregate: Aggregate, of value: BoundExpression, over: AggregateRows, in table: String,
    rows: Int
  ) -> Vector {
    switch over {
    case .all:
      let values = evaluate(value, in: table, rows: rows).values(of: aggregate, rows: rows)
      return .init(.constant(whole(aggregate, values)))
    case .allLinked(let child, let childRows):
      let values = evaluate(value, in: child, rows: childRows).values(
        of: aggregate, rows: childRows)
      return .init(.constant(whole(aggregate, values)))
    case .by(let by):
      let values = evaluate(value, in: table, rows: rows).values(of: aggregate, rows: rows)
      let groups = Groups(evaluate(by, in: table, rows: rows), rows: rows)
      return groups.spread(
        aggregate(values, group: groups.codes, groupCount: groups.count))
    case .linked(let child, let index, let by):
      let values = evaluate(value, in: child, rows: index.count).values(
        of: aggregate, rows: index.count)
      let groups =
        by.map { Groups(evaluate($0, in: table, rows: rows), rows: rows) }
        ?? Groups(eachOf: rows)
      let group = index.map { $0 < 0 ? -1 : groups.codes[Int($0)] }
      return groups.spread(aggregate(values, group: group, groupCount: groups.count))
    }
  }

  private func whole(_ aggregate: Aggregate, _ values: [Double]) -> Double {
    aggregate(values, group: Array(repeating: 0, count: values.count), groupCount: 1)[0]
  }

  /// (x − mean) / sd, of the table or of groups; missing where the values do not vary.
  mutating func standardise(
    _ value: BoundExpression, by: BoundExpression?, _ syntax: Syntax, in table: String, rows: Int
  ) -> Vector {
    let values = evaluate(value, in: table, rows: rows).numbers(rows: rows)
    let groups =
      by.map { Groups(evaluate($0, in: table, rows: rows), rows: rows) } ?? Groups(oneOf: rows)
    let moments = Moments(values, groups.codes, groups.count)
    let means = moments.means
    let deviations = moments.deviations(values, groups.codes)
    var result = values
    for row in result.indices {
      let code = Int(groups.codes[row])
      result[row] = code < 0 ? .nan : (values[row] - means[code]) / deviations[code]
    }
    let known = values.indices.map { groups.codes[$0] < 0 ? .nan : values[$0] }
    return checked(
      Vector(.numbers(result)), from: [Vector(.numbers(known))], "no-result-standardise",
      "fewer than two different values", syntax, table)
  }
}

/// The rows of a table in groups of equal values.
private struct Groups {
  /// The group of each row, −1 where the value is missing.
  let codes: [Int32]
  let count: Int

  init(codes: [Int32], count: Int) {
    self.codes = codes
    self.count = count
  }

  init(oneOf rows: Int) { self.init(codes: Array(repeating: 0, count: rows), count: 1) }

  init(eachOf rows: Int) { self.init(codes: Array(0..<Int32(rows)), count: rows) }

  init(_ vector: Vector, rows: Int) {
    switch vector.expanded().payload {
    case .constant(let value):
      self.init(codes: Array(repeating: value.isNaN ? -1 : 0, count: rows), count: 1)
    case .constantText: self.init(oneOf: rows)
    case .codes(let codes, let levels): self.init(codes: codes, count: levels.count)
    case .numbers(let values):
      var known: [Double: Int32] = [:]
      let codes: [Int32] = values.map { value in
        if value.isNaN { return -1 }
        if let code = known[value] { return code }
        let code = Int32(known.count)
        known[value] = code
        return code
      }
      self.init(codes: codes, count: known.count)
    }
  }

  /// The result of each row's group.
  func spread(_ results: [Double]) -> Vector {
    Vector(.numbers(codes.map { $0 < 0 ? .nan : results[Int($0)] }))
  }
}

extension Vector {
  /// The numbers that an aggregate runs over: which text it is matters only where texts are told apart.
  fileprivate func values(of aggregate: Aggregate, rows: Int) -> [Double] {
    aggregate == .distinct ? identities(rows: rows) : numbers(rows: rows)
  }
}
