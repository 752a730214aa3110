internal import Probability

/// Whose opportunity comes when in one relation, in the order of time: known beforehand where all actors have the same
/// rate, else by an ``OpportunityClock``.
struct Agenda: Sendable {
  private let events: [Opportunities.Event]
  private var position = 0
  private(set) var clock: OpportunityClock?

  /// - Parameters:
  ///   - events: in the order of time.
  ///   - clock: where it is given there are no events.
  init(_ events: [Opportunities.Event], _ clock: OpportunityClock?) {
    self.events = events
    self.clock = clock
  }

  /// When the next opportunity is, in years; infinite where none is known.
  var nextTime: Double {
    clock?.nextTime ?? (position < events.count ? events[position].time : .infinity)
  }

  /// The next opportunity before `end`; time has come there without one.
  @inline(__always)
  mutating func next(until end: Double) -> Opportunities.Event? {
    if clock != nil { return clock?.next(until: end) }
    guard position < events.count, events[position].time < end else { return nil }
    position += 1
    return events[position - 1]
  }

  /// Takes up whatever has happened to the network.
  mutating func follow(_ network: borrowing Network) { clock?.follow(network) }

  /// Takes up that a tie of two actors was toggled.
  mutating func follow(_ network: borrowing Network, _ ego: Int, _ alter: Int) {
    clock?.follow(network, ego, alter)
  }
}
