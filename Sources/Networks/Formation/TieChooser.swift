internal import Probability

/// Draws what an actor does with an opportunity: toggle one tie, or nothing, from the full choice set.
///
/// Candidates whose change depends on the network (partners, and whatever the effects reach) are
/// enumerated; all others are drawn from the ``ChoiceField``, where a draw that hits an enumerated one is
/// drawn again. One uniform number decides between the enumerated, no change and the field, in this order, which is
/// that of less to more partnership; the next finds the place within. So policies that differ little choose alike.
struct TieChooser: Sendable {
  /// Effects that act on making ties, and those that act on ending them.
  private let making: [WeightedEffect]
  private let ending: [WeightedEffect]
  /// The same of what surrounds the relation.
  private let makingAround: [SurroundingEffect]
  private let endingAround: [SurroundingEffect]
  /// Those whose worth is the same for all alters, and those that say whom they look at.
  private let ownAround: [SurroundingEffect]
  private let reachingAround: [SurroundingEffect]
  /// Whether making and ending differ.
  private let hasParts: Bool
  private let limits: FormationLimits
  private let isLimited: Bool
  private let field: ChoiceField
  private let ownEffects: [(effect: any OwnEffect, weight: Double)]
  /// Who must be enumerated.
  private let reachesEveryone: Bool
  private let reach: NetworkReach
  let actorCount: Int

  /// Room for one choice, used again and again.
  struct Workspace: Sendable {
    /// The enumerated candidates, ascending.
    var zone: [Int32] = []
    var utilities: [Double] = []
    var endings: [Double] = []
    var running: [Double] = []
    var pair = Pair()

    /// One candidate and its utility.
    struct Pair: Sendable {
      var candidate: [Int32] = [0]
      var utility: [Double] = [0]
    }
  }

  /// What was chosen.
  struct Choice {
    let alter: Int
    let creating: Bool
  }

  init(
    effects: [WeightedEffect], around: [SurroundingEffect] = [], limits: FormationLimits,
    field: ChoiceField, actorCount: Int
  ) {
    making = effects.filter { $0.part != .endowment }
    ending = effects.filter { $0.part != .creation }
    makingAround = around.filter { $0.part != .endowment }
    endingAround = around.filter { $0.part != .creation }
    ownAround = makingAround.filter { $0.function.reach == .own }
    reachingAround = around.filter { ![.own, .everywhere].contains($0.function.reach) }
    hasParts =
      effects.contains { $0.part != .evaluation } || around.contains { $0.part != .evaluation }
    self.limits = limits
    isLimited = !limits.isNone
    self.field = field
    self.actorCount = actorCount
    let localEffects = effects.filter { $0.effect.reach != .pair }
    let reaches = localEffects.map(\.effect.reach)
    reachesEveryone = (reaches + around.map(\.function.reach)).contains(.everywhere)
    reach = NetworkReach(reaches)
    ownEffects = making.compactMap { term in
      (term.effect as? any OwnEffect).map { (effect: $0, weight: term.weight) }
    }
  }

  func choose(
    _ network: borrowing Network, ego: Int, _ conditions: YearConditions,
    _ around: borrowing Surroundings, using random: inout RandomStream, _ work: inout Workspace
  ) -> Choice? {
    fillZone(network, ego: ego, around, &work.zone)
    if !conditions.closed.isEmpty { work.zone.removeAll { conditions.closed[Int($0)] } }
    let isFull = isLimited && limits.isFull(network, ego)
    if isLimited { restrict(network, ego: ego, &work.zone) }
    let drift = conditions.drift
    let zoneTotal = weighZone(
      network, ego: ego, lift: conditions.utility[ego], drift: drift, around, &work)
    // What the field offers, before the lift: the same under every policy.
    let near = reachesEveryone ? 0 : field.near.total(ego)
    let offered = reachesEveryone || isFull ? 0 : near + field.far.total(ego)
    let ownScale = conditions.factor[ego] * ownFactor(network, ego: ego, around, &work)
    // Outcomes that have moved: what is offered is above what it is worth by this at least.
    let room = drift?.factors[ego] ?? 1
    let scale = ownScale * room
    let total = zoneTotal + 1 + scale * offered
    for _ in 0..<Self.mostProposals {
      let part = random.uniform() * total
      let place = random.uniform()
      if part < zoneTotal {
        let target = place * zoneTotal
        let position = work.running.firstIndex { $0 > target } ?? work.running.count - 1
        let alter = Int(work.zone[position])
        return Choice(alter: alter, creating: !network.hasTie(ego, alter))
      }
      if part < zoneTotal + 1 || offered == 0 { return nil }
      let alter: Int32
      if place * offered < near || offered <= near {
        alter = field.near.candidate(ego, at: place * offered)
        if !isOffered(network, ego: ego, alter, work.zone, conditions) { continue }
        if let drift,
          random.uniform() * room >= choiceWeight(drift.gain(ego, Int(alter), tied: false))
        {
          continue
        }
      } else {
        let (member, acceptance) = (random.uniform(), random.uniform())
        let proposal = field.far.proposal(
          ego, place: (place * offered - near) / (offered - near), member: member)
        if !isOffered(network, ego: ego, proposal.alter, work.zone, conditions) { continue }
        alter = proposal.alter
        var worth = utility(network, ego: ego, alter: alter, field.pairEffects, &work)
        if let drift { worth += drift.gain(ego, Int(alter), tied: false) }
        if acceptance * proposal.bound * room >= choiceWeight(worth) { continue }
      }
      return Choice(alter: Int(alter), creating: true)
    }
    return chooseAmongAll(
      network, ego: ego, zoneTotal: zoneTotal, scale: isFull ? 0 : ownScale, conditions,
      using: &random, &work)
  }

