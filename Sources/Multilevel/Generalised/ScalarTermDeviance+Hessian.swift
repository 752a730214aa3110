internal import LinearAlgebra

/// The exact second derivatives of Laplace's deviance with one random effect a group.
///
/// A group's part is F(ψ) = −2 f(û(ψ), ψ) + log D with ψ = (θ, b), D = 1 + θ²G and G = Σ w z². Write x̃ = (zû, x)
/// for the derivative of a row's η at fixed u, q = x̃ + θz û_ψ for the whole one, and e for the unit vector of θ.
/// Then û_ψ = (e Σ zs − θ Σ zw x̃) / D, with s the score, and
///
///   F_ψψ = 2 Σ w x̃x̃ᵀ − 2D û_ψû_ψᵀ + D_ψψ / D − D_ψD_ψᵀ / D²,
///   D_ψ = 2θG e + θ²g,  g = Σ z²w′ q,
///   D_ψψ = 2G eeᵀ + 2θ(egᵀ + geᵀ) + θ² (Σ z²w″ qqᵀ + m (eû_ψᵀ + û_ψeᵀ) + θm û_ψψ),  m = Σ z³w′,
///   D û_ψψ = −(eBᵀ + Beᵀ + θ Σ zw′ qqᵀ + θG (eû_ψᵀ + û_ψeᵀ)),  B = Σ zw q,
///
/// by differentiating f_u(û(ψ), ψ) = 0 twice. One pass over the rows, where differences of the gradient need two
/// for every parameter.
extension ScalarTermDeviance {
  /// - Returns: `nil` with quadrature, and for links whose observed information is not the expected one.
  func hessian(_ parameters: [Double]) -> Matrix? {
    guard rule.nodes.count == 1, kernel.hasSecondSlope else { return nil }
    var sums = HessianSums(columns: observations.fixedCount + 1, lambda: parameters[0])
    var second = [Double](repeating: 0, count: observations.largestGroup)
    let exposures = observations.exposures.span
    visitModes(parameters) { workspace, rows, u, spread in
      kernel.secondSlope(
        score: workspace.score, weight: workspace.weight, slope: workspace.weightSlope,
        exposures: exposures.extracting(rows), second: &second)
      sums.add(
        workspace, second: second, z: observations.random.span.extracting(rows),
        fixed: observations.fixed.span, rows: rows, u: u, spread: spread)
    }
    let result = sums.matrix
    return result.elements.allSatisfy(\.isFinite) ? result : nil
  }
}

/// Second derivatives added up over the groups.
private struct HessianSums {
  let columns: Int
  let lambda: Double
  /// The lower triangle, column-major.
  private var products: [Double]
  /// x̃ of the row at hand.
  private var row: [Double]
  /// Σ zw x̃, Σ z²w′ x̃ and Σ ωθz x̃ of the group at hand.
  private var first: [Double]
  private var bend: [Double]
  private var through: [Double]

  init(columns: Int, lambda: Double) {
    self.columns = columns
    self.lambda = lambda
    products = [Double](repeating: 0, count: columns * columns)
    row = [Double](repeating: 0, count: columns)
    (first, bend, through) = (row, row, row)
  }

  var matrix: Matrix {
    var result = Matrix(rows: columns, columns: columns, elements: products)
    result.fillUpperFromLower()
    return result
  }

