/// Which kinds of actor may tie to which: teachers to teachers and heads, heads to officers.
struct KindRules: Sendable {
  private let kindOf: [Int32]
  private let count: Int
  /// By the kind of one side and that of the other; of the sender and the receiver where directed.
  private let allowed: [Bool]

  /// - Parameters:
  ///   - kindOf: the kind of each actor, from 0.
  ///   - count: how many kinds there are.
  ///   - pairs: kinds that may be tied; in both orders where undirected.
  init(kindOf: [Int32], count: Int, pairs: [(from: Int, to: Int)], directed: Bool) {
    self.kindOf = kindOf
    self.count = count
    var allowed = [Bool](repeating: false, count: count * count)
    for pair in pairs {
      allowed[pair.from * count + pair.to] = true
      if !directed { allowed[pair.to * count + pair.from] = true }
    }
    self.allowed = allowed
  }

  @inline(__always)
  func allows(_ from: Int, _ to: Int) -> Bool {
    allowed[Int(kindOf[from]) * count + Int(kindOf[to])]
  }
}
