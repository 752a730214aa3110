/// Something a scenario reports of every year: a mean, a gap, a cost.
public protocol Measure: Sendable {
  /// As the study writes it: `gap(reading, fsm)`.
  var name: String { get }
  /// For whom it is reported; `all` first.
  var groups: [String] { get }
  /// One value a group.
  func values(_ state: ScenarioState) -> [Double]
  /// Whether it compares the ties of a year's end with those of the year before.
  var looksBack: Bool { get }
}

extension Measure {
  public var looksBack: Bool { false }
}

/// What is known of a simulated year's end.
public struct ScenarioState: Sendable {
  /// Years since the start.
  public let year: Int
  /// Of each school.
  public internal(set) var outcome: [Double]
  /// Of each group of pupils, of each school.
  public internal(set) var pupils: [[Double]]
  /// Whether each school has a partner.
  public let partnered: [Bool]
  /// What the policy has cost from the start.
  public let cost: Double
  /// Ties, groups and accounts.
  package let world: World
  /// Partners beyond what each school can sustain; empty where workload is not modelled.
  package let excess: [Double]
  /// Over ties; NaN where it is not modelled.
  package let meanTrust: Double

  init(_ world: World, year: Int, outcome: [Double], path: OutcomePath) {
    self.year = year
    self.outcome = outcome
    pupils = path.pupilValues(world)
    partnered = outcome.indices.map { world.isPartnered($0) }
    cost = world.spending[...year].reduce(0, +)
    self.world = world
    excess = path.excess
    meanTrust = path.meanTrust
  }
}

/// Weighted means over fixed groups of schools.
struct WeightedGroups: Sendable {
  let names: [String]
  private let members: [[Int32]]
  private let weights: [Double]

  /// All schools, and the fifths of `ranking` where it is given: an equal number of schools in each (the
  /// first ones are larger by one where the number does not divide), in ascending order, schools of the same
  /// value in the order of their rows. Fewer than five schools have no fifths.
  init(weights: [Double], fifthsOf ranking: [Double]?) {
    var members = [weights.indices.map(Int32.init)]
    var names = ["all"]
    if let ranking, ranking.count >= 5 {
      let order = ranking.indices.sorted { (ranking[$0], $0) < (ranking[$1], $1) }
      let (size, rest) = (order.count / 5, order.count % 5)
      var start = 0
      for fifth in 0..<5 {
        let end = start + size + (fifth < rest ? 1 : 0)
        members.append(order[start..<end].sorted().map(Int32.init))
        names.append("fifth-\(fifth + 1)")
        start = end
      }
    }
    self.members = members
    self.names = names
    self.weights = weights
  }

  func means(_ value: (Int) -> Double) -> [Double] {
    members.map { group in
      var (sum, total) = (0.0, 0.0)
      for school in group {
        let weight = weights[Int(school)]
        sum += weight * value(Int(school))
        total += weight
      }
      return sum / total
    }
  }

  /// Means over the pupils of schools at the start: those of a school that was taken over have the value of the one that
  /// took it over, those of one that is not there count no more.
  func means(_ state: ScenarioState, ofPupils value: (Int) -> Double) -> [Double] {
    let heirs = state.world.absence.heirs
    guard !heirs.isEmpty else { return means(value) }
    return members.map { group in
      var (sum, total) = (0.0, 0.0)
      for school in group where heirs[Int(school)] >= 0 {
        let weight = weights[Int(school)]
        sum += weight * value(Int(heirs[Int(school)]))
        total += weight
      }
      return total > 0 ? sum / total : 0
    }
  }

  /// Means over the schools that are there.
  func means(_ state: ScenarioState, ofSchools value: (Int) -> Double) -> [Double] {
    let closed = state.world.absence.closed
    guard !closed.isEmpty else { return means(value) }
    return members.map { group in
      var (sum, total) = (0.0, 0.0)
      for school in group where !closed[Int(school)] {
        let weight = weights[Int(school)]
        sum += weight * value(Int(school))
        total += weight
      }
      return total > 0 ? sum / total : 0
    }
  }

  /// Weighted sums.
  func sums(_ value: (Int) -> Double) -> [Double] {
    members.map { group in
      group.reduce(0) { $0 + weights[Int($1)] * value(Int($1)) }
    }
  }
}
