internal import Designs

/// A grouping factor with all random terms on it: its effects come in blocks of `columns`, one a level.
struct RandomFactor: Sendable {
  /// A random term's share of the block.
  struct Share: Sendable {
    /// Position of the term in the frame.
    let term: Int
    /// First column of the block.
    let start: Int
    let columns: Int
    /// First θ of the term: the lower triangle, column after column.
    let firstTheta: Int
  }

  let name: String
  /// Names of the levels that have rows, in the factor's order.
  let levels: [String]
  /// One more than `levels` where some rows belong to no group.
  let levelCount: Int
  /// How many random effects a level has.
  let columns: Int
  /// Where its columns start in a row of Z.
  let firstColumn: Int
  let shares: [Share]
  /// How many levels of the factor had no row.
  let emptyLevels: Int

  /// Λ of one level: block diagonal over the terms, lower triangular, column-major `columns`².
  func factor(_ theta: [Double]) -> [Double] {
    var lambda = [Double](repeating: 0, count: columns * columns)
    for share in shares {
      var position = share.firstTheta
      for column in 0..<share.columns {
        for row in column..<share.columns {
          lambda[share.start + row + (share.start + column) * columns] = theta[position]
          position += 1
        }
      }
    }
    return lambda
  }

  /// Adds the entries of a derivative in Λ to those in θ.
  func addGradient(_ lambda: [Double], to gradient: inout [Double]) {
    for share in shares {
      var position = share.firstTheta
      for column in 0..<share.columns {
        for row in column..<share.columns {
          gradient[position] += lambda[share.start + row + (share.start + column) * columns]
          position += 1
        }
      }
    }
  }
}

/// The random terms of a frame by grouping factor, the factor with most effects first.
struct RandomTerms: Sendable {
  let factors: [RandomFactor]
  /// For each factor the level of each used row, a position in its kept levels.
  let codes: [[Int32]]
  /// Columns of the frame in the order of a row of Z.
  let columns: [Int]
  /// How many θ there are.
  let thetaCount: Int
  /// Positions in θ of the diagonals of Λ.
  let diagonal: [Int]

  init(_ frame: ModelFrame) throws(GeneralisedModelError) {
    guard !frame.random.isEmpty else { throw .noRandomTerms }
    // θ stands by decreasing number of levels, as in lme4.
    let byLevels = frame.random.indices.sorted {
      let (a, b) = (frame.random[$0].factor.levels.count, frame.random[$1].factor.levels.count)
      return a != b ? a > b : $0 < $1
    }
    var firstTheta = [Int](repeating: 0, count: frame.random.count)
    var diagonal: [Int] = []
    var theta = 0
    for position in byLevels {
      firstTheta[position] = theta
      let columns = frame.random[position].columns.count
      for column in 0..<columns {
        diagonal.append(theta)
        theta += columns - column
      }
    }
    thetaCount = theta
    self.diagonal = diagonal

    var groups: [(factor: GroupingFactor, terms: [Int])] = []
    for (position, term) in frame.random.enumerated() {
      if let known = groups.firstIndex(where: { $0.factor == term.factor }) {
        groups[known].terms.append(position)
      } else {
        groups.append((term.factor, [position]))
      }
    }
    var drafts: [(levels: Recoded, name: String, terms: [Int], columns: Int)] = []
    for group in groups {
      let recoded = Recoded(group.factor, rows: frame.rowCount)
      guard recoded.levels.count > 1 else { throw .oneGroup(factor: group.factor.name) }
      let columns = group.terms.map { frame.random[$0].columns.count }.reduce(0, +)
      drafts.append((recoded, group.factor.name, group.terms, columns))
    }
    let order = drafts.indices.sorted {
      let (a, b) = (drafts[$0], drafts[$1])
      let (effectsOfA, effectsOfB) = (a.levels.count * a.columns, b.levels.count * b.columns)
      return effectsOfA != effectsOfB ? effectsOfA > effectsOfB : $0 < $1
    }
    var factors: [RandomFactor] = []
    var columns: [Int] = []
    for draft in order.map({ drafts[$0] }) {
      var shares: [RandomFactor.Share] = []
      let firstColumn = columns.count
      for term in draft.terms {
        shares.append(
          RandomFactor.Share(
            term: term, start: columns.count - firstColumn,
            columns: frame.random[term].columns.count, firstTheta: firstTheta[term]))
        columns += frame.random[term].columns
      }
      factors.append(
        RandomFactor(
          name: draft.name, levels: draft.levels.levels, levelCount: draft.levels.count,
          columns: draft.columns, firstColumn: firstColumn, shares: shares,
          emptyLevels: draft.levels.empty))
    }
    self.factors = factors
    self.columns = columns
    codes = order.map { drafts[$0].levels.codes }
  }
}

/// A factor's codes with levels without rows taken out, and one level more for rows in no group.
private struct Recoded {
  let codes: [Int32]
  let levels: [String]
  let count: Int
  let empty: Int

  init(_ factor: GroupingFactor, rows: Int) {
    var isUsed = [Bool](repeating: false, count: factor.levels.count)
    var hasNone = false
    for row in 0..<rows {
      let code = Int(factor.codes[row])
      if code >= 0 { isUsed[code] = true } else { hasNone = true }
    }
    var position: [Int32] = []
    var levels: [String] = []
    for (code, level) in factor.levels.enumerated() {
      position.append(Int32(levels.count))
      if isUsed[code] { levels.append(level) }
    }
    let none = Int32(levels.count)
    codes = (0..<rows).map { row in
      let code = Int(factor.codes[row])
      return code >= 0 ? position[code] : none
    }
    self.levels = levels
    count = levels.count + (hasNone ? 1 : 0)
    empty = factor.levels.count - levels.count
  }
}
