internal import Probability

/// How trust between partners grows with the years of their tie, and is lost with the head who built it.
///
/// A tie's trust is a share from 0 to 1 by the full years it has lasted. Each year a share of schools changes
/// its head; all ties of such a school begin again.
public struct TieTrust: Sendable {
  /// By years of the tie.
  public let years: YearProfile
  /// Share of schools whose head leaves in a year.
  public let turnover: ParameterValue
  /// The position of the relation.
  public let relation: Int

  public init(years: YearProfile, turnover: ParameterValue, relation: Int = 0) {
    self.relation = relation
    self.years = years
    self.turnover = turnover
  }

  /// The full years that each tie has lasted, list by list in the order of a school's partners.
  struct Ages: Sendable {
    private(set) var starts: [Int32]
    private(set) var partners: [Int32]
    private(set) var years: [UInt8]

    init(_ network: borrowing Network) {
      (starts, partners, years) = ([0], [], [])
      for school in 0..<network.actorCount {
        for k in 0..<network.degree(school) {
          partners.append(network.partner(k, of: school))
          years.append(0)
        }
        starts.append(Int32(partners.count))
      }
    }

    /// The ages a year later: of ties that are still there one more, of new ones and of those of schools that
    /// start again 0.
    mutating func advance(_ network: borrowing Network, startingAgain: [Bool]) {
      var next = Ages(network)
      for school in 0..<network.actorCount {
        var old = Int(starts[school])
        let end = Int(starts[school + 1])
        for k in Int(next.starts[school])..<Int(next.starts[school + 1]) {
          let partner = next.partners[k]
          while old < end && partners[old] < partner { old += 1 }
          guard old < end, partners[old] == partner else { continue }
          guard !startingAgain[school], !startingAgain[Int(partner)] else { continue }
          next.years[k] = min(254, years[old]) + 1
        }
      }
      self = next
    }

    /// The mean trust of a school's ties; 0 without any.
    func trust(_ school: Int, _ profile: YearProfile) -> Double {
      let range = Int(starts[school])..<Int(starts[school + 1])
      guard !range.isEmpty else { return 0 }
      return range.reduce(0) { $0 + profile[Int(years[$1])] } / Double(range.count)
    }
  }

  /// The schools whose head leaves in the world's year, those of shocks among them.
  func startingAgain(_ world: World) -> [Bool] {
    var again = [Bool](repeating: false, count: world.count)
    let share = min(1, max(0, world.value(turnover)))
    if share > 0 {
      for school in 0..<world.count {
        var random = world.stream("turnover of heads", school: school)
        again[school] = random.uniform() < share
      }
    }
    for school in world.turnovers { again[Int(school)] = true }
    return again
  }
}
