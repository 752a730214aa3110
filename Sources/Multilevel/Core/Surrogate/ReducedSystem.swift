/// The matrix *M* = *I* + λ*ZᵀZ*λ of a model whose effects are all scalars, after the levels of the largest
/// factor have been eliminated, known only by its products with vectors: *S* = *M₂₂* − *M₂₁M₁₁*⁻¹*M₁₂*.
///
/// *M₁₁* is diagonal, so a product costs two passes over the table of cells and *S* is never formed. Vectors
/// come in bundles of eight, which share the walk over the cells.
struct ReducedSystem: Sendable {
  typealias Bundle = [SIMD8<Double>]

  /// Levels that are eliminated: those of the first factor, unless its levels meet each other.
  let eliminatedCount: Int
  let keptCount: Int
  /// The factor of each node, the eliminated ones first.
  let factorOfNode: [Int32]
  /// *Z_vᵀZ_v* of each node.
  let diagonal: [Double]
  /// Cells of eliminated level *v* with kept nodes: `starts[v] ..< starts[v + 1]`.
  private let starts: [Int32]
  private let targets: [Int32]
  private let values: [Double]
  /// Cells between kept nodes, each once.
  private let keptFirst: [Int32]
  private let keptSecond: [Int32]
  private let keptValues: [Double]

  /// How many numbers a product walks over.
  var cellCount: Int { values.count + keptValues.count + factorOfNode.count }

  init(_ problem: Problem) {
    let plan = problem.plan
    let eliminated = plan.sparseCount > 0 ? plan.factors[0].levelCount : 0
    eliminatedCount = eliminated
    keptCount = plan.nodeCount - eliminated
    factorOfNode = plan.factorOfNode
    diagonal = problem.diagonal
    var found: [(level: Int32, target: Int32, value: Double)] = []
    var kept: (first: [Int32], second: [Int32], values: [Double]) = ([], [], [])
    for pair in problem.products.pairs {
      let (finer, coarser) = (
        plan.factors[pair.finer].firstNode, plan.factors[pair.coarser].firstNode
      )
      pair.forEachCell { v, w, value in
        guard value != 0 else { return }
        if finer + v < eliminated {
          found.append((Int32(finer + v), Int32(coarser + w - eliminated), value))
        } else {
          kept.first.append(Int32(finer + v - eliminated))
          kept.second.append(Int32(coarser + w - eliminated))
          kept.values.append(value)
        }
      }
    }
    if problem.products.pairs.count > 1 {
      found.sort { ($0.level, $0.target) < ($1.level, $1.target) }
    }
    var starts = [Int32](repeating: 0, count: eliminated + 1)
    for cell in found { starts[Int(cell.level) + 1] += 1 }
    for v in 0..<eliminated { starts[v + 1] += starts[v] }
    self.starts = starts
    targets = found.map(\.target)
    values = found.map(\.value)
    (keptFirst, keptSecond, keptValues) = kept
  }

  /// The system at given λ, one a factor.
  func scaled(_ lambda: [Double]) -> Scaled { Scaled(self, lambda) }

  /// The system at one θ.
  struct Scaled: Sendable {
    let system: ReducedSystem
    let lambda: [Double]
    /// λ of each kept node.
    private let scale: [Double]
    /// λ²/(1 + λ²*Z_vᵀZ_v*) of each eliminated level.
    private let shrinkage: [Double]
    /// One over the diagonal of *S*.
    private let preconditioner: [Double]

    fileprivate init(_ system: ReducedSystem, _ lambda: [Double]) {
      self.system = system
      self.lambda = lambda
      let own = lambda[0] * lambda[0]
      shrinkage = (0..<system.eliminatedCount).map { own / (1 + own * system.diagonal[$0]) }
      scale = (0..<system.keptCount).map {
        lambda[Int(system.factorOfNode[system.eliminatedCount + $0])]
      }
      var rest = (0..<system.keptCount).map { system.diagonal[system.eliminatedCount + $0] }
      for v in 0..<system.eliminatedCount {
        for cell in Int(system.starts[v])..<Int(system.starts[v + 1]) {
          let value = system.values[cell]
          rest[Int(system.targets[cell])] -= shrinkage[v] * value * value
        }
      }
      preconditioner = zip(scale, rest).map { 1 / (1 + $0 * $0 * max(0, $1)) }
    }

    /// 1 + λ²*Z_vᵀZ_v* of an eliminated level.
    func pivot(_ level: Int) -> Double { 1 + lambda[0] * lambda[0] * system.diagonal[level] }

    /// Σ over the cells of an eliminated level of its product with a node times λ of that node times *x*.
    func row(_ level: Int, times x: Span<SIMD8<Double>>) -> SIMD8<Double> {
      var sum = SIMD8<Double>()
      for cell in Int(system.starts[level])..<Int(system.starts[level + 1]) {
        let target = Int(system.targets[cell])
        sum += (system.values[cell] * scale[target]) * x[target]
      }
      return sum
    }

