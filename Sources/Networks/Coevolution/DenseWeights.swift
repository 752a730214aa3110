internal import Probability

/// The weight of every choice of every actor, kept up to date tie by tie: among few actors, of whose weights a tie changes
/// fewer than a choice would have to look at again.
///
/// - Complexity: a toggled tie costs O(degree), a choice O(*n*) additions; memory O(*n*²), which is why it is for few.
struct DenseWeights: Sendable {
  /// How an alter is connected to an ego, see ``Links``, and what choosing it weighs; zero for oneself.
  struct Cell: Sendable {
    var word: UInt64
    var weight: Double
  }

  /// What weights are made of, in few arrays.
  private struct Factors: Sendable {
    let extent: Neighbourhood.Extent
    let count: Int
    let classOf: [Int32]
    let classCount: Int
    let pairs: [Double]
    let counters: [ChoiceTables.Counter]
    let factors: [Double]
    /// The first two counters, which few models go beyond; they count nothing where there are fewer.
    let first: LinkCount
    let second: LinkCount
    /// What terms of pairs change, term by term, for each pair of classes.
    let changes: [Double]
  }

  private let pairTerms: [ChoiceTables.PairTerm]
  private let factors: Factors
  /// A row an ego.
  private var cells: [Cell]
  /// Sums of runs of a row.
  private var sums: [Double]
  /// Weights by the alter's class, of ties that could be made and then of ties that could be ended.
  private var byClass: [Double]

  /// Up to so many actors, with scores and without.
  static func mostActors(withScores: Bool) -> Int { withScores ? 64 : 256 }

  private static let run = 16

  init(_ network: borrowing Network, _ tables: ChoiceTables, extent: Neighbourhood.Extent) {
    let count = network.actorCount
    let factors = Factors(
      extent: extent, count: count, classOf: tables.classes.classOf,
      classCount: tables.classes.count, pairs: tables.pairs, counters: tables.counters,
      factors: tables.factors, first: tables.counters.first?.count ?? .nothing,
      second: tables.counters.count > 1 ? tables.counters[1].count : .nothing,
      changes: tables.pairTerms.flatMap(\.changes))
    self.factors = factors
    pairTerms = tables.pairTerms
    sums = [Double](repeating: 0, count: (count + Self.run - 1) / Self.run)
    byClass = [Double](repeating: 0, count: 2 * tables.classes.count)
    var cells: [Cell] = []
    cells.reserveCapacity(count * count)
    for (position, word) in Self.links(network, extent).enumerated() {
      let (ego, alter) = position.quotientAndRemainder(dividingBy: count)
      cells.append(
        Cell(
          word: ego == alter ? 0 : word,
          weight: ego == alter
            ? 0
            : Self.weight(
              word, ego, alter, factors, factors.pairs.span, factors.classOf.span,
              factors.counters.span, factors.factors.span)))
    }
    self.cells = cells
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
    return links
  }

  /// Takes the weights of another network of the same model, without new room.
  mutating func reset(to other: borrowing DenseWeights) {
    Self.copy(other.cells, to: &cells)
  }

  private static func copy(_ source: borrowing [Cell], to target: inout [Cell]) {
    let from = source.span
    var to = target.mutableSpan
    for k in from.indices { to[k] = from[k] }
  }

  /// The largest relative difference of two actors' weights of the same choice.
  func difference(from other: DenseWeights) -> Double {
    zip(cells, other.cells).reduce(0) { largest, pair in
      let size = max(pair.0.weight, pair.1.weight)
      return size > 0 ? max(largest, abs(pair.0.weight - pair.1.weight) / size) : largest
    }
  }

  // MARK: Choices

  /// Draws what an ego does: the alter, or `nil` for no change, and what all choices weigh together.
  mutating func choose(ego: Int, using random: inout RandomStream) -> (alter: Int?, total: Double) {
    Self.choose(cells, ego: ego, count: factors.count, &sums, using: &random)
  }

