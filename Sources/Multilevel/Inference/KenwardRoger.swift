internal import LinearAlgebra

/// Kenward and Roger's covariance of the coefficients and degrees of freedom, from cross-products.
///
/// With *Ω* = *V*⁻¹ in units of σ² and *C* = λ(λᵀ*A*λ + *I*)⁻¹λᵀ, *A* = *ZᵀZ*, *B* = *ZᵀX*, everything the
/// method needs of n × n matrices follows from q × q ones: *ZᵀΩZ* = *K* = *A* − *ACA*,
/// *ZᵀΩX* = *Q* = *B* − *ACB*, *ZᵀΩ²Z* = *K* − *KCA*, *ZᵀΩ²X* = *Q* − *KH* with *H* = *CB*,
/// *XᵀΩ²X* = *XᵀX* − *BᵀH* − *HᵀB* + *HᵀAH*, *XᵀΩ³X* = *T* − *QᵀH* − *HᵀQ* + *HᵀKH*, and
/// tr *Ω²* = n − 2 tr *CA* + tr *CACA*. Groups that hang together form one block, so nested models
/// cost the cubes of their top-level groups.
///
/// Kenward & Roger (1997), doi:10.2307/2533558; Halekoh & Højsgaard (2014), doi:10.18637/jss.v059.i09.
struct KenwardRoger: Sendable {
  /// The adjusted covariance of the coefficients, in the units of the data.
  let covariance: Matrix
  /// Φ = σ²*S* of the standardised coefficients.
  let unadjusted: Matrix
  /// Φ *P_r* Φ.
  let directions: [Matrix]
  /// Covariance of the variance parameters.
  let spread: Matrix
  let back: Matrix

  /// The most effects that may hang together.
  static let limit = 3_000

  /// - Throws: ``EstimationError/tooLarge(effects:limit:)``, or ``EstimationError/noConvergence(decrement:evaluations:)``
  ///   where the information about the variances is singular.
  init(_ fit: LinearMixedModelFit) throws(EstimationError) {
    let problem = fit.problem
    let p = problem.coefficientCount
    let parameters = problem.structure.parameters.count
    let variance = fit.curvature.sigma * fit.curvature.sigma
    let inverse = fit.curvature.inverse
    let blocks = problem.connectedBlocks
    if let largest = blocks.map({ $0.rows.count }).max(), largest > Self.limit {
      throw .tooLarge(effects: largest, limit: Self.limit)
    }
    let lambda = problem.structure.triangles(fit.standardizedTheta)
    var sums = Sums(p: p, count: parameters + 1)
    let c = problem.order
    var gram = Matrix(rows: p, columns: p)
    for i in 0..<p { for j in 0..<p { gram[i, j] = problem.products.gram[i * c + j] } }
    sums.squared = gram
    sums.cubed = try invert(inverse)
    sums.traceSquared = Double(problem.products.rowCount)
    for block in blocks { try sums.add(block, problem, lambda) }
    // On the scale of the data V is σ² times as large.
    let phi = variance * inverse
    var first = sums.first.map { (-1 / (variance * variance)) * $0 }
    first.append((-1 / (variance * variance)) * sums.squared)
    let count = parameters + 1
    var information = Matrix(rows: count, columns: count)
    var second: [[Matrix]] = []
    for r in 0..<count {
      var row: [Matrix] = []
      for s in 0..<count {
        let q = (1 / (variance * variance * variance)) * sums.second(r, s)
        let trace = sums.trace(r, s) / (variance * variance)
        information[r, s] =
          0.5
          * (trace - 2 * (phi * q).diagonal.reduce(0, +)
            + (phi * first[r] * phi * first[s]).diagonal.reduce(0, +))
        row.append(q)
      }
      second.append(row)
    }
    spread = try invert(information)
    var bias = Matrix(rows: p, columns: p)
    for r in 0..<count {
      for s in 0..<count {
        bias = bias + spread[r, s] * (second[r][s] - first[r] * phi * first[s])
      }
    }
    let adjusted = phi + (phi * (bias + bias.transposed) * phi)
    let scale = fit.curvature.back
    covariance = (scale * adjusted).timesTransposed(scale)
    unadjusted = phi
    directions = first.map { phi * $0 * phi }
    back = scale
  }

