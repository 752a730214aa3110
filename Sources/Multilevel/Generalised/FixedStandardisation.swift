internal import LinearAlgebra

/// The centring and scaling of the fixed columns, and the way back.
///
/// Where one of the columns is constant the others are centred on their means; all are divided by their
/// root mean square. Coefficients on the frame's scale are `transform` × the standardised ones.
struct FixedStandardisation: Sendable {
  let names: [String]
  /// p × p
  let transform: Matrix
  /// The constant column that the others are centred on, if there is one.
  let intercept: Int?

  /// Standardises `columns` (rows × p, row after row) in place.
  init(_ columns: inout [Double], names: [String]) throws(GeneralisedModelError) {
    let p = names.count
    let n = columns.count / p
    self.names = names
    // Means from deviations to the first row, so that a large common value costs no digits.
    let first = Array(columns[0..<p])
    var mean = [Double](repeating: 0, count: p)
    for row in 0..<n { for j in 0..<p { mean[j] += columns[row * p + j] - first[j] } }
    for j in 0..<p { mean[j] = first[j] + mean[j] / Double(n) }
    var varies = [Bool](repeating: false, count: p)
    for row in 0..<n {
      for j in 0..<p where columns[row * p + j] != first[j] { varies[j] = true }
    }
    let intercept = (0..<p).first { !varies[$0] && first[$0] != 0 }
    var centre = [Double](repeating: 0, count: p)
    if intercept != nil { for j in 0..<p where varies[j] { centre[j] = mean[j] } }
    var scale = [Double](repeating: 0, count: p)
    for row in 0..<n {
      for j in 0..<p {
        let value = columns[row * p + j] - centre[j]
        scale[j] += value * value
      }
    }
    for j in 0..<p { scale[j] = (scale[j] / Double(n)).squareRoot() }
    if let intercept { scale[intercept] = first[intercept] }
    for j in 0..<p where scale[j] == 0 { throw .collinear(column: names[j]) }
    for row in 0..<n {
      for j in 0..<p {
        columns[row * p + j] = (columns[row * p + j] - centre[j]) / scale[j]
      }
    }

    var transform = Matrix.diagonal(scale.map { 1 / $0 })
    if let intercept {
      for j in 0..<p where j != intercept {
        transform[intercept, j] = -centre[j] / (scale[j] * scale[intercept])
      }
    }
    self.transform = transform
    self.intercept = intercept
    try FixedStandardisation.checkRank(columns, names: names)
  }

  /// The standardised coefficients of coefficients on the frame's scale.
  func standardised(_ coefficients: [Double]) -> [Double] {
    var result = coefficients.indices.map { coefficients[$0] / transform[$0, $0] }
    if let intercept {
      var sum = coefficients[intercept]
      for j in result.indices where j != intercept { sum -= transform[intercept, j] * result[j] }
      result[intercept] = sum / transform[intercept, intercept]
    }
    return result
  }

  /// A gradient in coefficients on the frame's scale, from one in standardised ones.
  func gradient(_ standardised: [Double]) -> [Double] {
    guard let intercept else {
      return standardised.indices.map { standardised[$0] / transform[$0, $0] }
    }
    let own = standardised[intercept] / transform[intercept, intercept]
    return standardised.indices.map { j in
      j == intercept ? own : (standardised[j] - transform[intercept, j] * own) / transform[j, j]
    }
  }

  /// Gram–Schmidt on the cross-products, in the order of the formula.
  private static func checkRank(
    _ columns: [Double], names: [String]
  ) throws(GeneralisedModelError) {
    let p = names.count
    let n = columns.count / p
    var products = [Double](repeating: 0, count: p * p)
    for row in 0..<n {
      for j in 0..<p {
        let value = columns[row * p + j]
        for i in j..<p { products[i + j * p] += value * columns[row * p + i] }
      }
    }
    for j in 0..<p {
      let pivot = products[j + j * p]
      guard pivot > 1e-11 * Double(n) else { throw .collinear(column: names[j]) }
      for k in j + 1..<max(p, j + 1) {
        let ratio = products[k + j * p] / pivot
        for i in k..<p { products[i + k * p] -= ratio * products[i + j * p] }
      }
    }
  }
}
