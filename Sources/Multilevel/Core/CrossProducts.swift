internal import Designs
internal import LinearAlgebra
internal import Probability

/// The sufficient statistics of a linear mixed model: every product between its columns, by group.
///
/// With *G* = [*X y*] (c columns, standardised) and *Z_v* the columns of factor level *v*:
/// *GᵀG*, and for each level *Z_vᵀG*, *Z_vᵀZ_v* and *Z_vᵀZ_w* for the levels *w* it meets. Rows count with
/// their precision weights. Nothing after this depends on the number of rows.
struct CrossProducts: Sendable {
  let rowCount: Int
  /// Σ log weight.
  let logWeights: Double
  /// *GᵀG*, c × c, both triangles.
  let gram: [Double]
  /// For each factor, *Z_vᵀZ_v* of its levels: `width` × `width` each.
  let diagonal: [[Double]]
  /// For each factor, *Z_vᵀG* of its levels: `width` × c each, row after row.
  let fixed: [[Double]]
  /// Pairs of factors (finer, coarser), the finer ones in order.
  let pairs: [Pair]

  struct Pair: Sendable {
    let finer: Int
    let coarser: Int
    let relation: PairRelation
    /// *Z_vᵀZ_w* of each cell (of each finer level, where nested): `width` of the finer × `width` of the
    /// coarser, row after row.
    let values: [Double]
  }
}

extension CrossProducts {
  /// One pass over the rows of `frame`.
  ///
  /// The rows are cut into a number of chunks that depends on their count alone, each chunk is summed by one
  /// thread, and the sums are added in order: the same bits on any number of threads.
  ///
  /// - Complexity: O(rows · (c² + Σ width · c)) time, one block of rows and the sums in memory.
  init(
    _ frame: ModelFrame, _ structure: RandomStructure, _ standard: Standardization, threads: Int
  ) throws(EstimationError) {
    let layout = SumLayout(structure, standard)
    let n = frame.rowCount
    let budget = 8_000_000
    let chunks = max(1, min(16, n / 32_768, budget / max(1, layout.count)))
    let length = (n + chunks - 1) / chunks
    let pass = RowPass(frame: frame, structure: structure, standard: standard, layout: layout)
    let parts = try replicate(chunks, threads: threads) {
      (index) throws(EstimationError) -> RowSums in
      try pass.sums(rows: index * length..<max(index * length, min(n, (index + 1) * length)))
    }
    var total = parts[0].values
    var logWeights = parts[0].logWeights
    for part in parts.dropFirst() {
      logWeights += part.logWeights
      for k in total.indices { total[k] += part.values[k] }
    }
    guard total.allSatisfy(\.isFinite) else {
      throw .notFinite(column: pass.offendingColumn())
    }
    self.init(total: total, logWeights: logWeights, rowCount: n, layout, structure, standard)
  }

  init(
    total: [Double], logWeights: Double, rowCount: Int, _ layout: SumLayout,
    _ structure: RandomStructure, _ standard: Standardization
  ) {
    let c = standard.fixed.count
    var gram = Array(total[layout.gram..<layout.gram + c * c])
    for i in 0..<c { for j in 0..<i { gram[i * c + j] = gram[j * c + i] } }
    var diagonal: [[Double]] = []
    var fixed: [[Double]] = []
    for (index, factor) in structure.factors.enumerated() {
      let width = factor.width
      switch layout.factors[index] {
      case .summed(let diagonalStart, let fixedStart):
        var blocks = Array(
          total[diagonalStart..<diagonalStart + factor.levelCount * width * width])
        for v in 0..<factor.levelCount {
          for a in 0..<width {
            for b in 0..<a {
              blocks[(v * width + b) * width + a] = blocks[(v * width + a) * width + b]
            }
          }
        }
        diagonal.append(blocks)
        fixed.append(Array(total[fixedStart..<fixedStart + factor.levelCount * width * c]))
      case .derived(let finer, let parents, let map):
        let finerWidth = structure.factors[finer].width
        var blocks = [Double](repeating: 0, count: factor.levelCount * width * width)
        var panel = [Double](repeating: 0, count: factor.levelCount * width * c)
        for (v, parent) in parents.enumerated() where parent >= 0 {
          let w = Int(parent)
          for a in 0..<width {
            for b in 0..<width {
              blocks[(w * width + a) * width + b] +=
                diagonal[finer][(v * finerWidth + map[a]) * finerWidth + map[b]]
            }
            for k in 0..<c {
              panel[(w * width + a) * c + k] += fixed[finer][(v * finerWidth + map[a]) * c + k]
            }
          }
        }
        diagonal.append(blocks)
        fixed.append(panel)
      }
    }
    var pairs: [Pair] = []
    for pair in layout.pairs {
      let (width, coarserWidth) = (
        structure.factors[pair.finer].width, structure.factors[pair.coarser].width
      )
      var values: [Double]
      switch pair.source {
      case .summed(let start):
        values = Array(total[start..<start + pair.cellCount * width * coarserWidth])
      case .derived(let map):
        values = [Double](repeating: 0, count: pair.cellCount * width * coarserWidth)
        for v in 0..<pair.cellCount {
          for a in 0..<width {
            for b in 0..<coarserWidth {
              values[(v * width + a) * coarserWidth + b] =
                diagonal[pair.finer][(v * width + a) * width + map[b]]
            }
          }
        }
      }
      pairs.append(
        Pair(finer: pair.finer, coarser: pair.coarser, relation: pair.relation, values: values))
    }
    self.init(
      rowCount: rowCount, logWeights: logWeights, gram: gram, diagonal: diagonal, fixed: fixed,
      pairs: pairs)
  }
}