  mutating func add(
    _ workspace: borrowing ScalarGroup, second: [Double], z: Span<Double>, fixed: Span<Double>,
    rows: Range<Int>, u: Double, spread d: Double
  ) {
    let (weight, slope, score) =
      (workspace.weight.span, workspace.weightSlope.span, workspace.score.span)
    var (g, m, force) = (0.0, 0.0, 0.0)
    for i in 0..<z.count {
      let square = z[i] * z[i]
      g += square * weight[i]
      m += square * z[i] * slope[i]
      force += z[i] * score[i]
    }
    // What multiplies û_ψψ in F_ψψ, and so each row's zw′ qqᵀ.
    let pull = lambda * lambda * lambda * m / d
    let totalCurvature = Self.addRows(
      &products, row: &row, first: &first, bend: &bend, through: &through, lambda: lambda,
      weight: weight, slope: slope, second: second.span, z: z, fixed: fixed, rows: rows, u: u,
      bendScale: lambda * lambda / d, pullScale: -pull * lambda / d)

    let n = columns
    var moved = first.map { -lambda * $0 / d }
    moved[0] += force / d
    let b = (0..<n).map { first[$0] + lambda * g * moved[$0] }
    let gradient = (0..<n).map { bend[$0] + lambda * m * moved[$0] }
    var spreadSlope = gradient.map { lambda * lambda * $0 / d }
    spreadSlope[0] += 2 * lambda * g / d
    for j in 0..<n {
      for i in j..<n {
        var value = -2 * d * moved[i] * moved[j] - spreadSlope[i] * spreadSlope[j]
        value += through[i] * moved[j] + moved[i] * through[j]
        value += totalCurvature * moved[i] * moved[j]
        // Where one of the two is θ.
        if j == 0 {
          let cross = (lambda * lambda * m - pull * lambda * g) / d
          var own = 2 * lambda * gradient[i] / d + cross * moved[i] - pull * b[i] / d
          if i == 0 { own = 2 * own + 2 * g / d }
          value += own
        }
        products[i + j * n] += value
      }
    }
  }

  /// Adds (2w + ω) x̃x̃ᵀ of every row and leaves the group's sums.
  ///
  /// - Returns: Σ ωθ²z²
  private static func addRows(
    _ products: inout [Double], row: inout [Double], first: inout [Double], bend: inout [Double],
    through: inout [Double], lambda: Double, weight: Span<Double>, slope: Span<Double>,
    second: Span<Double>, z: Span<Double>, fixed: Span<Double>, rows: Range<Int>, u: Double,
    bendScale: Double, pullScale: Double
  ) -> Double {
    let n = row.count
    var products = products.mutableSpan
    var row = row.mutableSpan
    var first = first.mutableSpan
    var bend = bend.mutableSpan
    var through = through.mutableSpan
    for j in 0..<n {
      first[j] = 0
      bend[j] = 0
      through[j] = 0
    }
    var total = 0.0
    var position = rows.lowerBound * (n - 1)
    for i in 0..<z.count {
      row[0] = z[i] * u
      for j in 1..<n { row[j] = fixed[position + j - 1] }
      position += n - 1
      let omega = bendScale * z[i] * z[i] * second[i] + pullScale * z[i] * slope[i]
      let own = 2 * weight[i] + omega
      let one = z[i] * weight[i]
      let two = z[i] * z[i] * slope[i]
      let three = omega * lambda * z[i]
      total += three * lambda * z[i]
      for j in 0..<n {
        let x = row[j]
        first[j] += one * x
        bend[j] += two * x
        through[j] += three * x
        let value = own * x
        for k in j..<n { products[k + j * n] += value * row[k] }
      }
    }
    return total
  }
}

extension ResponseKernel {
  /// Whether ``secondSlope(score:weight:slope:exposures:second:)`` knows w″.
  var hasSecondSlope: Bool {
    switch self {
    case .bernoulliLogit, .logit, .poisson: true
    case .probit, .complementaryLogLog, .negativeBinomial, .cumulative: false
    }
  }

  /// Fills in d²w/dη² of canonical links.
  fileprivate func secondSlope(
    score: [Double], weight: [Double], slope: [Double], exposures: Span<Double>,
    second: inout [Double]
  ) {
    var second = second.mutableSpan
    let (weight, slope) = (weight.span, slope.span)
    if case .poisson = self {
      for i in 0..<exposures.count { second[i] = weight[i] }
      return
    }
    // w = mμ(1 − μ), w′ = w(1 − 2μ), w″ = w(1 − 2μ)² − 2w²/m
    for i in 0..<exposures.count {
      let share = weight[i] > 0 ? slope[i] * slope[i] / weight[i] : 0
      second[i] = share - 2 * weight[i] * weight[i] / exposures[i]
    }
  }
}
