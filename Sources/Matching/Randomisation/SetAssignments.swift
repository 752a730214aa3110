internal import Probability

/// The ways in which treatment could have fallen within matched sets: in each set as many are treated as
/// were, and each choice of them is equally likely.
///
/// Where groups were assigned as one, all pairs of a group (of a connected component of pairs and groups)
/// swap their arms together or not at all.
struct SetAssignments {
  /// One set: its units, the first `treatedCount` of which are treated.
  struct MatchedSet {
    let units: [Int]
    let treatedCount: Int
    /// What the set counts in the estimate; over all sets they sum to one.
    let share: Double

    /// A unit's coefficient in the set's difference in means, when treated and when not.
    var coefficients: (treated: Double, control: Double) {
      let controls = Double(units.count - treatedCount)
      return (share / Double(treatedCount), -share / controls)
    }

    /// How many choices of the treated there are; infinite beyond what a double counts.
    var choices: Double {
      var result = 1.0
      let n = units.count
      for i in 0..<min(treatedCount, n - treatedCount) {
        result *= Double(n - i) / Double(i + 1)
      }
      return result.rounded()
    }
  }

  /// Sets whose arms are drawn together; all but single sets are pairs.
  let blocks: [[MatchedSet]]

  /// - Parameters:
  ///   - takesPart: candidates with a value; a set that lacks one of the arms without the others is left out.
  ///   - groups: the group that each candidate was assigned with, below zero for none.
  /// - Throws: ``MatchingError/noMatchedSets`` for weights and for comparators that are used again,
  ///   ``MatchingError/groupsInLargerSets`` where a group reaches over sets that are no pairs.
  init(
    _ match: MatchOutcome, groups: [Int32]?, takesPart: (Int) -> Bool
  ) throws(MatchingError) {
    let sample = match.sample
    guard sample.grouping != .weights, !sample.reusesComparators else { throw .noMatchedSets }
    var members = [[Int]](repeating: [], count: Int((sample.sets.max() ?? -1) + 1))
    for (unit, set) in sample.sets.enumerated() where set >= 0 && takesPart(unit) {
      members[Int(set)].append(unit)
    }
    let treated = match.candidates.treated
    let whole = members.map { set in
      (treated: set.filter { treated[$0] }, control: set.filter { !treated[$0] })
    }.filter { !$0.treated.isEmpty && !$0.control.isEmpty }
    guard !whole.isEmpty else { throw .noMatchedSets }
    func size(_ set: (treated: [Int], control: [Int])) -> Double {
      switch match.estimand {
      case .att: Double(set.treated.count)
      case .atc: Double(set.control.count)
      case .ate, .ato: Double(set.treated.count + set.control.count)
      }
    }
    var total = 0.0
    for set in whole { total += size(set) }
    let sets = whole.map {
      MatchedSet(
        units: $0.treated + $0.control, treatedCount: $0.treated.count, share: size($0) / total)
    }
    guard let groups else {
      blocks = sets.map { [$0] }
      return
    }
    let codes = AssignmentClusters(sample, groups: groups, joiningSets: true).codes
    var position: [Int32: Int] = [:]
    var blocks: [[MatchedSet]] = []
    for set in sets {
      let code = codes[set.units[0]]
      if let known = position[code] {
        blocks[known].append(set)
      } else {
        position[code] = blocks.count
        blocks.append([set])
      }
    }
    guard blocks.allSatisfy({ $0.count == 1 || $0.allSatisfy { $0.units.count == 2 } }) else {
      throw .groupsInLargerSets
    }
    self.blocks = blocks
  }

  var sets: [MatchedSet] { blocks.flatMap { $0 } }

  /// How many assignments there are.
  var count: Double {
    blocks.reduce(1) { $0 * ($1.count == 1 ? $1[0].choices : 2) }
  }

  /// Each unit's coefficient in the estimate under one drawn assignment; `coefficients` is as long as there
  /// are candidates.
  func draw(using stream: inout RandomStream, into coefficients: inout [Double]) {
    var order: [Int] = []
    for block in blocks {
      if block.count > 1 || block[0].units.count == 2 {
        let swaps = stream.uniform() < 0.5
        for set in block { put(set, set.units, swapped: swaps, into: &coefficients) }
        continue
      }
      let set = block[0]
      order = set.units
      for i in 0..<set.treatedCount {
        order.swapAt(i, i + stream.index(below: order.count - i))
      }
      put(set, order, swapped: false, into: &coefficients)
    }
  }

  /// The assignment as it was.
  func actual(into coefficients: inout [Double]) {
    for set in sets { put(set, set.units, swapped: false, into: &coefficients) }
  }

  /// Calls `body` with the coefficients of every assignment, the actual one first.
  func forEach(
    coefficients: inout [Double], _ body: (_ coefficients: [Double]) -> Void
  ) {
    visit(block: 0, &coefficients, body)
  }

  private func visit(
    block position: Int, _ coefficients: inout [Double], _ body: ([Double]) -> Void
  ) {
    guard position < blocks.count else { return body(coefficients) }
    let block = blocks[position]
    if block.count > 1 || block[0].units.count == 2 {
      for swaps in [false, true] {
        for set in block { put(set, set.units, swapped: swaps, into: &coefficients) }
        visit(block: position + 1, &coefficients, body)
      }
      return
    }
    let set = block[0]
    var chosen = Array(0..<set.treatedCount)
    while true {
      var isChosen = [Bool](repeating: false, count: set.units.count)
      for i in chosen { isChosen[i] = true }
      let order =
        chosen.map { set.units[$0] }
        + set.units.indices.filter { !isChosen[$0] }.map { set.units[$0] }
      put(set, order, swapped: false, into: &coefficients)
      visit(block: position + 1, &coefficients, body)
      // The next combination in lexicographic order.
      guard
        let last = chosen.indices.last(where: {
          chosen[$0] < set.units.count - set.treatedCount + $0
        })
      else { return }
      chosen[last] += 1
      for i in chosen.indices where i > last { chosen[i] = chosen[i - 1] + 1 }
    }
  }

  private func put(
    _ set: MatchedSet, _ order: [Int], swapped: Bool, into coefficients: inout [Double]
  ) {
    let (treated, control) = set.coefficients
    for (i, unit) in order.enumerated() {
      coefficients[unit] = (i < set.treatedCount) != swapped ? treated : control
    }
  }
}
