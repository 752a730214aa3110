internal import LinearAlgebra
internal import Probability

/// Neighbours on a line: units sorted by stratum, score and row.
///
/// Removed units are skipped by path compression, so that a whole match without replacement costs little
/// more than the sorting. A tie between the two sides goes to the lower score; among equal scores the unit
/// next in the sorted order comes first (MatchIt's rule).
///
/// - Complexity: O(n log n) to build; amortised O(α(n)) a lookup where every unit is admitted.
struct ScoreLine: NeighbourSearch {
  private let units: [Int32]
  private let scores: [Double]
  private let strata: [Int32]
  /// Where each unit stands; −1 for units that are not on the line.
  private let position: [Int32]
  /// For each position (shifted by one) an available position at or below it, or a step towards one.
  private var below: [Int32]
  /// The same upwards.
  private var above: [Int32]
  /// Differences beyond this are never wanted.
  private let reach: Double

  /// - Parameters:
  ///   - available: units that can be found; all eligible units can be looked up.
  ///   - reach: the caliper on the score itself, if there is one.
  init(_ problem: MatchingProblem, available: [Int], reach: Double?) {
    let onLine = (0..<problem.count).filter { problem.eligible[$0] }
    let values = problem.coordinates.elements
    let sorted = onLine.sorted {
      (problem.strata[$0], values[$0], $0) < (problem.strata[$1], values[$1], $1)
    }
    units = sorted.map(Int32.init)
    scores = sorted.map { values[$0] }
    strata = sorted.map { problem.strata[$0] }
    var position = [Int32](repeating: -1, count: problem.count)
    for (place, unit) in sorted.enumerated() { position[unit] = Int32(place) }
    self.position = position
    self.reach = reach ?? .infinity
    var isAvailable = [Bool](repeating: false, count: problem.count)
    for unit in available { isAvailable[unit] = true }
    // Index 0 of `below` and the last of `above` are the ends that every search can reach.
    below = [Int32](repeating: 0, count: sorted.count + 1)
    above = [Int32](repeating: 0, count: sorted.count + 1)
    above[sorted.count] = Int32(sorted.count)
    for place in sorted.indices {
      let here = isAvailable[sorted[place]]
      below[place + 1] = Int32(here ? place + 1 : place)
      above[place] = Int32(here ? place : place + 1)
    }
  }

  mutating func remove(_ unit: Int) {
    let place = Int(position[unit])
    below[place + 1] = Int32(place)
    above[place] = Int32(place + 1)
  }

  /// The available position at or below `place`, or −1.
  private mutating func availableBelow(_ place: Int) -> Int {
    var index = place + 1
    while below[index] != index {
      below[index] = below[Int(below[index])]
      index = Int(below[index])
    }
    return index - 1
  }

  /// The available position at or above `place`, or the number of units.
  private mutating func availableAbove(_ place: Int) -> Int {
    var index = place
    while above[index] != index {
      above[index] = above[Int(above[index])]
      index = Int(above[index])
    }
    return index
  }

  mutating func nearest(to focal: Int, where admits: (Int) -> Bool) -> Neighbour? {
    let start = Int(position[focal])
    let (score, stratum) = (scores[start], strata[start])
    func distance(_ place: Int) -> Double {
      guard place >= 0, place < units.count, strata[place] == stratum else { return .infinity }
      let distance = tenDigits(abs(scores[place] - score))
      return isWithin(distance, reach) ? distance : .infinity
    }
    var left = availableBelow(start - 1)
    var right = availableAbove(start + 1)
    var (leftDistance, rightDistance) = (distance(left), distance(right))
    while true {
      if rightDistance < leftDistance {
        let unit = Int(units[right])
        if admits(unit) { return Neighbour(unit: unit, distance: rightDistance) }
        right = availableAbove(right + 1)
        rightDistance = distance(right)
      } else {
        guard leftDistance < .infinity else { return nil }
        let unit = Int(units[left])
        if admits(unit) { return Neighbour(unit: unit, distance: leftDistance) }
        left = availableBelow(left - 1)
        leftDistance = distance(left)
      }
    }
  }
}
