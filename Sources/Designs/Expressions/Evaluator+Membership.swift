internal import Tables

extension Evaluator {
  /// - Complexity: O(episodes + units), and O(e log e) for the sizes of groups.
  mutating func membership(_ query: MembershipQuery) -> Vector {
    let day = query.at.map {
      evaluate($0, in: query.units, rows: query.unitCount).numbers(rows: query.unitCount)
    }
    let condition = query.condition.map {
      evaluate($0, in: query.episodes, rows: query.episodeCount)
        .numbers(rows: query.episodeCount)
    }
    let result =
      switch query.question {
      case .isMember: members(query, condition, day)
      case .yearsSinceJoining: yearsSinceJoining(query, condition, day)
      case .groupSize: groupSizes(query, condition, day)
      }
    return Vector(
      .numbers(result),
      home: query.rowsOfUnits.map { Vector.Home(table: query.units, index: $0) })
  }

  /// Whether `day` lies in an episode, from its first day up to the day before `to`: 0, 1 or NaN.
  private func covers(_ query: MembershipQuery, _ episode: Int, _ day: Double) -> Double {
    if day.isNaN { return .nan }
    var begun = 1.0
    if let from = query.from?.number(episode) { begun = from.isNaN ? .nan : from <= day ? 1 : 0 }
    var lasts = 1.0
    if let to = query.to?.number(episode), !to.isNaN { lasts = day < to ? 1 : 0 }
    return Kleene.and(begun, lasts)
  }

  private func members(
    _ query: MembershipQuery, _ condition: [Double]?, _ day: [Double]?
  ) -> [Double] {
    var result = [Double](repeating: 0, count: query.unitCount)
    for episode in 0..<query.episodeCount where query.unit[episode] >= 0 {
      let unit = Int(query.unit[episode])
      let covered = day.map { covers(query, episode, $0[unit]) } ?? 1
      result[unit] = Kleene.or(result[unit], Kleene.and(condition?[episode] ?? 1, covered))
    }
    // Not to know the day is not to know the answer, also where there is no episode.
    if let day {
      for unit in result.indices where day[unit].isNaN { result[unit] = .nan }
    }
    return result
  }

  /// Years of 365.25 days from the first day of the first episode that had begun; NaN where none had.
  private func yearsSinceJoining(
    _ query: MembershipQuery, _ condition: [Double]?, _ day: [Double]?
  ) -> [Double] {
    var first = [Double](repeating: .nan, count: query.unitCount)
    for episode in 0..<query.episodeCount where query.unit[episode] >= 0 {
      let unit = Int(query.unit[episode])
      guard let joined = query.from?.number(episode), let today = day?[unit], joined <= today,
        (condition?[episode] ?? 1) == 1
      else { continue }
      if first[unit].isNaN || joined < first[unit] { first[unit] = joined }
    }
    return first.indices.map { unit in ((day?[unit] ?? .nan) - first[unit]) / 365.25 }
  }

  /// How many units the unit's group has on the day, itself included; the largest where it is in several,
  /// 0 where it is in none.
  private func groupSizes(
    _ query: MembershipQuery, _ condition: [Double]?, _ day: [Double]?
  ) -> [Double] {
    // Each unit may look at a day of its own, so that a group has a size a day.
    struct Spell: Hashable {
      let group: Double
      let day: Double
    }
    var result = [Double](repeating: 0, count: query.unitCount)
    guard let day else { return result }
    var byGroup: [Double: [Int]] = [:]
    for episode in 0..<query.episodeCount
    where query.unit[episode] >= 0 && (condition?[episode] ?? 1) == 1 {
      let group = query.group.number(episode)
      if !group.isNaN { byGroup[group, default: []].append(episode) }
    }
    var sizes: [Spell: Double] = [:]
    for episode in 0..<query.episodeCount where query.unit[episode] >= 0 {
      let unit = Int(query.unit[episode])
      let group = query.group.number(episode)
      guard !group.isNaN, (condition?[episode] ?? 1) == 1,
        covers(query, episode, day[unit]) == 1
      else { continue }
      let spell = Spell(group: group, day: day[unit])
      let size =
        sizes[spell]
        ?? Double(
          Set(
            byGroup[group, default: []].filter { covers(query, $0, spell.day) == 1 }
              .map { query.unit[$0] }
          ).count)
      sizes[spell] = size
      result[unit] = max(result[unit], size)
    }
    for unit in result.indices where day[unit].isNaN { result[unit] = .nan }
    return result
  }
}

extension Column {
  /// The number of a row, or the position of its level; NaN where it is missing.
  fileprivate func number(_ row: Int) -> Double {
    switch storage {
    case .numbers(let values): values[row]
    case .codes(let codes, _): codes[row] < 0 ? .nan : Double(codes[row])
    }
  }
}