  /// What the ego's own position multiplies the weights of the field by.
  @inline(__always)
  private func ownFactor(
    _ network: borrowing Network, ego: Int, _ around: borrowing Surroundings,
    _ work: inout Workspace
  ) -> Double {
    if ownEffects.isEmpty, ownAround.isEmpty { return 1 }
    var utility = 0.0
    for term in ownEffects {
      utility += term.weight * term.effect.gain(network, ego: ego, tied: false)
    }
    // The same for all alters, so that any will do.
    if !ownAround.isEmpty {
      work.pair.candidate[0] = ego == 0 ? 1 : 0
      work.pair.utility[0] = utility
      ownAround.add(around, ego: ego, work.pair.candidate, to: &work.pair.utility)
      utility = work.pair.utility[0]
    }
    return choiceWeight(utility)
  }

  /// Proposals after which bounds that are far above the weights are given up for a look at everyone.
  private static let mostProposals = 2000

  /// The same choice by weighing every actor: what is left of it does not depend on proposals refused before.
  private func chooseAmongAll(
    _ network: borrowing Network, ego: Int, zoneTotal: Double, scale: Double,
    _ conditions: YearConditions, using random: inout RandomStream, _ work: inout Workspace
  ) -> Choice? {
    var running: [Double] = []
    var total = zoneTotal + 1
    for alter in 0..<Int32(actorCount) {
      if Int(alter) != ego, isOffered(network, ego: ego, alter, work.zone, conditions) {
        var worth = utility(network, ego: ego, alter: alter, field.pairEffects, &work)
        if let drift = conditions.drift { worth += drift.gain(ego, Int(alter), tied: false) }
        total += scale * choiceWeight(worth)
      }
      running.append(total)
    }
    let target = random.uniform() * total
    if target < zoneTotal {
      let position = work.running.firstIndex { $0 > target } ?? work.running.count - 1
      let alter = Int(work.zone[position])
      return Choice(alter: alter, creating: !network.hasTie(ego, alter))
    }
    guard target >= zoneTotal + 1, let alter = running.firstIndex(where: { $0 > target }) else {
      return nil
    }
    return Choice(alter: alter, creating: true)
  }

  /// Σ β *s_ij* of the given effects for one pair, without the sign of ending.
  @inline(__always)
  private func utility(
    _ network: borrowing Network, ego: Int, alter: Int32, _ effects: [WeightedEffect],
    _ work: inout Workspace
  ) -> Double {
    work.pair.candidate[0] = alter
    work.pair.utility[0] = 0
    Self.add(effects, network, ego: ego, work.pair.candidate, to: &work.pair.utility)
    return work.pair.utility[0]
  }

  @inline(__always)
  private static func add(
    _ effects: [WeightedEffect], _ network: borrowing Network, ego: Int, _ candidates: [Int32],
    to utilities: inout [Double]
  ) {
    var span = utilities.mutableSpan
    let terms = effects.span
    for k in terms.indices {
      terms[k].effect.addChanges(
        network, ego: ego, candidates: candidates.span, weight: terms[k].weight, to: &span)
    }
  }

  /// What having the tie, over not having it, is worth to `ego`.
  func utility(
    _ network: borrowing Network, ego: Int, alter: Int, lift: Double,
    _ around: borrowing Surroundings, _ work: inout Workspace
  ) -> Double {
    let isEnding = hasParts && network.hasTie(ego, alter)
    let own = utility(network, ego: ego, alter: Int32(alter), isEnding ? ending : making, &work)
    let outside = isEnding ? endingAround : makingAround
    if outside.isEmpty { return own + lift }
    // The candidate and its utility still stand there.
    outside.add(around, ego: ego, work.pair.candidate, to: &work.pair.utility)
    return work.pair.utility[0] + lift
  }

