internal import Designs
internal import LinearAlgebra
internal import Probability

/// The cross-products of the parts of a residual covariance.
struct ResidualParts: Sendable {
  let covariance: ResidualCovariance
  /// One for each part, with the layout of the whole model's.
  let products: [CrossProducts]
  let edges: [[Double]]
  /// −2 · what precision weights add to the log likelihood does not depend on φ.
  let logWeights: Double

  var parameterCount: Int { covariance.parameterCount }

  /// - Parameter whole: the products of all rows as they are, which order in time starts from.
  /// - Throws: ``EstimationError/structure(_:)`` where the classes or the order cannot be used.
  init?(
    _ frame: ModelFrame, _ structure: RandomStructure, _ standard: Standardization,
    _ whole: CrossProducts, threads: Int
  ) throws(EstimationError) {
    guard let rows = frame.rows, rows.dispersion != nil || rows.serial != nil else { return nil }
    let layout = SumLayout(structure, standard)
    func pass(
      _ chosen: [Int32], _ partner: (rows: [Int32], sign: Double)? = nil
    ) throws(EstimationError) -> CrossProducts {
      try CrossProducts(
        RowPass(
          frame: frame.selecting(chosen), structure: structure.selecting(chosen),
          standard: standard, layout: layout.selecting(chosen),
          partner: partner.map { (frame.selecting($0.rows), $0.sign) }), threads: threads)
    }
    var products: [CrossProducts] = []
    if let classes = rows.dispersion {
      if rows.serial != nil { throw .structure(.dispersionWithSerial) }
      guard classes.levels.count > 1 else {
        throw .structure(.oneClass(column: classes.name))
      }
      guard classes.levels.count <= 50 else {
        throw .structure(.manyClasses(column: classes.name, count: classes.levels.count))
      }
      var members = [[Int32]](repeating: [], count: classes.levels.count)
      for (row, code) in classes.codes.enumerated() { members[Int(code)].append(Int32(row)) }
      for (level, rows) in members.enumerated() {
        guard rows.count > 1 else {
          throw .structure(
            .smallClass(column: classes.name, level: classes.levels[level], rows: rows.count))
        }
        products.append(try pass(rows))
      }
      covariance = .classes(counts: members.map(\.count))
    } else if let serial = rows.serial {
      let steps = try SerialSteps(serial, structure)
      products.append(whole)
      for step in steps.byGap {
        products.append(try pass(step.later, (step.earlier, -1)))
        products.append(try pass(step.later, (step.earlier, 1)))
      }
      covariance = .serial(
        gaps: steps.byGap.map(\.gap), counts: steps.byGap.map(\.later.count))
    } else {
      return nil
    }
    var edges: [[Double]] = []
    for part in products { edges.append(try EliminationPlan.make(structure, part).edgeValues) }
    self.products = products
    self.edges = edges
    logWeights = whole.logWeights
  }

  /// Σ_k w_k · part k.
  func combined(_ weights: [Double]) -> (products: CrossProducts, edges: [Double]) {
    func sum(_ lists: [[Double]]) -> [Double] {
      var result = [Double](repeating: 0, count: lists[0].count)
      for (list, weight) in zip(lists, weights) where weight != 0 {
        for k in result.indices { result[k] += weight * list[k] }
      }
      return result
    }
    let first = products[0]
    let total = CrossProducts(
      rowCount: first.rowCount, logWeights: logWeights, gram: sum(products.map(\.gram)),
      diagonal: first.diagonal.indices.map { index in sum(products.map { $0.diagonal[index] }) },
      fixed: first.fixed.indices.map { index in sum(products.map { $0.fixed[index] }) },
      pairs: first.pairs.indices.map { index in
        let pair = first.pairs[index]
        return CrossProducts.Pair(
          finer: pair.finer, coarser: pair.coarser, relation: pair.relation,
          values: sum(products.map { $0.pairs[index].values }))
      })
    return (total, sum(edges))
  }
}

