internal import Probability

/// Room for the choices of a ``ChoiceTables``, used again and again.
struct TabulatedWork: Sendable {
  /// How each actor is connected to the ego, see ``Links``; zero between steps.
  fileprivate var links: [UInt64]
  /// The connected alters in the order in which they were met, and their weights.
  fileprivate var members: [Int32]
  fileprivate var weights: [Double]
  /// The marks of each.
  fileprivate var words: [UInt64]
  /// What each would weigh by the pair alone, and its place in tables of pairs of classes.
  fileprivate var bases: [Double]

  init(actors count: Int) {
    links = [UInt64](repeating: 0, count: count)
    members = [Int32](repeating: 0, count: count + 1)
    weights = [Double](repeating: 0, count: count + 1)
    bases = weights
    words = [UInt64](repeating: 0, count: count + 1)
  }
}

/// What an ego chose.
struct TabulatedChoice {
  /// `nil` for no change.
  let alter: Int?
  /// The place among the connected alters, or −1.
  let position: Int
  let count: Int
  let total: Double
  /// Weight of all that are not connected.
  let outside: Double
  /// What the ego's own position multiplies it by.
  let scale: Double
}

extension ChoiceTables {
  /// Marks everyone who is connected to the ego as far as `extent` says, and the alters whose tie is fixed.
  private static func gather(
    _ network: borrowing Network, ego: Int, extent: Neighbourhood.Extent, fixed: [Int32],
    _ linkList: inout [UInt64], _ memberList: inout [Int32]
  ) -> Int {
    var links = linkList.mutableSpan
    var members = memberList.mutableSpan
    var count = 0
    @inline(__always)
    func add(
      _ link: UInt64, _ actor: Int32, _ links: inout MutableSpan<UInt64>,
      _ members: inout MutableSpan<Int32>
    ) {
      let word = links[Int(actor)]
      members[count] = actor
      count += word == 0 ? 1 : 0
      links[Int(actor)] = word &+ link
    }
    // So that walks that come back are no candidates.
    links[ego] = Links.own
    let sent = network.outgoing.pool.span
    let sentStarts = network.outgoing.start.span
    let sentCounts = network.outgoing.degrees.span
    let first = Int(sentStarts[ego])
    let degree = Int(sentCounts[ego])
    for k in first..<(first + degree) { add(Links.tied, sent[k], &links, &members) }
    if network.isDirected {
      let received = network.incoming.pool.span
      let receivedStarts = network.incoming.start.span
      let receivedCounts = network.incoming.degrees.span
      let firstSender = Int(receivedStarts[ego])
      let senders = Int(receivedCounts[ego])
      if extent.senders {
        for k in firstSender..<(firstSender + senders) {
          add(Links.returned, received[k], &links, &members)
        }
      }
      if extent.partnersOfPartners {
        for k in first..<(first + degree) {
          let middle = Int(sent[k])
          let start = Int(sentStarts[middle])
          for m in start..<(start + Int(sentCounts[middle])) {
            add(Links.forward, sent[m], &links, &members)
          }
          let other = Int(receivedStarts[middle])
          for m in other..<(other + Int(receivedCounts[middle])) {
            add(Links.shared, received[m], &links, &members)
          }
        }
      }
      if extent.sendersOfSenders {
        for k in firstSender..<(firstSender + senders) {
          let middle = Int(received[k])
          let start = Int(receivedStarts[middle])
          for m in start..<(start + Int(receivedCounts[middle])) {
            add(Links.backward, received[m], &links, &members)
          }
        }
      }
    } else if extent.partnersOfPartners {
      for k in first..<(first + degree) {
        let middle = Int(sent[k])
        let start = Int(sentStarts[middle])
        for m in start..<(start + Int(sentCounts[middle])) {
          add(Links.shared, sent[m], &links, &members)
        }
      }
    }
    for other in fixed where Int(other) != ego { add(Links.fixed, other, &links, &members) }
    links[ego] = 0
    return count
  }

