public import Tables

/// What a network looks like, and what outcomes are: what a back-cast compares with what happened.
struct BackCastStatistics: Measure {
  private let start: Network
  private let locations: Locations?
  private let hasOutcome: Bool

  init(start: Network, locations: Locations?, hasOutcome: Bool) {
    self.start = start
    self.locations = locations
    self.hasOutcome = hasOutcome
  }

  var name: String { "back-cast" }

  var groups: [String] {
    ["ties", "kept", "isolates", "clustering"] + (locations == nil ? [] : ["distance"])
      + (hasOutcome ? ["mean outcome", "sd of outcome"] : [])
  }

  func values(_ state: ScenarioState) -> [Double] {
    values(state.world.network, outcome: state.outcome)
  }

  func values(_ network: Network, outcome: [Double]) -> [Double] {
    let count = network.actorCount
    var (kept, alone, closed, paths, distance) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for school in 0..<count {
      let degree = network.degree(school)
      if degree == 0, network.inDegree(school) == 0 { alone += 1 }
      paths += Double(degree * (degree - 1))
      for k in 0..<degree {
        let partner = Int(network.partner(k, of: school))
        closed += Double(network.sharedPartners(school, partner))
        if start.hasTie(school, partner) { kept += 1 }
        if let locations { distance += locations.distance(school, partner) }
      }
    }
    let ends = network.isDirected ? 1.0 : 2.0
    let ties = Double(network.tieCount)
    var values = [
      ties, start.tieCount > 0 ? kept / ends / Double(start.tieCount) : 0, alone / Double(count),
      paths > 0 ? closed / paths : 0,
    ]
    if locations != nil { values.append(ties > 0 ? distance / ends / ties : 0) }
    if hasOutcome {
      let mean = outcome.reduce(0, +) / Double(count)
      let squares = outcome.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      values += [mean, (squares / Double(max(1, count - 1))).squareRoot()]
    }
    return values
  }
}

/// A row of `back-cast`: a statistic as it was observed and as it was simulated from the earlier wave.
public struct BackCastRow: TidyRow {
  let statistic: String
  let time: Int
  let start: Double
  let observed: Double
  let summary: ReplicateSummary

  public static let schema = [
    Field(
      "statistic",
      "ties, kept (share of the earlier ties), isolates (share of schools), clustering, "
        + "distance (mean of ties, km), mean and sd of the outcome."),
    Field("time", unit: "year", "Years from the earlier wave."),
    Field("start", "In the earlier wave."),
    Field("observed", "In the later wave."),
    Field("mean", "Simulated from the earlier wave: the mean over replicates."),
    Field("low", "2.5 % quantile over replicates."),
    Field("high", "97.5 % quantile over replicates."),
    Field("inside", "Whether what was observed lies between."),
  ]

  var isInside: Bool { summary.low <= observed && observed <= summary.high }

  public var cells: [Cell] {
    [
      .text(statistic), .count(time), .number(start), .number(observed), .number(summary.mean),
      .number(summary.low), .number(summary.high), .flag(isInside),
    ]
  }
}