/// Where each sum stands in the flat array of one chunk, and which sums follow from others.
struct SumLayout: Sendable {
  enum FactorSource: Sendable {
    case summed(diagonal: Int, fixed: Int)
    /// The factor holds whole levels of a finer one, and its columns are among that one's.
    case derived(finer: Int, parents: [Int32], map: [Int])
  }

  enum PairSource: Sendable {
    case summed(Int)
    case derived(map: [Int])
  }

  struct Pair: Sendable {
    let finer: Int
    let coarser: Int
    let relation: PairRelation
    let cellCount: Int
    let source: PairSource
  }

  let gram: Int
  let factors: [FactorSource]
  let pairs: [Pair]
  /// How many numbers a chunk sums.
  let count: Int

  init(_ structure: RandomStructure, _ standard: Standardization) {
    let c = standard.fixed.count
    let factors = structure.factors
    var next = c * c
    var relations: [[PairRelation]] = []
    for finer in factors.indices {
      relations.append(
        factors.indices.dropFirst(finer + 1).map {
          PairRelation(finer: factors[finer], coarser: factors[$0])
        })
    }
    func derivation(finer: Int, coarser: Int) -> (parents: [Int32], map: [Int])? {
      guard finer != coarser else { return nil }
      guard case .nested(let parents) = relations[finer][coarser - finer - 1] else { return nil }
      let map = standard.random[coarser].compactMap { standard.random[finer].firstIndex(of: $0) }
      guard map.count == factors[coarser].width, !parents.contains(-1),
        !factors[finer].codes.contains(-1)
      else { return nil }
      return (parents, map)
    }
    var sources: [FactorSource] = []
    var pairs: [Pair] = []
    for index in factors.indices {
      let (width, levels) = (factors[index].width, factors[index].levelCount)
      let found = (0..<index).lazy.compactMap { finer in
        derivation(finer: finer, coarser: index).map { (finer, $0.parents, $0.map) }
      }.first
      if let (finer, parents, map) = found {
        sources.append(.derived(finer: finer, parents: parents, map: map))
      } else {
        sources.append(.summed(diagonal: next, fixed: next + levels * width * width))
        next += levels * width * (width + c)
      }
    }
    for finer in factors.indices {
      let meetsItself = factors[finer].memberships != nil
      for coarser in factors.indices.dropFirst(meetsItself ? finer : finer + 1) {
        let relation =
          finer == coarser
          ? .crossed(
            PairRelation.memberships(finer: factors[finer], coarser: factors[finer], isSame: true))
          : relations[finer][coarser - finer - 1]
        let cells =
          switch relation {
          case .nested: factors[finer].levelCount
          case .crossed(let cells): cells.targets.count
          }
        let source: PairSource
        if let (_, map) = derivation(finer: finer, coarser: coarser) {
          source = .derived(map: map)
        } else {
          source = .summed(next)
          next += cells * factors[finer].width * factors[coarser].width
        }
        pairs.append(
          Pair(
            finer: finer, coarser: coarser, relation: relation, cellCount: cells, source: source))
      }
    }
    gram = 0
    self.factors = sources
    self.pairs = pairs
    count = next
  }
}
