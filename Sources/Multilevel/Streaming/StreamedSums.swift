internal import Designs
internal import LinearAlgebra
internal import Tables

/// The cross-products of a model whose rows come in pieces.
///
/// Pieces are added in order by one thread, so the same file gives the same bits always. Columns are centred
/// at their means in the first piece, which keeps the digits of covariates that stand far from zero.
struct StreamedSums {
  private let shape: ModelFrame
  private let structure: RandomStructure
  private let relations: [[PairRelation]]
  private let hasRowsWithout: [Bool]
  private var standard: Standardization?
  private var layout: SumLayout?
  private var sums = RowSums(values: [], logWeights: 0)
  private var moments: RandomMoments

  init(_ shape: ModelFrame, _ streamed: StreamedFrame) throws(EstimationError) {
    self.shape = shape
    moments = RandomMoments(of: shape)
    structure = try Problem.structure(of: shape)
    let meetings = StreamedMeetings(streamed)
    let factors = structure.factors
    relations = factors.indices.map { finer in
      factors.indices.dropFirst(finer + 1).map { coarser in
        PairRelation(
          meetings.pairs(factors[finer].name, factors[coarser].name),
          levelCount: factors[finer].levelCount)
      }
    }
    hasRowsWithout = factors.map { meetings.hasRowsWithout($0.name) }
  }

  mutating func add(_ frame: ModelFrame) throws(EstimationError) {
    let own = RandomStructure(frame.random)
    let standard = self.standard ?? Standardization(frame, own)
    var layout =
      self.layout
      ?? SumLayout(structure, standard, relations: relations, hasRowsWithout: hasRowsWithout)
    if self.layout == nil {
      self.standard = standard
      self.layout = layout
      sums.values = [Double](repeating: 0, count: layout.count)
    }
    for index in layout.pairs.indices {
      let pair = layout.pairs[index]
      if case .crossed(let cells) = pair.relation {
        layout.pairs[index].relation = .crossed(
          cells.placing(own.factors[pair.finer].codes, own.factors[pair.coarser].codes))
      }
    }
    let pass = RowPass(frame: frame, structure: own, standard: standard, layout: layout)
    var moved = RowSums(values: sums.values.moved(), logWeights: sums.logWeights)
    defer { sums = moved }
    try pass.add(rows: 0..<frame.rowCount, to: &moved)
    moments.add(frame)
  }

  /// The model with the columns that can be estimated, and the moments of its random terms' columns.
  func problem(
    _ criterion: LikelihoodCriterion
  ) throws(EstimationError) -> (problem: Problem, frame: ModelFrame, moments: RandomMoments) {
    guard let standard, let layout else { throw .noRows }
    guard sums.values.allSatisfy(\.isFinite) else {
      throw .notFinite(column: shape.columns[shape.response].name)
    }
    let products = CrossProducts(
      total: sums.values, logWeights: sums.logWeights, rowCount: shape.rowCount, layout, structure,
      standard)
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

/// Which groups of which factors meet, by the factors' names.
private struct StreamedMeetings {
  private let names: [String]
  private let all: [[GroupPair]]

  init(_ streamed: StreamedFrame) {
    names = streamed.groupNames
    all = streamed.pairs
  }

  /// Ascending pairs of levels of the two.
  func pairs(_ first: String, _ second: String) -> [GroupPair] {
    guard let i = names.firstIndex(of: first), let j = names.firstIndex(of: second) else {
      return []
    }
    let (low, high) = (min(i, j), max(i, j))
    let before = (0..<low).reduce(0) { $0 + names.count - 1 - $1 }
    let found = all[before + high - low - 1]
    guard i > j else { return found }
    return found.map { GroupPair(first: $0.second, second: $0.first) }
      .sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }

  func hasRowsWithout(_ name: String) -> Bool {
    names.contains { other in
      other != name && pairs(name, other).contains { $0.first < 0 }
    }
  }
}

extension PairRelation {
  /// - Parameter pairs: ascending, −1 for no level.
  fileprivate init(_ pairs: [GroupPair], levelCount: Int) {
    var parents = [Int32](repeating: -2, count: levelCount)
    var isNested = true
    for pair in pairs where pair.first >= 0 {
      let v = Int(pair.first)
      if parents[v] == -2 { parents[v] = pair.second } else { isNested = false }
    }
    guard !isNested else {
      self = .nested(parents: parents.map { max($0, -1) })
      return
    }
    var starts = [Int32](repeating: 0, count: levelCount + 1)
    var targets: [Int32] = []
    var position = 0
    for v in 0..<levelCount {
      while position < pairs.count, Int(pairs[position].first) <= v {
        if Int(pairs[position].first) == v, pairs[position].second >= 0 {
          targets.append(pairs[position].second)
        }
        position += 1
      }
      starts[v + 1] = Int32(targets.count)
    }
    self = .crossed(Cells(ofRow: [], starts: starts, targets: targets))
  }
}

extension PairRelation.Cells {
  /// The same cells with the rows whose levels are `a` and `b`.
  fileprivate func placing(_ a: [Int32], _ b: [Int32]) -> PairRelation.Cells {
    var ofRow = [Int32](repeating: -1, count: a.count)
    for row in a.indices where a[row] >= 0 && b[row] >= 0 {
      var (low, high) = (Int(starts[Int(a[row])]), Int(starts[Int(a[row]) + 1]))
      while low < high {
        let middle = (low + high) / 2
        if targets[middle] < b[row] { low = middle + 1 } else { high = middle }
      }
      ofRow[row] = Int32(low)
    }
    return PairRelation.Cells(ofRow: ofRow, starts: starts, targets: targets)
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
