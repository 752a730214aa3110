internal import Probability

/// The weight of every choice of every actor, kept up to date tie by tie: among few actors, of whose weights a tie changes
/// fewer than a choice would have to look at again.
///
/// - Complexity: a toggled tie costs O(degree), a choice O(*n*) additions; memory O(*n*²), which is why it is for few.
struct DenseWeights: Sendable {
  private let tables: ChoiceTables
  private let extent: Neighbourhood.Extent
  private let count: Int
  /// How alters are connected to egos, see ``Links``: a row an ego.
  private var links: [UInt64]
  /// The same layout; zero for oneself.
  private var weights: [Double]
  /// Sums of runs of a row.
  private var sums: [Double]

  /// Up to so many actors, with scores and without.
  static func mostActors(withScores: Bool) -> Int { withScores ? 64 : 256 }

  private static let run = 16

  init(_ network: borrowing Network, _ tables: ChoiceTables, extent: Neighbourhood.Extent) {
    let count = network.actorCount
    self.tables = tables
    self.extent = extent
    self.count = count
    sums = [Double](repeating: 0, count: (count + Self.run - 1) / Self.run)
    let links = Self.links(network, extent)
    self.links = links
    let classOf = tables.classes.classOf
    var weights: [Double] = []
    weights.reserveCapacity(count * count)
    for ego in 0..<count {
      let row = Int(classOf[ego]) * tables.classes.count
      for alter in 0..<count {
        let word = links[ego * count + alter]
        let place = row + Int(classOf[alter])
        let weight = word == 0 ? tables.pairs[place] : tables.weight(word, place: place)
        weights.append(ego == alter ? 0 : weight)
      }
    }
    self.weights = weights
  }

  private static func links(
    _ network: borrowing Network, _ extent: Neighbourhood.Extent
  ) -> [UInt64] {
    let count = network.actorCount
    var links = [UInt64](repeating: 0, count: count * count)
    for ego in 0..<count {
      let row = ego * count
      for k in 0..<network.degree(ego) {
        let middle = Int(network.partner(k, of: ego))
        links[row + middle] += Links.tied
        if extent.senders, network.isDirected { links[middle * count + ego] += Links.returned }
        guard extent.partnersOfPartners else { continue }
        for m in 0..<network.degree(middle) {
          links[row + Int(network.partner(m, of: middle))] +=
            network.isDirected ? Links.forward : Links.shared
        }
        guard network.isDirected else { continue }
        for m in 0..<network.inDegree(middle) {
          links[row + Int(network.sender(m, to: middle))] += Links.shared
        }
      }
      if extent.sendersOfSenders, network.isDirected {
        for k in 0..<network.inDegree(ego) {
          let middle = Int(network.sender(k, to: ego))
          for m in 0..<network.inDegree(middle) {
            links[row + Int(network.sender(m, to: middle))] += Links.backward
          }
        }
      }
    }
    for ego in 0..<count { links[ego * count + ego] = 0 }
    return links
  }

  /// Draws what an ego does: the alter, or `nil` for no change, and what all choices weigh together.
  mutating func choose(ego: Int, using random: inout RandomStream) -> (alter: Int?, total: Double) {
    Self.choose(weights, ego: ego, count: count, &sums, using: &random)
  }

  private static func choose(
    _ weightList: borrowing [Double], ego: Int, count: Int, _ sumList: inout [Double],
    using random: inout RandomStream
  ) -> (alter: Int?, total: Double) {
    let first = ego * count
    let row = weightList.span.extracting(first..<(first + count))
    var sums = sumList.mutableSpan
    var total = 1.0
    var start = 0
    var run = 0
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
    if part < 1 { return (nil, total) }
    part -= 1
    var place = 0
    while place < run - 1, part >= sums[place] {
      part -= sums[place]
      place += 1
    }
    var alter = -1
    for k in (place * Self.run)..<min((place + 1) * Self.run, count) where row[k] > 0 {
      alter = k
      part -= row[k]
      if part < 0 { break }
    }
    return (alter < 0 ? nil : alter, total)
  }

  /// Follows a tie that was made or ended.
  mutating func toggled(_ from: Int, _ to: Int, in network: borrowing Network) {
    let isMade = network.hasTie(from, to)
    if network.isDirected {
      Self.toggled(
        from, to, isMade: isMade, in: network, extent, tables, count, &links, &weights)
    } else {
      Self.toggledPair(
        from, to, isMade: isMade, in: network, extent, tables, count, &links, &weights)
    }
  }

  /// Adds a connection to what an alter is to an ego, or takes it away, and weighs the alter anew.
  @inline(__always)
  private static func add(
    _ link: UInt64, _ isMade: Bool, _ ego: Int, _ alter: Int, _ tables: borrowing ChoiceTables,
    _ count: Int, _ links: inout MutableSpan<UInt64>, _ weights: inout MutableSpan<Double>
  ) {
    let position = ego * count + alter
    let word = isMade ? links[position] &+ link : links[position] &- link
    links[position] = word
    let place =
      Int(tables.classes.classOf[ego]) * tables.classes.count + Int(tables.classes.classOf[alter])
    weights[position] = tables.weight(word, place: place)
  }

