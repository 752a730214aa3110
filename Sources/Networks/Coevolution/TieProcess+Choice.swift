internal import Probability

extension TieProcess {
  /// One actor's choice among all alters and no change; gives the alter whose tie was toggled.
  func networkStep(
    _ state: inout PanelState, ego: Int, using random: inout RandomStream,
    _ work: inout Workspace
  ) -> Int? {
    let fixed = fixedAlters(of: ego, work)
    work.neighbourhood.gather(
      state.network, ego: ego, extent: extent,
      others: beside.isEmpty ? fixed : fixed + alters(of: ego, beside: state))
    findChanges(state, ego: ego, &work)
    let isFull = maximumDegree.map { state.network.degree(ego) >= $0 } ?? false
    let count = work.neighbourhood.count
    // What the ego's own position makes of any new tie outside the neighbourhood.
    var scale = 1.0
    if hasOwnTerms {
      var own = 0.0
      for k in terms.indices {
        if terms[k].making != 0, let gain = gain(k, state, ego: ego, tied: false) {
          own += terms[k].making * gain
        }
      }
      scale = choiceWeight(own)
    }
    let offersField = usesField && !isFull && count < actorCount - 1
    let sums = weigh(ego: ego, isFull: isFull, &work)
    var zone = sums.zone
    let outside = offersField ? field.totals[ego] - sums.inside : 0
    for alter in fixed {
      let c = Int(work.neighbourhood.position[Int(alter)])
      zone -= work.weights[c]
      work.weights[c] = 0
    }
    if let most = maximumDegree, !isDirected {
      for c in 0..<count where !work.neighbourhood.tied(c) {
        if state.network.degree(Int(work.neighbourhood.candidates[c])) >= most {
          zone -= work.weights[c]
          work.weights[c] = 0
        }
      }
    }
    zone = max(0, zone)
    let offered = scale * max(0, outside)
    let total = zone + 1 + offered
    let part = random.uniform() * total
    var chosen: Int?
    var position = -1
    if part < zone {
      var sum = 0.0
      for c in 0..<count where work.weights[c] > 0 {
        sum += work.weights[c]
        position = c
        if sum > part { break }
      }
      if position >= 0 { chosen = Int(work.neighbourhood.candidates[position]) }
    } else if part >= zone + 1 {
      chosen = drawOutside(state.network, ego: ego, using: &random, &work)
    }
    if withScores {
      scoreChoice(
        state, ego: ego, chosen: chosen, position: position, total: total, outside: outside,
        scale: scale, offersField: offersField, &work)
    }
    return settle(chosen, &state, ego: ego, using: &random, &work)
  }

  /// The same by ``ChoiceTables``.
  func tabulatedStep(
    _ state: inout PanelState, ego: Int, using random: inout RandomStream, _ work: inout Workspace
  ) -> Int? {
    guard let tables else { return nil }
    let isFull = maximumDegree.map { state.network.degree(ego) >= $0 } ?? false
    if tables.levels != nil {
      let fixed = fixedAlters(of: ego, work)
      let alter = work.levelTables?.step(
        state.network, ego: ego, extent: extent, fixed: fixed, isFull: isFull,
        withScores: withScores, using: &random, &work.tabulated, &work.scores)
      return settle(alter ?? nil, &state, ego: ego, using: &random, &work)
    }
    let choice = tables.choose(
      state.network, ego: ego, extent: extent, fixed: fixedAlters(of: ego, work), isFull: isFull,
      using: &random, &work.tabulated)
    if withScores {
      tables.score(state.network, ego: ego, choice, work.tabulated, to: &work.scores)
    }
    tables.wipe(choice.count, &work.tabulated)
    return settle(choice.alter, &state, ego: ego, using: &random, &work)
  }

  /// The alters to which an ego's tie stays as it is.
  private func fixedAlters(of ego: Int, _ work: borrowing Workspace) -> [Int32] {
    let fixed = constraints.fixed(ego)
    if work.absent.isEmpty { return fixed }
    return fixed.isEmpty ? work.absent : Set(fixed).union(work.absent).sorted()
  }

