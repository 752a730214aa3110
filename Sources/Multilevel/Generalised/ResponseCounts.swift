internal import Designs

/// The response as totals and exposures, checked against its family.
struct ResponseCounts {
  /// Successes, or counts (times the frequency weight).
  let totals: [Double]
  /// Trials, or frequency weights; 1 where there are none.
  let exposures: [Double]
  /// Σ of the log likelihood's terms that depend on the data alone.
  let constant: Double
  /// Names of the ordered categories, from low to high; empty for other families.
  let categories: [String]

  init(
    _ reader: FrameReader, family: ResponseFamily, trials: Int?
  ) throws(GeneralisedModelError) {
    let frame = reader.frame
    if frame.failures != nil {
      guard case .binomial = family else { throw .pairedResponse(family: family.name) }
      self = try ResponseCounts(pairs: reader)
      return
    }
    if case .cumulative = family {
      self = try ResponseCounts(ordered: reader)
      return
    }
    var trials = trials
    if case .binomial = family {} else { trials = nil }
    let name = frame.columns[frame.response].name
    let response = try reader.values(frame.response)
    var totals = response
    var exposures = [Double](repeating: 1, count: response.count)
    var constant = 0.0
    if let column = frame.weights ?? trials {
      exposures = try reader.values(column)
      for (row, value) in exposures.enumerated()
      where value <= 0 || value != value.rounded() {
        throw .trialsNotPositive(column: frame.columns[column].name, row: row, value: value)
      }
    }
    if let trials, frame.weights != nil {
      // Counts of successes with frequency weights as well: trials times their weight.
      let counts = try reader.values(trials)
      for (row, value) in counts.enumerated() where value <= 0 || value != value.rounded() {
        throw .trialsNotPositive(column: frame.columns[trials].name, row: row, value: value)
      }
      for row in response.indices {
        constant +=
          exposures[row] * ResponseCounts.logBinomial(counts[row], response[row])
        totals[row] *= exposures[row]
        exposures[row] *= counts[row]
        guard response[row] >= 0, response[row] <= counts[row],
          response[row] == response[row].rounded()
        else {
          throw .successesOutsideTrials(
            response: name, row: row, value: response[row], trials: counts[row])
        }
      }
    } else {
      for row in response.indices {
        let (y, m) = (response[row], exposures[row])
        switch family {
        case .binomial where trials != nil:
          guard y >= 0, y <= m, y == y.rounded() else {
            throw .successesOutsideTrials(response: name, row: row, value: y, trials: m)
          }
          constant += ResponseCounts.logBinomial(m, y)
        case .binomial:
          guard y >= 0, y <= 1 else {
            throw .outsideUnitInterval(response: name, row: row, value: y)
          }
          let successes = (y * m).rounded()
          guard abs(successes - y * m) <= 1e-6 else {
            throw .successesNotWhole(response: name, row: row, value: y, trials: m)
          }
          totals[row] = successes
          constant += ResponseCounts.logBinomial(m, successes)
        case .poisson, .negativeBinomial:
          guard y >= 0, y == y.rounded() else {
            throw .notACount(response: name, row: row, value: y)
          }
          totals[row] = m * y
          constant -= m * logFactorial(y)
        // Read by an initialiser of its own above.
        case .cumulative: break
        }
      }
    }
    self.totals = totals
    self.exposures = exposures
    self.constant = constant
    categories = []

    let first = totals[0] / exposures[0]
    let isDegenerate =
      switch family {
      case .binomial: first == 0 || first == 1
      case .poisson, .negativeBinomial: first == 0
      case .cumulative: false
      }
    guard !isDegenerate || zip(totals, exposures).contains(where: { $0 / $1 != first }) else {
      throw .allOutcomesEqual(response: name, value: response[0])
    }
  }

  init(totals: [Double], exposures: [Double], constant: Double, categories: [String]) {
    self.totals = totals
    self.exposures = exposures
    self.constant = constant
    self.categories = categories
  }

  static func logBinomial(_ trials: Double, _ successes: Double) -> Double {
    if successes == 0 || successes == trials || trials <= 1 { return 0 }
    return logFactorial(trials) - logFactorial(successes) - logFactorial(trials - successes)
  }
}