  /// Whether the field's offer of an alter stands.
  @inline(__always)
  private func isOffered(
    _ network: borrowing Network, ego: Int, _ alter: Int32, _ zone: [Int32],
    _ conditions: YearConditions
  ) -> Bool {
    if isInZone(alter, zone) || conditions.isClosed(Int(alter)) { return false }
    return !isLimited || limits.admits(network, ego, Int(alter))
  }

  /// Collects everyone whose tie may be toggled, ascending.
  func enumerateEveryone(
    _ network: borrowing Network, ego: Int, _ conditions: YearConditions, _ work: inout Workspace
  ) {
    work.zone.removeAll(keepingCapacity: true)
    for alter in 0..<actorCount where alter != ego && !conditions.isClosed(alter) {
      work.zone.append(Int32(alter))
    }
    if isLimited { restrict(network, ego: ego, &work.zone) }
  }

  /// Leaves those out whose tie may not be toggled.
  private func restrict(_ network: borrowing Network, ego: Int, _ zone: inout [Int32]) {
    var kept = 0
    for alter in zone where limits.admits(network, ego, Int(alter)) {
      zone[kept] = alter
      kept += 1
    }
    zone.removeLast(zone.count - kept)
  }

  @inline(__always)
  private func isInZone(_ alter: Int32, _ zone: [Int32]) -> Bool {
    for other in zone {
      if other == alter { return true }
      if other > alter { return false }
    }
    return false
  }

  /// Collects the candidates that must be enumerated, ascending.
  private func fillZone(
    _ network: borrowing Network, ego: Int, _ around: borrowing Surroundings,
    _ zone: inout [Int32]
  ) {
    zone.removeAll(keepingCapacity: true)
    if reachesEveryone {
      for alter in 0..<actorCount where alter != ego { zone.append(Int32(alter)) }
      return
    }
    reach.add(network, ego: ego, to: &zone)
    for effect in reachingAround { effect.function.addReached(around, ego: ego, to: &zone) }
    if reach.isPair, reachingAround.isEmpty { return }
    sortUnique(&zone, except: Int32(ego))
  }

  private func sortUnique(_ zone: inout [Int32], except ego: Int32) {
    if zone.count > 256, zone.count > actorCount / 16 {
      // By marks, where that is less than to sort.
      var marks = [Bool](repeating: false, count: actorCount)
      for value in zone { marks[Int(value)] = true }
      marks[Int(ego)] = false
      zone.removeAll(keepingCapacity: true)
      for actor in marks.indices where marks[actor] { zone.append(Int32(actor)) }
      return
    }
    if zone.count > 32 {
      zone.sort()
    } else {
      for k in zone.indices.dropFirst() {
        let value = zone[k]
        var place = k
        while place > 0 && zone[place - 1] > value {
          zone[place] = zone[place - 1]
          place -= 1
        }
        zone[place] = value
      }
    }
    var kept = 0
    for value in zone where value != ego && (kept == 0 || zone[kept - 1] != value) {
      zone[kept] = value
      kept += 1
    }
    zone.removeLast(zone.count - kept)
  }

  /// Weighs the enumerated candidates: utilities with the sign of ending, and running sums of their
  /// exponentials.
  func weighZone(
    _ network: borrowing Network, ego: Int, lift: Double, drift: OutcomeDrift?,
    _ around: borrowing Surroundings, _ work: inout Workspace
  ) -> Double {
    let count = work.zone.count
    work.running.removeAll(keepingCapacity: true)
    if count == 0 { return 0 }
    if work.utilities.count < count {
      work.utilities = [Double](repeating: 0, count: 2 * count)
    }
    for k in 0..<count { work.utilities[k] = lift }
    Self.add(making, network, ego: ego, work.zone, to: &work.utilities)
    if !makingAround.isEmpty {
      makingAround.add(around, ego: ego, work.zone, to: &work.utilities)
    }
    if hasParts {
      if work.endings.count < count { work.endings = [Double](repeating: 0, count: 2 * count) }
      for k in 0..<count { work.endings[k] = lift }
      Self.add(ending, network, ego: ego, work.zone, to: &work.endings)
      if !endingAround.isEmpty {
        endingAround.add(around, ego: ego, work.zone, to: &work.endings)
      }
      for k in 0..<count where network.hasTie(ego, Int(work.zone[k])) {
        work.utilities[k] = work.endings[k]
      }
    }
    if let drift {
      for k in 0..<count {
        let alter = Int(work.zone[k])
        work.utilities[k] += drift.gain(ego, alter, tied: network.hasTie(ego, alter))
      }
    }
    var sum = 0.0
    for k in 0..<count {
      if network.hasTie(ego, Int(work.zone[k])) { work.utilities[k] = -work.utilities[k] }
      sum += choiceWeight(work.utilities[k])
      work.running.append(sum)
    }
    return sum
  }
}
