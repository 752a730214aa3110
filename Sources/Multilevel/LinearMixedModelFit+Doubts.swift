internal import Designs
internal import LinearAlgebra
internal import Tables

extension Certificate {
  /// - Parameter units: of the parameters, in which curvatures and slopes are given.
  init(_ optimum: Optimum, edge: [Int], units: [Double]) throws(EstimationError) {
    var hessian = optimum.hessian
    for i in units.indices { for j in units.indices { hessian[i, j] *= units[i] * units[j] } }
    let eigen: SymmetricEigen
    do throws(FactorizationError) { eigen = try SymmetricEigen(hessian) } catch {
      throw .noConvergence(decrement: optimum.decrement, evaluations: optimum.evaluations)
    }
    let inverse = eigen.pseudoInverse(tolerance: 1e-10)
    let step = inverse * zip(optimum.gradient.gradient, units).map { $0 * $1 }
    var largest = 0.0
    for i in step.indices where inverse[i, i] > 0 {
      largest = max(largest, abs(step[i]) / (2 * inverse[i, i]).squareRoot())
    }
    self.init(
      decrement: optimum.decrement, largestStep: largest,
      smallestCurvature: eigen.values.first ?? 0,
      boundarySlopes: edge.map { hessian[$0, $0] / 2 },
      evaluations: optimum.evaluations)
  }
}

extension LinearMixedModelFit {
  /// What a reader should know about the fit.
  static func doubts(
    _ problem: Problem, _ frame: ModelFrame, edge: [Int], certificate: Certificate,
    gradient: GradientValue
  ) -> [Diagnostic] {
    var result: [Diagnostic] = []
    let structure = problem.structure
    var named: Set<Int> = []
    for k in edge {
      let parameter = structure.parameters[k]
      let factor = structure.factors[parameter.factor]
      guard
        let term = factor.terms.first(where: {
          ($0.offset..<$0.offset + $0.width).contains(parameter.row)
        }), named.insert(term.position).inserted
      else { continue }
      let name = frame.termName(term.position)
      result.append(
        Diagnostic(
          .warning, code: "singular-fit",
          "Term `\(name)` is singular: "
            + (term.width == 1
              ? "its variance is estimated as zero; the data show no difference between groups "
                + "beyond the residual."
              : "a variance is zero or a correlation is ±1; the data do not support all of its "
                + "\(term.width) columns.")))
    }
    if !certificate.holds {
      result.append(
        Diagnostic(
          .warning, code: "no-certificate",
          "The optimum could not be certified: decrement \(certificate.decrement), smallest "
            + "curvature \(certificate.smallestCurvature)."))
    }
    for (index, factor) in structure.factors.enumerated() {
      for term in factor.terms where term.width > 1 && problem.isFlat(index, term) {
        result.append(
          Diagnostic(
            .warning, code: "slope-not-varying",
            "No column of term `\(frame.termName(term.position))` but the intercept varies within any "
              + "group: its slope is only told from the intercept by groups with unlike values."))
      }
    }
    for factor in structure.factors where factor.levelCount < 6 {
      result.append(
        Diagnostic(
          .warning, code: "few-groups",
          "Factor `\(factor.name)` has \(factor.levelCount) groups only: its variance, and tests of "
            + "what varies between its groups, rest on very little."))
    }
    return result
  }
}

extension Problem {
  /// Whether no group of the term has more than one value of its columns: every *Z_vᵀZ_v* is of rank one.
  fileprivate func isFlat(_ index: Int, _ term: RandomStructure.Term) -> Bool {
    let factor = structure.factors[index]
    let width = factor.width
    for level in 0..<factor.levelCount {
      let start = level * width * width
      func entry(_ i: Int, _ j: Int) -> Double {
        products.diagonal[index][start + (term.offset + i) * width + term.offset + j]
      }
      for i in 1..<term.width {
        for j in 0..<i {
          let determinant = entry(i, i) * entry(j, j) - entry(i, j) * entry(i, j)
          if determinant > 1e-10 * entry(i, i) * entry(j, j) { return false }
        }
      }
    }
    return true
  }
}
