import LinearAlgebra
import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Fine balance, near-exact wishes and ratios that vary, against every possible assignment of small problems.
@Suite("Optimal pairs under wishes, against all assignments")
struct BalancedPairsTests {
  struct Problem {
    let candidates: Candidates
    let treated: [Int]
    let controls: [Int]
    let x: [Double]
    let kind: [Int]
    let area: [Int]
  }

  private func problem(seed: Int, treated: Int, controls: Int) -> Problem {
    var stream = RandomStream(Seed(UInt64(seed))["balanced"])
    let n = treated + controls
    let isTreated = (0..<n).map { $0 < treated }
    let x = (0..<n).map { _ in stream.normal() }
    let kind = (0..<n).map { _ in stream.index(below: 3) }
    let area = (0..<n).map { _ in stream.index(below: 2) }
    func factor(_ name: String, _ codes: [Int]) -> Covariate {
      Covariate(name, .factor(codes: codes.map(Int32.init), levels: ["a", "b", "c"]))
    }
    return Problem(
      candidates: Candidates(
        treated: isTreated,
        covariates: [Covariate("x", .numbers(x)), factor("kind", kind), factor("area", area)],
        measured: [Covariate("x", .numbers(x))]),
      treated: Array(0..<treated), controls: Array(treated..<n), x: x, kind: kind, area: area)
  }

  /// What counts, most important first: pairs, units with a first, then excess by level, unlike partners,
  /// distance.
  private func value(
    _ pairs: [(Int, Int)], _ problem: Problem, least: Int, isVariable: Bool, fine: [[Int]],
    nearExact: [[Int]], distance: (Int, Int) -> Double
  ) -> [Double] {
    var counts = [Int](repeating: 0, count: problem.x.count)
    for (treated, _) in pairs { counts[treated] += 1 }
    let later = problem.treated.reduce(0) { sum, unit in
      sum
        + (0..<counts[unit]).reduce(0) { $0 + (isVariable && $1 >= least ? 100 : $1) }
    }
    var result = [Double(-pairs.count), Double(later)]
    for depth in fine.indices {
      let key = { (unit: Int) in fine[0...depth].map { $0[unit] } }
      var room: [[Int]: Int] = [:]
      for unit in problem.treated { room[key(unit), default: 0] += least }
      var used: [[Int]: Int] = [:]
      for (_, control) in pairs { used[key(control), default: 0] += 1 }
      result.append(Double(used.map { max(0, $0.value - (room[$0.key] ?? 0)) }.reduce(0, +)))
    }
    let unlike = pairs.reduce(0) { sum, pair in sum + nearExact.count { $0[pair.0] != $0[pair.1] } }
    return result + [Double(unlike), pairs.map { distance($0.0, $0.1) }.reduce(0, +)]
  }

  private func isBetter(_ a: [Double], _ b: [Double]) -> Bool {
    for (x, y) in zip(a, b) where abs(x - y) > 1e-9 { return x < y }
    return false
  }

  /// The best value over all assignments of controls to treated units or to nobody.
  private func best(
    _ problem: Problem, most: Int, pairs limit: Int, admits: (Int, Int) -> Bool,
    value: ([(Int, Int)]) -> [Double]
  ) -> [Double] {
    var best: [Double]?
    var chosen: [(Int, Int)] = []
    func visit(_ position: Int) {
      guard position < problem.controls.count else {
        let found = value(chosen)
        if best.map({ isBetter(found, $0) }) ?? true { best = found }
        return
      }
      visit(position + 1)
      guard chosen.count < limit else { return }
      let control = problem.controls[position]
      for treated in problem.treated
      where admits(treated, control) && chosen.count(where: { $0.0 == treated }) < most {
        chosen.append((treated, control))
        visit(position + 1)
        chosen.removeLast()
      }
    }
    visit(0)
    return best ?? []
  }

