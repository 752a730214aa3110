/// Units whose errors hang together: the connected components of matched sets and of groups that were
/// assigned as one, such as the schools of a federation. Degrees of freedom then count federations, not
/// schools.
struct AssignmentClusters {
  /// One code a unit; units that are not used stand alone.
  let codes: [Int32]

  /// - Parameter groups: the group of each unit, below zero for none; `nil` where units are assigned singly.
  ///
  /// Strata hold together only where nothing else says who was assigned with whom.
  ///
  /// - Parameter joiningSets: whether strata hold together as well.
  init(_ sample: MatchedSample, groups: [Int32]?, joiningSets: Bool = false) {
    // Sets that share units at several base years would hold everybody together: the unit counts, not the set.
    let joinsSets =
      joiningSets || sample.grouping == .matchedSets && !sample.reusesComparators || groups == nil
    var parent = Array(sample.weights.indices)
    func root(_ unit: Int) -> Int {
      var unit = unit
      while parent[unit] != unit {
        parent[unit] = parent[parent[unit]]
        unit = parent[unit]
      }
      return unit
    }
    func join(_ a: Int, _ b: Int) {
      let (x, y) = (root(a), root(b))
      parent[max(x, y)] = min(x, y)
    }
    for pair in sample.pairs { join(pair.treated, pair.control) }
    for codes in [joinsSets ? sample.sets : [], groups ?? []] {
      var first: [Int32: Int] = [:]
      for (unit, code) in codes.enumerated() where code >= 0 && sample.isUsed(unit) {
        if let other = first[code] { join(other, unit) } else { first[code] = unit }
      }
    }
    codes = parent.indices.map { Int32(root($0)) }
  }
}
