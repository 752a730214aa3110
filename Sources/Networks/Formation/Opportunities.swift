internal import Probability

/// When each actor may change a tie: a Poisson process for each, in the order of time.
///
/// They depend on the seed, the replicate and the actor alone, so every policy meets the same ones.
struct Opportunities: Sendable {
  struct Event: Sendable {
    /// Years since the start.
    let time: Double
    let actor: Int32
    /// The actor's opportunity number, from zero.
    let number: UInt32
  }

  /// In the order of time.
  let events: [Event]

  /// - Parameters:
  ///   - rates: opportunities a year, one an actor.
  ///   - years: how long.
  init(rates: [Double], years: Double, seed: Seed, replicate: UInt32) {
    var events: [Event] = []
    events.reserveCapacity(Int(rates.reduce(0, +) * years * 1.1) + 16)
    for actor in rates.indices where rates[actor] > 0 {
      var random = RandomStream(seed, replicate: replicate, entity: UInt32(actor))
      var time = random.exponential(rate: rates[actor])
      var number: UInt32 = 0
      while time < years {
        events.append(Event(time: time, actor: Int32(actor), number: number))
        number += 1
        time += random.exponential(rate: rates[actor])
      }
    }
    self.events = Self.sorted(events, years: years)
  }

  /// By time, then actor: first into as many equal intervals as there are events, then within them.
  private static func sorted(_ events: [Event], years: Double) -> [Event] {
    let count = events.count
    guard count > 1 else { return events }
    let scale = Double(count) / years
    var ends = [Int](repeating: 0, count: count + 1)
    for event in events { ends[min(count - 1, Int(event.time * scale)) + 1] += 1 }
    for k in 0..<count { ends[k + 1] += ends[k] }
    var result = events
    for event in events {
      let interval = min(count - 1, Int(event.time * scale))
      result[ends[interval]] = event
      ends[interval] += 1
    }
    for k in 1..<count {
      let event = result[k]
      var place = k
      while place > 0, precedes(event, result[place - 1]) {
        result[place] = result[place - 1]
        place -= 1
      }
      result[place] = event
    }
    return result
  }

  private static func precedes(_ a: Event, _ b: Event) -> Bool {
    a.time == b.time ? a.actor < b.actor : a.time < b.time
  }
}
