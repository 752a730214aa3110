internal import Designs
internal import LinearAlgebra

/// The rows of a frame as the likelihood reads them: sorted by the factor with most effects, row after
/// row in memory, fixed columns centred and scaled, identical rows gathered where that halves them.
struct GeneralisedObservations: Sendable {
  let terms: RandomTerms
  /// Rows after gathering.
  private(set) var count: Int
  /// Rows of the frame.
  let rowCount: Int
  /// Standardised fixed columns, `count` × p, row after row.
  private(set) var fixed: [Double]
  /// Columns of the random terms, `count` × k, row after row.
  private(set) var random: [Double]
  private(set) var offset: [Double]
  /// Successes, or sums of counts.
  private(set) var totals: [Double]
  /// Trials, or numbers of observations, that `totals` add up.
  private(set) var exposures: [Double]
  /// For each factor the level of each row.
  private(set) var codes: [[Int32]]
  /// Where each level of the first factor starts among the rows, and the end.
  private(set) var starts: [Int]
  let standardisation: FixedStandardisation
  /// Names of the ordered categories that have rows, from low to high; empty for other families.
  let categories: [String]
  /// The part of the log likelihood that depends on the data alone, but for a negative binomial size.
  let constant: Double
  /// The frame's responses and trials in the frame's order, for deviance residuals.
  let response: [Double]
  let trials: [Double]
  /// Where the frame has the numbers of trials of a response that counts successes.
  let trialsColumn: Int?

  /// Means and root mean squares of the columns of Z over the frame's rows.
  let randomMeans: [Double]
  let randomScales: [Double]

  var fixedCount: Int { standardisation.names.count }
  var randomCount: Int { terms.columns.count }
  /// Rows in the first factor's largest level.
  var largestGroup: Int { zip(starts.dropFirst(), starts).map { $0 - $1 }.max() ?? 0 }

  /// - Parameter trials: position in the frame's columns of the numbers of trials, if the response counts
  ///   successes.
  init(
    _ frame: ModelFrame, family: ResponseFamily, trials: Int?
  ) throws(GeneralisedModelError) {
    guard frame.rowCount > 0 else { throw .noRows }
    guard !frame.fixed.isEmpty else { throw .noFixedColumns }
    let n = frame.rowCount
    terms = try RandomTerms(frame)
    let reader = FrameReader(frame)

    let outcome = try ResponseCounts(reader, family: family, trials: trials)
    constant = outcome.constant
    categories = outcome.categories
    response = outcome.totals
    self.trials = outcome.exposures
    trialsColumn = trials

    let primary = terms.codes[0]
    var starts = [Int](repeating: 0, count: terms.factors[0].levelCount + 1)
    for code in primary { starts[Int(code) + 1] += 1 }
    for level in 1..<starts.count { starts[level] += starts[level - 1] }
    var next = starts
    var place = [Int](repeating: 0, count: n)
    for row in 0..<n {
      let code = Int(primary[row])
      place[row] = next[code]
      next[code] += 1
    }
    self.starts = starts

    fixed = try reader.gather(frame.fixed, to: place)
    random = try reader.gather(terms.columns, to: place)
    var means = [Double](repeating: 0, count: terms.columns.count)
    var squares = means
    for row in 0..<n {
      for c in means.indices {
        let value = random[row * means.count + c]
        means[c] += value
        squares[c] += value * value
      }
    }
    randomMeans = means.map { $0 / Double(n) }
    randomScales = squares.map { ($0 / Double(n)).squareRoot() }
    var offset = [Double](repeating: 0, count: n)
    if let column = frame.offset { offset = try reader.gather([column], to: place) }
    self.offset = offset
    var totals = offset
    var exposures = offset
    for row in 0..<n {
      totals[place[row]] = outcome.totals[row]
      exposures[place[row]] = outcome.exposures[row]
    }
    self.totals = totals
    self.exposures = exposures
    codes = terms.codes.map { codes in
      var sorted = codes
      for row in 0..<n { sorted[place[row]] = codes[row] }
      return sorted
    }
    count = n
    rowCount = n
    standardisation = try FixedStandardisation(&fixed, names: frame.fixedNames)
    try checkGroups(frame, place: place)
    if case .binomial = family { try checkUniformity() }
    if case .cumulative = family {
      guard standardisation.intercept != nil else { throw .cumulativeWithoutIntercept }
      try checkUniformity()
    }
    gather()
  }

  /// The same rows with other outcomes; constants of the likelihood and the frame's own response stay as they are.
  func replacing(totals: [Double]) -> GeneralisedObservations {
    var result = self
    result.totals = totals
    return result
  }

  /// Some of the rows, in their order and some more than once, with other outcomes.
  func replacing(
    rows: [Int], totals: [Double], exposures: [Double]
  ) -> GeneralisedObservations {
    let (p, k) = (fixedCount, randomCount)
    var result = self
    result.fixed = rows.flatMap { fixed[$0 * p..<($0 + 1) * p] }
    result.random = rows.flatMap { random[$0 * k..<($0 + 1) * k] }
    result.offset = rows.map { offset[$0] }
    result.codes = codes.map { codes in rows.map { codes[$0] } }
    result.totals = totals
    result.exposures = exposures
    result.count = rows.count
    var place = 0
    for group in starts.indices {
      while place < rows.count, rows[place] < starts[group] { place += 1 }
      result.starts[group] = place
    }
    return result
  }

