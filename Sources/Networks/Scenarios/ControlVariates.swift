internal import LinearAlgebra

/// The draws of the parameters as control variates: their means are known to be zero, so what the means of the
/// replicates' draws are off by is taken out of a mean, by least squares.
///
/// The adjusted mean is the intercept of the regression of the values on the standardised draws, its standard error
/// the regression's (Glasserman 2003, *Monte Carlo Methods in Financial Engineering*, section 4.1,
/// doi:10.1007/978-0-387-21617-1).
struct ControlVariates: Sendable {
  /// Replicates × (1 + unknowns).
  private let design: [[Double]]
  private let factor: Cholesky
  private let columns: Int

  /// - Parameter draws: for each replicate its standardised unknowns.
  /// - Returns: `nil` where there are no unknowns, fewer than ten replicates for each, or some are one.
  init?(_ draws: [[Double]]) {
    guard let unknowns = draws.first?.count, unknowns > 0, draws.count >= 10 * (unknowns + 1) else {
      return nil
    }
    design = draws.map { [1] + $0 }
    columns = unknowns + 1
    var products = [Double](repeating: 0, count: columns * columns)
    for row in design {
      for a in 0..<columns { for b in 0..<columns { products[a * columns + b] += row[a] * row[b] } }
    }
    guard
      let factor = try? Cholesky(Matrix(rows: columns, columns: columns, elements: products))
    else { return nil }
    self.factor = factor
  }

  /// The adjusted mean and its standard error.
  func mean(_ values: [Double]) -> (mean: Double, error: Double) {
    var right = [Double](repeating: 0, count: columns)
    for (row, value) in zip(design, values) {
      for a in 0..<columns { right[a] += row[a] * value }
    }
    let coefficients = solve(right)
    var squares = 0.0
    for (row, value) in zip(design, values) {
      let residual = zip(row, coefficients).reduce(value) { $0 - $1.0 * $1.1 }
      squares += residual * residual
    }
    let variance = squares / Double(design.count - columns)
    var unit = [Double](repeating: 0, count: columns)
    unit[0] = 1
    return (coefficients[0], (variance * solve(unit)[0]).squareRoot())
  }

  /// (*L* *Lᵀ*)⁻¹ *b*
  private func solve(_ b: [Double]) -> [Double] {
    let lower = factor.lower
    var x = b
    for i in 0..<columns {
      for k in 0..<i { x[i] -= lower[i, k] * x[k] }
      x[i] /= lower[i, i]
    }
    for i in stride(from: columns - 1, through: 0, by: -1) {
      for k in (i + 1)..<columns where k < columns { x[i] -= lower[k, i] * x[k] }
      x[i] /= lower[i, i]
    }
    return x
  }
}
