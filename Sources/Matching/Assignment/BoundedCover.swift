internal import LinearAlgebra
internal import Probability

/// The circulation of a ``BoundedFull``: its network, and which pairs are in it so far.
struct BoundedCover {
  private let problem: BoundedFull
  private let rows: PointTree.Points
  private let columns: PointTree.Points
  private var network: NetworkSimplex
  /// Columns of each stratum, and the stratum of each row.
  private let strata: [(rows: [Int], columns: [Int])]
  /// The row, column and distance of each link, whose arcs follow `firstLink`.
  private var links: [EdgeCover.Link] = []
  private let firstLink: Int
  /// Numbers row · columns + column of the pairs that are in the network.
  private var isKnown: Set<Int> = []
  private let matchableRows: Int
  private let wanted: Int
  /// Reward for the first comparators of a row, and for using a column.
  private let rowReward: Int
  private let columnReward: Int
  private let least: Int
  private var longest = 0.0

  static let startOfRow = 8
  static let startOfColumn = 4
  static let mostInRound = 16

  init(_ problem: BoundedFull) {
    self.problem = problem
    let n = problem.treated.columns
    let m = problem.controls.columns
    rows = problem.treated.points(of: Array(0..<n))
    columns = problem.controls.points(of: Array(0..<m))
    strata = problem.rules.strata(treated: n, controls: m).map { ($0.treated, $0.controls) }
    least = problem.bounds.least
    // A wish costs one; a control more than all wishes; a treated unit's place more than all controls.
    columnReward = problem.wishes * (n + m) + 1
    rowReward = columnReward * (m + 1)
    // Node 0..<n: treated; n..<n + m: controls; then what controls used pass through; the hub.
    var network = NetworkSimplex(
      nodes: n + m + 2, dear: rowReward * (least + 1) * (n + 1) + columnReward * (m + 1))
    let passage = n + m
    var found: [EdgeCover.Link] = []
    var hasPartner = [Bool](repeating: false, count: m)
    var isMatchable = [Bool](repeating: false, count: n)
    for stratum in strata {
      Self.near(
        problem, rows: rows, columns: columns, stratum: stratum, least: least,
        isMatchable: &isMatchable, hasPartner: &hasPartner, &found)
    }
    matchableRows = isMatchable.count { $0 }
    wanted = problem.bounds.wanted(
      of: hasPartner.count { $0 }, treated: matchableRows)
    let most = problem.bounds.maximum ?? m
    for row in 0..<n where isMatchable[row] {
      network.addArc(
        from: network.hubNode, to: row, capacity: least,
        cost: RankedCost(penalty: -rowReward, distance: 0))
      if most > least {
        network.addArc(
          from: network.hubNode, to: row, capacity: most - least, cost: .zero)
      }
    }
    let sharing = problem.bounds.sharing ?? n
    for column in 0..<m where hasPartner[column] {
      network.addArc(from: n + column, to: passage, capacity: 1, cost: .zero)
      if sharing > 1 {
        network.addArc(from: n + column, to: network.hubNode, capacity: sharing - 1, cost: .zero)
      }
    }
    if wanted > 0 {
      network.addArc(
        from: passage, to: network.hubNode, capacity: wanted,
        cost: RankedCost(penalty: -columnReward, distance: 0))
    }
    network.addArc(from: passage, to: network.hubNode, capacity: m, cost: .zero)
    self.network = network
    firstLink = network.arcs.count
    self.isMatchable = isMatchable
    for link in found where isMatchable[Int(link.row)] { add(link) }
  }

  private let isMatchable: [Bool]

