/// Sorted lists of neighbours in one flat array.
///
/// Every list has room for a power of two of entries. A list that outgrows its room moves to a vacated
/// room of the next size, or to the end.
struct Adjacency: Sendable {
  private(set) var pool: [Int32]
  private(set) var start: [Int32]
  private(set) var degrees: [Int32]
  /// The size of each list's room as a power of two.
  private var sizeClass: [UInt8]
  /// Starts of the rooms that were left, by size.
  private var vacant: [[Int32]]

  private static let firstClass: UInt8 = 2

  init(actors count: Int) {
    let room = 1 << Int(Self.firstClass)
    pool = [Int32](repeating: 0, count: count * room)
    start = (0..<count).map { Int32($0 * room) }
    degrees = [Int32](repeating: 0, count: count)
    sizeClass = [UInt8](repeating: Self.firstClass, count: count)
    vacant = [[Int32]](repeating: [], count: 32)
  }

  var actorCount: Int { start.count }

  @inline(__always)
  func degree(_ actor: Int) -> Int { Int(degrees[actor]) }

  @inline(__always)
  func neighbour(_ k: Int, of actor: Int) -> Int32 { pool[Int(start[actor]) + k] }

  @inline(__always)
  func contains(_ other: Int32, of actor: Int) -> Bool {
    let position = self.position(of: other, in: actor)
    return position < degree(actor) && neighbour(position, of: actor) == other
  }

  /// How many entries the lists of `a` here and of `b` in `other` share, by merging.
  func common(_ a: Int, in other: borrowing Adjacency, _ b: Int) -> Int {
    let (endA, endB) = (degree(a), other.degree(b))
    var (i, j, shared) = (0, 0, 0)
    while i < endA && j < endB {
      let (x, y) = (neighbour(i, of: a), other.neighbour(j, of: b))
      if x == y { shared += 1 }
      if x <= y { i += 1 }
      if y <= x { j += 1 }
    }
    return shared
  }

  /// Adds `other` to the actor's list, or takes it out; true where it was added.
  mutating func toggle(_ other: Int32, of actor: Int) -> Bool {
    let position = self.position(of: other, in: actor)
    let count = degree(actor)
    if position < count && neighbour(position, of: actor) == other {
      let base = Int(start[actor])
      for k in position..<(count - 1) { pool[base + k] = pool[base + k + 1] }
      degrees[actor] -= 1
      return false
    }
    if count == 1 << Int(sizeClass[actor]) { enlarge(actor) }
    let base = Int(start[actor])
    var k = count
    while k > position {
      pool[base + k] = pool[base + k - 1]
      k -= 1
    }
    pool[base + position] = other
    degrees[actor] += 1
    return true
  }

  /// Where `other` stands in the actor's list, or would.
  @inline(__always)
  private func position(of other: Int32, in actor: Int) -> Int {
    let base = Int(start[actor])
    var (low, high) = (0, degree(actor))
    while high - low > 8 {
      let middle = (low + high) / 2
      if pool[base + middle] < other { low = middle + 1 } else { high = middle }
    }
    while low < high && pool[base + low] < other { low += 1 }
    return low
  }

  private mutating func enlarge(_ actor: Int) {
    let old = (start: Int(start[actor]), size: Int(sizeClass[actor]))
    let size = old.size + 1
    let new: Int
    if let room = vacant[size].popLast() {
      new = Int(room)
    } else {
      new = pool.count
      pool.append(contentsOf: repeatElement(0, count: 1 << size))
    }
    for k in 0..<degree(actor) { pool[new + k] = pool[old.start + k] }
    vacant[old.size].append(Int32(old.start))
    start[actor] = Int32(new)
    sizeClass[actor] = UInt8(size)
  }
}

extension Adjacency: Hashable {
  static func == (a: Adjacency, b: Adjacency) -> Bool {
    guard a.degrees == b.degrees else { return false }
    for actor in 0..<a.actorCount {
      for k in 0..<a.degree(actor)
      where a.neighbour(k, of: actor) != b.neighbour(k, of: actor) { return false }
    }
    return true
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(degrees)
    for actor in 0..<actorCount {
      for k in 0..<degree(actor) { hasher.combine(neighbour(k, of: actor)) }
    }
  }
}