  private static func choose(
    _ cellList: borrowing [Cell], ego: Int, count: Int, _ sumList: inout [Double],
    using random: inout RandomStream
  ) -> (alter: Int?, total: Double) {
    let first = ego * count
    let row = cellList.span.extracting(first..<(first + count))
    var sums = sumList.mutableSpan
    var total = 1.0
    var (start, run) = (0, 0)
    while start < count {
      let end = min(start + Self.run, count)
      var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
      var k = start
      while k + 3 < end {
        a += row[k].weight
        b += row[k + 1].weight
        c += row[k + 2].weight
        d += row[k + 3].weight
        k += 4
      }
      while k < end {
        a += row[k].weight
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
    for k in (place * Self.run)..<min((place + 1) * Self.run, count) {
      let weight = row[k].weight
      if weight > 0 { alter = k }
      part -= weight
      if part < 0 { break }
    }
    return (alter < 0 ? nil : alter, total)
  }

  // MARK: Ties

  /// Follows a tie that was made or ended.
  mutating func toggled(_ from: Int, _ to: Int, in network: borrowing Network) {
    Self.toggled(
      from, to, isMade: network.hasTie(from, to), in: network, factors, &cells)
  }

  @inline(__always)
  private static func weight(
    _ word: UInt64, _ ego: Int, _ alter: Int, _ factors: borrowing Factors, _ pairs: Span<Double>,
    _ classOf: Span<Int32>, _ counters: Span<ChoiceTables.Counter>, _ table: Span<Double>
  ) -> Double {
    let isTied = Int(truncatingIfNeeded: word & Links.tied)
    let size = factors.classCount
    var weight = pairs[(isTied * size + Int(classOf[ego])) * size + Int(classOf[alter])]
    // Nothing but a tie: no connection to count.
    if word <= Links.tied { return weight }
    let (one, two) = (factors.first(word), factors.second(word))
    if counters.count == 2, one | two < ChoiceTables.width {
      weight *=
        table[isTied * ChoiceTables.width + one] * table[(2 + isTied) * ChoiceTables.width + two]
    } else {
      weight *= Self.weight(word, isTied, counters, table, in: counters.indices)
    }
    // Utilities beyond 500 count as 500, here as everywhere.
    return min(weight, ChoiceTables.mostWeight)
  }

  private static func toggled(
    _ i: Int, _ j: Int, isMade: Bool, in network: borrowing Network, _ factors: borrowing Factors,
    _ cellList: inout [Cell]
  ) {
    var cells = cellList.mutableSpan
    let pairs = factors.pairs.span
    let classOf = factors.classOf.span
    let counters = factors.counters.span
    let table = factors.factors.span
    let extent = factors.extent
    /// Adds a connection of an alter to an ego, or takes it away, and weighs the alter anew.
    @inline(__always)
    func add(_ link: UInt64, _ ego: Int, _ alter: Int, _ cells: inout MutableSpan<Cell>) {
      let position = ego * factors.count + alter
      let word = isMade ? cells[position].word &+ link : cells[position].word &- link
      cells[position] = Cell(
        word: word, weight: weight(word, ego, alter, factors, pairs, classOf, counters, table))
    }
    let sent = network.outgoing.pool.span
    let (sentStarts, sentCounts) = (network.outgoing.start.span, network.outgoing.degrees.span)
    guard network.isDirected else {
      for (a, b) in [(i, j), (j, i)] {
        add(Links.tied, a, b, &cells)
        guard extent.partnersOfPartners else { continue }
        let first = Int(sentStarts[b])
        for k in first..<(first + Int(sentCounts[b])) {
          let other = Int(sent[k])
          guard other != a else { continue }
          add(Links.shared, a, other, &cells)
          add(Links.shared, other, a, &cells)
        }
      }
      return
    }
    let received = network.incoming.pool.span
    let receivedStarts = network.incoming.start.span
    let receivedCounts = network.incoming.degrees.span
    add(Links.tied, i, j, &cells)
    if extent.senders { add(Links.returned, j, i, &cells) }
    let partners = Int(sentStarts[j])..<(Int(sentStarts[j]) + Int(sentCounts[j]))
    let senders = Int(receivedStarts[i])..<(Int(receivedStarts[i]) + Int(receivedCounts[i]))
    if extent.partnersOfPartners {
      for k in partners where Int(sent[k]) != i { add(Links.forward, i, Int(sent[k]), &cells) }
      for k in senders where Int(received[k]) != j {
        add(Links.forward, Int(received[k]), j, &cells)
      }
      let first = Int(receivedStarts[j])
      for k in first..<(first + Int(receivedCounts[j])) where Int(received[k]) != i {
        add(Links.shared, i, Int(received[k]), &cells)
        add(Links.shared, Int(received[k]), i, &cells)
      }
    }
    if extent.sendersOfSenders {
      for k in partners where Int(sent[k]) != i { add(Links.backward, Int(sent[k]), i, &cells) }
      for k in senders where Int(received[k]) != j {
        add(Links.backward, j, Int(received[k]), &cells)
      }
    }
  }

  // MARK: Scores

  /// Adds what a choice, not yet carried out, says about the parameters: its change statistics less their expectation.
  mutating func score(ego: Int, alter: Int?, total: Double, to scores: inout [Double]) {
    Self.gather(cells, ego: ego, factors, total: total, &byClass, to: &scores)
    let size = factors.classCount
    let row = Int(factors.classOf[ego]) * size
    let word = alter.map { cells[ego * factors.count + $0].word } ?? 0
    let isTied = word & Links.tied != 0
    for t in pairTerms.indices {
      let first = t * size * size + row
      let (makes, ends) = (pairTerms[t].actsOnMaking, pairTerms[t].actsOnEnding)
      var sum = 0.0
      for label in 0..<size {
        let weight = (makes ? byClass[label] : 0) - (ends ? byClass[size + label] : 0)
        sum += weight * factors.changes[first + label]
      }
      var gain = -sum / total
      if let alter, isTied ? ends : makes {
        let change = factors.changes[first + Int(factors.classOf[alter])]
        gain += isTied ? -change : change
      }
      scores[pairTerms[t].parameter] += gain
    }
    guard alter != nil else { return }
    for t in factors.counters.indices
    where isTied ? factors.counters[t].actsOnEnding : factors.counters[t].actsOnMaking {
      let change = Double(factors.counters[t].count(word))
      scores[factors.counters[t].parameter] += isTied ? -change : change
    }
  }

  /// Sums the weights by class, and takes what is expected of each count of connections from its score.
  private static func gather(
    _ cellList: borrowing [Cell], ego: Int, _ factors: borrowing Factors, total: Double,
    _ byClassList: inout [Double], to scoreList: inout [Double]
  ) {
    let row = cellList.span.extracting((ego * factors.count)..<((ego + 1) * factors.count))
    let classOf = factors.classOf.span
    let counters = factors.counters.span
    let size = factors.classCount
    let (first, second) = (factors.first, factors.second)
    var byClass = byClassList.mutableSpan
    var scores = scoreList.mutableSpan
    for k in byClass.indices { byClass[k] = 0 }
    // Sums of signed weights times counts, of making and of ending.
    var (firstMade, firstEnded, secondMade, secondEnded) = (0.0, 0.0, 0.0, 0.0)
    for alter in row.indices {
      let cell = row[alter]
      let isTied = Int(truncatingIfNeeded: cell.word & Links.tied)
      byClass[isTied * size + Int(classOf[alter])] += cell.weight
      if cell.word <= Links.tied { continue }
      let (one, two) = (Double(first(cell.word)), Double(second(cell.word)))
      if isTied == 0 {
        firstMade += cell.weight * one
        secondMade += cell.weight * two
      } else {
        firstEnded += cell.weight * one
        secondEnded += cell.weight * two
      }
    }
    for t in counters.indices {
      var (made, ended) = t == 0 ? (firstMade, firstEnded) : (secondMade, secondEnded)
      if t > 1 {
        (made, ended) = (0, 0)
        for alter in row.indices where row[alter].word > Links.tied {
          let sum = row[alter].weight * Double(counters[t].count(row[alter].word))
          if row[alter].word & Links.tied == 0 { made += sum } else { ended += sum }
        }
      }
      let expected =
        (counters[t].actsOnMaking ? made : 0) - (counters[t].actsOnEnding ? ended : 0)
      scores[counters[t].parameter] -= expected / total
    }
  }

  /// The product of the factors of some counters.
  private static func weight(
    _ word: UInt64, _ isTied: Int, _ counters: Span<ChoiceTables.Counter>, _ table: Span<Double>,
    in range: Range<Int>
  ) -> Double {
    var weight = 1.0
    for t in range {
      let number = counters[t].count(word)
      if number < ChoiceTables.width {
        weight *= table[(2 * t + isTied) * ChoiceTables.width + number]
      } else {
        weight *= choiceWeight(
          (isTied == 1 ? -counters[t].ending : counters[t].making) * Double(number))
      }
    }
    return weight
  }
}
