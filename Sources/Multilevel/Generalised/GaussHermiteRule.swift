internal import LinearAlgebra

/// Gauss–Hermite quadrature for the standard normal density: E f(Z) ≈ Σ w f(z).
///
/// Nodes are the eigenvalues of the Jacobi matrix (Golub & Welsch 1969, doi:10.1090/S0025-5718-69-99647-1),
/// polished by Newton's method on the orthonormal Hermite functions, which also give the weights without
/// underflow: w e^{z²/2} = 1 / (n ψ²), ψ the function of order n − 1.
struct GaussHermiteRule: Sendable {
  /// Symmetric about zero, ascending.
  let nodes: [Double]
  /// log w + z²/2, which is what adaptive quadrature adds to the log integrand.
  let logWeights: [Double]

  init(points: Int) {
    precondition(points >= 1, "\(points) quadrature points")
    var jacobi = Matrix(rows: points, columns: points)
    for k in 1..<max(points, 1) { jacobi[k, k - 1] = Double(k).squareRoot() }
    let start = (try? SymmetricEigen(jacobi))?.values ?? []
    var nodes = [Double](repeating: 0, count: points)
    var weights = [Double](repeating: 0, count: points)
    for k in 0..<(points + 1) / 2 {
      var x = k < start.count ? start[k] : 0
      if 2 * k + 1 == points { x = 0 }
      for _ in 0..<20 where 2 * k + 1 != points {
        let (last, before) = GaussHermiteRule.functions(x, order: points)
        // h' = √n h₋ for orthonormal polynomials; the exponential cancels in the ratio.
        let step = last / (Double(points).squareRoot() * before)
        x -= step
        if abs(step) <= 1e-15 * max(1, abs(x)) { break }
      }
      let before = GaussHermiteRule.functions(x, order: points).before
      let weight = -logarithm(Double(points)) - 2 * logarithm(abs(before))
      nodes[k] = x
      nodes[points - 1 - k] = -x
      weights[k] = weight
      weights[points - 1 - k] = weight
    }
    self.nodes = nodes
    logWeights = weights
  }

  /// h(x) e^{−x²/4} of the orthonormal Hermite polynomials of order n and n − 1.
  private static func functions(_ x: Double, order: Int) -> (last: Double, before: Double) {
    var before = 0.0
    var last = exponential(-0.25 * x * x)
    for k in 1...order {
      let next = (x * last - Double(k - 1).squareRoot() * before) / Double(k).squareRoot()
      before = last
      last = next
    }
    return (last, before)
  }
}
