internal import Designs

extension LinearMixedModelFit {
  /// For each coefficient the degrees of freedom of the level at which its column varies.
  ///
  /// A column that is constant within every group of a factor is estimated between those groups, at the
  /// coarsest such factor; others within. With *m* groups there, *m′* groups at the next coarser factor that
  /// they nest in (1 if none, the intercept's; 0 without one) and *k* columns estimated there, a level has *m* − *m′* − *k* degrees of
  /// freedom (Pinheiro & Bates 2000, *Mixed-Effects Models in S and S-PLUS*, 2.4.2). The intercept stands
  /// at the coarsest level, where that book puts it at the finest.
  var betweenWithin: [Double] {
    let factors = problem.structure.factors
    // Coarsest first; position factors.count means within all.
    let order = factors.indices.sorted {
      (factors[$0].levelCount, $0) < (factors[$1].levelCount, $1)
    }
    let levelOf = frame.fixed.map { column -> Int in
      if frame.isConstant(column) { return order[0] }
      return order.first { frame.isConstant(column, within: factors[$0]) } ?? factors.count
    }
    let hasIntercept = frame.fixed.contains { frame.isConstant($0) }
    func degrees(_ level: Int) -> Double {
      let estimated = frame.fixed.indices.filter {
        levelOf[$0] == level && !frame.isConstant(frame.fixed[$0])
      }.count
      guard level < factors.count else {
        let groups = factors.map(\.levelCount).max() ?? 1
        return max(1, Double(rowCount - groups - estimated))
      }
      let parents = factors.indices.filter { other in
        factors[other].levelCount < factors[level].levelCount
          && problem.products.pairs.contains {
            guard $0.finer == level, $0.coarser == other, case .nested = $0.relation else {
              return false
            }
            return true
          }
      }
      let above = parents.map { factors[$0].levelCount }.max() ?? (hasIntercept ? 1 : 0)
      return max(1, Double(factors[level].levelCount - above - estimated))
    }
    return levelOf.map(degrees)
  }
}

extension ModelFrame {
  /// Whether a column has one value in each group of a factor.
  fileprivate func isConstant(_ column: Int, within factor: RandomStructure.Factor) -> Bool {
    var seen = [Double](repeating: .nan, count: factor.levelCount)
    var buffer = [Double](repeating: 0, count: 2048)
    for start in stride(from: 0, to: rowCount, by: 2048) {
      let rows = start..<min(rowCount, start + 2048)
      var span = buffer.mutableSpan
      fill(column, rows: rows, into: &span)
      for row in rows {
        let level = Int(factor.codes[row])
        guard level >= 0 else { continue }
        let value = span[row - start]
        if seen[level].isNaN {
          seen[level] = value
        } else if seen[level] != value {
          return false
        }
      }
    }
    return true
  }
}
