/// What can be computed from the values of many rows; missing values are left out.
enum Aggregate: String, Sendable {
  case min, max, mean, sd, median, sum, count, range, distinct

  func type(of argument: ValueType) -> ValueType {
    switch self {
    case .min, .max: argument == .date ? .date : .number
    case .mean, .sd, .median, .sum, .count, .range, .distinct: .number
    }
  }

  /// The result of each of `groupCount` groups.
  ///
  /// A group without values has the sum 0, the count 0, and otherwise NaN; a standard deviation (divisor
  /// n − 1) needs two values. Sums run in the order of the rows and carry their rounding error with them.
  ///
  /// - Parameter group: the group of each value, −1 for none.
  /// - Complexity: O(values + groups); the median sorts within groups.
  func callAsFunction(_ values: [Double], group: [Int32], groupCount: Int) -> [Double] {
    switch self {
    case .count: Moments(values, group, groupCount).counts
    case .sum: Moments(values, group, groupCount).sums
    case .mean: Moments(values, group, groupCount).means
    case .sd: Moments(values, group, groupCount).deviations(values, group)
    case .min: extremes(values, group, groupCount) { $0 < $1 }
    case .max: extremes(values, group, groupCount) { $0 > $1 }
    case .median: medians(values, group, groupCount)
    case .range:
      zip(
        extremes(values, group, groupCount) { $0 > $1 },
        extremes(values, group, groupCount) { $0 < $1 }
      ).map { $0 - $1 }
    case .distinct: distinct(values, group, groupCount)
    }
  }

  private func extremes(
    _ values: [Double], _ group: [Int32], _ groupCount: Int, _ isBetter: (Double, Double) -> Bool
  ) -> [Double] {
    var result = [Double](repeating: .nan, count: groupCount)
    for (value, code) in zip(values, group) where code >= 0 && !value.isNaN {
      let best = result[Int(code)]
      if best.isNaN || isBetter(value, best) { result[Int(code)] = value }
    }
    return result
  }

  private func distinct(_ values: [Double], _ group: [Int32], _ groupCount: Int) -> [Double] {
    var seen = [Set<Double>](repeating: [], count: groupCount)
    for (value, code) in zip(values, group) where code >= 0 && !value.isNaN {
      seen[Int(code)].insert(value)
    }
    return seen.map { Double($0.count) }
  }

  private func medians(_ values: [Double], _ group: [Int32], _ groupCount: Int) -> [Double] {
    var members = [[Double]](repeating: [], count: groupCount)
    for (value, code) in zip(values, group) where code >= 0 && !value.isNaN {
      members[Int(code)].append(value)
    }
    return members.map { list in
      guard !list.isEmpty else { return .nan }
      let sorted = list.sorted()
      let middle = sorted.count / 2
      return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
  }
}

/// Counts and sums of groups.
struct Moments {
  let counts: [Double]
  let sums: [Double]

  init(_ values: [Double], _ group: [Int32], _ groupCount: Int) {
    var counts = [Double](repeating: 0, count: groupCount)
    var sums = CompensatedSums(groupCount)
    for (value, code) in zip(values, group) where code >= 0 && !value.isNaN {
      counts[Int(code)] += 1
      sums.add(value, to: Int(code))
    }
    self.counts = counts
    self.sums = sums.totals
  }

  var means: [Double] { zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan } }

  /// Standard deviations with divisor n − 1, about the means.
  func deviations(_ values: [Double], _ group: [Int32]) -> [Double] {
    let means = means
    var squares = CompensatedSums(counts.count)
    for (value, code) in zip(values, group) where code >= 0 && !value.isNaN {
      let difference = value - means[Int(code)]
      squares.add(difference * difference, to: Int(code))
    }
    return zip(squares.totals, counts).map { $1 > 1 ? ($0 / ($1 - 1)).squareRoot() : .nan }
  }
}

/// Sums that keep what rounding takes away (A. Neumaier 1974, doi:10.1002/zamm.19740540106).
private struct CompensatedSums {
  private var sums: [Double]
  private var corrections: [Double]

  init(_ count: Int) {
    sums = Array(repeating: 0, count: count)
    corrections = Array(repeating: 0, count: count)
  }

  mutating func add(_ value: Double, to place: Int) {
    let sum = sums[place]
    let next = sum + value
    if next.isFinite {
      corrections[place] += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
    }
    sums[place] = next
  }

  var totals: [Double] { zip(sums, corrections).map { $0 + $1 } }
}