  private static func toggled(
    _ i: Int, _ j: Int, isMade: Bool, in network: borrowing Network, _ extent: Neighbourhood.Extent,
    _ tables: borrowing ChoiceTables, _ count: Int, _ linkList: inout [UInt64],
    _ weightList: inout [Double]
  ) {
    var links = linkList.mutableSpan
    var weights = weightList.mutableSpan
    add(Links.tied, isMade, i, j, tables, count, &links, &weights)
    if extent.senders { add(Links.returned, isMade, j, i, tables, count, &links, &weights) }
    let senders = network.inDegree(j)
    if extent.partnersOfPartners {
      for k in 0..<network.degree(j) {
        let other = Int(network.partner(k, of: j))
        if other != i { add(Links.forward, isMade, i, other, tables, count, &links, &weights) }
      }
      for k in 0..<network.inDegree(i) {
        let other = Int(network.sender(k, to: i))
        if other != j { add(Links.forward, isMade, other, j, tables, count, &links, &weights) }
      }
      for k in 0..<senders {
        let other = Int(network.sender(k, to: j))
        guard other != i else { continue }
        add(Links.shared, isMade, i, other, tables, count, &links, &weights)
        add(Links.shared, isMade, other, i, tables, count, &links, &weights)
      }
    }
    if extent.sendersOfSenders {
      for k in 0..<network.degree(j) {
        let other = Int(network.partner(k, of: j))
        if other != i { add(Links.backward, isMade, other, i, tables, count, &links, &weights) }
      }
      for k in 0..<network.inDegree(i) {
        let other = Int(network.sender(k, to: i))
        if other != j { add(Links.backward, isMade, j, other, tables, count, &links, &weights) }
      }
    }
  }

  private static func toggledPair(
    _ i: Int, _ j: Int, isMade: Bool, in network: borrowing Network, _ extent: Neighbourhood.Extent,
    _ tables: borrowing ChoiceTables, _ count: Int, _ linkList: inout [UInt64],
    _ weightList: inout [Double]
  ) {
    var links = linkList.mutableSpan
    var weights = weightList.mutableSpan
    for (a, b) in [(i, j), (j, i)] {
      add(Links.tied, isMade, a, b, tables, count, &links, &weights)
      guard extent.partnersOfPartners else { continue }
      for k in 0..<network.degree(b) {
        let other = Int(network.partner(k, of: b))
        guard other != a else { continue }
        add(Links.shared, isMade, a, other, tables, count, &links, &weights)
        add(Links.shared, isMade, other, a, tables, count, &links, &weights)
      }
    }
  }

  /// Adds what a choice, not yet carried out, says about the parameters: its change statistics less their expectation.
  func score(ego: Int, alter: Int?, total: Double, to scores: inout [Double]) {
    for counter in tables.counters {
      var sum = 0.0
      for other in 0..<count {
        let position = ego * count + other
        let word = links[position]
        if word == 0 { continue }
        sum +=
          weights[position]
          * counter.signed(word) { Double(counter.count($0)) }
      }
      scores[counter.parameter] -= sum / total
      if let alter {
        scores[counter.parameter] += counter.signed(links[ego * count + alter]) {
          Double(counter.count($0))
        }
      }
    }
    let row = Int(tables.classes.classOf[ego]) * tables.classes.count
    for term in tables.pairTerms {
      func change(_ other: Int) -> Double {
        let isTied = links[ego * count + other] & Links.tied != 0
        guard isTied ? term.actsOnEnding : term.actsOnMaking else { return 0 }
        let change = term.changes[row + Int(tables.classes.classOf[other])]
        return isTied ? -change : change
      }
      var sum = 0.0
      for other in 0..<count { sum += weights[ego * count + other] * change(other) }
      scores[term.parameter] -= sum / total
      if let alter { scores[term.parameter] += change(alter) }
    }
  }
}

extension ChoiceTables.Counter {
  /// What toggling the tie changes, with its sign: nothing where the term does not act on it.
  @inline(__always)
  fileprivate func signed(_ word: UInt64, _ change: (UInt64) -> Double) -> Double {
    if word & Links.tied != 0 { return actsOnEnding ? -change(word) : 0 }
    return actsOnMaking ? change(word) : 0
  }
}

extension ChoiceTables {
  /// What a choice weighs by how the alter is connected to the ego and by their classes.
  @inline(__always)
  fileprivate func weight(_ word: UInt64, place: Int) -> Double {
    let isTied = Int(truncatingIfNeeded: word & Links.tied)
    var weight = pairs[isTied * classes.count * classes.count + place]
    for t in counters.indices {
      let number = counters[t].count(word)
      if number < Self.width {
        weight *= factors[(2 * t + isTied) * Self.width + number]
      } else {
        weight *= choiceWeight(
          (isTied == 1 ? -counters[t].ending : counters[t].making) * Double(number))
      }
    }
    // Utilities beyond 500 count as 500, here as everywhere.
    return min(weight, Self.mostWeight)
  }
}
