import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

/// Full matching with bounds on sets, against going through every set of links.
@Suite("Full matching with bounds on sets")
struct BoundedFullTests {
  struct Best: Equatable {
    var missing: Int
    var short: Int
    var unlike: Int
    var distance: Double
    var ways: Int
  }

  /// The best of all sets of links that keep the bounds.
  private func best(
    _ distance: [[Double?]], controls: Int, bounds: SetBounds, unlike: (Int, Int) -> Int
  ) -> Best {
    let rows = distance.count
    let least = Int(max(1, bounds.minimum ?? 1))
    let most = bounds.maximum ?? controls
    let sharing = bounds.minimum.map { $0 >= 1 ? 1 : Int((1 / $0).rounded()) } ?? rows
    let isMatchable = distance.map { $0.count { $0 != nil } >= least }
    var pairs: [(Int, Int, Double)] = []
    for i in 0..<rows where isMatchable[i] {
      for j in 0..<controls { if let d = distance[i][j] { pairs.append((i, j, d)) } }
    }
    let possible = Set(pairs.map { $0.1 }).count
    let wanted: Int
    switch bounds.use {
    case .all: wanted = possible
    case .mean(let mean):
      wanted = min(possible, Int((mean * Double(isMatchable.count { $0 })).rounded()))
    case .omitting(let share): wanted = possible - Int(share * Double(possible) + 1e-9)
    }
    var found = Best(missing: .max, short: 0, unlike: 0, distance: 0, ways: 0)
    var ofRow = [Int](repeating: 0, count: rows)
    var ofColumn = [Int](repeating: 0, count: controls)
    func go(_ place: Int, _ unlikeSoFar: Int, _ total: Double) {
      if place == pairs.count {
        let missing = (0..<rows).reduce(0) {
          $0 + (isMatchable[$1] ? max(0, least - ofRow[$1]) : 0)
        }
        let short = max(0, wanted - ofColumn.count { $0 > 0 })
        let here = (missing, short, unlikeSoFar)
        let there = (found.missing, found.short, found.unlike)
        if found.missing == .max || here < there
          || here == there && total < found.distance - 1e-9 * max(1, total)
        {
          found = Best(
            missing: missing, short: short, unlike: unlikeSoFar, distance: total, ways: 1)
        } else if here == there, abs(total - found.distance) <= 1e-9 * max(1, total) {
          found.ways += 1
        }
        return
      }
      let (i, j, d) = pairs[place]
      go(place + 1, unlikeSoFar, total)
      if ofRow[i] < most, ofColumn[j] < sharing {
        ofRow[i] += 1
        ofColumn[j] += 1
        go(place + 1, unlikeSoFar + unlike(i, j), total + d)
        ofRow[i] -= 1
        ofColumn[j] -= 1
      }
    }
    go(0, 0, 0)
    return found
  }

  static let bounds: [SetBounds] = [
    SetBounds(maximum: 1), SetBounds(maximum: 2), SetBounds(minimum: 1),
    SetBounds(minimum: 0.5, maximum: 2), SetBounds(minimum: 2), SetBounds(minimum: 2, maximum: 2),
    SetBounds(minimum: 1, maximum: 3, use: .mean(1.4)), SetBounds(use: .omitting(0.4)),
    SetBounds(minimum: 0.5, use: .omitting(0.5)), .none,
  ]

  @Test("as good as the best of all sets of links", arguments: bounds)
  func exact(_ bounds: SetBounds) throws {
    var unique = 0
    for number in 0..<120 {
      let problem = AssignmentCase(
        number, dimensions: 1 + number % 3, treated: 3, controls: 4, ratio: 1)
      let wishes = number % 2
      let unlike: @Sendable (Int, Int) -> Int = { wishes * (($0 * 7 + $1 * 3) % 2) }
      let found = try BoundedFull(
        treated: problem.treated, controls: problem.controls, rules: problem.rules, bounds: bounds,
        wishes: wishes, unlike: unlike
      ).solve()
      let best = best(
        problem.distances, controls: problem.controls.columns, bounds: bounds, unlike: unlike)
      #expect(found.missing == best.missing, "case \(number)")
      #expect(found.short == best.short, "case \(number)")
      #expect(found.unlike == best.unlike, "case \(number)")
      #expect(
        isClose(found.assignment.totalDistance, best.distance, relative: 1e-9, absolute: 1e-12),
        "case \(number): \(found.assignment.totalDistance) against \(best.distance)")
      #expect(found.assignment.certificate.proves(within: 1e-9), "case \(number)")
      guard !problem.distances.joined().contains(0) else { continue }
      #expect(found.assignment.isUnique == (best.ways == 1), "case \(number): \(best.ways) ways")
      if best.ways == 1 { unique += 1 }
    }
    #expect(unique > 10)
  }

  @Test(
    "without bounds as good as the kernel that knows none; sets within bounds",
    arguments: [1, 3, 6])
  func larger(dimensions: Int) throws {
    for number in 0..<6 {
      var stream = RandomStream(Seed(UInt64(number))["bounded"])
      func points(_ count: Int, shift: Double) -> Matrix {
        var points = Matrix(rows: dimensions, columns: count)
        for unit in 0..<count {
          for k in 0..<dimensions { points[k, unit] = stream.normal() + shift }
        }
        return points
      }
      let (treated, controls) = (points(60, shift: 0.5), points(240, shift: 0))
      let rules = try PairRules(
        caliper: number % 2 == 0 ? .infinity : 1.5,
        treatedStrata: (0..<60).map { Int32($0 % 3) },
        controlStrata: (0..<240).map { Int32($0 % 3) })
      let plain = try SpatialFull(treated: treated, controls: controls, rules: rules).solve()
      let same = try BoundedFull(
        treated: treated, controls: controls, rules: rules, bounds: .none
      ).solve()
      #expect(
        isClose(
          plain.totalDistance, same.assignment.totalDistance, relative: 1e-10, absolute: 1e-12))
      #expect(plain.unmatchedTreated == same.assignment.unmatchedTreated)
      let bounded = try BoundedFull(
        treated: treated, controls: controls, rules: rules,
        bounds: SetBounds(minimum: 0.5, maximum: 5)
      ).solve()
      #expect(bounded.assignment.certificate.proves(within: 1e-9))
      for set in bounded.assignment.sets {
        #expect(set.controls.count <= 5 && set.treated.count <= 2)
        #expect(min(set.controls.count, set.treated.count) == 1)
      }
      let used = bounded.assignment.sets.reduce(0) { $0 + $1.controls.count }
      #expect(bounded.assignment.totalDistance >= 0 && used <= 240)
      if number % 2 == 0 { #expect(used == 240 && bounded.short == 0) }
    }
  }

  @Test("a ratio that is fixed is the optimal match of as many pairs")
  func pairs() throws {
    let problem = AssignmentCase(7, dimensions: 2, treated: 9, controls: 30, ratio: 2)
    let rules = try PairRules()
    let pairs = try SpatialPairs(
      treated: problem.treated, controls: problem.controls, ratio: 2, rules: rules
    ).solve()
    let full = try BoundedFull(
      treated: problem.treated, controls: problem.controls, rules: rules,
      bounds: SetBounds(minimum: 2, maximum: 2)
    ).solve()
    #expect(isClose(full.assignment.totalDistance, pairs.totalDistance, relative: 1e-10))
  }
}
