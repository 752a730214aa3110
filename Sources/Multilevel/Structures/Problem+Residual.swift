internal import LinearAlgebra

extension Problem {
  /// How many parameters stand behind θ: those of the residual covariance.
  var residualParameterCount: Int { residual?.parameterCount ?? 0 }

  /// The parameters of the residual covariance, which follow θ.
  func residualParameters(_ parameters: [Double]) -> [Double] {
    Array(parameters.dropFirst(structure.parameters.count))
  }

  /// The model with its residual covariance as it is at φ: an ordinary problem whose products are
  /// *ZᵀR⁻¹Z*, *ZᵀR⁻¹G* and *GᵀR⁻¹G*.
  func fixed(_ parts: ResidualParts, at phi: [Double]) -> Problem {
    let (products, edges) = parts.combined(parts.covariance.weights(phi))
    return Problem(
      self,
      products: CrossProducts(
        rowCount: self.products.rowCount,
        logWeights: parts.logWeights - parts.covariance.logDeterminant(phi).value,
        gram: products.gram, diagonal: products.diagonal, fixed: products.fixed,
        pairs: products.pairs), edges: edges)
  }

  /// The model with its residual covariance as estimated.
  func fixed(at parameters: [Double]) -> Problem {
    guard let residual else { return self }
    return fixed(residual, at: residualParameters(parameters))
  }

  private init(_ other: Problem, products: CrossProducts, edges: [Double]) {
    structure = other.structure
    standard = other.standard
    plan = other.plan
    criterion = other.criterion
    responseName = other.responseName
    self.products = products
    self.edges = edges
    diagonal = products.diagonal.flatMap { $0 }
    panel = products.fixed.flatMap { $0 }
    wantsEdgeCovariances = true
  }

  /// The gradient in θ and φ. With *C* the posterior covariance and *U* the modes of *G*'s columns,
  /// ∂log|*I* + λᵀ*A*λ| = tr *C*∂*A* and ∂*GᵀV*⁻¹*G* = [*G* − *ZU*]ᵀ∂*R*⁻¹[*G* − *ZU*].
  func gradient(
    _ parts: ResidualParts, _ parameters: [Double], _ value: CriterionValue,
    _ work: inout Workspace
  ) -> GradientValue {
    let phi = residualParameters(parameters)
    let plain = fixed(parts, at: phi)
    var result = plain.gradient(parameters, value, &work)
    let determinant = parts.covariance.logDeterminant(phi)
    let p = coefficientCount
    var contrast = value.coefficients.map { -$0 }
    contrast.append(1)
    var slopes: [Double] = []
    for (k, weights) in parts.covariance.slopes(phi).enumerated() {
      let (products, edges) = parts.combined(weights)
      let change = Problem(self, products: products, edges: edges)
      let (trace, matrix) = change.contracted(work)
      var slope = trace + determinant.slopes[k]
      slope += degrees / value.residual * dot(contrast, matrix * contrast)
      if criterion == .reml {
        for i in 0..<p { for j in 0..<p { slope += value.inverse[i, j] * matrix[j, i] } }
      }
      slopes.append(slope)
      result.residual.append(matrix)
    }
    return GradientValue(
      gradient: result.gradient + slopes, sums: result.sums, scores: result.scores,
      residual: result.residual)
  }

  /// tr *CA* and *GᵀG* − *BᵀU* − *UᵀB* + *UᵀAU* of this problem's products, with *C* and *U* left by a
  /// backward sweep over another of the same plan.
  private func contracted(_ work: Workspace) -> (trace: Double, matrix: Matrix) {
    let c = order
    let modes = work.modes
    // A U − 2 B, so that ½(Uᵀ(·) + (·)ᵀU) + GᵀG is what is wanted.
    var image = panel.map { -2 * $0 }
    var trace = 0.0
    func add(_ row: Int, _ column: Int, _ value: Double) {
      for k in 0..<c { image[row * c + k] += value * modes[column * c + k] }
    }
    for node in 0..<plan.nodeCount {
      let factor = Int(plan.factorOfNode[node])
      let width = plan.factors[factor].width
      let (start, row) = (Int(plan.diagonalStart[node]), Int(plan.panelRow[node]))
      for a in 0..<width {
        for b in 0..<width {
          let value = diagonal[start + a * width + b]
          add(row + a, row + b, value)
          trace += value * posterior(node, a, b, factor, work)
        }
      }
    }
    for node in 0..<plan.edgeStart.count - 1 {
      let width = plan.factors[Int(plan.factorOfNode[node])].width
      let row = Int(plan.panelRow[node])
      for edge in Int(plan.edgeStart[node])..<Int(plan.edgeStart[node + 1]) {
        let target = Int(plan.edgeTarget[edge])
        let otherWidth = plan.factors[Int(plan.factorOfNode[target])].width
        let (block, other) = (Int(plan.edgeValue[edge]), Int(plan.panelRow[target]))
        for a in 0..<width {
          for b in 0..<otherWidth {
            let place = block + a * otherWidth + b
            add(row + a, other + b, edges[place])
            add(other + b, row + a, edges[place])
            trace += 2 * edges[place] * work.edgeCovariance[place]
          }
        }
      }
    }
    for edge in plan.denseEdges {
      let component = plan.components[Int(plan.componentOfNode[edge.first])]
      let width = plan.factors[Int(plan.factorOfNode[edge.first])].width
      let otherWidth = plan.factors[Int(plan.factorOfNode[edge.second])].width
      let (row, other) = (Int(plan.panelRow[edge.first]), Int(plan.panelRow[edge.second]))
      let (column, below) = (
        Int(plan.rowInComponent[edge.first]), Int(plan.rowInComponent[edge.second])
      )
      let values = products.pairs[edge.pair].values
      for a in 0..<width {
        for b in 0..<otherWidth {
          let value = values[edge.value + a * otherWidth + b]
          add(row + a, other + b, value)
          add(other + b, row + a, value)
          trace +=
            2 * value
            * work.factor[component.place(column + a, below + b)]
        }
      }
    }
    var matrix = Matrix(rows: c, columns: c)
    for i in 0..<c { for j in 0..<c { matrix[i, j] = products.gram[i * c + j] } }
    for row in 0..<plan.effectCount {
      for i in 0..<c {
        let u = modes[row * c + i]
        for j in 0..<c {
          let half = 0.5 * u * image[row * c + j]
          matrix[i, j] += half
          matrix[j, i] += half
        }
      }
    }
    return (trace, matrix)
  }

  private func posterior(
    _ node: Int, _ a: Int, _ b: Int, _ factor: Int, _ work: Workspace
  ) -> Double {
    if factor < plan.sparseCount {
      let width = plan.factors[factor].width
      return work.covariance[Int(plan.diagonalStart[node]) + a * width + b]
    }
    let component = plan.components[Int(plan.componentOfNode[node])]
    let row = Int(plan.rowInComponent[node])
    return work.factor[component.place(row + a, row + b)]
  }
}
