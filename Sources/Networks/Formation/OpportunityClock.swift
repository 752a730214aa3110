internal import Probability

/// Whose opportunity comes next, where actors have opportunities at rates of their own that may follow their ties.
///
/// Each actor has a Poisson process of rate 1 of its own, keyed by the seed, the replicate and the actor, that runs
/// at its rate *λ_i*(*t*): a rate that changes moves what is left until the next opportunity, and what has not changed
/// stays as it is under every policy. Where pairs meet, time itself runs Σ_j *λ_j* times as fast, and the other is drawn
/// in proportion to *λ_j*, so that a pair meets at *λ_i* *λ_j* in each order.
///
/// - Complexity: O(log *n*) for an opportunity and for a tie; O(*n*) memory.
struct OpportunityClock: Sendable {
  private var rates: ActorRates
  private let actorCount: Int
  private let pairs: Bool
  private var streams: [RandomStream]
  private var numbers: [UInt32]
  /// When each actor is next, in running time, in a tree of minima: leaves from `width`, the root is number 1.
  private var due: [Double]
  private let width: Int
  private var years = 0.0
  private var running = 0.0

  init(
    _ terms: [(effect: any RateEffect, weight: Double)], base: Double,
    _ network: borrowing Network, pairs: Bool, seed: Seed, replicate: UInt32
  ) {
    let count = network.actorCount
    actorCount = count
    self.pairs = pairs
    rates = ActorRates(terms, base: base, network, present: (0..<count).map(Int32.init))
    streams = (0..<count).map { RandomStream(seed, replicate: replicate, entity: UInt32($0)) }
    numbers = [UInt32](repeating: 0, count: count)
    var width = 1
    while width < count { width *= 2 }
    self.width = width
    due = [Double](repeating: .infinity, count: 2 * width)
    for actor in 0..<count { wait(actor) }
  }

  /// How fast running time goes.
  private var speed: Double { pairs ? rates.total : 1 }

  /// When the next opportunity is, in years, while no rate changes.
  var nextTime: Double { speed > 0 ? years + (due[1] - running) / speed : .infinity }

  /// The next opportunity before `end`; time has come there without one.
  mutating func next(until end: Double) -> Opportunities.Event? {
    let moment = nextTime
    guard moment < end else {
      running += max(0, end - years) * speed
      years = max(years, end)
      return nil
    }
    years = moment
    running = due[1]
    var node = 1
    while node < width {
      node *= 2
      if due[node + 1] < due[node] { node += 1 }
    }
    let actor = node - width
    let event = Opportunities.Event(
      time: moment, actor: Int32(actor), number: numbers[actor])
    numbers[actor] += 1
    wait(actor)
    return event
  }

  /// The actor at a share of the sum of rates.
  func actor(at share: Double) -> Int { rates.actor(at: share * rates.total) }

  /// Takes up that a tie of two actors was toggled.
  mutating func follow(_ network: borrowing Network, _ ego: Int, _ alter: Int) {
    guard rates.followsTies else { return }
    update(ego, network)
    update(alter, network)
  }

  /// Takes up whatever has happened to the network.
  mutating func follow(_ network: borrowing Network) {
    guard rates.followsTies else { return }
    for actor in 0..<actorCount { update(actor, network) }
  }

  private mutating func update(_ actor: Int, _ network: borrowing Network) {
    let before = rates.rate(actor)
    rates.update(actor, network)
    let after = rates.rate(actor)
    guard before != after, before > 0, after > 0 else { return }
    set(actor, running + (due[width + actor] - running) * before / after)
  }

  private mutating func wait(_ actor: Int) {
    let rate = rates.rate(actor)
    set(actor, rate > 0 ? running + streams[actor].exponential(rate: rate) : .infinity)
  }

  private mutating func set(_ actor: Int, _ moment: Double) {
    var node = width + actor
    due[node] = moment
    while node > 1 {
      node /= 2
      due[node] = min(due[2 * node], due[2 * node + 1])
    }
  }
}
