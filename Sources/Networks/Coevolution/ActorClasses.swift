/// Actors that no effect of pairs can tell apart, taken together: what a tie between two of them is worth depends on
/// their classes alone, so that it is computed once for each pair of classes.
struct ActorClasses: Sendable {
  let count: Int
  var classOf: [Int32]
  /// All actors, class after class, ascending within a class as long as none has moved.
  var members: [Int32]
  /// Where each class starts among ``members``, and one more.
  var starts: [Int32]

  /// The classes among actors, or `nil` where there are more than `most`. Up to `most` actors can each be a class of
  /// its own, which every effect allows.
  ///
  /// - Parameter effects: of pairs.
  /// - Complexity: O(*n* log *n* · axes).
  init?(_ effects: [any PairEffect], actors count: Int, atMost most: Int) {
    if let grouped = Self.grouped(effects, actors: count), grouped.count <= most {
      self = grouped
    } else if count <= most {
      self.init(classOf: (0..<count).map(Int32.init), count: count)
    } else {
      return nil
    }
  }

  private static func grouped(_ effects: [any PairEffect], actors count: Int) -> ActorClasses? {
    guard effects.allSatisfy(\.isOfAxesAlone) else { return nil }
    let axes = effects.flatMap(\.axes)
    let order = (0..<count).sorted { a, b in
      for axis in axes where axis[a] != axis[b] { return axis[a] < axis[b] }
      return a < b
    }
    var classOf = [Int32](repeating: 0, count: count)
    var last: Int32 = -1
    for (k, actor) in order.enumerated() {
      let isNew = k == 0 || axes.contains { $0[actor] != $0[order[k - 1]] }
      if isNew { last += 1 }
      classOf[actor] = last
    }
    return ActorClasses(classOf: classOf, count: Int(last) + 1)
  }

  init(classOf: [Int32], count: Int) {
    self.classOf = classOf
    self.count = count
    var sizes = [Int32](repeating: 0, count: count + 1)
    for label in classOf { sizes[Int(label) + 1] += 1 }
    for k in 0..<count { sizes[k + 1] += sizes[k] }
    starts = sizes
    var next = sizes
    var members = [Int32](repeating: 0, count: classOf.count)
    for (actor, label) in classOf.enumerated() {
      members[Int(next[Int(label)])] = Int32(actor)
      next[Int(label)] += 1
    }
    self.members = members
  }

  func size(_ label: Int) -> Int { Int(starts[label + 1] - starts[label]) }

  /// A pair of different actors of two classes; `nil` where both are one class of a single actor.
  func pair(_ a: Int, _ b: Int) -> (ego: Int, alter: Int)? {
    let ego = Int(members[Int(starts[a])])
    if a != b { return (ego, Int(members[Int(starts[b])])) }
    return size(a) > 1 ? (ego, Int(members[Int(starts[a]) + 1])) : nil
  }
}