  /// Toggles the tie that an ego chose, where the other side agrees.
  func settle(
    _ chosen: Int?, _ state: inout PanelState, ego: Int, using random: inout RandomStream,
    _ work: inout Workspace
  ) -> Int? {
    guard let alter = chosen else { return nil }
    if !isDirected, case .initiative(let rule) = consent,
      !state.network.hasTie(ego, alter)
    {
      let worth = findWorth(state, ego: alter, alter: ego, creating: true, to: .second, &work)
      let probability = rule.confirmation(creating: true, alter: worth)
      if probability < 1 {
        let agrees = random.uniform() < probability
        if withScores {
          let slope = rule.slope(creating: true, alter: worth)
          let factor = agrees ? slope / probability : -slope / (1 - probability)
          for k in terms.indices where terms[k].actsOnMaking {
            work.scores[terms[k].parameter] += factor * work.second[k]
          }
        }
        if !agrees { return nil }
      }
    }
    state.network.toggle(ego, alter)
    return alter
  }

  /// Adds one term to the utilities of all candidates.
  private static func add(
    _ row: borrowing [Double], making: Double, ending: Double, isPair: Bool,
    _ neighbourhood: borrowing Neighbourhood, toPair: inout [Double], toOther: inout [Double]
  ) {
    var pair = toPair.mutableSpan
    var other = toOther.mutableSpan
    for c in 0..<neighbourhood.count {
      let change = row[c]
      if isPair { pair[c] += making * change }
      if neighbourhood.tied(c) {
        other[c] += ending * change
      } else if !isPair {
        other[c] += making * change
      }
    }
  }

  /// Weighs every candidate.
  ///
  /// - Returns: the sum of the weights, and what the field would give the candidates, which is not theirs.
  private func weigh(
    ego: Int, isFull: Bool, _ work: inout Workspace
  ) -> (zone: Double, inside: Double) {
    let count = work.neighbourhood.count
    for c in 0..<count {
      work.pairUtilities[c] = 0
      work.otherUtilities[c] = 0
    }
    for k in terms.indices {
      Self.add(
        work.changes[k], making: terms[k].making, ending: -terms[k].ending,
        isPair: isPairTerm[k], work.neighbourhood, toPair: &work.pairUtilities,
        toOther: &work.otherUtilities)
    }
    var (zone, inside) = (0.0, 0.0)
    for c in 0..<count {
      let utility = work.pairUtilities[c]
      let rest = work.otherUtilities[c]
      let pair =
        usesField
        ? field.weight(
          ego: ego, alter: Int(work.neighbourhood.candidates[c]), utility: utility) : 0
      inside += pair
      let weight: Double
      if work.neighbourhood.tied(c) {
        weight = choiceWeight(rest)
      } else if isFull {
        weight = 0
      } else if usesField {
        // Utilities beyond 500 count as 500, here as everywhere.
        weight = rest == 0 ? pair : min(pair * choiceWeight(rest), 1.4e217)
      } else {
        weight = choiceWeight(utility + rest)
      }
      work.fieldWeights[c] = pair
      work.weights[c] = weight
      zone += weight
    }
    return (zone, inside)
  }

  /// Finds the change statistics of every term and candidate.
  private func findChanges(_ state: borrowing PanelState, ego: Int, _ work: inout Workspace) {
    let count = work.neighbourhood.count
    for k in terms.indices {
      switch terms[k].kind {
      case .configuration(let effect):
        effect.setChanges(
          work.neighbourhood, directed: isDirected, to: &work.changes[k])
      case .pair(let effect, _):
        for c in 0..<count { work.changes[k][c] = 0 }
        Self.add(
          effect, state.network, ego: ego, work.neighbourhood.candidates, to: &work.changes[k])
      case .other(let effect):
        for c in 0..<count { work.changes[k][c] = 0 }
        Self.add(
          effect, state.network, ego: ego, work.neighbourhood.candidates, to: &work.changes[k])
      case .own(let effect):
        let more = effect.gain(state.network, ego: ego, tied: false)
        let less = effect.gain(state.network, ego: ego, tied: true)
        for c in 0..<count { work.changes[k][c] = work.neighbourhood.tied(c) ? less : more }
      case .selection(let behaviour, let function):
        for c in 0..<count { work.changes[k][c] = 0 }
        Self.add(
          function, state.behaviours[behaviour], ego: ego, work.neighbourhood.candidates,
          to: &work.changes[k])
      case .relation(let place, let function):
        Self.set(
          function, state.others[place], ego: ego, work.neighbourhood.candidates,
          to: &work.changes[k])
      case .ownRelation:
        let gain = gain(k, state, ego: ego, tied: false) ?? 0
        for c in 0..<count { work.changes[k][c] = gain }
      }
    }
  }

