/// Mean and variance of a weighted sample.
struct WeightedMoments {
  let mean: Double
  /// Σw(x − m)²/(1 − Σw²) with w summing to one; m(1 − m) for a 0/1 variable. NaN where there is one unit.
  let variance: Double

  init(_ values: [Double], weights: [Double], isBinary: Bool) {
    var total = 0.0
    for weight in weights { total += weight }
    // One value has itself as mean and no variance, which sums of shares would miss by a last bit.
    let isConstant = values.allSatisfy { $0 == values[0] }
    var mean = 0.0
    for (x, w) in zip(values, weights) { mean += w / total * x }
    if isConstant, let first = values.first { mean = first }
    self.mean = mean
    if isBinary {
      variance = mean * (1 - mean)
      return
    }
    var squares = 0.0
    var weightSquares = 0.0
    for (x, w) in zip(values, weights) {
      squares += w / total * (x - mean) * (x - mean)
      weightSquares += (w / total) * (w / total)
    }
    variance = weightSquares < 1 ? squares / (1 - weightSquares) : .nan
  }
}

/// The largest and the mean difference of two arms' weighted distribution functions, over the distinct
/// values of both.
struct DistributionDifference {
  let mean: Double
  let largest: Double

  /// - Parameters:
  ///   - values: of all units of the comparison, whether they weigh something or not.
  ///   - shares: each unit's weight as a share of its arm, negative for comparators.
  init(_ values: [Double], shares: [Double]) {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var difference = 0.0
    var sum = 0.0
    var largest = 0.0
    var distinct = 0.0
    for (position, unit) in order.enumerated() {
      difference += shares[unit]
      let isLast = position + 1 == order.count
      if isLast || values[order[position + 1]] != values[unit] {
        // Both functions end at one.
        let step = isLast ? 0 : abs(difference)
        sum += step
        largest = max(largest, step)
        distinct += 1
      }
    }
    mean = distinct > 0 ? sum / distinct : .nan
    self.largest = largest
  }
}
