internal import Probability

/// An improvement programme in phases, as the School Improvement Partnership Programme: given partnerships of schools
/// go from building trust over trying things out to a network that lasts.
///
/// In each phase members' ties are worth more by the phase's `raise`, members meet each other so many times, and
/// activities (Lesson Study, instructional rounds, …) carry practice: the partnership's intensity is
/// 1 − Π_a (1 − transmission_a) over the phase's activities, which is what its effect is multiplied by. Outside the
/// phases the partnerships are at rest; after the last phase they end.
public struct Programme: PolicyAction {
  /// One phase.
  public struct Phase: Sendable {
    public let name: String
    /// Model years.
    public let years: ClosedRange<Int>
    /// Log odds.
    public let raise: ParameterValue
    /// How many meetings each school starts a year.
    public let meetings: Int
    /// The transmission of each activity.
    public let activities: [ParameterValue]
  }

  public let name = "programme"
  public let terms: PolicyTerms
  private let partnerships: [[Int32]]
  private let phases: [Phase]

  public init(_ terms: PolicyTerms, partnerships: [[Int32]], phases: [Phase]) {
    self.terms = terms
    self.partnerships = partnerships
    self.phases = phases
  }

  public func lastYear(horizon: Int) -> Int {
    min(phases.last?.years.upperBound ?? horizon, horizon)
  }

  public func begin(_ world: inout World, id: Int) {
    guard let last = phases.last, world.year <= last.years.upperBound,
      world.year < world.fundingEnds
    else {
      for group in world.notes[id].groups where world.groups[group].isOpen { world.close(group) }
      world.notes[id].groups = []
      return
    }
    guard let phase = phases.first(where: { $0.years.contains(world.year) }) else { return }
    var new = 0
    if !world.notes[id].isPrepared {
      world.notes[id].isPrepared = true
      let eligible = terms.eligible.schools(world)
      let able = terms.possible(partnerships.count, world, id: id)
      for members in partnerships.map({ $0.filter { eligible[Int($0)] } })
        .filter({ $0.count > 1 }).prefix(able)
      {
        if let group = world.found(.programme, members) { world.notes[id].groups.append(group) }
      }
      new = world.notes[id].groups.count
    }
    let raise = world.value(phase.raise)
    let intensity =
      1 - phase.activities.reduce(1) { $0 * (1 - min(1, max(0, world.value($1)))) }
    var members: [Int] = []
    for group in world.notes[id].groups {
      world.groups[group].intensity = phase.activities.isEmpty ? 0 : intensity
      let schools = world.groups[group].members
      members += schools.map(Int.init)
      for school in schools { world.lift[Int(school)] += raise }
      for school in schools where schools.count > 1 {
        var random = world.stream("programme", school: Int(school))
        for _ in 0..<phase.meetings {
          let other = schools[random.index(below: schools.count)]
          _ = world.introduce(Int(school), Int(other), raise: raise, using: &random)
        }
      }
    }
    world.charge(
      terms, schools: members, groups: (world.notes[id].groups.count, new), by: id)
    world.didSomething(members.count, by: id)
  }
}
