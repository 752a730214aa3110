/// A lower bound of the sum of squares of any division into families of at least *m* schools that have at most one school
/// of each of the ``FamilyCliques``.
///
/// Lagrangian duality: if numbers *u_i* are such that every such set *f* of *m* or more schools has
/// SSE(*f*) ≥ Σ_{i in f} *u_i*, then every division has at least Σ *u_i*. Since SSE(*f*) is the least over *c* of
/// Σ |*x_i* − *c*|², this asks that for **every point** *c* of space
///
///   h(*c*) = the sum of the *m* smallest |*x_i* − *c*|² − *u_i* ≥ 0,
///
/// the smallest alone counting of each clique.
///
/// The *u* are the ``FamilyPrices``. That h ≥ −ε everywhere is proved: h(*c*) − *m* |*c*|² is concave (a least of linear
/// functions), so on a box with half-diagonal *r* h ≥ (least of h at its corners) − *m* *r*². Boxes are halved until
/// they are proved or small; where h falls short in a small one, the *u* of the schools it is about are lowered, which
/// makes no proved box wrong. All *u* less ε/*m* then are a bound. ε is a share of a mean family's sum of squares, larger
/// with more covariates, and grows where the boxes become too many.
///
/// With more than five covariates, or where it is larger, the bound from nearest neighbours is taken: a school in a
/// family of *m* or more brings at least half of the mean squared distance to its *m* − 1 nearest schools, times
/// (*m* − 1)/*m*.
struct FamilyBound {
  private let problem: FamilyProblem
  private let p: Int
  private let size: Int
  private var dual: FamilyPrices
  private var search: FamilyTree.Search

  /// - Parameter dual: solved; the prices of what has no families generated may be too high.
  static func bound(_ problem: FamilyProblem, _ dual: FamilyPrices) -> Double {
    let near = nearest(problem)
    guard problem.dimensions <= most, dual.meanSquares > 0 else { return near }
    var bound = FamilyBound(problem, dual)
    // Rounding of either side is far below this.
    return max(near, bound.prove() * (1 - 1e-9))
  }

  /// Of covariates, for which space can be halved into boxes in time.
  static let most = 5

  private init(_ problem: FamilyProblem, _ dual: FamilyPrices) {
    self.problem = problem
    p = problem.dimensions
    size = problem.sizes.lowerBound
    self.dual = dual
    search = FamilyTree.Search(count: problem.sizes.lowerBound)
  }

  /// ε to begin with, in mean families' sums of squares.
  private var tolerance: Double {
    switch p {
    case 1: 0.002
    case 2: 0.004
    case 3: 0.02
    case 4: 0.15
    default: 0.4
    }
  }

  private struct Box {
    var low: [Double]
    var high: [Double]
    /// h at its corners, by the bits of their number.
    var values: [Double]

    /// Its half-diagonal, squared, and its longest side.
    var extent: (squared: Double, widest: Int) {
      var (squared, widest) = (0.0, 0)
      for k in low.indices {
        let half = (high[k] - low[k]) / 2
        squared += half * half
        if high[k] - low[k] > high[widest] - low[widest] { widest = k }
      }
      return (squared, widest)
    }

    func corner(_ bits: Int) -> [Double] {
      low.indices.map { bits >> $0 & 1 == 0 ? low[$0] : high[$0] }
    }
  }

  /// The sum of prices that are proved.
  private mutating func prove() -> Double {
    dual.settle(times: 3)
    var allowed = tolerance * dual.meanSquares
    var (visited, budget) = (0, 50_000 + 40 * problem.count)
    var deficit = 0.0
    var pending = [whole()]
    while var box = pending.popLast() {
      visited += 1
      if visited == budget {
        // Too many: what is proved already holds for a larger ε too.
        allowed *= 1.5
        budget += budget / 2
      }
      let (squared, widest) = box.extent
      let loss = Double(size) * squared
      var least = box.values.reduce(.infinity, min)
      if least - loss >= -allowed { continue }
      if loss > allowed / 2 {
        let halves = halve(box, across: widest)
        pending.append(halves.second)
        pending.append(halves.first)
        continue
      }
      // Small and not proved: lower the prices that its lowest corner is about.
      for _ in 0..<100 where least - loss < -allowed {
        let lowest = box.values.indices.min { box.values[$0] < box.values[$1] } ?? 0
        let value = dual.tree.smallest(box.corner(lowest), &search)
        // It may have risen with prices lowered elsewhere.
        if value > box.values[lowest] {
          box.values[lowest] = value
        } else {
          dual.lower(search, by: (loss - allowed - value) / Double(size))
          box.values[lowest] = dual.tree.smallest(box.corner(lowest), &search)
        }
        least = box.values.reduce(.infinity, min)
      }
      deficit = max(deficit, loss - least - allowed)
    }
    let families = Double(problem.count) / Double(size)
    return dual.prices.reduce(0, +) - (allowed + deficit) * families
  }

  /// The box of all schools: the mean of a family lies among them, so no other point needs proof.
  private mutating func whole() -> Box {
    var box = Box(
      low: [Double](repeating: .infinity, count: p),
      high: [Double](repeating: -.infinity, count: p), values: [])
    for school in 0..<problem.count {
      for k in 0..<p {
        box.low[k] = min(box.low[k], problem.features[school * p + k])
        box.high[k] = max(box.high[k], problem.features[school * p + k])
      }
    }
    for bits in 0..<(1 << p) {
      box.values.append(dual.tree.smallest(box.corner(bits), &search))
    }
    return box
  }

  private mutating func halve(_ box: Box, across axis: Int) -> (first: Box, second: Box) {
    var (first, second) = (box, box)
    let middle = (box.low[axis] + box.high[axis]) / 2
    first.high[axis] = middle
    second.low[axis] = middle
    for bits in box.values.indices where bits >> axis & 1 == 0 {
      let beyond = bits | 1 << axis
      let value = dual.tree.smallest(first.corner(beyond), &search)
      first.values[beyond] = value
      second.values[bits] = value
    }
    return (first, second)
  }

  /// Σ_i of half the sum over the *m* − 1 nearest schools of |*x_i* − *x_j*|², over *m*.
  private static func nearest(_ problem: FamilyProblem) -> Double {
    let (p, size) = (problem.dimensions, problem.sizes.lowerBound)
    let tree = FamilyTree(
      problem.features, dimensions: p, keepingApart: FamilyCliques(problem))
    // The school itself is one of them, at no distance.
    var search = FamilyTree.Search(count: size)
    var sum = 0.0
    for school in 0..<problem.count {
      let place = (0..<p).map { problem.features[school * p + $0] }
      sum += tree.smallest(place, &search) / 2 / Double(size)
    }
    return sum * (1 - 1e-9)
  }
}
