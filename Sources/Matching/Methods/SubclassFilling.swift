/// Gives every subclass at least one unit of an arm by moving units between neighbours.
///
/// The lowest empty subclass takes one unit from the nearest subclass below or above it that has any: from
/// the side on which more units can be spared, each spare unit counted over its distance in subclasses,
/// and from below where both are equal. From below comes the unit with the highest score, from above the
/// one with the lowest; the earlier row of equals. A subclass that is emptied by this is filled in turn,
/// farther towards the spare units, so that the moves end. This is MatchIt's rule (Ho, Imai, King & Stuart
/// 2011, DOI 10.18637/jss.v042.i08).
struct SubclassFilling {
  /// The subclass of each unit, from zero, without gaps.
  private(set) var classes: [Int]
  let scores: [Double]
  let count: Int

  /// - Parameter classes: numbers in ascending order of the score; those that no unit has are closed up.
  init(classes: [Int], scores: [Double]) {
    var occurs = [Bool](repeating: false, count: (classes.max() ?? -1) + 1)
    for place in classes { occurs[place] = true }
    var number = 0
    let numbers = occurs.map { isUsed in
      defer { number += isUsed ? 1 : 0 }
      return number
    }
    self.classes = classes.map { numbers[$0] }
    self.scores = scores
    count = number
  }

  /// Fills with the units of one arm, of which there are at least as many as subclasses; says how many
  /// changed their subclass.
  mutating func fill(_ arm: [Int]) -> Int {
    let before = classes
    var sizes = [Int](repeating: 0, count: count)
    for unit in arm { sizes[classes[unit]] += 1 }
    while let empty = sizes.firstIndex(of: 0) {
      let below = pull(sizes[..<empty], on: empty)
      let above = pull(sizes[(empty + 1)...], on: empty)
      let fromBelow = empty == count - 1 || empty > 0 && below >= above
      let giver =
        fromBelow
        ? sizes[..<empty].lastIndex { $0 > 0 } : sizes[(empty + 1)...].firstIndex { $0 > 0 }
      guard let giver else { break }
      let members = arm.filter { classes[$0] == giver }
      let nearest =
        fromBelow
        ? members.min { (-scores[$0], $0) < (-scores[$1], $1) }
        : members.min { (scores[$0], $0) < (scores[$1], $1) }
      guard let nearest else { break }
      classes[nearest] = empty
      sizes[empty] += 1
      sizes[giver] -= 1
    }
    return arm.count { classes[$0] != before[$0] }
  }

  /// Σ (size − 1)⁺ / |subclass − empty|.
  private func pull(_ sizes: ArraySlice<Int>, on empty: Int) -> Double {
    var sum = 0.0
    for place in sizes.indices where sizes[place] > 1 {
      sum += Double(sizes[place] - 1) / Double(abs(empty - place))
    }
    return sum
  }
}