  /// Degrees of freedom of one contrast. For a single one the method's scaling of F is 1 and its degrees of
  /// freedom are 2/*A* with *A* = Σ *W_rs t_r t_s*, *t_r* = *cᵀΦP_rΦc* / *cᵀΦc*.
  func degreesOfFreedom(_ contrast: [Double]) -> Double {
    let own = back.transposedTimes(contrast)
    let base = dot(own, unadjusted * own)
    let shares = directions.map { dot(own, $0 * own) / base }
    let a = dot(shares, spread * shares)
    return a > 0 ? 2 / a : .infinity
  }
}

private func invert(_ a: Matrix) throws(EstimationError) -> Matrix {
  do throws(FactorizationError) { return try Cholesky(a).inverse } catch {
    throw .noConvergence(decrement: .infinity, evaluations: 0)
  }
}

/// The sums over blocks of connected groups, in units of σ².
private struct Sums {
  /// Σ *QᵀE_rQ* for each random parameter.
  var first: [Matrix]
  /// Σ *QᵀE_rKE_sQ*, and *QᵀE_rZᵀΩ²X* for the residual parameter.
  var mixed: [[Matrix]]
  var traces: Matrix
  /// *XᵀΩ²X*, *XᵀΩ³X*, tr *Ω²*.
  var squared: Matrix
  var cubed: Matrix
  var traceSquared = 0.0

  init(p: Int, count: Int) {
    let zero = Matrix(rows: p, columns: p)
    first = Array(repeating: zero, count: count - 1)
    mixed = Array(repeating: Array(repeating: zero, count: count), count: count - 1)
    traces = Matrix(rows: count - 1, columns: count)
    squared = zero
    cubed = zero
  }

  func second(_ r: Int, _ s: Int) -> Matrix {
    let last = first.count
    if r == last { return s == last ? cubed : mixed[s][last].transposed }
    return mixed[r][s]
  }

  func trace(_ r: Int, _ s: Int) -> Double {
    let last = first.count
    if r == last { return s == last ? traceSquared : traces[s, last] }
    return traces[r, s]
  }

  mutating func add(
    _ block: Problem.ConnectedBlock, _ problem: Problem, _ lambda: [[Double]]
  ) throws(EstimationError) {
    let (a, b) = (block.products, block.fixed)
    let triangle = block.triangle(problem, lambda)
    var m = triangle.transposedTimes(a * triangle)
    for i in 0..<m.rows { m[i, i] += 1 }
    let c = (triangle * (try invert(m))).timesTransposed(triangle)
    let ca = c * a
    let k = a - a * ca
    let h = c * b
    let q = b - a * h
    let twice = k - k * ca
    let twiceX = q - k * h
    squared =
      squared - b.transposedTimes(h) - h.transposedTimes(b) + h.transposedTimes(a * h)
    // T itself, which `cubed` starts from, already holds every block.
    cubed = cubed - q.transposedTimes(h) - h.transposedTimes(q) + h.transposedTimes(k * h)
    traceSquared -= 2 * ca.diagonal.reduce(0, +)
    for i in 0..<ca.rows { for j in 0..<ca.columns { traceSquared += ca[i, j] * ca[j, i] } }
    let last = first.count
    // E_r applied to the rows of a matrix: a permutation of rows within levels, zero elsewhere.
    let images = problem.structure.parameters.map { block.selection(problem, $0) }
    for r in 0..<last {
      let left = images[r].applied(to: q)
      first[r] = first[r] + q.transposedTimes(left)
      mixed[r][last] = mixed[r][last] + left.transposedTimes(twiceX)
      let kr = k * images[r].applied(to: k)
      for (x, y) in images[r].pairs { traces[r, last] += twice[y, x] }
      let kq = k * left
      for s in 0..<last {
        mixed[r][s] = mixed[r][s] + kq.transposedTimes(images[s].applied(to: q))
        for (x, y) in images[s].pairs { traces[r, s] += kr[y, x] }
      }
    }
  }
}