  @Test("the best of all, in order of what counts", arguments: 0..<60)
  func oracle(_ seed: Int) throws {
    let problem = problem(seed: seed, treated: 3 + seed % 2, controls: 6 + seed % 2)
    let (fineNames, nearNames): ([String], [String]) =
      switch seed % 4 {
      case 0: (["kind"], [])
      case 1: (["area", "kind"], [])
      case 2: ([], ["kind"])
      default: (["area"], ["kind"])
      }
    let ratio: MatchRatio =
      switch seed % 5 {
      case 0: .fixed(2)
      case 1: .variable(least: 1, most: 3, mean: 1.5)
      case 2: .variable(least: 1, most: 2, mean: nil)
      default: .fixed(1)
      }
    let caliper = seed % 3 == 0 ? 0.9 : 100
    let design = MatchDesign(
      method: OptimalPairs(ratio: ratio, fine: fineNames, nearExact: nearNames),
      distance: ScaledEuclidean(), calipers: [("x", CaliperWidth(caliper, .own))])
    let codes = ["kind": problem.kind, "area": problem.area]
    let embedding = try ScaledEuclidean().embed(
      MatchingUnits(
        covariates: problem.candidates.covariates, treated: problem.candidates.treated,
        members: Array(problem.x.indices)))
    func distance(_ a: Int, _ b: Int) -> Double {
      zip(embedding.coordinates.column(a), embedding.coordinates.column(b)).map {
        ($0 - $1) * ($0 - $1)
      }.reduce(0, +).squareRoot()
    }
    func admits(_ a: Int, _ b: Int) -> Bool { abs(problem.x[a] - problem.x[b]) <= caliper }
    var least = 1
    var isVariable = false
    var limit = Int.max
    switch ratio {
    case .fixed(let number): least = number
    case .variable(let first, _, let mean):
      (least, isVariable) = (first, true)
      if let mean { limit = Int((mean * Double(problem.treated.count)).rounded()) }
    }
    func value(_ pairs: [(Int, Int)]) -> [Double] {
      self.value(
        pairs, problem, least: least, isVariable: isVariable,
        fine: fineNames.compactMap { codes[$0] }, nearExact: nearNames.compactMap { codes[$0] },
        distance: distance)
    }
    let expected = best(problem, most: ratio.most, pairs: limit, admits: admits, value: value)
    guard let match = try? design.match(problem.candidates, seed: Seed(1)) else {
      #expect(expected.first == 0)
      return
    }
    let found = value(match.sample.pairs.map { ($0.treated, $0.control) })
    #expect(largestDifference(found, expected, scale: 1) < 1e-9, "\(found) against \(expected)")
    let optimum = try #require(match.sample.optimum)
    #expect(isClose(optimum.objective, optimum.dual, relative: 1e-9, absolute: 1e-12))
  }

  @Test("without wishes it is the optimal match")
  func plain() throws {
    let problem = problem(seed: 99, treated: 12, controls: 40)
    let plain = try MatchDesign(method: OptimalPairs(), distance: Mahalanobis()).match(
      problem.candidates, seed: Seed(1))
    let flow = try MatchDesign(
      method: OptimalPairs(ratio: .variable(least: 1, most: 1, mean: nil)), distance: Mahalanobis()
    ).match(problem.candidates, seed: Seed(1))
    let totals = try [plain, flow].map { try #require($0.sample.optimum).objective }
    #expect(isClose(totals[0], totals[1], relative: 1e-12))
    #expect(plain.sample.pairs.map(\.control) == flow.sample.pairs.map(\.control))
  }

  @Test("a ratio that varies keeps least, most and mean", arguments: 0..<10)
  func nearest(_ seed: Int) throws {
    let problem = problem(seed: 200 + seed, treated: 10, controls: 40)
    let ratio = MatchRatio.variable(least: 1, most: 4, mean: 2)
    for method in [NearestNeighbour(ratio: ratio), OptimalPairs(ratio: ratio)]
      as [any MatchingMethod]
    {
      let match = try MatchDesign(method: method, distance: Mahalanobis()).match(
        problem.candidates, seed: Seed(1))
      #expect(match.sample.pairs.count == 20)
      let counts = problem.treated.map { unit in
        match.sample.pairs.count { $0.treated == unit }
      }
      #expect(counts.allSatisfy { (1...4).contains($0) })
      for unit in problem.treated {
        let own = match.sample.pairs.filter { $0.treated == unit }
        #expect(own.map(\.k) == Array(1...own.count))
      }
    }
  }
}
