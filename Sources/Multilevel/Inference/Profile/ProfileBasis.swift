internal import LinearAlgebra

/// A term's effects in an order and basis in which a standard deviation, or a correlation, of effects in the units
/// of the data stands in the first rows of the term's triangle.
struct ProfileBasis: Sendable {
  let problem: Problem
  /// θ of the fit in this basis.
  let theta: [Double]
  /// A first effect of one standardised unit in units of the data.
  let unit: Double

  /// - Parameter leading: the effects that come first, one or two, by their position within the term.
  init(
    _ fit: LinearMixedModelFit, factor index: Int, _ term: RandomStructure.Term, leading: [Int]
  ) throws(EstimationError) {
    let problem = fit.problem
    let factor = problem.structure.factors[index]
    let width = term.width
    let transform = problem.standard.transforms[index]
    func entry(_ i: Int, _ j: Int) -> Double {
      transform[(term.offset + i) * factor.width + term.offset + j]
    }
    // Only the constant column's effect depends on where the other columns are centred.
    let constant = (0..<width).first { i in (0..<width).contains { $0 != i && entry(i, $0) != 0 } }
    var b = [Double](repeating: 0, count: width * width)
    var inverse = b
    for i in 0..<width {
      b[i * width + i] = 1
      inverse[i * width + i] = 1
    }
    if let constant, leading.contains(constant) {
      for j in 0..<width where j != constant {
        let ratio = -entry(constant, j) / entry(j, j)
        b[constant * width + j] = ratio
        inverse[constant * width + j] = -ratio
      }
    }
    let order = leading + (0..<width).filter { !leading.contains($0) }
    // New effects are B times the old ones, in the new order; columns are Z B⁻¹.
    var columns = inverse
    var effects = b
    for (place, old) in order.enumerated() {
      for i in 0..<width {
        columns[i * width + place] = inverse[i * width + old]
        effects[place * width + i] = b[old * width + i]
      }
    }
    var triangles = problem.structure.triangles(fit.standardizedTheta)
    var rows = [Double](repeating: 0, count: width * width)
    for i in 0..<width {
      for j in 0..<width {
        for m in 0..<width {
          rows[i * width + j] +=
            effects[i * width + m]
            * triangles[index][(term.offset + m) * factor.width + term.offset + j]
        }
      }
    }
    let lower = lowerTriangle(rotating: rows, width: width)
    for i in 0..<width {
      for j in 0..<width {
        triangles[index][(term.offset + i) * factor.width + term.offset + j] =
          lower[i * width + j]
      }
    }
    self.problem = try problem.rebased(factor: index, term, by: columns)
    theta = problem.structure.theta(triangles)
    unit =
      abs(problem.standard.response.scale) / abs(entry(leading[0], leading[0]))
  }
}
