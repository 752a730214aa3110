internal import Designs

/// Which rows follow which within a unit, by how many times later they come.
struct SerialSteps: Sendable {
  struct Step: Sendable {
    let gap: Int
    var later: [Int32]
    var earlier: [Int32]
  }

  /// Ascending by gap; rows in order of unit and time.
  let byGap: [Step]

  /// Every distance that occurs costs two sets of cross-products.
  static let gapLimit = 40

  /// - Throws: ``EstimationError/structure(_:)`` where times are not whole or stand twice in a unit, where no
  ///   unit has two rows, or where the rows of a unit lie in several groups of a factor.
  init(_ serial: SerialOrder, _ structure: RandomStructure) throws(EstimationError) {
    let name = serial.timeName
    for (row, time) in serial.times.enumerated() {
      guard time == time.rounded(), abs(time) < 1e9 else {
        throw .structure(.timeNotWhole(column: name, row: row, value: time))
      }
    }
    var members = [[Int32]](repeating: [], count: serial.unit.levels.count)
    for (row, unit) in serial.unit.codes.enumerated() where unit >= 0 {
      members[Int(unit)].append(Int32(row))
    }
    var steps: [Int: Step] = [:]
    for (unit, rows) in members.enumerated() {
      let ordered = rows.sorted { (serial.times[Int($0)], $0) < (serial.times[Int($1)], $1) }
      for (earlier, later) in zip(ordered, ordered.dropFirst()) {
        let gap = Int(serial.times[Int(later)]) - Int(serial.times[Int(earlier)])
        guard gap > 0 else {
          throw .structure(
            .sameTime(
              column: name, unit: serial.unit.levels[unit], value: serial.times[Int(later)]))
        }
        for factor in structure.factors {
          guard factor.memberships == nil else {
            throw .structure(
              .multipleMembership(factor: factor.name, asked: "autoregressive residuals"))
          }
          if factor.codes[Int(earlier)] != factor.codes[Int(later)] {
            throw .structure(
              .unitNotNested(
                unit: serial.unit.name, level: serial.unit.levels[unit], factor: factor.name))
          }
        }
        steps[gap, default: Step(gap: gap, later: [], earlier: [])].later.append(later)
        steps[gap, default: Step(gap: gap, later: [], earlier: [])].earlier.append(earlier)
      }
    }
    guard !steps.isEmpty else { throw .structure(.nothingFollows(unit: serial.unit.name)) }
    guard steps.count <= Self.gapLimit else {
      throw .structure(
        .manyGaps(column: name, count: steps.count, limit: Self.gapLimit))
    }
    byGap = steps.keys.sorted().compactMap { steps[$0] }
  }
}
