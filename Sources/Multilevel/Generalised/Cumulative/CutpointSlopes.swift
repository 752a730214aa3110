/// The derivative of −2 log L in the cutpoints, collected over rows, and in their logarithmic gaps.
struct CutpointSlopes {
  private let kernel: CumulativeKernel
  /// One for each cutpoint.
  private var slopes: [Double]
  private var direct: [Double]
  private var coupling: [Double]
  private var information: [Double]

  /// - Parameter size: the largest block of rows that is added at once.
  /// - Returns: `nil` where the kernel has no gaps between cutpoints.
  init?(_ kernel: ResponseKernel, size: Int) {
    guard case .cumulative(let kernel) = kernel, kernel.cutpoints.count > 1 else { return nil }
    self.kernel = kernel
    slopes = [Double](repeating: 0, count: kernel.cutpoints.count)
    direct = [Double](repeating: 0, count: size)
    coupling = direct
    information = direct
  }

  /// How a block's −2 log L moves where η of a row moves: directly at `eta` or at quadrature nodes, through
  /// the determinant, and through the modes.
  struct Block {
    /// η at the modes.
    let eta: [Double]
    /// The derivative in the information of each row.
    let leverage: [Double]
    /// What multiplies d²l/dη dδ of each row.
    let adjoint: [Double]
    /// The whole derivative in each row's η.
    let total: [Double]
    /// η at each node with the node's share; empty for Laplace's approximation.
    let nodes: [(eta: [Double], share: Double)]
  }

  mutating func add(_ block: Block, categories: Span<Double>, weights: Span<Double>) {
    let n = categories.count
    fill(block.eta, categories, weights)
    var lower = [Double](repeating: 0, count: n)
    for i in 0..<n {
      lower[i] = information[i] * block.leverage[i] + coupling[i] * block.adjoint[i]
      if block.nodes.isEmpty { lower[i] -= 2 * direct[i] }
    }
    for node in block.nodes where node.share > 0 {
      fill(node.eta, categories, weights)
      for i in 0..<n { lower[i] -= 2 * node.share * direct[i] }
    }
    let last = slopes.count
    for i in 0..<n {
      let k = Int(categories[i])
      // Moving both cutpoints of a row undoes moving its η.
      let below = k > 1 ? (k > last ? -block.total[i] : lower[i]) : 0
      if k > 1 { slopes[k - 2] += below }
      if k <= last { slopes[k - 1] -= block.total[i] + below }
    }
  }

  /// Adds a group whose integral has just been found.
  mutating func add(
    _ group: borrowing ScalarGroup, mode: ScalarGroup.Mode, integral: ScalarGroup.Integral,
    rule: GaussHermiteRule, categories: Span<Double>, weights: Span<Double>
  ) {
    let n = categories.count
    let (base, scaled) = (group.base, group.scaled)
    func eta(_ u: Double) -> [Double] { (0..<n).map { base[$0] + scaled[$0] * u } }
    let deviation = 1 / integral.spread.squareRoot()
    let shares = group.exponents
    let nodes =
      rule.nodes.count == 1
      ? []
      : rule.nodes.indices.map { (eta(mode.u + deviation * rule.nodes[$0]), shares[$0]) }
    add(
      Block(
        eta: eta(mode.u), leverage: (0..<n).map { integral.leverage * scaled[$0] * scaled[$0] },
        adjoint: (0..<n).map { integral.adjoint * scaled[$0] }, total: group.slope, nodes: nodes),
      categories: categories, weights: weights)
  }

  private mutating func fill(
    _ eta: [Double], _ categories: Span<Double>, _ weights: Span<Double>
  ) {
    Self.fill(
      &direct, &coupling, &information, kernel: kernel, eta: eta, categories: categories,
      weights: weights)
  }

  private static func fill(
    _ direct: inout [Double], _ coupling: inout [Double], _ information: inout [Double],
    kernel: CumulativeKernel, eta: [Double], categories: Span<Double>, weights: Span<Double>
  ) {
    var direct = direct.mutableSpan
    var coupling = coupling.mutableSpan
    var information = information.mutableSpan
    kernel.lowerSlopes(
      eta.span.extracting(0..<categories.count), categories: categories, weights: weights,
      direct: &direct, coupling: &coupling, information: &information)
  }

  /// The derivative in α: moving one gap moves every cutpoint above it.
  var gapGradient: [Double] {
    let cutpoints = kernel.cutpoints
    var gradient = [Double](repeating: 0, count: cutpoints.count - 1)
    var above = 0.0
    for k in stride(from: cutpoints.count - 1, to: 0, by: -1) {
      above += slopes[k]
      gradient[k - 1] = above * (cutpoints[k] - cutpoints[k - 1])
    }
    return gradient
  }
}
