internal import Probability

/// The weight of every choice of every actor among at most 64 in a directed network, kept up to date tie by tie.
///
/// The same as ``DenseWeights``, in so little memory that all of it stays next to the processor: the ties that an actor
/// sends and receives are bits of two words, and how an alter is connected to an ego is one number, the place of its
/// factor in a table, to which each connection adds a number of its own.
///
/// - Complexity: a toggled tie costs O(degree), a choice O(*n*) additions.
struct SmallWeights: Sendable {
  /// What does not change while ties do.
  private struct Factors: Sendable {
    let count: Int
    let classOf: [Int32]
    let classCount: Int
    /// Of making a tie and then of ending one, for each pair of classes.
    let pairs: [Double]
    /// Of every state of a pair, the product of what all counters make of it.
    let table: [Double]
    let steps: Steps
  }

  /// What each connection adds to the state of a pair; 0 for one that nothing counts. The tie itself adds 1.
  private struct Steps: Sendable {
    let returned: Int
    let forward: Int
    let shared: Int
    let backward: Int
  }

  private let factors: Factors
  /// A row an ego; zero for oneself.
  private var weights: [Double]
  /// The state of each pair.
  private var states: [UInt16]
  private var sums: [Double]
  /// The alters that each actor is tied to, and those that are tied to it.
  private(set) var sent: [UInt64]
  private var received: [UInt64]
  private(set) var tieCount = 0

  private static let run = 16
  /// With more states than this the table would leave the processor's nearest memory.
  private static let mostStates = 8192

  /// An empty network; `nil` where there are too many actors or connections to count.
  init?(_ tables: ChoiceTables, actors count: Int) {
    guard count <= 64, tables.ownTerms.isEmpty else { return nil }
    let third = max(0, count - 2)
    var stride = 2
    var (returned, forward, shared, backward) = (0, 0, 0, 0)
    var widths: [Int] = []
    var reach = 0.0
    for counter in tables.counters {
      let counts = [Links.returned, Links.forward, Links.shared, Links.backward].map {
        counter.count($0)
      }
      returned += stride * counts[0]
      forward += stride * counts[1]
      shared += stride * counts[2]
      backward += stride * counts[3]
      let most = counts[0] + third * (counts[1] + counts[2] + counts[3])
      widths.append(most + 1)
      stride *= most + 1
      reach += max(abs(counter.making), abs(counter.ending)) * Double(most)
      guard stride <= Self.mostStates else { return nil }
    }
    // The table and its product with a pair's factor stay inside the range of numbers without a bound.
    guard reach < 200 else { return nil }
    var table: [Double] = []
    for state in 0..<stride {
      let isTied = state & 1 == 1
      var rest = state / 2
      var factor = 1.0
      for (counter, width) in zip(tables.counters, widths) {
        let number = Double(rest % width)
        rest /= width
        factor *= choiceWeight((isTied ? -counter.ending : counter.making) * number)
      }
      table.append(factor)
    }
    factors = Factors(
      count: count, classOf: tables.classes.classOf, classCount: tables.classes.count,
      pairs: tables.pairs, table: table,
      steps: Steps(returned: returned, forward: forward, shared: shared, backward: backward))
    weights = [Double](repeating: 0, count: count * count)
    states = [UInt16](repeating: 0, count: count * count)
    sums = [Double](repeating: 0, count: (count + Self.run - 1) / Self.run)
    sent = [UInt64](repeating: 0, count: count)
    received = sent
    for ego in 0..<count {
      let row = Int(factors.classOf[ego]) * factors.classCount
      for alter in 0..<count where alter != ego {
        weights[ego * count + alter] = factors.pairs[row + Int(factors.classOf[alter])]
      }
    }
  }

  /// The same with the ties of a network.
  func holding(_ network: borrowing Network) -> SmallWeights {
    var result = self
    for actor in 0..<network.actorCount {
      for k in 0..<network.degree(actor) {
        result.toggle(actor, Int(network.partner(k, of: actor)))
      }
    }
    return result
  }

  /// Takes the weights of another network of the same model, without new room.
  mutating func reset(to other: borrowing SmallWeights) {
    Self.copy(other.weights, to: &weights)
    Self.copy(other.states, to: &states)
    Self.copy(other.sent, to: &sent)
    Self.copy(other.received, to: &received)
    tieCount = other.tieCount
  }

  private static func copy<Value>(_ source: borrowing [Value], to target: inout [Value]) {
    let from = source.span
    var to = target.mutableSpan
    for k in from.indices { to[k] = from[k] }
  }

  // MARK: Choices

