internal import LinearAlgebra
internal import Probability
internal import Tables

/// The members of the units that are matched, such as the pupils of schools, as points.
struct MemberPool: Sendable {
  /// Members with all covariates.
  let covariates: [Covariate]
  /// The candidate that each member belongs to; −1 for none.
  let unit: [Int32]
  let treated: [Bool]
  /// Positions of the complete members of each candidate, ascending.
  let members: [[Int]]
  /// Column m holds the coordinates of member m; NaN for members that take no part.
  let coordinates: Matrix
  /// The largest distance of two partners; infinite for none.
  let caliper: Double
  let diagnostics: [Diagnostic]

  /// - Parameters:
  ///   - unit: the candidate of each member, −1 for none.
  ///   - treated: one a candidate.
  init(
    covariates: [Covariate], unit: [Int32], treated: [Bool], distance: any MatchingDistance,
    caliper: Double?
  ) throws(MatchingError) {
    self.covariates = covariates
    self.unit = unit
    self.caliper = caliper ?? .infinity
    self.treated = unit.map { $0 >= 0 && treated[Int($0)] }
    var members = [[Int]](repeating: [], count: treated.count)
    var complete: [Int] = []
    for (member, unit) in unit.enumerated() where unit >= 0 {
      if covariates.contains(where: { $0.isMissing(member) }) { continue }
      members[Int(unit)].append(member)
      complete.append(member)
    }
    self.members = members
    let embedding = try distance.embed(
      MatchingUnits(covariates: covariates, treated: self.treated, members: complete))
    var all = Matrix(rows: embedding.coordinates.rows, columns: unit.count, repeating: .nan)
    for (position, member) in complete.enumerated() {
      for k in 0..<all.rows { all[k, member] = embedding.coordinates[k, position] }
    }
    coordinates = all
    diagnostics = embedding.diagnostics
  }

  /// As many pairs as the caliper allows of the members of two sides and, of all ways to have that many, the
  /// least total distance.
  func pairs(_ one: [Int], _ other: [Int]) -> [(one: Int, other: Int, distance: Double)] {
    let isTurned = one.count > other.count
    let (rows, columns) = isTurned ? (other, one) : (one, other)
    guard !rows.isEmpty else { return [] }
    var costs = [Double](repeating: 0, count: rows.count * columns.count)
    let p = coordinates.rows
    let all = coordinates.elements
    var position = 0
    var largest = 0.0
    for a in rows {
      for b in columns {
        var sum = 0.0
        for k in 0..<p {
          let gap = all[a * p + k] - all[b * p + k]
          sum += gap * gap
        }
        let distance = tenDigits(sum.squareRoot())
        costs[position] = distance
        largest = max(largest, distance)
        position += 1
      }
    }
    if largest > caliper {
      // One pair beyond the caliper costs more than all others together.
      let forbidden = (largest + 1) * Double(rows.count + 1)
      for position in costs.indices where !isWithin(costs[position], caliper) {
        costs[position] = forbidden
      }
      let found = SmallAssignment(rows: rows.count, columns: columns.count, costs: costs)
      return result(found, rows, columns, costs, isTurned, forbidden)
    }
    let found = SmallAssignment(rows: rows.count, columns: columns.count, costs: costs)
    return result(found, rows, columns, costs, isTurned, .infinity)
  }

  private func result(
    _ found: SmallAssignment, _ rows: [Int], _ columns: [Int], _ costs: [Double],
    _ isTurned: Bool, _ forbidden: Double
  ) -> [(one: Int, other: Int, distance: Double)] {
    var pairs: [(one: Int, other: Int, distance: Double)] = []
    for (row, column) in found.columns.enumerated() {
      let distance = costs[row * columns.count + column]
      guard distance < forbidden else { continue }
      pairs.append(
        isTurned
          ? (columns[column], rows[row], distance) : (rows[row], columns[column], distance))
    }
    return pairs
  }

  /// The mean distance of the pairs that two candidates' members make; `nil` where they make none.
  func meanDistance(_ a: Int, _ b: Int) -> Double? {
    let pairs = pairs(members[a], members[b])
    guard !pairs.isEmpty else { return nil }
    var sum = 0.0
    for pair in pairs { sum += pair.distance }
    return tenDigits(sum / Double(pairs.count))
  }
}

/// What the members' distance adds to that of two units.
struct JointDistance: Sendable {
  let pool: MemberPool
  let weight: Double

  /// Possible pairs of units are looked at one by one: so many are taken.
  static let mostPairs = 200_000
}
