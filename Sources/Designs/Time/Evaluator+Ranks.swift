internal import Tables

extension Evaluator {
  /// The rank of each value among those of its group, ties sharing their mean; or the quantile band that the
  /// lowest of its ranks falls into, from 1 to `bands`.
  mutating func ranks(
    _ value: BoundExpression, by: BoundExpression?, bands: Int?, in table: String, rows: Int
  ) -> Vector {
    let values = evaluate(value, in: table, rows: rows).numbers(rows: rows)
    var groups: [Double: [Int]] = [:]
    if let by {
      let codes = evaluate(by, in: table, rows: rows).identities(rows: rows)
      for row in 0..<rows where !codes[row].isNaN && !values[row].isNaN {
        groups[codes[row], default: []].append(row)
      }
    } else {
      groups[0] = (0..<rows).filter { !values[$0].isNaN }
    }
    var result = [Double](repeating: .nan, count: rows)
    // Groups do not share rows, so their order leaves no trace.
    for members in groups.values {
      let sorted = members.sorted { (values[$0], $0) < (values[$1], $1) }
      var start = 0
      while start < sorted.count {
        var end = start
        while end + 1 < sorted.count, values[sorted[end + 1]] == values[sorted[start]] { end += 1 }
        for position in start...end {
          result[sorted[position]] =
            if let bands {
              Double(1 + start * bands / sorted.count)
            } else {
              Double(start + end) / 2 + 1
            }
        }
        start = end + 1
      }
    }
    return Vector(.numbers(result))
  }
}

extension Vector {
  /// A number for each value that tells equal from different, texts by their code; NaN where missing.
  func identities(rows: Int) -> [Double] {
    switch expanded().payload {
    case .constantText: Array(repeating: 0, count: rows)
    case .codes(let codes, _): codes.map { $0 < 0 ? .nan : Double($0) }
    case .constant(let value): Array(repeating: value, count: rows)
    case .numbers(let values): values
    }
  }
}
