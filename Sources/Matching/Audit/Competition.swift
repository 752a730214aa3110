public import Tables

/// A unit that found no partner because others took all who were possible: the nearest of them, who took it,
/// and by how much that one was nearer.
public struct CompetitionRow: TidyRow, Hashable {
  public let unit: String
  public let possible: Int
  public let nearest: String
  public let distance: Double
  public let takenBy: String
  public let theirDistance: Double

  public static let schema = [
    Field("unit", "key of the unit that went without"),
    Field("possible", "partners that its constraints admit, all of them taken"),
    Field("nearest", "key of the nearest of them"),
    Field("distance", "its distance from the unit"),
    Field("taken_by", "key of the unit that it went to"),
    Field("their_distance", "its distance from that one"),
    Field(
      "lost_by", "the unit's distance less theirs; below zero where order or the total decided"),
  ]

  public var cells: [Cell] {
    [
      .text(unit), .count(possible), .text(nearest), .number(distance), .text(takenBy),
      .number(theirDistance), .number(distance - theirDistance),
    ]
  }
}

extension MatchOutcome {
  /// One row for each unit that lost its possible partners to others.
  ///
  /// - Parameter names: one a candidate.
  func competition(names: [String]) -> [CompetitionRow] {
    guard let problem, !sample.pairs.isEmpty else { return [] }
    let focalIsTreated = estimand.treatedAreFocal ?? true
    var taker = [Int](repeating: -1, count: problem.count)
    for pair in sample.pairs
    where pair.k == 1 || taker[focalIsTreated ? pair.control : pair.treated] < 0 {
      taker[focalIsTreated ? pair.control : pair.treated] =
        focalIsTreated ? pair.treated : pair.control
    }
    let others = (0..<problem.count).filter { taker[$0] >= 0 }
    return (0..<problem.count).compactMap { unit in
      guard reasons[unit] == .lostToCompetitor else { return nil }
      var best: (unit: Int, distance: Double)?
      var possible = 0
      for other in others where problem.admits(unit, other) {
        guard let distance = problem.jointDistance(unit, other) else { continue }
        possible += 1
        if best.map({ distance < $0.distance }) ?? true { best = (other, distance) }
      }
      guard let best else { return nil }
      let winner = taker[best.unit]
      return CompetitionRow(
        unit: names[unit], possible: possible, nearest: names[best.unit], distance: best.distance,
        takenBy: names[winner],
        theirDistance: problem.jointDistance(winner, best.unit) ?? .nan)
    }
  }
}
