import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

/// Greedy matching over the full table of distances, written to be read: what the fast searches must equal.
struct PlainGreedy {
  let problem: MatchingProblem

  /// Whether comparator `a` comes before `b` for a focal unit: by distance; then by row, or on a line the
  /// lower side first and on a side the one next in sorted order.
  private func isBefore(_ a: Int, _ b: Int, for focal: Int) -> Bool {
    let (x, y) = (problem.distance(focal, a), problem.distance(focal, b))
    if x != y { return x < y }
    guard problem.isLine else { return a < b }
    let value = { problem.coordinates[0, $0] }
    func isBelow(_ unit: Int) -> Bool { (value(unit), unit) < (value(focal), focal) }
    switch (isBelow(a), isBelow(b)) {
    case (true, false): return true
    case (false, true): return false
    case (true, true): return (value(a), a) > (value(b), b)
    case (false, false): return (value(a), a) < (value(b), b)
    }
  }

  private func best(for focal: Int, among left: [Int]) -> Int? {
    left.filter { problem.admits(focal, $0) }.min { isBefore($0, $1, for: focal) }
  }

  func pairs(order: NearestNeighbour.Order, ratio: Int) -> Set<[Int]> {
    let units = (0..<problem.count).filter { problem.eligible[$0] }
    var left = units.filter { !problem.treated[$0] }
    var found: Set<[Int]> = []
    for _ in 1...ratio {
      var queue = units.filter { problem.treated[$0] }
      if order == .largest, let score = problem.score {
        queue.sort { (-score[$0], $0) < (-score[$1], $1) }
      }
      if order == .closest || order == .farthest {
        found.formUnion(byDistance(queue, farthestFirst: order == .farthest, left: &left))
        continue
      }
      for focal in queue {
        guard let match = best(for: focal, among: left) else { continue }
        found.insert([focal, match])
        left.removeAll { $0 == match }
      }
    }
    return found
  }

  /// A list of offers in order. One whose comparator has gone is made anew when it comes up and put where its
  /// distance belongs: before its equals where the nearest comes first, behind them where the farthest does.
  private func byDistance(
    _ queue: [Int], farthestFirst: Bool, left: inout [Int]
  ) -> Set<[Int]> {
    typealias Offer = (focal: Int, match: Int, distance: Double)
    func offer(_ focal: Int, _ left: [Int]) -> Offer? {
      best(for: focal, among: left).map { (focal, $0, problem.distance(focal, $0)) }
    }
    var list = queue.compactMap { offer($0, left) }
    // Insertion keeps the order of equals.
    for place in list.indices {
      var at = place
      while at > 0,
        farthestFirst
          ? list[at - 1].distance < list[at].distance : list[at - 1].distance > list[at].distance
      {
        list.swapAt(at - 1, at)
        at -= 1
      }
    }
    var found: Set<[Int]> = []
    while !list.isEmpty {
      let first = list.removeFirst()
      if left.contains(first.match) {
        found.insert([first.focal, first.match])
        left.removeAll { $0 == first.match }
      } else if let again = offer(first.focal, left) {
        let place = list.firstIndex {
          farthestFirst ? $0.distance < again.distance : $0.distance >= again.distance
        }
        list.insert(again, at: place ?? list.count)
      }
    }
    return found
  }
}

@Suite("Nearest neighbours against the plain algorithm")
struct NearestOracleTests {
  @Test(
    "sorted lines and search trees find what looking at everybody finds",
    arguments: [NearestNeighbour.Order.largest, .data, .closest, .farthest], [1, 2])
  func equalsPlain(_ order: NearestNeighbour.Order, _ ratio: Int) throws {
    for seed in 0..<60 {
      var stream = RandomStream(Seed(UInt64(seed))["oracle"])
      let n = 20 + stream.index(below: 60)
      let dimensions = [1, 1, 2, 5][seed % 4]
      let spread = [2.0, 5.0, 1e6][seed % 3]
      var coordinates = Matrix(rows: dimensions, columns: n)
      for i in coordinates.elements.indices {
        coordinates.elements[i] = (stream.normal() * spread).rounded()
      }
      let limit = Double(1 + stream.index(below: 3))
      let problem = MatchingProblem(
        treated: (0..<n).map { _ in stream.uniform() < 0.3 },
        eligible: (0..<n).map { _ in stream.uniform() < 0.95 },
        strata: (0..<n).map { _ in Int32(stream.index(below: 1 + seed % 3)) },
        coordinates: coordinates, score: coordinates.row(0),
        calipers: seed % 2 == 0
          ? [] : [Caliper(name: "x", values: coordinates.row(0), limit: limit)],
        covariates: [], estimand: .att)
      let sample = try NearestNeighbour(ratio: ratio, order: order).match(
        problem, using: &stream)
      let expected = PlainGreedy(problem: problem).pairs(order: order, ratio: ratio)
      #expect(
        Set(sample.pairs.map { [$0.treated, $0.control] }) == expected, "seed \(seed)")
    }
  }

  @Test("trees with hundreds of points and removals", arguments: 0..<6)
  func largerTrees(_ seed: Int) throws {
    var stream = RandomStream(Seed(UInt64(seed))["trees"])
    let n = 700
    var coordinates = Matrix(rows: 3, columns: n)
    for i in coordinates.elements.indices {
      coordinates.elements[i] = seed % 2 == 0 ? stream.normal() : (stream.normal() * 3).rounded()
    }
    let problem = MatchingProblem(
      treated: (0..<n).map { $0 % 3 == 0 }, eligible: [Bool](repeating: true, count: n),
      strata: [Int32](repeating: 0, count: n), coordinates: coordinates, score: nil,
      calipers: [], covariates: [], estimand: .att)
    let sample = try NearestNeighbour(order: .data).match(problem, using: &stream)
    let expected = PlainGreedy(problem: problem).pairs(order: .data, ratio: 1)
    #expect(Set(sample.pairs.map { [$0.treated, $0.control] }) == expected)
  }
}
