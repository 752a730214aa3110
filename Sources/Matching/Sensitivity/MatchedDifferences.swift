/// The outcomes of a matched design as sets of one unit against several, for bounds on biased assignment.
///
/// A set of several treated with one comparator is turned round: that unit stands first and all values are
/// negated, which leaves the statistic's distribution as it is (Rosenbaum 2007). Where groups were assigned
/// as one, all pairs of a group count as one pair whose difference is the mean of theirs.
struct MatchedDifferences {
  /// Each set's values, the single unit first.
  let sets: [[Double]]

  /// - Throws: ``MatchingError/noMatchedSets`` where the design has no sets of one against several.
  init(_ match: MatchOutcome, outcome: [Double], groups: [Int32]?) throws(MatchingError) {
    let assignments = try SetAssignments(match, groups: groups) { outcome[$0].isFinite }
    var sets: [[Double]] = []
    for block in assignments.blocks {
      if block.count > 1 {
        let differences = block.map { outcome[$0.units[0]] - outcome[$0.units[1]] }
        sets.append([differences.reduce(0, +) / Double(block.count), 0])
        continue
      }
      let set = block[0]
      let controls = set.units.count - set.treatedCount
      if set.treatedCount == 1 {
        sets.append(set.units.map { outcome[$0] })
      } else if controls == 1 {
        sets.append(set.units.reversed().map { -outcome[$0] })
      } else {
        throw .noMatchedSets
      }
    }
    self.sets = sets
  }

  /// Treated less comparator, where all sets are pairs.
  var pairs: [Double]? {
    sets.allSatisfy { $0.count == 2 } ? sets.map { $0[0] - $0[1] } : nil
  }

  /// The same with every value negated: tests against a negative effect.
  private init(sets: [[Double]]) { self.sets = sets }

  var negated: MatchedDifferences { MatchedDifferences(sets: sets.map { $0.map { -$0 } }) }
}
