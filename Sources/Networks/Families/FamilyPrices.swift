/// The dual of dividing schools into families: a price *u_i* of each school such that no family of *m* has a sum of squares
/// below the sum of its schools' prices, with the sum of all prices as large as can be. It is what the linear relaxation
/// of the division into families attains (du Merle et al. 1999, doi:10.1137/S1064827597328327; Aloise, Hansen & Liberti
/// 2012, doi:10.1007/s10107-010-0349-7).
///
/// Families are generated: from every school the family of the *m* smallest |*x_j* − *c*|² − *u_j* is taken, *c* is
/// moved to its mean, and so on; families below their prices are added. Among those known, prices are found by the
/// method of multipliers: *u* = *ū* + τ(1 − *A*ᵀλ) for a centre *ū*, with Hildreth's coordinate steps in λ ≥ 0, the
/// weights of the families; then the centre is moved to *u*. At the end λ is a fractional division.
struct FamilyPrices {
  private let problem: FamilyProblem
  private let p: Int
  /// m
  let size: Int
  private(set) var prices: [Double]
  private(set) var tree: FamilyTree
  private var centre: [Double]
  /// τ
  private let step: Double
  /// Of a family of *m*, on average over a division.
  let meanSquares: Double
  /// *m* each, ascending.
  private var members: [Int32] = []
  private var squares: [Double] = []
  private var weights: [Double] = []
  private var known: Set<[Int32]> = []

  /// - Parameter shares: of each school in the objective of a division.
  init(_ problem: FamilyProblem, shares: [Double]) {
    self.problem = problem
    p = problem.dimensions
    size = problem.sizes.lowerBound
    let mean = shares.reduce(0, +) / Double(shares.count)
    meanSquares = mean * Double(size)
    step = 3 * mean
    let step = step
    centre = shares
    prices = shares.map { $0 + step }
    tree = FamilyTree(
      problem.features, dimensions: problem.dimensions, keepingApart: FamilyCliques(problem))
  }

  /// So many rounds of generating families from a quarter of the schools each, and pricing.
  mutating func solve(rounds: Int) {
    guard meanSquares > 0 else { return }
    for round in 0..<rounds {
      generate(from: round % 4, below: 0.002 * meanSquares)
      sweep(30)
      for school in prices.indices {
        let old = prices[school]
        prices[school] = 2 * old - centre[school]
        centre[school] = old
      }
      sweep(2)
      if round % 5 == 4 { forget(slack: 0.3 * meanSquares) }
    }
  }

  /// Lowers prices until no family that is found from any school is below them, or so many times.
  mutating func settle(times: Int) {
    var search = FamilyTree.Search(count: size)
    for _ in 0..<times {
      tree.set(prices)
      var isSettled = true
      for school in prices.indices {
        let value = descend(from: school, &search)
        guard value < 0 else { continue }
        isSettled = false
        lower(search, by: -value / Double(size))
      }
      if isSettled { return }
    }
    tree.set(prices)
  }

  /// Lowers the prices of what a search has found.
  mutating func lower(_ search: FamilyTree.Search, by amount: Double) {
    for position in search.found {
      prices[Int(tree.order[Int(position)])] -= amount
      tree.lower(Int(position), by: amount)
    }
  }

  /// Families of the fractional division that have no school in common, those of the largest weight first.
  var disjointFamilies: [[Int32]] {
    let order = squares.indices.filter { weights[$0] > 1e-6 }.sorted {
      (weights[$0], $1) > (weights[$1], $0)
    }
    var taken = [Bool](repeating: false, count: prices.count)
    var chosen: [[Int32]] = []
    for family in order {
      let schools = Array(members[(family * size)..<((family + 1) * size)])
      if schools.contains(where: { taken[Int($0)] }) { continue }
      for school in schools { taken[Int(school)] = true }
      chosen.append(schools)
    }
    return chosen
  }

  /// The family with the least sum of squares less prices that is reached from a school; its value.
  private func descend(from school: Int, _ search: inout FamilyTree.Search) -> Double {
    var place = (0..<p).map { problem.features[school * p + $0] }
    var last = Double.infinity
    for _ in 0..<12 {
      let value = tree.smallest(place, &search)
      if value >= last - 1e-12 { break }
      last = value
      for k in 0..<p {
        var sum = 0.0
        for position in search.found { sum += tree.places[Int(position) * p + k] }
        place[k] = sum / Double(size)
      }
    }
    return last
  }

  private mutating func generate(from first: Int, below least: Double) {
    tree.set(prices)
    var search = FamilyTree.Search(count: size)
    for school in stride(from: first, to: prices.count, by: 4) {
      _ = descend(from: school, &search)
      let family = search.found.map { tree.order[Int($0)] }.sorted()
      let own = problem.squares(family)
      guard family.reduce(own, { $0 - prices[Int($1)] }) < -least, known.insert(family).inserted
      else { continue }
      members += family
      squares.append(own)
      weights.append(0)
    }
  }

  private mutating func sweep(_ times: Int) {
    let inverse = 1 / (step * Double(size))
    for _ in 0..<times {
      for family in squares.indices {
        var excess = -squares[family]
        let start = family * size
        for k in start..<(start + size) { excess += prices[Int(members[k])] }
        let change = max(-weights[family], excess * inverse)
        if change == 0 { continue }
        weights[family] += change
        for k in start..<(start + size) { prices[Int(members[k])] -= change * step }
      }
    }
  }

  /// Forgets families without weight that are far above their prices.
  private mutating func forget(slack: Double) {
    var kept: (members: [Int32], squares: [Double], weights: [Double]) = ([], [], [])
    for family in squares.indices {
      let schools = members[(family * size)..<((family + 1) * size)]
      let excess = schools.reduce(-squares[family]) { $0 + prices[Int($1)] }
      if weights[family] > 0 || excess > -slack {
        kept.members += schools
        kept.squares.append(squares[family])
        kept.weights.append(weights[family])
      } else {
        known.remove(Array(schools))
      }
    }
    (members, squares, weights) = kept
  }
}

extension FamilyProblem {
  /// The sum of squares of a family around its mean.
  func squares(_ family: [Int32]) -> Double {
    var sum = 0.0
    for k in 0..<dimensions {
      var mean = 0.0
      for school in family { mean += features[Int(school) * dimensions + k] }
      mean /= Double(family.count)
      for school in family {
        let d = features[Int(school) * dimensions + k] - mean
        sum += d * d
      }
    }
    return sum
  }
}