extension CrossProducts {
  /// The sums of a pass over some of a model's rows, in an order that depends on their count alone.
  init(_ pass: RowPass, threads: Int) throws(EstimationError) {
    let n = pass.frame.rowCount
    let chunks = max(1, min(16, n / 32_768, 8_000_000 / max(1, pass.layout.count)))
    let length = (n + chunks - 1) / chunks
    let parts = try replicate(chunks, threads: threads) {
      (index) throws(EstimationError) -> RowSums in
      try pass.sums(rows: index * length..<max(index * length, min(n, (index + 1) * length)))
    }
    var total = parts[0].values
    for part in parts.dropFirst() { for k in total.indices { total[k] += part.values[k] } }
    self.init(
      total: total, logWeights: 0, rowCount: n, pass.layout, pass.structure, pass.standard)
  }
}

extension RowPass {
  /// Adds the partner's standardised rows to those of the block.
  func add(
    _ partner: (frame: ModelFrame, sign: Double), _ block: Range<Int>, to panel: inout [Double]
  ) throws(EstimationError) {
    let other = RowPass(
      frame: partner.frame, structure: structure, standard: standard, layout: layout)
    var buffer = [Double](repeating: 0, count: Self.blockSize)
    var rows = [Double](repeating: 0, count: Self.blockSize * columns.count)
    var ignored = 0.0
    other.fill(block, &buffer, &rows)
    if let weights = frame.weights {
      try other.weigh(block, by: weights, &buffer, &rows, &ignored)
    }
    for k in 0..<block.count * columns.count { panel[k] += partner.sign * rows[k] }
  }
}

extension ModelFrame {
  /// Some of its rows, in the order given, with the same columns and no groups.
  func selecting(_ rows: [Int32]) -> ModelFrame {
    ModelFrame(
      selection: selection.map { old in rows.map { old[Int($0)] } } ?? rows, rowCount: rows.count,
      columns: columns, fixed: fixed, response: response, offset: offset, weights: weights)
  }
}

extension RandomStructure {
  private init(factors: [Factor], parameters: [Parameter]) {
    self.factors = factors
    self.parameters = parameters
  }

  /// The groups of some rows; every level is kept.
  func selecting(_ rows: [Int32]) -> RandomStructure {
    RandomStructure(
      factors: factors.map { factor in
        Factor(
          name: factor.name, levels: factor.levels, codes: rows.map { factor.codes[Int($0)] },
          memberships: factor.memberships?.selecting(rows), columns: factor.columns,
          terms: factor.terms)
      }, parameters: parameters)
  }
}

extension Memberships {
  fileprivate func selecting(_ rows: [Int32]) -> Memberships {
    var starts: [Int32] = [0]
    var levels: [Int32] = []
    var weights: [Double] = []
    for row in rows {
      let range = Int(self.starts[Int(row)])..<Int(self.starts[Int(row) + 1])
      levels += self.levels[range]
      weights += self.weights[range]
      starts.append(Int32(levels.count))
    }
    return Memberships(starts: starts, levels: levels, weights: weights)
  }
}

extension SumLayout {
  private init(_ other: SumLayout, pairs: [Pair]) {
    gram = other.gram
    factors = other.factors
    count = other.count
    self.pairs = pairs
  }

  /// The same places for the sums of some rows.
  func selecting(_ rows: [Int32]) -> SumLayout {
    SumLayout(
      self,
      pairs: pairs.map { pair in
        guard case .crossed(let cells) = pair.relation else { return pair }
        return Pair(
          finer: pair.finer, coarser: pair.coarser, relation: .crossed(cells.selecting(rows)),
          cellCount: pair.cellCount, source: pair.source)
      })
  }
}

extension PairRelation.Cells {
  fileprivate func selecting(_ rows: [Int32]) -> Self {
    guard !rowStarts.isEmpty else {
      return Self(ofRow: rows.map { ofRow[Int($0)] }, starts: starts, targets: targets)
    }
    var cells: [Int32] = []
    var begin: [Int32] = [0]
    for row in rows {
      cells += ofRow[Int(rowStarts[Int(row)])..<Int(rowStarts[Int(row) + 1])]
      begin.append(Int32(cells.count))
    }
    return Self(ofRow: cells, starts: starts, targets: targets, rowStarts: begin)
  }
}
