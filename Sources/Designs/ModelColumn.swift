/// The values of one column of a design, kept as small as they are and expanded as they are read.
public indirect enum ModelColumn: Sendable {
  /// The same value in every row.
  case constant(Double)
  /// One value a row of the source.
  case values([Double])
  /// The values of a linked table, found through the row of that table for each row of the source.
  case linked([Double], index: [Int32])
  /// A contrast of a factor: the coefficient of each level, at each row's level.
  case contrast(codes: [Int32], coefficients: [Double])
  /// The elementwise product of an interaction.
  case product(ModelColumn, ModelColumn)
}

extension ModelColumn {
  /// Writes the values at rows `rows` of `selection` (of the source where it is `nil`) to the start of
  /// `block`.
  func fill(rows: Range<Int>, selection: [Int32]?, into block: inout MutableSpan<Double>) {
    precondition(block.count >= rows.count, "\(rows.count) rows into \(block.count) places")
    switch self {
    case .constant(let value):
      for k in 0..<rows.count { block[k] = value }
    case .values(let values):
      forEach(rows, selection) { k, row in block[k] = values[row] }
    case .linked(let values, let index):
      forEach(rows, selection) { k, row in block[k] = values[Int(index[row])] }
    case .contrast(let codes, let coefficients):
      forEach(rows, selection) { k, row in block[k] = coefficients[Int(codes[row])] }
    case .product(let a, let b):
      a.fill(rows: rows, selection: selection, into: &block)
      b.multiply(rows: rows, selection: selection, into: &block)
    }
  }

  /// Multiplies what stands in `block` by the values.
  private func multiply(
    rows: Range<Int>, selection: [Int32]?, into block: inout MutableSpan<Double>
  ) {
    switch self {
    case .constant(let value):
      for k in 0..<rows.count { block[k] *= value }
    case .values(let values):
      forEach(rows, selection) { k, row in block[k] *= values[row] }
    case .linked(let values, let index):
      forEach(rows, selection) { k, row in block[k] *= values[Int(index[row])] }
    case .contrast(let codes, let coefficients):
      forEach(rows, selection) { k, row in block[k] *= coefficients[Int(codes[row])] }
    case .product(let a, let b):
      a.multiply(rows: rows, selection: selection, into: &block)
      b.multiply(rows: rows, selection: selection, into: &block)
    }
  }

  /// Calls `body` with each place of a block and the row of the source that belongs there.
  @inline(__always)
  private func forEach(
    _ rows: Range<Int>, _ selection: [Int32]?, _ body: (_ place: Int, _ row: Int) -> Void
  ) {
    if let selection {
      for k in 0..<rows.count { body(k, Int(selection[rows.lowerBound + k])) }
    } else {
      for k in 0..<rows.count { body(k, rows.lowerBound + k) }
    }
  }
}
