import Designs
import Probability

/// Small random designs with multiple membership.
enum RandomMemberships {
  enum Kind: String, CaseIterable {
    case alone, slope, crossed, nestedBelow, two, partly, single, loose
  }

  /// - Returns: a frame of 90 rows with an intercept, two covariates and the random terms of `kind`.
  static func frame(_ kind: Kind, seed: UInt64, rows n: Int = 90) -> ModelFrame {
    var random = RandomStream(Seed(seed)["memberships" + kind.rawValue])
    let x = (0..<n).map { _ in random.normal() + 0.5 }
    let member = (0..<n).map { _ in random.uniform() < 0.6 ? 1.0 : 0 }
    let school = memberships(
      "school", n, 12, &random, most: kind == .single ? 1 : 3, normal: kind != .loose)
    let area = RandomDesign.factor("area", (0..<n).map { _ in Int32(random.index(below: 5)) })
    let pupil = RandomDesign.factor("pupil", (0..<n).map { _ in Int32(random.index(below: 30)) })
    var terms: [RandomTerm]
    switch kind {
    case .alone, .single, .loose: terms = [RandomTerm(factor: school, columns: [0])]
    case .slope: terms = [RandomTerm(factor: school, columns: [0, 1])]
    case .crossed:
      terms = [
        RandomTerm(factor: school, columns: [0, 1]), RandomTerm(factor: area, columns: [0]),
      ]
    case .nestedBelow:
      terms = [
        RandomTerm(factor: school, columns: [0]), RandomTerm(factor: pupil, columns: [0, 1]),
        RandomTerm(factor: area, columns: [0]),
      ]
    case .two:
      terms = [
        RandomTerm(factor: school, columns: [0]),
        RandomTerm(factor: memberships("trust", n, 7, &random, most: 2), columns: [0, 1]),
      ]
    case .partly:
      let federation = memberships("federation", n, 6, &random, most: 2) { member[$0] == 1 }
      terms = [
        RandomTerm(factor: school, columns: [0]), RandomTerm(factor: federation, columns: [2]),
      ]
    }
    let effects = (0..<12).map { _ in 0.8 * random.normal() }
    let y = (0..<n).map { row -> Double in
      var value = 1 + 0.6 * x[row] + random.normal()
      if let groups = school.memberships {
        for k in Int(groups.starts[row])..<Int(groups.starts[row + 1]) {
          value += groups.weights[k] * effects[Int(groups.levels[k])]
        }
      }
      return value
    }
    return ModelFrame(
      selection: nil, rowCount: n,
      columns: [
        .init("(Intercept)", .constant(1)), .init("x", .values(x)), .init("m", .values(member)),
        .init("y", .values(y)),
      ], fixed: [0, 1], response: 3, random: terms)
  }

  /// - Parameter needs: whether a row belongs to any group at all.
  private static func memberships(
    _ name: String, _ n: Int, _ groups: Int, _ random: inout RandomStream, most: Int,
    normal: Bool = true, where needs: (Int) -> Bool = { _ in true }
  ) -> GroupingFactor {
    var starts: [Int32] = [0]
    var levels: [Int32] = []
    var weights: [Double] = []
    for row in 0..<n {
      if needs(row) {
        var chosen: Set<Int> = [row % groups]
        while chosen.count < most, random.uniform() < 0.4 {
          chosen.insert(random.index(below: groups))
        }
        let raw = chosen.map { _ in 0.1 + random.uniform() }
        let total = normal ? raw.reduce(0, +) : 1
        for (level, weight) in zip(chosen.sorted(), raw) {
          levels.append(Int32(level))
          weights.append(weight / total)
        }
      }
      starts.append(Int32(levels.count))
    }
    return GroupingFactor(
      name: name, memberships: Memberships(starts: starts, levels: levels, weights: weights),
      levels: (0..<groups).map { "\(name)\($0)" })
  }
}
