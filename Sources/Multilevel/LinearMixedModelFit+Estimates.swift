internal import Designs
internal import LinearAlgebra
internal import Probability
internal import Tables

extension LinearMixedModelFit {
  /// Brings an optimum back to the units of the data.
  ///
  /// - Parameter means: means over the rows of the columns of random terms, where the frame has no rows to
  ///   take them from.
  init(
    _ problem: Problem, _ found: Optimum, _ frame: ModelFrame, moments given: RandomMoments? = nil
  ) throws(EstimationError) {
    let structure = problem.structure
    let theta = problem.signed(found.theta)
    var work: Workspace
    let (value, gradient): (CriterionValue, GradientValue)
    if let kept = found.work, theta == found.theta {
      (work, value, gradient) = (kept, found.value, found.gradient)
    } else {
      var own = Workspace(problem.plan, order: problem.order)
      value = try problem.evaluate(theta, &own)
      gradient = problem.gradient(theta, value, &own)
      work = own
    }
    let optimum = Optimum(
      theta: theta, value: value, gradient: gradient,
      hessian: found.hessian.signed(found.theta, theta),
      decrement: found.decrement, trace: found.trace, evaluations: found.evaluations)
    let response = problem.standard.response
    let (back, shift) = problem.standard.wayBack
    let scaled = back * value.coefficients
    let variance = response.scale * response.scale * value.residual / problem.degrees
    let names = frame.columns.map(\.name)

    criterion = problem.criterion
    rowCount = frame.rowCount
    responseName = problem.responseName
    coefficientNames = frame.fixedNames
    coefficients = zip(scaled, shift).map { $0 + $1 }
    covariance =
      (variance / (response.scale * response.scale)) * (back * value.inverse).timesTransposed(back)
    sigma = variance.squareRoot()
    deviance = value.criterion
    trace = optimum.trace

    let triangles = structure.triangles(theta)
    var dataTriangles: [[Double]] = []
    var terms: [TermFit] = []
    let means = given?.means ?? frame.randomMeans
    isStreamed = given != nil
    for (index, factor) in structure.factors.enumerated() {
      let triangle = lowerTriangle(
        solving: problem.standard.transforms[index], triangles[index], width: factor.width)
      dataTriangles.append(triangle)
      for term in factor.terms {
        let range = term.offset..<term.offset + term.width
        var block = Matrix(rows: term.width, columns: term.width)
        for i in 0..<term.width {
          for j in 0..<term.width {
            var sum = 0.0
            for k in range {
              sum +=
                triangle[(term.offset + i) * factor.width + k]
                * triangle[(term.offset + j) * factor.width + k]
            }
            block[i, j] = variance * sum
          }
        }
        terms.append(
          TermFit(
            group: factor.name, columns: factor.columns[range].map { names[$0] },
            levelCount: factor.levelCount, covariance: block,
            means: factor.columns[range].map { means[$0] ?? 0 },
            meanProducts: given?.products(of: Array(factor.columns[range]))
              ?? frame.meanProducts(
                Array(factor.columns[range]), memberships: factor.memberships)))
      }
    }
    self.terms = terms
    self.theta = structure.theta(dataTriangles)
    factors = problem.factorFits(work, value, names: names)
    standardizedTheta = theta
    curvature = VarianceCurvature(problem, optimum, theta: theta, back: back)
    residual = ResidualFit(problem, frame, theta, curvature)
    // What comes after takes the residual covariance as it was estimated.
    self.problem = problem.fixed(at: theta)
    self.frame = frame.weighted(by: residual)

    var edge: [Int] = []
    for k in structure.parameters.indices where structure.parameters[k].isDiagonal {
      guard theta[k] < 1e-4 * problem.unit else { continue }
      // A small value is an edge only where zero does as well: a relative variance is small too where weights
      // are large.
      var zero = theta
      zero[k] = 0
      let rise = try problem.evaluate(zero, &work).criterion - value.criterion
      if rise <= 1e-7 { edge.append(k) }
    }
    isSingular = !edge.isEmpty
    certificate = try Certificate(optimum, edge: edge, units: problem.units)
    diagnostics =
      frame.diagnostics
      + Self.doubts(
        problem, frame, edge: edge, certificate: certificate, gradient: gradient)
  }
}

extension Matrix {
  /// Second derivatives after some columns of θ have changed sign.
  fileprivate func signed(_ before: [Double], _ after: [Double]) -> Matrix {
    var result = self
    for i in before.indices {
      for j in before.indices {
        let flips = (before[i] * after[i] < 0) != (before[j] * after[j] < 0)
        if flips { result[i, j] = -result[i, j] }
      }
    }
    return result
  }
}

extension Problem {
  /// θ with non-negative diagonals; diagonals that are zero but for rounding become zero.
  fileprivate func signed(_ theta: [Double]) -> [Double] {
    var triangles = structure.triangles(theta)
    let unit = unit
    for (index, factor) in structure.factors.enumerated() {
      let width = factor.width
      for column in 0..<width {
        let diagonal = triangles[index][column * width + column]
        if abs(diagonal) < 1e-6 * unit { triangles[index][column * width + column] = 0 }
        guard diagonal < 0 else { continue }
        for row in column..<width { triangles[index][row * width + column] *= -1 }
      }
    }
    return structure.theta(triangles) + residualParameters(theta)
  }

