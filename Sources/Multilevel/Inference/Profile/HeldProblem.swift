internal import LinearAlgebra

extension Problem {
  /// The problem whose coefficients obey *aᵀβ* = t, in standardised columns: one column fewer, and its part in
  /// the response.
  ///
  /// With *a_k* the largest weight, *β_k* = (t − Σ *a_jβ_j*)/*a_k* turns columns into *x_j* − (*a_j*/*a_k*)*x_k*
  /// and the response into *y* − (t/*a_k*)*x_k*.
  func holding(_ a: [Double], at t: Double) -> Problem {
    let (c, p) = (order, coefficientCount)
    var pivot = 0
    for j in 0..<p where abs(a[j]) > abs(a[pivot]) { pivot = j }
    let ratios = (a + [t]).map { $0 / a[pivot] }
    let kept = (0..<c).filter { $0 != pivot }
    func row(_ values: Span<Double>, at start: Int) -> [Double] {
      kept.map { values[start + $0] - ratios[$0] * values[start + pivot] }
    }
    let old = products.gram.span
    var half = [Double]()
    for i in 0..<c { half += row(old, at: i * c) }
    var gram = [Double]()
    for i in kept {
      for j in 0..<c - 1 {
        gram.append(half[i * (c - 1) + j] - ratios[i] * half[pivot * (c - 1) + j])
      }
    }
    var newPanel = [Double]()
    newPanel.reserveCapacity(panel.count)
    let entries = panel.span
    for effect in 0..<plan.effectCount { newPanel += row(entries, at: effect * c) }
    return Problem(
      self, standard: standard.dropping(fixed: pivot), gram: gram, panel: newPanel)
  }

  /// The problem with the effects of one term in another basis: *Z* becomes *ZT*.
  ///
  /// - Parameter t: width × width of the term, row after row.
  func rebased(
    factor index: Int, _ term: RandomStructure.Term, by t: [Double]
  ) throws(EstimationError) -> Problem {
    let c = order
    let factor = structure.factors[index]
    // The whole factor's transform: the identity outside the term.
    let width = factor.width
    var transform = [Double](repeating: 0, count: width * width)
    for i in 0..<width { transform[i * width + i] = 1 }
    for i in 0..<term.width {
      for j in 0..<term.width {
        transform[(term.offset + i) * width + term.offset + j] = t[i * term.width + j]
      }
    }
    /// *Tᵀ B* for blocks of `width` rows.
    func fromLeft(_ values: [Double], columns: Int) -> [Double] {
      var result = [Double](repeating: 0, count: values.count)
      for start in stride(from: 0, to: values.count, by: width * columns) {
        for i in 0..<width {
          for k in 0..<width where transform[k * width + i] != 0 {
            let factor = transform[k * width + i]
            for j in 0..<columns {
              result[start + i * columns + j] += factor * values[start + k * columns + j]
            }
          }
        }
      }
      return result
    }
    /// *B T* for blocks of `width` columns.
    func fromRight(_ values: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: values.count)
      for start in stride(from: 0, to: values.count, by: width) {
        for j in 0..<width {
          for k in 0..<width { result[start + j] += values[start + k] * transform[k * width + j] }
        }
      }
      return result
    }
    var diagonal = products.diagonal
    diagonal[index] = fromRight(fromLeft(diagonal[index], columns: width))
    var fixed = products.fixed
    fixed[index] = fromLeft(fixed[index], columns: c)
    let pairs = products.pairs.map { pair -> CrossProducts.Pair in
      var values = pair.values
      if pair.finer == index {
        values = fromLeft(values, columns: structure.factors[pair.coarser].width)
      }
      if pair.coarser == index { values = fromRight(values) }
      return CrossProducts.Pair(
        finer: pair.finer, coarser: pair.coarser, relation: pair.relation, values: values)
    }
    return try Problem(
      self,
      products: CrossProducts(
        rowCount: products.rowCount, logWeights: products.logWeights, gram: products.gram,
        diagonal: diagonal, fixed: fixed, pairs: pairs))
  }

  private init(
    _ other: Problem, standard: Standardization, gram: [Double], panel: [Double]
  ) {
    structure = other.structure
    self.standard = standard
    products = CrossProducts(
      rowCount: other.products.rowCount, logWeights: other.products.logWeights, gram: gram,
      diagonal: other.products.diagonal, fixed: other.products.fixed, pairs: other.products.pairs)
    plan = other.plan
    criterion = other.criterion
    responseName = other.responseName
    diagonal = other.diagonal
    self.panel = panel
    edges = other.edges
  }

  private init(_ other: Problem, products: CrossProducts) throws(EstimationError) {
    structure = other.structure
    standard = other.standard
    self.products = products
    (plan, edges) = try EliminationPlan.make(other.structure, products)
    criterion = other.criterion
    responseName = other.responseName
    diagonal = products.diagonal.flatMap { $0 }
    panel = products.fixed.flatMap { $0 }
  }
}

extension Standardization {
  fileprivate func dropping(fixed position: Int) -> Standardization {
    var columns = fixed
    columns.remove(at: position)
    return Standardization(self, fixed: columns)
  }

  private init(_ other: Standardization, fixed: [StandardizedColumn]) {
    self.fixed = fixed
    intercept = nil
    random = other.random
    transforms = other.transforms
  }
}
