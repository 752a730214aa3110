/// *A* = *LLᵀ* of a small matrix, in place and without allocation: regressions here are factored a hundred
/// times for a single draw.
struct SmallCholesky: Sendable {
  let order: Int
  /// *L*, row after row.
  private(set) var lower: [Double]
  private(set) var logDeterminant = 0.0

  init(order: Int) {
    self.order = order
    lower = [Double](repeating: 0, count: order * order)
  }

  /// Factors a symmetric matrix, both triangles filled, and says whether it is positive definite.
  mutating func factor(_ a: [Double]) -> Bool {
    var product = 1.0
    var exponent = 0
    for j in 0..<order {
      for i in j..<order {
        var sum = a[i * order + j]
        for k in 0..<j { sum -= lower[i * order + k] * lower[j * order + k] }
        if i == j {
          guard sum > 0 else { return false }
          lower[j * order + j] = sum.squareRoot()
          product *= sum
          // Keeps the running product within range.
          exponent += Int(product.exponent)
          product = product.significand
        } else {
          lower[i * order + j] = sum / lower[j * order + j]
        }
      }
    }
    logDeterminant = naturalLog(product) + Double(exponent) * 0.6931471805599453
    return true
  }

  /// *L*⁻¹ *b*.
  func forward(_ b: [Double]) -> [Double] {
    var x = b
    for i in 0..<order {
      for k in 0..<i { x[i] -= lower[i * order + k] * x[k] }
      x[i] /= lower[i * order + i]
    }
    return x
  }

  /// *L*⁻ᵀ *b*.
  func backward(_ b: [Double]) -> [Double] {
    var x = b
    for i in stride(from: order - 1, through: 0, by: -1) {
      for k in (i + 1)..<max(order, i + 1) { x[i] -= lower[k * order + i] * x[k] }
      x[i] /= lower[i * order + i]
    }
    return x
  }
}
