internal import Designs

/// How the rows of a piece of a stream become sums of products.
///
/// Columns are centred at their means in rows spread evenly over the file, as those of rows in memory are, which
/// keeps the digits of covariates that stand far from zero whatever rows the file starts with.
struct StreamedProducts: Sendable {
  let shape: ModelFrame
  let structure: RandomStructure
  let standard: Standardization
  let layout: SumLayout

  /// What a piece adds.
  struct Part: Sendable {
    /// `nil` where the sums are too many to be had apart: then they are added from the rows.
    let sums: RowSums?
    let frame: ModelFrame
    let moments: RandomMoments
  }

  /// How many sums may be had apart for a piece. It depends on the model alone whether they are, so the results are
  /// the same on any number of threads.
  private static let budget = 1 << 20

  /// - Parameters:
  ///   - shape: of `streamed`, or of the model without covariates.
  ///   - sample: the frame of rows spread over the file, with the columns of `shape`.
  init(
    _ shape: ModelFrame, _ streamed: StreamedFrame, sample: ModelFrame
  ) throws(EstimationError) {
    self.shape = shape
    structure = try Problem.structure(of: shape)
    let meetings = StreamedMeetings(streamed)
    let factors = structure.factors
    let relations = factors.indices.map { finer in
      factors.indices.dropFirst(finer + 1).map { coarser in
        PairRelation(
          meetings.pairs(factors[finer].name, factors[coarser].name),
          levelCount: factors[finer].levelCount)
      }
    }
    standard = Standardization(sample, structure)
    layout = SumLayout(
      structure, standard, relations: relations,
      hasRowsWithout: factors.map { meetings.hasRowsWithout($0.name) })
  }

  /// Sums a piece by itself.
  func part(_ frame: ModelFrame) throws(EstimationError) -> Part {
    var moments = RandomMoments(of: shape)
    moments.add(frame)
    let sums = layout.count > Self.budget ? nil : try pass(frame).sums(rows: 0..<frame.rowCount)
    return Part(sums: sums, frame: frame, moments: moments)
  }

  func pass(_ frame: ModelFrame) -> RowPass {
    let own = RandomStructure(frame.random)
    var layout = layout
    for index in layout.pairs.indices {
      let pair = layout.pairs[index]
      if case .crossed(let cells) = pair.relation {
        layout.pairs[index].relation = .crossed(
          cells.placing(own.factors[pair.finer].codes, own.factors[pair.coarser].codes))
      }
    }
    return RowPass(frame: frame, structure: own, standard: standard, layout: layout)
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