    /// The right side that is left of *λ Zᵀ(·)* once the first factor is eliminated.
    func reduced(eliminated: Span<SIMD8<Double>>, kept: Span<SIMD8<Double>>) -> Bundle {
      var result = Bundle()
      result.reserveCapacity(system.keptCount)
      for node in 0..<system.keptCount { result.append(kept[node]) }
      for level in 0..<system.eliminatedCount {
        let mode = shrinkage[level] * eliminated[level]
        for cell in Int(system.starts[level])..<Int(system.starts[level + 1]) {
          result[Int(system.targets[cell])] -= system.values[cell] * mode
        }
      }
      for node in result.indices { result[node] *= scale[node] }
      return result
    }

    /// *y* = *S x*, by way of `image` = λ*x*.
    private func multiply(
      _ x: Span<SIMD8<Double>>, _ image: inout MutableSpan<SIMD8<Double>>,
      into y: inout MutableSpan<SIMD8<Double>>
    ) {
      let (count, eliminated) = (system.keptCount, system.eliminatedCount)
      let (starts, targets, values) = (
        system.starts.span, system.targets.span, system.values.span
      )
      let (scale, shrinkage, diagonal) = (scale.span, shrinkage.span, system.diagonal.span)
      for node in 0..<count {
        let scaled = scale[node] * x[node]
        image[node] = scaled
        y[node] = diagonal[eliminated + node] * scaled
      }
      let (first, second, kept) = (
        system.keptFirst.span, system.keptSecond.span, system.keptValues.span
      )
      for cell in 0..<kept.count {
        let (a, b) = (Int(first[cell]), Int(second[cell]))
        y[a] += kept[cell] * image[b]
        y[b] += kept[cell] * image[a]
      }
      for level in 0..<eliminated {
        let range = Int(starts[level])..<Int(starts[level + 1])
        var sum = SIMD8<Double>()
        for cell in range { sum += values[cell] * image[Int(targets[cell])] }
        sum *= shrinkage[level]
        for cell in range { y[Int(targets[cell])] -= values[cell] * sum }
      }
      for node in 0..<count { y[node] = x[node] + scale[node] * y[node] }
    }

    /// Solves *S x* = *b* for eight right sides by conjugate gradients with the diagonal as preconditioner.
    ///
    /// Hestenes & Stiefel (1952), doi:10.6028/jres.049.044.
    ///
    /// - Parameters:
    ///   - x: where to start; receives the solution.
    ///   - tolerance: of the residual relative to the right side, in the preconditioner's norm.
    /// - Returns: whether every right side has been solved within `limit` products.
    func solve(_ b: Bundle, _ x: inout Bundle, tolerance: Double, limit: Int) -> Bool {
      let count = system.keptCount
      guard count > 0 else { return true }
      var residual = b
      var direction = b
      var image = b
      var product = b
      var (start, bound) = (SIMD8<Double>(), SIMD8<Double>())
      do {
        var imageSpan = image.mutableSpan
        var productSpan = product.mutableSpan
        multiply(x.span, &imageSpan, into: &productSpan)
      }
      for node in 0..<count {
        bound += preconditioner[node] * (b[node] * b[node])
        residual[node] = b[node] - product[node]
        direction[node] = preconditioner[node] * residual[node]
        start += residual[node] * direction[node]
      }
      bound = bound * (tolerance * tolerance) + 1e-280
      var size = start
      for _ in 0..<limit {
        if !any(size .> bound) { return true }
        let own = dot(&direction, &image, &product)
        // A right side that is solved already takes no more steps.
        let step = (size / own).replacing(with: 0, where: size .<= bound)
        var next = SIMD8<Double>()
        advance(step, direction.span, product.span, &x, &residual, &next)
        let ratio = (next / size).replacing(with: 0, where: size .<= bound)
        turn(ratio, residual.span, &direction)
        size = next
      }
      return !any(size .> bound)
    }

    /// `product` = *S* · `direction`, and their scalar products.
    private func dot(
      _ direction: inout Bundle, _ image: inout Bundle, _ product: inout Bundle
    ) -> SIMD8<Double> {
      var imageSpan = image.mutableSpan
      var productSpan = product.mutableSpan
      let own = direction.span
      multiply(own, &imageSpan, into: &productSpan)
      var sum = SIMD8<Double>()
      for node in 0..<own.count { sum += own[node] * productSpan[node] }
      return sum
    }

    private func advance(
      _ step: SIMD8<Double>, _ direction: Span<SIMD8<Double>>, _ product: Span<SIMD8<Double>>,
      _ x: inout Bundle, _ residual: inout Bundle, _ size: inout SIMD8<Double>
    ) {
      var solution = x.mutableSpan
      var left = residual.mutableSpan
      let preconditioner = preconditioner.span
      var sum = SIMD8<Double>()
      for node in 0..<direction.count {
        solution[node] += step * direction[node]
        let value = left[node] - step * product[node]
        left[node] = value
        sum += preconditioner[node] * (value * value)
      }
      size = sum
    }

    private func turn(
      _ ratio: SIMD8<Double>, _ residual: Span<SIMD8<Double>>, _ direction: inout Bundle
    ) {
      var own = direction.mutableSpan
      let preconditioner = preconditioner.span
      for node in 0..<residual.count {
        own[node] = preconditioner[node] * residual[node] + ratio * own[node]
      }
    }
  }
}
