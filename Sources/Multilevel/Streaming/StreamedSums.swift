internal import Designs
internal import LinearAlgebra
internal import Tables

/// The cross-products of a model whose rows come in pieces.
///
/// Pieces are added in order, so the same file gives the same bits always.
struct StreamedSums {
  let pieces: StreamedProducts
  private var sums: RowSums
  private var moments: RandomMoments

  init(_ pieces: StreamedProducts) {
    self.pieces = pieces
    sums = RowSums(values: [Double](repeating: 0, count: pieces.layout.count), logWeights: 0)
    moments = RandomMoments(of: pieces.shape)
  }

  /// Adds a piece. Pieces are added in the order of the file.
  mutating func add(_ part: StreamedProducts.Part) throws(EstimationError) {
    moments.add(part.moments)
    guard let own = part.sums else {
      var moved = RowSums(values: sums.values.moved(), logWeights: sums.logWeights)
      defer { sums = moved }
      try pieces.pass(part.frame).add(rows: 0..<part.frame.rowCount, to: &moved)
      return
    }
    for k in sums.values.indices { sums.values[k] += own.values[k] }
    sums.logWeights += own.logWeights
  }

  /// The model with the columns that can be estimated, and the moments of its random terms' columns.
  func problem(
    _ criterion: LikelihoodCriterion
  ) throws(EstimationError) -> (problem: Problem, frame: ModelFrame, moments: RandomMoments) {
    let (shape, structure, standard) = (pieces.shape, pieces.structure, pieces.standard)
    guard sums.values.allSatisfy(\.isFinite) else {
      throw .notFinite(column: shape.columns[shape.response].name)
    }
    let products = CrossProducts(
      total: sums.values, logWeights: sums.logWeights, rowCount: shape.rowCount, pieces.layout,
      structure, standard)
    let kept = products.estimable(standard)
    let dropped = shape.fixed.indices.filter { !kept.contains($0) }
    let frame = ModelFrame(
      selection: nil, rowCount: shape.rowCount, columns: shape.columns,
      fixed: kept.map { shape.fixed[$0] }, response: shape.response, offset: shape.offset,
      weights: shape.weights, random: shape.random, lost: shape.lost,
      diagnostics: shape.diagnostics
        + dropped.map {
          Diagnostic(
            .warning, code: "dropped-column",
            "`\(shape.columns[shape.fixed[$0]].name)` is left out of the model: it is a linear "
              + "combination of the columns before it")
        })
    let problem = try Problem(
      frame, structure, standard.keeping(kept), products.keeping(kept), criterion: criterion,
      moments: moments)
    return (problem, frame, moments)
  }
}

extension Standardization {
  fileprivate func keeping(_ kept: [Int]) -> Standardization {
    Standardization(
      fixed: kept.map { fixed[$0] } + [response],
      intercept: intercept.flatMap { kept.firstIndex(of: $0) }, random: random,
      transforms: transforms)
  }
}

extension CrossProducts {
  /// Columns of the fixed part that those before them do not span, by elimination on the cross-products.
  fileprivate func estimable(_ standard: Standardization) -> [Int] {
    let c = standard.fixed.count
    var kept: [Int] = []
    var factor: [[Double]] = []
    for j in 0..<c - 1 {
      var row = (0..<c).map { gram[j * c + $0] }
      for previous in factor {
        let multiple = previous[j]
        for k in 0..<c { row[k] -= multiple * previous[k] }
      }
      guard row[j] > 1e-11 * gram[j * c + j] else { continue }
      let root = row[j].squareRoot()
      factor.append(row.map { $0 / root })
      kept.append(j)
    }
    return kept
  }

  fileprivate func keeping(_ kept: [Int]) -> CrossProducts {
    let p = fixedCount
    guard kept.count < p else { return self }
    let c = p + 1
    let places = kept + [p]
    return CrossProducts(
      rowCount: rowCount, logWeights: logWeights,
      gram: places.flatMap { i in places.map { gram[i * c + $0] } }, diagonal: diagonal,
      fixed: fixed.map { panel in
        stride(from: 0, to: panel.count, by: c).flatMap { start in places.map { panel[start + $0] }
        }
      }, pairs: pairs)
  }

  private var fixedCount: Int { Int(Double(gram.count).squareRoot()) - 1 }
}