  /// Weighs all connected alters, factor by factor; `own` is what the ego's own position makes of ties it could make
  /// and of ties it could end.
  ///
  /// - Returns: what they weigh, and what the pair alone would give them.
  private func weigh(
    ego: Int, own: (making: Double, ending: Double), count: Int, _ linkList: [UInt64],
    _ memberList: [Int32], _ wordList: inout [UInt64], _ weightList: inout [Double],
    _ baseList: inout [Double]
  ) -> (zone: Double, inside: Double) {
    let links = linkList.span
    let members = memberList.span
    var words = wordList.mutableSpan
    var weights = weightList.mutableSpan
    var bases = baseList.mutableSpan
    let classOf = classes.classOf.span
    let pairs = self.pairs.span
    let row = Int(classOf[ego]) * classes.count
    let whole = classes.count * classes.count
    var inside = 0.0
    var seen: UInt64 = 0
    for c in 0..<count {
      let alter = Int(members[c])
      let word = links[alter]
      let place = row + Int(classOf[alter])
      let tied = Int(word & Links.tied)
      let base = pairs[place]
      inside += base
      bases[c] = base
      words[c] = word
      weights[c] = pairs[tied * whole + place] * (tied == 0 ? own.making : own.ending)
      seen |= word
    }
    let factors = self.factors.span
    for t in counters.indices {
      let counter = counters[t].count
      let first = 2 * t * Self.width
      var most = 0
      for c in 0..<count {
        let word = words[c]
        let number = counter(word)
        most |= number
        weights[c] *=
          factors[first + Int(word & Links.tied) * Self.width + number & (Self.width - 1)]
      }
      if most >= Self.width {
        for c in 0..<count {
          let number = counter(words[c])
          guard number >= Self.width else { continue }
          let isTied = words[c] & Links.tied != 0
          let rest = Double(number - number & (Self.width - 1))
          weights[c] *= choiceWeight((isTied ? -counters[t].ending : counters[t].making) * rest)
        }
      }
    }
    if seen >= Links.fixed {
      for c in 0..<count where words[c] >= Links.fixed { weights[c] = 0 }
    }
    // Utilities beyond 500 count as 500, here as everywhere.
    var (even, odd) = (0.0, 0.0)
    var c = 0
    while c + 1 < count {
      let (first, second) = (min(weights[c], Self.mostWeight), min(weights[c + 1], Self.mostWeight))
      weights[c] = first
      weights[c + 1] = second
      even += first
      odd += second
      c += 2
    }
    if c < count {
      weights[c] = min(weights[c], Self.mostWeight)
      even += weights[c]
    }
    return (even + odd, inside)
  }

  /// e⁵⁰⁰
  static let mostWeight = 1.4e217

  /// Draws what an ego does with an opportunity. The marks of the connected alters stay for ``score``, and must be
  /// wiped after it.
  func choose(
    _ network: borrowing Network, ego: Int, extent: Neighbourhood.Extent, fixed: [Int32],
    isFull: Bool, using random: inout RandomStream, _ work: inout TabulatedWork
  ) -> TabulatedChoice {
    let count = Self.gather(
      network, ego: ego, extent: extent, fixed: fixed, &work.links, &work.members)
    var own = (making: 1.0, ending: 1.0)
    if !ownTerms.isEmpty { own = ownFactors(network, ego: ego) }
    if isFull { own.making = 0 }
    let (zone, inside) = weigh(
      ego: ego, own: own, count: count, work.links, work.members, &work.words, &work.weights,
      &work.bases)
    let label = Int(classes.classOf[ego])
    var outside = 0.0
    if !isFull, count < classes.classOf.count - 1 {
      outside = totals[label] - inside
      if outside < 1e-6 * totals[label] { outside = outsideExactly(ego: ego, work) }
    }
    let total = zone + 1 + own.making * outside
    let part = random.uniform() * total
    if part < zone {
      let position = Self.position(of: part, count: count, work)
      return TabulatedChoice(
        alter: Int(work.members[position]), position: position, count: count, total: total,
        outside: outside, scale: own.making)
    }
    let isOutside = part >= zone + 1 && outside > 0
    return TabulatedChoice(
      alter: isOutside ? drawOutside(ego: ego, using: &random, work) : nil, position: -1,
      count: count, total: total, outside: outside, scale: own.making)
  }

  /// The alter at which the running sum of weights first exceeds `part`.
  private static func position(of part: Double, count: Int, _ work: borrowing TabulatedWork) -> Int
  {
    let weights = work.weights.span
    var sum = 0.0
    var last = 0
    for c in 0..<count where weights[c] > 0 {
      sum += weights[c]
      last = c
      if sum > part { break }
    }
    return last
  }

  /// Factors of the ego's own position, for a tie it could make and for one it could end.
  private func ownFactors(
    _ network: borrowing Network, ego: Int
  ) -> (making: Double, ending: Double) {
    var (making, ending) = (0.0, 0.0)
    for term in ownTerms {
      if term.making != 0 {
        making += term.making * term.effect.gain(network, ego: ego, tied: false)
      }
      if term.ending != 0 {
        ending -= term.ending * term.effect.gain(network, ego: ego, tied: true)
      }
    }
    // With the other factors, which are below e⁴⁰⁰, still inside the range of numbers.
    return (choiceWeight(min(making, 300)), choiceWeight(min(ending, 300)))
  }

  /// The same without the rounding of a difference.
  private func outsideExactly(ego: Int, _ work: borrowing TabulatedWork) -> Double {
    let row = Int(classes.classOf[ego]) * classes.count
    var sum = 0.0
    for alter in classes.classOf.indices where alter != ego && work.links[alter] == 0 {
      sum += pairs[row + Int(classes.classOf[alter])]
    }
    return sum
  }

