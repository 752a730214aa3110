/// Pupils of a kind, as disadvantaged ones and others, whose outcome is followed beside that of all pupils.
///
/// With *m_kg* times the effect *e_ki* of partnership *k* on pupils of group *g*, their mean outcome moves by
/// Σ_k *m_kg* *e_ki*, and that of all pupils of school *i* by Σ_k *e_ki* *m̄_ki*, where *m̄_ki* is the mean of *m_kg* over
/// its pupils, 1 for those who are in no group. What is learnt from partners and what workload costs is the same for all.
public struct PupilGroup: Sendable {
  public let name: String
  /// Mean outcome at the start of each school's pupils of the group; 0 where it has none.
  let outcome: [Double]
  /// How many pupils of the group each school has.
  let count: [Double]

  public init(_ name: String, outcome: [Double], count: [Double]) {
    precondition(outcome.count == count.count, "\(outcome.count) outcomes, \(count.count) counts")
    self.name = name
    self.outcome = outcome
    self.count = count
  }
}

/// How many times as strong an effect is for pupils of each group, at one draw of the parameters.
struct PupilTimes: Sendable {
  /// One a group.
  let groups: [Double]
  /// The mean over each school's pupils; empty where all are 1.
  let schools: [Double]

  /// The same for everyone.
  static func same(_ groups: [PupilGroup]) -> PupilTimes {
    PupilTimes(groups: groups.map { _ in 1 }, schools: [])
  }

  /// - Parameters:
  ///   - times: one a group.
  ///   - pupils: of each school, at least those of its groups.
  init(_ times: [Double], _ groups: [PupilGroup], pupils: [Double]) {
    self.groups = times
    guard times.contains(where: { $0 != 1 }) else {
      schools = []
      return
    }
    schools = pupils.indices.map { school in
      let known = groups.reduce(0) { $0 + $1.count[school] }
      let all = max(pupils[school], known)
      guard all > 0 else { return 1 }
      return zip(times, groups).reduce(all - known) { $0 + $1.0 * $1.1.count[school] } / all
    }
  }

  private init(groups: [Double], schools: [Double]) {
    self.groups = groups
    self.schools = schools
  }

  /// For the mean of all pupils of a school.
  @inline(__always)
  func overall(_ school: Int) -> Double { schools.isEmpty ? 1 : schools[school] }
}
