internal import Designs
internal import LinearAlgebra
internal import Probability

/// The sums of one chunk of rows, laid out as ``SumLayout`` says.
struct RowSums: Sendable {
  var values: [Double]
  var logWeights: Double
}

/// Reads rows in blocks and adds their products.
struct RowPass: Sendable {
  let frame: ModelFrame
  let structure: RandomStructure
  let standard: Standardization
  let layout: SumLayout
  /// The distinct standardised columns: the c fixed ones first.
  let columns: [StandardizedColumn]
  /// For each factor the places of its columns among `columns`.
  let places: [[Int]]
  /// Rows that are added to the frame's, one to each, times a sign.
  let partner: (frame: ModelFrame, sign: Double)?

  static let blockSize = 512

  /// - Parameter extra: columns to read beside those of the model.
  init(
    frame: ModelFrame, structure: RandomStructure, standard: Standardization, layout: SumLayout,
    extra: [StandardizedColumn] = [], partner: (frame: ModelFrame, sign: Double)? = nil
  ) {
    self.frame = frame
    self.structure = structure
    self.standard = standard
    self.layout = layout
    self.partner = partner
    var columns = standard.fixed
    places = standard.random.map { wanted in
      wanted.map { column in
        if let place = columns.firstIndex(of: column) { return place }
        columns.append(column)
        return columns.count - 1
      }
    }
    for column in extra where !columns.contains(column) { columns.append(column) }
    self.columns = columns
  }

  func sums(rows: Range<Int>) throws(EstimationError) -> RowSums {
    var sums = RowSums(values: [Double](repeating: 0, count: layout.count), logWeights: 0)
    try add(rows: rows, to: &sums)
    return sums
  }

  /// Adds the products of some rows to sums of the same layout.
  func add(rows: Range<Int>, to sums: inout RowSums) throws(EstimationError) {
    let width = columns.count
    // Row after row, `width` numbers each.
    var panel = [Double](repeating: 0, count: Self.blockSize * width)
    var column = [Double](repeating: 0, count: Self.blockSize)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let block = start..<min(rows.upperBound, start + Self.blockSize)
      fill(block, &column, &panel)
      if let weights = frame.weights {
        try weigh(block, by: weights, &column, &panel, &sums.logWeights)
      }
      if let partner { try add(partner, block, to: &panel) }
      var values = sums.values.mutableSpan
      Panels.addGram(
        panel.span, stride: width, order: standard.fixed.count, count: block.count, to: &values)
      for factor in structure.factors.indices {
        if case .summed(let diagonal, let fixed) = layout.factors[factor] {
          let missing =
            structure.factors[factor].memberships == nil
            ? addFactor(
              factor, block, panel.span, diagonal: diagonal, fixed: fixed, to: &values)
            : addMemberships(
              factor, block, panel.span, diagonal: diagonal, fixed: fixed, to: &values)
          if let missing {
            throw .missingGroup(factor: structure.factors[factor].name, row: missing)
          }
        }
      }
      for pair in layout.pairs {
        if case .summed(let first) = pair.source {
          if case .crossed(let cells) = pair.relation, !cells.rowStarts.isEmpty {
            addMembershipPair(
              pair, cells, block, panel.span, first: first, to: &values)
            continue
          }
          addPair(pair, block, panel.span, first: first, to: &values)
        }
      }
      start = block.upperBound
    }
  }

  func fill(_ block: Range<Int>, _ buffer: inout [Double], _ panel: inout [Double]) {
    let width = columns.count
    var buffer = buffer.mutableSpan
    var panel = panel.mutableSpan
    for (place, standard) in columns.enumerated() {
      frame.fill(standard.column, rows: block, into: &buffer)
      let (centre, factor) = (standard.centre, 1 / standard.scale)
      var target = place
      for k in 0..<block.count {
        panel[target] = (buffer[k] - centre) * factor
        target += width
      }
      if place == responsePlace, let offset = frame.offset {
        frame.fill(offset, rows: block, into: &buffer)
        for k in 0..<block.count { panel[place + k * width] -= buffer[k] * factor }
      }
    }
  }

  private var responsePlace: Int { standard.fixed.count - 1 }

  func weigh(
    _ block: Range<Int>, by weights: Int, _ buffer: inout [Double], _ panel: inout [Double],
    _ logWeights: inout Double
  ) throws(EstimationError) {
    let width = columns.count
    var span = buffer.mutableSpan
    frame.fill(weights, rows: block, into: &span)
    for k in 0..<block.count {
      let weight = span[k]
      guard weight > 0, weight.isFinite else {
        throw .weightNotPositive(column: frame.columns[weights].name)
      }
      logWeights += PortableMath.log(weight)
      let root = weight.squareRoot()
      for place in 0..<width { panel[k * width + place] *= root }
    }
  }

  /// Adds *Z_vᵀZ_v* (lower triangles) and *Z_vᵀG*; gives the first row without a group that needs one.
  private func addFactor(
    _ factor: Int, _ block: Range<Int>, _ panel: Span<Double>, diagonal: Int, fixed: Int,
    to values: inout MutableSpan<Double>
  ) -> Int? {
    let allCodes = structure.factors[factor].codes
    let allPlaces = places[factor]
    let (codes, places) = (allCodes.span, allPlaces.span)
    let (width, c, stride) = (places.count, standard.fixed.count, columns.count)
    var base = 0
    for row in block {
      let code = Int(codes[row])
      if code >= 0 {
        for a in 0..<width {
          let z = panel[base + places[a]]
          let target = fixed + (code * width + a) * c
          for k in 0..<c { values[target + k] += z * panel[base + k] }
          let square = diagonal + (code * width + a) * width
          for b in 0...a { values[square + b] += z * panel[base + places[b]] }
        }
      } else {
        for a in 0..<width where panel[base + places[a]] != 0 { return row }
      }
      base += stride
    }
    return nil
  }

  private func addPair(
    _ pair: SumLayout.Pair, _ block: Range<Int>, _ panel: Span<Double>, first: Int,
    to values: inout MutableSpan<Double>
  ) {
    let (finerPlaces, coarserPlaces) = (places[pair.finer], places[pair.coarser])
    let (finer, coarser) = (finerPlaces.span, coarserPlaces.span)
    let (rows, columnsOfBlock, stride) = (finer.count, coarser.count, columns.count)
    let cells =
      switch pair.relation {
      case .nested: structure.factors[pair.finer].codes
      case .crossed(let cells): cells.ofRow
      }
    let coarserCodes = structure.factors[pair.coarser].codes
    let (others, cell) = (coarserCodes.span, cells.span)
    var base = 0
    for row in block {
      let place = Int(cell[row])
      if place >= 0, others[row] >= 0 {
        for a in 0..<rows {
          let z = panel[base + finer[a]]
          let target = first + (place * rows + a) * columnsOfBlock
          for b in 0..<columnsOfBlock { values[target + b] += z * panel[base + coarser[b]] }
        }
      }
      base += stride
    }
  }

  /// The name of the first column that holds a value that is not finite.
  func offendingColumn() -> String {
    var buffer = [Double](repeating: 0, count: Self.blockSize)
    let used = columns.map(\.column) + [frame.offset].compactMap { $0 }
    for column in used {
      for start in stride(from: 0, to: frame.rowCount, by: Self.blockSize) {
        let rows = start..<min(frame.rowCount, start + Self.blockSize)
        var span = buffer.mutableSpan
        frame.fill(column, rows: rows, into: &span)
        for k in 0..<rows.count where !span[k].isFinite { return frame.columns[column].name }
      }
    }
    return frame.columns[frame.response].name
  }
}
