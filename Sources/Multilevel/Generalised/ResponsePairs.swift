internal import Designs

/// A binomial response that is written as successes and failures.
extension ResponseCounts {
  /// - Throws: ``GeneralisedModelError`` for counts below zero or not whole, and rows without a trial.
  init(pairs reader: FrameReader) throws(GeneralisedModelError) {
    let frame = reader.frame
    let failures = frame.failures ?? frame.response
    let weights =
      if let column = frame.weights { try reader.wholeWeights(column) } else { [Double]?.none }
    var counts: [[Double]] = []
    for column in [frame.response, failures] {
      let values = try reader.values(column)
      for (row, value) in values.enumerated() where value < 0 || value != value.rounded() {
        throw .notANumberOfTrials(column: frame.columns[column].name, row: row, value: value)
      }
      counts.append(values)
    }
    var totals = counts[0]
    var exposures = zip(counts[0], counts[1]).map { $0 + $1 }
    var constant = 0.0
    for row in totals.indices {
      guard exposures[row] > 0 else {
        throw .noTrials(
          successes: frame.columns[frame.response].name, failures: frame.columns[failures].name,
          row: row)
      }
      let weight = weights?[row] ?? 1
      constant += weight * ResponseCounts.logBinomial(exposures[row], totals[row])
      totals[row] *= weight
      exposures[row] *= weight
    }
    self.init(totals: totals, exposures: exposures, constant: constant, categories: [])
    let share = totals[0] / exposures[0]
    guard share != 0 && share != 1 || zip(totals, exposures).contains(where: { $0 / $1 != share })
    else {
      throw .allOutcomesEqual(response: frame.columns[frame.response].name, value: totals[0])
    }
  }
}

extension FrameReader {
  /// Weights that count how often a row occurred.
  func wholeWeights(_ column: Int) throws(GeneralisedModelError) -> [Double] {
    let values = try values(column)
    for (row, value) in values.enumerated() where value <= 0 || value != value.rounded() {
      throw .trialsNotPositive(column: frame.columns[column].name, row: row, value: value)
    }
    return values
  }
}
