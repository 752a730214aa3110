internal import Tables

/// Who asks about membership: units, or rows that belong to units, each with the day it looks at.
private struct Askers {
  /// The unit of each asker; −1 for none.
  let unit: [Int32]
  /// `nil` where membership at any time counts.
  let day: [Double]?
  /// The episodes of each unit, in the order of their rows.
  let episodes: [[Int]]

  init(_ query: MembershipQuery, unit: [Int32]?, day: [Double]?) {
    self.unit = unit ?? (0..<Int32(query.unitCount)).map { $0 }
    self.day = day
    var episodes = [[Int]](repeating: [], count: query.unitCount)
    for episode in 0..<query.episodeCount where query.unit[episode] >= 0 {
      episodes[Int(query.unit[episode])].append(episode)
    }
    self.episodes = episodes
  }

  func episodes(of asker: Int) -> [Int] { unit[asker] < 0 ? [] : episodes[Int(unit[asker])] }
}

extension Evaluator {
  /// - Complexity: O(episodes + units), and O(e log e) for the sizes of groups.
  mutating func membership(_ query: MembershipQuery, in table: String, rows: Int) -> Vector {
    let askers: Askers
    if let dayOfRow = query.dayOfRow {
      askers = Askers(
        query, unit: query.rowsOfUnits,
        day: evaluate(dayOfRow, in: table, rows: rows).numbers(rows: rows))
    } else {
      let day = query.at.map {
        evaluate($0, in: query.units, rows: query.unitCount).numbers(rows: query.unitCount)
      }
      askers = Askers(query, unit: nil, day: day)
    }
    let condition = query.condition.map {
      evaluate($0, in: query.episodes, rows: query.episodeCount)
        .numbers(rows: query.episodeCount)
    }
    let result =
      switch query.question {
      case .isMember: members(query, condition, askers)
      case .yearsSinceJoining: yearsSinceJoining(query, condition, askers)
      case .groupSize: groupSizes(query, condition, askers)
      }
    if query.dayOfRow != nil { return Vector(.numbers(result)) }
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
    _ query: MembershipQuery, _ condition: [Double]?, _ askers: Askers
  ) -> [Double] {
    askers.unit.indices.map { asker in
      // Not to know the day is not to know the answer, also where there is no episode.
      if askers.unit[asker] < 0 || askers.day?[asker].isNaN == true { return .nan }
      var result = 0.0
      for episode in askers.episodes(of: asker) {
        let covered = askers.day.map { covers(query, episode, $0[asker]) } ?? 1
        result = Kleene.or(result, Kleene.and(condition?[episode] ?? 1, covered))
      }
      return result
    }
  }

  /// Calendar years from the first day of the first episode that had begun; NaN where none had.
  private func yearsSinceJoining(
    _ query: MembershipQuery, _ condition: [Double]?, _ askers: Askers
  ) -> [Double] {
    askers.unit.indices.map { asker in
      guard let today = askers.day?[asker] else { return .nan }
      var first = Double.nan
      for episode in askers.episodes(of: asker) {
        guard let joined = query.from?.number(episode), joined <= today,
          (condition?[episode] ?? 1) == 1
        else { continue }
        if first.isNaN || joined < first { first = joined }
      }
      return CalendarYears.between(first, and: today)
    }
  }

  /// How many units the unit's group has on the day, itself included; the largest where it is in several,
  /// 0 where it is in none.
  private func groupSizes(
    _ query: MembershipQuery, _ condition: [Double]?, _ askers: Askers
  ) -> [Double] {
    // Each asker may look at a day of its own, so that a group has a size a day.
    struct Spell: Hashable {
      let group: Double
      let day: Double
    }
    var result = [Double](repeating: 0, count: askers.unit.count)
    guard let day = askers.day else { return result }
    var byGroup: [Double: [Int]] = [:]
    for episode in 0..<query.episodeCount
    where query.unit[episode] >= 0 && (condition?[episode] ?? 1) == 1 {
      let group = query.group.number(episode)
      if !group.isNaN { byGroup[group, default: []].append(episode) }
    }
    var sizes: [Spell: Double] = [:]
    for asker in result.indices {
      for episode in askers.episodes(of: asker) {
        let group = query.group.number(episode)
        guard !group.isNaN, (condition?[episode] ?? 1) == 1,
          covers(query, episode, day[asker]) == 1
        else { continue }
        let spell = Spell(group: group, day: day[asker])
        let size =
          sizes[spell]
          ?? Double(
            Set(
              byGroup[group, default: []].filter { covers(query, $0, spell.day) == 1 }
                .map { query.unit[$0] }
            ).count)
        sizes[spell] = size
        result[asker] = max(result[asker], size)
      }
      if day[asker].isNaN || askers.unit[asker] < 0 { result[asker] = .nan }
    }
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