  /// Finds the nearest few partners of every row, and of every column.
  private static func near(
    _ problem: BoundedFull, rows: PointTree.Points, columns: PointTree.Points,
    stratum: (rows: [Int], columns: [Int]), least: Int, isMatchable: inout [Bool],
    hasPartner: inout [Bool], _ found: inout [EdgeCover.Link]
  ) {
    let permits = problem.rules.permits
    var scratch = PointTree.Scratch()
    let columnTree = PointTree(columns.selecting(stratum.columns))
    for row in stratum.rows {
      _ = columnTree.nearest(
        to: rows.values.span.extracting(rows.range(row)), count: max(startOfRow, least),
        within: problem.rules.caliper,
        allowed: permits.map { permits in { permits(row, stratum.columns[Int($0)]) } },
        using: &scratch)
      guard scratch.nearest.count >= least else { continue }
      isMatchable[row] = true
      for near in scratch.nearest {
        found.append(
          EdgeCover.Link(
            row: Int32(truncatingIfNeeded: row),
            column: Int32(truncatingIfNeeded: stratum.columns[Int(near.point)]),
            distance: near.distance))
      }
    }
    let matchable = stratum.rows.filter { isMatchable[$0] }
    let rowTree = PointTree(rows.selecting(matchable))
    for column in stratum.columns {
      _ = rowTree.nearest(
        to: columns.values.span.extracting(columns.range(column)), count: startOfColumn,
        within: problem.rules.caliper,
        allowed: permits.map { permits in { permits(matchable[Int($0)], column) } },
        using: &scratch)
      for near in scratch.nearest {
        hasPartner[column] = true
        found.append(
          EdgeCover.Link(
            row: Int32(truncatingIfNeeded: matchable[Int(near.point)]),
            column: Int32(truncatingIfNeeded: column), distance: near.distance))
      }
    }
  }

  private func number(_ row: Int, _ column: Int) -> Int { row * columns.count + column }

  private mutating func add(_ link: EdgeCover.Link) {
    let (row, column) = (Int(link.row), Int(link.column))
    guard isKnown.insert(number(row, column)).inserted else { return }
    links.append(link)
    longest = max(longest, link.distance)
    network.addArc(
      from: row, to: rows.count + column, capacity: 1,
      cost: RankedCost(
        penalty: problem.unlike?(row, column) ?? 0, distance: link.distance))
  }

  /// Solves over the pairs known, and again with those that would help, until none would.
  mutating func solve() {
    while true {
      network.solve()
      let more = helpful(within: -1e-13 * longest)
      if more.isEmpty { break }
      for link in more { add(link) }
    }
  }

  /// Pairs that are not in the network, whose distance less what prices allow is below `limit`.
  private func helpful(within limit: Double) -> [EdgeCover.Link] {
    var all: [EdgeCover.Link] = []
    let n = rows.count
    var scratch = PointTree.Scratch()
    let permits = problem.rules.permits
    let caliper = problem.rules.caliper
    for stratum in strata {
      // Columns by the first part of their price: only within one does distance decide.
      var classes: [Int: [Int]] = [:]
      for column in stratum.columns {
        classes[network.price(n + column).penalty, default: []].append(column)
      }
      for (penalty, members) in classes.sorted(by: { $0.key < $1.key }) {
        let worth = members.map { network.price(n + $0).distance }
        let floor = worth.min() ?? 0
        let tree = PointTree(columns.selecting(members))
        let reaches = PointTree.Reaches(worth.map { $0 - floor }, of: tree)
        for row in stratum.rows where isMatchable[row] {
          let price = network.price(row)
          let gain = penalty - price.penalty
          guard gain >= 0 else { continue }
          let place = rows.values.span.extracting(rows.range(row))
          var found: [EdgeCover.Link] = []
          func saving(_ link: EdgeCover.Link) -> Double {
            link.distance - network.price(n + Int(link.column)).distance
          }
          func consider(_ point: Int32, _ distance: Double) {
            found.append(
              EdgeCover.Link(
                row: Int32(truncatingIfNeeded: row),
                column: Int32(truncatingIfNeeded: members[Int(point)]), distance: distance))
          }
          if gain <= problem.wishes {
            let reach = floor - price.distance + max(0, limit)
            tree.visit(from: place, reach: reach, reaches, using: &scratch) { point, square in
              let column = members[Int(point)]
              guard !isKnown.contains(number(row, column)) else { return }
              let distance = tenDigits(square.squareRoot())
              guard distance + price.distance - worth[Int(point)] < limit,
                isWithin(distance, caliper), permits?(row, column) ?? true,
                problem.unlike?(row, column) ?? 0 == gain
              else { return }
              consider(point, distance)
            }
            // The most helpful few are enough for a round, unless all are asked for.
            if limit < 0, found.count > Self.mostInRound {
              found.sort {
                let (a, b) = (saving($0), saving($1))
                return (a, $0.column) < (b, $1.column)
              }
              found.removeSubrange(Self.mostInRound...)
            }
          }
          if gain > 0 {
            _ = tree.nearest(
              to: place, count: Self.startOfRow, within: caliper,
              allowed: { point in
                let column = members[Int(point)]
                return !isKnown.contains(number(row, column)) && permits?(row, column) ?? true
                  && problem.unlike?(row, column) ?? 0 < gain
              }, using: &scratch)
            for near in scratch.nearest { consider(near.point, near.distance) }
          }
          all += found
        }
      }
    }
    return all
  }