  /// Draws what an ego does: the alter, or `nil` for no change.
  mutating func choose(ego: Int, using random: inout RandomStream) -> Int? {
    Self.choose(weights, ego: ego, count: factors.count, &sums, using: &random)
  }

  private static func choose(
    _ weightList: borrowing [Double], ego: Int, count: Int, _ sumList: inout [Double],
    using random: inout RandomStream
  ) -> Int? {
    let row = weightList.span.extracting((ego * count)..<((ego + 1) * count))
    var sums = sumList.mutableSpan
    var total = 1.0
    var (start, run) = (0, 0)
    while start < count {
      let end = min(start + Self.run, count)
      var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
      var k = start
      while k + 3 < end {
        a += row[k]
        b += row[k + 1]
        c += row[k + 2]
        d += row[k + 3]
        k += 4
      }
      while k < end {
        a += row[k]
        k += 1
      }
      let sum = (a + b) + (c + d)
      sums[run] = sum
      total += sum
      run += 1
      start = end
    }
    var part = random.uniform() * total
    if part < 1 { return nil }
    part -= 1
    var place = 0
    while place < run - 1, part >= sums[place] {
      part -= sums[place]
      place += 1
    }
    var alter = -1
    for k in (place * Self.run)..<min((place + 1) * Self.run, count) {
      let weight = row[k]
      if weight > 0 { alter = k }
      part -= weight
      if part < 0 { break }
    }
    return alter < 0 ? nil : alter
  }

  // MARK: Ties

  /// Makes the tie, or ends it.
  mutating func toggle(_ i: Int, _ j: Int) {
    let isMade = sent[i] & (1 << UInt64(j)) == 0
    sent[i] ^= 1 << UInt64(j)
    received[j] ^= 1 << UInt64(i)
    tieCount += isMade ? 1 : -1
    Self.follow(
      i, j, isMade: isMade,
      partners: sent[j] & ~(1 << UInt64(i)), senders: received[i] & ~(1 << UInt64(j)),
      fellows: received[j] & ~(1 << UInt64(i)), factors, &states, &weights)
  }

  /// Weighs anew whatever a tie from *i* to *j* connects.
  ///
  /// - Parameters:
  ///   - partners: those that *j* is tied to, but for *i*.
  ///   - senders: those that are tied to *i*, but for *j*.
  ///   - fellows: those that are tied to *j*, but for *i*.
  private static func follow(
    _ i: Int, _ j: Int, isMade: Bool, partners: UInt64, senders: UInt64, fellows: UInt64,
    _ factors: borrowing Factors, _ stateList: inout [UInt16], _ weightList: inout [Double]
  ) {
    var states = stateList.mutableSpan
    var weights = weightList.mutableSpan
    let classOf = factors.classOf.span
    let pairs = factors.pairs.span
    let table = factors.table.span
    let count = factors.count
    let size = factors.classCount
    @inline(__always)
    func add(
      _ step: Int, _ ego: Int, _ alter: Int, _ states: inout MutableSpan<UInt16>,
      _ weights: inout MutableSpan<Double>
    ) {
      let position = ego &* count &+ alter
      let state = Int(states[position]) &+ (isMade ? step : 0 &- step)
      states[position] = UInt16(truncatingIfNeeded: state)
      let row = (state & 1) &* size &+ Int(classOf[ego])
      weights[position] = pairs[row &* size &+ Int(classOf[alter])] * table[state]
    }
    let steps = factors.steps
    add(1, i, j, &states, &weights)
    if steps.returned != 0 { add(steps.returned, j, i, &states, &weights) }
    if steps.forward != 0 {
      for k in Bits(partners) { add(steps.forward, i, k, &states, &weights) }
      for k in Bits(senders) { add(steps.forward, k, j, &states, &weights) }
    }
    if steps.shared != 0 {
      for k in Bits(fellows) {
        add(steps.shared, i, k, &states, &weights)
        add(steps.shared, k, i, &states, &weights)
      }
    }
    if steps.backward != 0 {
      for k in Bits(partners) { add(steps.backward, k, i, &states, &weights) }
      for k in Bits(senders) { add(steps.backward, j, k, &states, &weights) }
    }
  }
}

/// The positions of the bits of a word that are set, ascending.
private struct Bits: Sequence, IteratorProtocol {
  private var word: UInt64

  init(_ word: UInt64) { self.word = word }

  @inline(__always)
  mutating func next() -> Int? {
    guard word != 0 else { return nil }
    let position = word.trailingZeroBitCount
    word &= word &- 1
    return position
  }
}