  /// What a term of the ego's own position makes of any tie that it could make, or end; `nil` for other terms.
  private func gain(_ k: Int, _ state: borrowing PanelState, ego: Int, tied: Bool) -> Double? {
    switch terms[k].kind {
    case .own(let effect): effect.gain(state.network, ego: ego, tied: tied)
    case .ownRelation(let place, let function):
      // The same whoever the alter is.
      function.value(state.others[place], ego: ego, alter: ego == 0 ? 1 : 0)
    default: nil
    }
  }

  /// The alters that terms of other relations can reach; some may come more than once.
  private func alters(of ego: Int, beside state: borrowing PanelState) -> [Int32] {
    var alters: [Int32] = []
    for item in beside {
      Self.collect(state.others[item.place], ego: ego, isFar: item.isFar, to: &alters)
    }
    return alters
  }

  private static func collect(
    _ network: borrowing Network, ego: Int, isFar: Bool, to alters: inout [Int32]
  ) {
    for k in 0..<network.degree(ego) {
      let partner = network.partner(k, of: ego)
      alters.append(partner)
      guard isFar else { continue }
      for m in 0..<network.degree(Int(partner)) {
        alters.append(network.partner(m, of: Int(partner)))
      }
    }
    guard network.isDirected else { return }
    for k in 0..<network.inDegree(ego) { alters.append(network.sender(k, to: ego)) }
  }

  private static func set(
    _ function: any RelationFunction, _ network: borrowing Network, ego: Int,
    _ candidates: [Int32], to changes: inout [Double]
  ) {
    for c in candidates.indices {
      changes[c] = function.value(network, ego: ego, alter: Int(candidates[c]))
    }
  }

  private static func add(
    _ effect: any NetworkEffect, _ network: borrowing Network, ego: Int, _ candidates: [Int32],
    to changes: inout [Double]
  ) {
    var span = changes.mutableSpan
    effect.addChanges(network, ego: ego, candidates: candidates.span, weight: 1, to: &span)
  }

  private static func add(
    _ function: any PairFunction, _ values: [Double], ego: Int, _ candidates: [Int32],
    to changes: inout [Double]
  ) {
    var span = changes.mutableSpan
    function.addChanges(values, ego: ego, candidates: candidates.span, weight: 1, to: &span)
  }

  /// Draws an alter outside the neighbourhood in proportion to its weight.
  private func drawOutside(
    _ network: borrowing Network, ego: Int, using random: inout RandomStream,
    _ work: inout Workspace
  ) -> Int? {
    for _ in 0..<50 {
      let target = random.uniform() * field.totals[ego]
      let alter = field.alter(network, ego: ego, at: target, &work.field)
      if alter != ego, work.neighbourhood.position[alter] < 0 { return alter }
    }
    // Almost all of the field's weight lies in the neighbourhood: look at everyone else.
    var sum = 0.0
    for alter in 0..<actorCount where alter != ego && work.neighbourhood.position[alter] < 0 {
      sum += field.weight(network, ego: ego, alter: alter)
    }
    let target = random.uniform() * sum
    var last: Int?
    sum = 0
    for alter in 0..<actorCount where alter != ego && work.neighbourhood.position[alter] < 0 {
      sum += field.weight(network, ego: ego, alter: alter)
      last = alter
      if sum > target { break }
    }
    return last
  }

