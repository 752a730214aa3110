extension Problem {
  /// The row of a level's first effect in panels.
  func panelRow(_ factor: Int, _ level: Int) -> Int {
    Int(plan.panelRow[plan.factors[factor].firstNode + level])
  }

  /// The problem with other response entries: *Xᵀy*, *yᵀy*, and *Z_vᵀy* of every effect. ``CrossProducts/fixed``
  /// keeps the observed response; evaluations read ``panel``.
  func replacingResponse(gram column: [Double], panel entries: [Double]) -> Problem {
    let c = order
    var gram = products.gram
    for j in 0..<c {
      gram[j * c + c - 1] = column[j]
      gram[(c - 1) * c + j] = column[j]
    }
    var panel = panel
    for (row, value) in entries.enumerated() { panel[row * c + c - 1] = value }
    return Problem(self, gram: gram, panel: panel)
  }

  private init(_ other: Problem, gram: [Double], panel: [Double]) {
    structure = other.structure
    standard = other.standard
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
}