  mutating func solution() -> BoundedFull.Solution {
    let n = rows.count
    // Adds every pair that costs about what prices allow, so that no other is below.
    let isUnique = isOnly()
    // The certificate: what flows costs as much as the prices say, with every pair looked at.
    var dual = RankedCost.zero
    var size = 0.0
    var total = RankedCost.zero
    for arc in network.arcs.indices {
      let here = network.arcs[arc]
      if here.flow > 0 {
        total.penalty += Int(here.flow) * here.cost.penalty
        total.distance += Double(here.flow) * here.cost.distance
      }
      let reduced = network.reducedCost(arc)
      guard reduced < .zero else { continue }
      dual.penalty += Int(here.capacity) * reduced.penalty
      dual.distance += Double(here.capacity) * reduced.distance
      size += Double(here.capacity) * abs(reduced.distance)
    }
    var chosen: [AssignedPair] = []
    var unlike = 0
    var ofRow = [Int](repeating: 0, count: n)
    var isUsed = [Bool](repeating: false, count: columns.count)
    for (position, link) in links.enumerated() where network.arcs[firstLink + position].flow > 0 {
      chosen.append(
        AssignedPair(
          treated: Int(link.row), control: Int(link.column), distance: link.distance))
      unlike += network.arcs[firstLink + position].cost.penalty
      ofRow[Int(link.row)] += 1
      isUsed[Int(link.column)] = true
    }
    let isProved = total.penalty == dual.penalty
    var proof = CertificateSum()
    proof.add(prices: [dual.distance])
    proof.add(prices: [size, -size])
    proof.add(violation: isProved ? 0 : .infinity)
    chosen.sort { ($0.treated, $0.control) < ($1.treated, $1.control) }
    return BoundedFull.Solution(
      assignment: FullAssignment(
        links: chosen, treated: n, controls: columns.count, proof: proof, isUnique: isUnique),
      missing: ofRow.indices.reduce(0) { sum, row in
        sum + (isMatchable[row] ? max(0, least - ofRow[row]) : 0)
      },
      short: max(0, wanted - isUsed.count { $0 }), unlike: unlike)
  }

  /// Whether no other circulation costs the same: no pair lies on a cycle of arcs whose flow could change at no
  /// cost.
  private mutating func isOnly() -> Bool {
    let tolerance = 1e-9 * longest
    for link in helpful(within: tolerance) { add(link) }
    var steps = StepGraph(nodes: network.hubNode + 1)
    var free: [(Int, Int, Int)] = []
    for arc in network.arcs.indices {
      let here = network.arcs[arc]
      let reduced = network.reducedCost(arc)
      guard reduced.penalty == 0, abs(reduced.distance) <= tolerance else { continue }
      let (from, to) = (Int(here.from), Int(here.to))
      if here.flow < here.capacity { steps.join(from, to) }
      if here.flow > 0 { steps.join(to, from) }
      if arc >= firstLink { free.append((arc, from, to)) }
    }
    let component = steps.components
    return !free.contains { _, from, to in component[from] == component[to] }
  }
}

extension PointTree.Points {
  private init(blocks: Int, values: [SIMD4<Double>]) {
    self.blocks = blocks
    self.values = values
  }

  /// The given points.
  func selecting(_ chosen: [Int]) -> PointTree.Points {
    var kept: [SIMD4<Double>] = []
    kept.reserveCapacity(chosen.count * blocks)
    for point in chosen { kept += values[range(point)] }
    return PointTree.Points(blocks: blocks, values: kept)
  }
}