  /// Rows in no group must have nothing to do with the group's effects.
  private func checkGroups(_ frame: ModelFrame, place: [Int]) throws(GeneralisedModelError) {
    let k = randomCount
    for (position, factor) in terms.factors.enumerated()
    where factor.levelCount > factor.levels.count {
      for row in 0..<rowCount
      where Int(terms.codes[position][row]) == factor.levels.count {
        let start = place[row] * k + factor.firstColumn
        guard random[start..<start + factor.columns].allSatisfy({ $0 == 0 }) else {
          throw .missingGroup(factor: factor.name, row: row)
        }
      }
    }
  }

  /// Refuses a factor whose levels are each all successes or all failures, or each in one category.
  private func checkUniformity() throws(GeneralisedModelError) {
    let k = randomCount
    for (position, factor) in terms.factors.enumerated() {
      let columns = factor.firstColumn..<factor.firstColumn + factor.columns
      let hasIntercept = columns.contains { column in
        (0..<count).allSatisfy { random[$0 * k + column] == random[column] }
      }
      guard hasIntercept else { continue }
      if !categories.isEmpty {
        var category = [Double](repeating: 0, count: factor.levelCount)
        let isMixed = (0..<count).contains { row in
          let level = Int(codes[position][row])
          defer { category[level] = totals[row] }
          return category[level] != 0 && category[level] != totals[row]
        }
        guard isMixed else { throw .uniformGroups(factor: factor.name) }
        continue
      }
      var successes = [Double](repeating: 0, count: factor.levelCount)
      var trials = successes
      for row in 0..<count {
        successes[Int(codes[position][row])] += totals[row]
        trials[Int(codes[position][row])] += exposures[row]
      }
      guard zip(successes, trials).contains(where: { $0 > 0 && $0 < $1 }) else {
        throw .uniformGroups(factor: factor.name)
      }
    }
  }

  /// Adds up rows that agree in everything but the outcome, group by group, if that leaves half of them
  /// or fewer. A sample of the first groups decides whether to try.
  private mutating func gather() {
    var sample = 0
    while sample < starts.count - 1, starts[sample] < 4096 { sample += 1 }
    let sampled = representatives(groups: 0..<sample)
    let sampledRows = starts[sample]
    guard sampledRows > 0, sampled.count * 5 <= sampledRows * 3 else { return }
    let kept =
      sample == starts.count - 1 ? sampled : representatives(groups: 0..<starts.count - 1)
    guard kept.count * 2 <= count else { return }

    let (p, k) = (fixedCount, randomCount)
    var newFixed: [Double] = []
    var newRandom: [Double] = []
    newFixed.reserveCapacity(kept.count * p)
    newRandom.reserveCapacity(kept.count * k)
    var newTotals: [Double] = []
    var newExposures: [Double] = []
    var newStarts = [Int](repeating: 0, count: starts.count)
    var group = 0
    for (position, members) in kept.enumerated() {
      let first = members[0]
      while starts[group + 1] <= first {
        group += 1
        newStarts[group] = position
      }
      newFixed += fixed[first * p..<(first + 1) * p]
      newRandom += random[first * k..<(first + 1) * k]
      newTotals.append(
        categories.isEmpty ? members.reduce(0) { $0 + totals[$1] } : totals[first])
      newExposures.append(members.reduce(0) { $0 + exposures[$1] })
    }
    while group < starts.count - 1 {
      group += 1
      newStarts[group] = kept.count
    }
    offset = kept.map { offset[$0[0]] }
    codes = codes.map { codes in kept.map { codes[$0[0]] } }
    fixed = newFixed
    random = newRandom
    totals = newTotals
    exposures = newExposures
    starts = newStarts
    count = kept.count
  }

  /// The rows of the groups, gathered by equal covariates, in the order of each set's first row.
  private func representatives(groups: Range<Int>) -> [[Int]] {
    var sets: [[Int]] = []
    for group in groups {
      var keyed: [(hash: UInt64, row: Int)] = []
      for row in starts[group]..<starts[group + 1] { keyed.append((hash(row), row)) }
      keyed.sort { $0.hash != $1.hash ? $0.hash < $1.hash : $0.row < $1.row }
      var own: [[Int]] = []
      for (hash, row) in keyed {
        // Rows with the same hash but other covariates start a set of their own.
        if let last = own.indices.last, self.hash(own[last][0]) == hash, agree(own[last][0], row) {
          own[last].append(row)
        } else {
          own.append([row])
        }
      }
      own.sort { $0[0] < $1[0] }
      sets += own
    }
    return sets
  }

  private func hash(_ row: Int) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ bits: UInt64) {
      hash = (hash ^ bits) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
    }
    for j in row * fixedCount..<(row + 1) * fixedCount { mix(fixed[j].bitPattern) }
    for j in row * randomCount..<(row + 1) * randomCount { mix(random[j].bitPattern) }
    mix(offset[row].bitPattern)
    if !categories.isEmpty { mix(totals[row].bitPattern) }
    for codes in codes.dropFirst() { mix(UInt64(truncatingIfNeeded: codes[row])) }
    return hash
  }

  private func agree(_ a: Int, _ b: Int) -> Bool {
    let (p, k) = (fixedCount, randomCount)
    return fixed[a * p..<(a + 1) * p] == fixed[b * p..<(b + 1) * p]
      && random[a * k..<(a + 1) * k] == random[b * k..<(b + 1) * k] && offset[a] == offset[b]
      && codes.dropFirst().allSatisfy { $0[a] == $0[b] }
      && (categories.isEmpty || totals[a] == totals[b])
  }
}