  /// Adds what a choice says about the parameters: its change statistics less their expectation.
  private func scoreChoice(
    _ state: borrowing PanelState, ego: Int, chosen: Int?, position: Int, total: Double,
    outside: Double, scale: Double, offersField: Bool, _ work: inout Workspace
  ) {
    let count = work.neighbourhood.count
    for k in terms.indices {
      let term = terms[k]
      var expected = 0.0
      for c in 0..<count {
        let isTied = work.neighbourhood.tied(c)
        if isTied ? term.actsOnEnding : term.actsOnMaking {
          expected += (isTied ? -work.weights[c] : work.weights[c]) * work.changes[k][c]
        }
      }
      if offersField, outside > 0 {
        switch term.kind {
        case .own, .ownRelation:
          if term.actsOnMaking, let gain = gain(k, state, ego: ego, tied: false) {
            expected += scale * outside * gain
          }
        case .pair(_, .some(let place)):
          var moment = field.moments[place][ego]
          for c in 0..<count {
            moment -= work.fieldWeights[c] * work.changes[k][c]
          }
          expected += scale * moment
        default: break
        }
      }
      work.scores[term.parameter] -= expected / total
    }
    guard let chosen else { return }
    if position >= 0 {
      let isTied = work.neighbourhood.tied(position)
      for k in terms.indices where isTied ? terms[k].actsOnEnding : terms[k].actsOnMaking {
        let change = work.changes[k][position]
        work.scores[terms[k].parameter] += isTied ? -change : change
      }
      return
    }
    _ = findWorth(state, ego: ego, alter: chosen, creating: true, to: .first, &work)
    for k in terms.indices where terms[k].actsOnMaking {
      work.scores[terms[k].parameter] += work.first[k]
    }
  }

  enum Side { case first, second }

  /// What making the tie of a pair is worth to the ego, or ending it where there is one, with the change statistic
  /// of each term left in the workspace, whose sign is that of the tie.
  func findWorth(
    _ state: borrowing PanelState, ego: Int, alter: Int, creating: Bool, to side: Side,
    _ work: inout Workspace
  ) -> Double {
    work.single[0] = Int32(alter)
    var worth = 0.0
    for k in terms.indices {
      work.one[0] = 0
      switch terms[k].kind {
      case .pair(let effect, _), .other(let effect):
        Self.add(effect, state.network, ego: ego, work.single, to: &work.one)
      case .configuration(let effect):
        Self.add(effect, state.network, ego: ego, work.single, to: &work.one)
      case .own(let effect):
        work.one[0] = effect.gain(state.network, ego: ego, tied: !creating)
      case .selection(let behaviour, let function):
        Self.add(function, state.behaviours[behaviour], ego: ego, work.single, to: &work.one)
      case .relation(let place, let function), .ownRelation(let place, let function):
        Self.set(function, state.others[place], ego: ego, work.single, to: &work.one)
      }
      let change = work.one[0]
      if side == .first { work.first[k] = change } else { work.second[k] = change }
      worth += creating ? terms[k].making * change : -terms[k].ending * change
    }
    return worth
  }

  /// A meeting of a pair, which decides by the rule.
  func meet(
    _ state: inout PanelState, ego: Int, alter: Int, using random: inout RandomStream,
    _ work: inout Workspace
  ) -> Int? {
    guard case .meeting(let rule) = consent else { return nil }
    if constraints.isFixed(ego, alter) { return nil }
    let creating = !state.network.hasTie(ego, alter)
    if creating, let most = maximumDegree,
      state.network.degree(ego) >= most || state.network.degree(alter) >= most
    {
      return nil
    }
    let own = findWorth(state, ego: ego, alter: alter, creating: creating, to: .first, &work)
    let other = findWorth(state, ego: alter, alter: ego, creating: creating, to: .second, &work)
    let probability = rule.probability(creating: creating, ego: own, alter: other)
    let happens = random.uniform() < probability
    if withScores {
      let slopes = rule.slopes(creating: creating, ego: own, alter: other)
      let factor = happens ? 1 / probability : -1 / (1 - probability)
      for k in terms.indices where creating ? terms[k].actsOnMaking : terms[k].actsOnEnding {
        let gain = factor * (slopes.ego * work.first[k] + slopes.alter * work.second[k])
        work.scores[terms[k].parameter] += creating ? gain : -gain
      }
    }
    guard happens else { return nil }
    state.network.toggle(ego, alter)
    return alter
  }
}