  /// An alter without connection to the ego, in proportion to its weight.
  private func drawOutside(
    ego: Int, using random: inout RandomStream, _ work: borrowing TabulatedWork
  ) -> Int? {
    let size = classes.count
    let row = Int(classes.classOf[ego]) * size
    let whole = running[row + size - 1]
    for _ in 0..<50 {
      let target = random.uniform() * whole
      var (low, high) = (0, size - 1)
      while low < high {
        let middle = (low + high) / 2
        if running[row + middle] > target { high = middle } else { low = middle + 1 }
      }
      let before = low > 0 ? running[row + low - 1] : 0
      let number = Int((target - before) / pairs[row + low])
      let alter = Int(
        classes.members[Int(classes.starts[low]) + min(number, classes.size(low) - 1)])
      if alter != ego, work.links[alter] == 0 { return alter }
    }
    // Almost everyone of weight is connected: look at all others.
    let target = random.uniform() * outsideExactly(ego: ego, work)
    var sum = 0.0
    var last: Int?
    for alter in classes.classOf.indices where alter != ego && work.links[alter] == 0 {
      sum += pairs[row + Int(classes.classOf[alter])]
      last = alter
      if sum > target { break }
    }
    return last
  }

  /// Forgets the connections of the last ego.
  func wipe(_ count: Int, _ work: inout TabulatedWork) {
    Self.wipe(count, work.members, &work.links)
  }

  private static func wipe(_ count: Int, _ memberList: [Int32], _ linkList: inout [UInt64]) {
    let members = memberList.span
    var links = linkList.mutableSpan
    for c in 0..<count { links[Int(members[c])] = 0 }
  }

  /// Adds what a choice says about the parameters: its change statistics less their expectation.
  func score(
    _ network: borrowing Network, ego: Int, _ choice: TabulatedChoice,
    _ work: borrowing TabulatedWork,
    to scores: inout [Double]
  ) {
    let row = Int(classes.classOf[ego]) * classes.count
    for t in counters.indices {
      let expected = expectation(of: counters[t], choice, work)
      scores[counters[t].parameter] -= expected / choice.total
    }
    for term in pairTerms {
      var expected = expectation(of: term, row: row, choice, work)
      if choice.outside > 0, term.actsOnMaking {
        expected +=
          choice.scale * outsideMoment(of: term, row: row, choice, work)
      }
      scores[term.parameter] -= expected / choice.total
    }
    for term in ownTerms {
      let more =
        term.actsOnMaking ? term.effect.gain(network, ego: ego, tied: false) : 0
      let less = term.actsOnEnding ? term.effect.gain(network, ego: ego, tied: true) : 0
      var expected = choice.scale * choice.outside * more
      for c in 0..<choice.count {
        let isTied = work.words[c] & Links.tied != 0
        expected += work.weights[c] * (isTied ? -less : more)
      }
      scores[term.parameter] -= expected / choice.total
      if let alter = choice.alter {
        scores[term.parameter] += work.links[alter] & Links.tied != 0 ? -less : more
      }
    }
    guard let alter = choice.alter else { return }
    let word = work.links[alter]
    let isTied = word & Links.tied != 0
    for counter in counters where isTied ? counter.actsOnEnding : counter.actsOnMaking {
      let change = Double(counter.count(word))
      scores[counter.parameter] += isTied ? -change : change
    }
    let place = row + Int(classes.classOf[alter])
    for term in pairTerms where isTied ? term.actsOnEnding : term.actsOnMaking {
      scores[term.parameter] += isTied ? -term.changes[place] : term.changes[place]
    }
  }

  private func expectation(
    of counter: Counter, _ choice: TabulatedChoice, _ work: borrowing TabulatedWork
  ) -> Double {
    let (words, weights) = (work.words.span, work.weights.span)
    var sum = 0.0
    for c in 0..<choice.count {
      let word = words[c]
      if word & Links.tied != 0 {
        if counter.actsOnEnding { sum -= weights[c] * Double(counter.count(word)) }
      } else if counter.actsOnMaking {
        sum += weights[c] * Double(counter.count(word))
      }
    }
    return sum
  }

  private func expectation(
    of term: PairTerm, row: Int, _ choice: TabulatedChoice, _ work: borrowing TabulatedWork
  ) -> Double {
    let (words, members, weights) = (work.words.span, work.members.span, work.weights.span)
    let (classOf, changes) = (classes.classOf.span, term.changes.span)
    var sum = 0.0
    for c in 0..<choice.count {
      let alter = Int(members[c])
      let change = changes[row + Int(classOf[alter])]
      if words[c] & Links.tied != 0 {
        if term.actsOnEnding { sum -= weights[c] * change }
      } else if term.actsOnMaking {
        sum += weights[c] * change
      }
    }
    return sum
  }

  /// Σ *w_ij* *s_ij* over the alters without connection.
  private func outsideMoment(
    of term: PairTerm, row: Int, _ choice: TabulatedChoice, _ work: borrowing TabulatedWork
  ) -> Double {
    let (members, bases) = (work.members.span, work.bases.span)
    let (classOf, changes) = (classes.classOf.span, term.changes.span)
    var sum = term.moments[row / classes.count]
    for c in 0..<choice.count {
      sum -= bases[c] * changes[row + Int(classOf[Int(members[c])])]
    }
    return sum
  }
}