  /// Modes and covariances of every level, in the units of the data.
  fileprivate func factorFits(
    _ work: Workspace, _ value: CriterionValue, names: [String]
  ) -> [LinearMixedModelFit.FactorFit] {
    let (c, p) = (order, coefficientCount)
    let scale = standard.response.scale
    let variance = scale * scale * value.residual / degrees
    var result: [LinearMixedModelFit.FactorFit] = []
    for (index, factor) in structure.factors.enumerated() {
      let width = factor.width
      let square = width * width
      var modes = Matrix(rows: factor.levelCount, columns: width)
      var conditional = [Double](repeating: 0, count: factor.levelCount * square)
      var prediction = conditional
      let inverse = inverted(upperBlocks: standard.transforms[index], width: width)
      for level in 0..<factor.levelCount {
        let node = plan.factors[index].firstNode + level
        let rows = Int(plan.panelRow[node]) * c
        var mode = [Double](repeating: 0, count: width)
        var sensitivity = Matrix(rows: width, columns: p)
        for a in 0..<width {
          mode[a] = work.modes[rows + a * c + p]
          for k in 0..<p {
            let part = work.modes[rows + a * c + k]
            mode[a] -= part * value.coefficients[k]
            sensitivity[a, k] = part
          }
        }
        let own = posterior(node, index, work)
        let extra = (sensitivity * value.inverse).timesTransposed(sensitivity)
        for a in 0..<width {
          for m in 0..<width { modes[level, a] += scale * inverse[a * width + m] * mode[m] }
        }
        let first = inverse.sandwich(own, width)
        let second = inverse.sandwich(extra.elements, width)
        for k in 0..<square {
          conditional[level * square + k] = variance * first[k]
          prediction[level * square + k] = variance * (first[k] + second[k])
        }
      }
      result.append(
        LinearMixedModelFit.FactorFit(
          name: factor.name, levels: factor.levels, columns: factor.columns.map { names[$0] },
          modes: modes, conditionalCovariances: conditional,
          predictionErrorCovariances: prediction))
    }
    return result
  }

  /// The posterior covariance of one level's effects in units of σ².
  private func posterior(_ node: Int, _ factor: Int, _ work: Workspace) -> [Double] {
    let width = plan.factors[factor].width
    if factor < plan.sparseCount {
      let start = Int(plan.diagonalStart[node])
      return Array(work.covariance[start..<start + width * width])
    }
    let component = plan.components[Int(plan.componentOfNode[node])]
    let row = Int(plan.rowInComponent[node])
    var result = [Double](repeating: 0, count: width * width)
    for a in 0..<width {
      for b in 0..<width {
        result[a * width + b] =
          work.factor[component.place(row + a, row + b)]
      }
    }
    return result
  }
}

extension [Double] {
  /// *T C Tᵀ* for `width` × `width` blocks.
  fileprivate func sandwich(_ inner: [Double], _ width: Int) -> [Double] {
    var half = [Double](repeating: 0, count: width * width)
    var result = half
    for a in 0..<width {
      for b in 0..<width {
        for m in 0..<width { half[a * width + b] += self[a * width + m] * inner[m * width + b] }
      }
    }
    for a in 0..<width {
      for b in 0..<width {
        for m in 0..<width { result[a * width + b] += half[a * width + m] * self[b * width + m] }
      }
    }
    return result
  }
}

extension Standardization {
  /// Coefficients in data units are `matrix` × the standardised ones + `shift`.
  var wayBack: (matrix: Matrix, shift: [Double]) {
    let p = fixed.count - 1
    var matrix = Matrix(rows: p, columns: p)
    var shift = [Double](repeating: 0, count: p)
    for j in 0..<p { matrix[j, j] = response.scale / fixed[j].scale }
    if let intercept {
      shift[intercept] = response.centre / fixed[intercept].scale
      for j in 0..<p where j != intercept {
        matrix[intercept, j] =
          -response.scale * fixed[j].centre / fixed[j].scale / fixed[intercept].scale
      }
    }
    return (matrix, shift)
  }
}

extension ModelFrame {
  /// Means over the rows of the columns of random terms.
  var randomMeans: [Int: Double] {
    var result: [Int: Double] = [:]
    var buffer = [Double](repeating: 0, count: 2048)
    for column in Set(random.flatMap(\.columns)).sorted() {
      var sum = 0.0
      for start in stride(from: 0, to: rowCount, by: 2048) {
        let rows = start..<min(rowCount, start + 2048)
        var span = buffer.mutableSpan
        fill(column, rows: rows, into: &span)
        for k in 0..<rows.count { sum += span[k] }
      }
      result[column] = sum / Double(rowCount)
    }
    return result
  }
}

/// The natural logarithm with the same bits everywhere.
func naturalLog(_ x: Double) -> Double { PortableMath.log(x) }
