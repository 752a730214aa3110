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
      copy(rows: rows, selection: selection, into: &block) { values[$0] }
    case .linked(let values, let index):
      copy(rows: rows, selection: selection, into: &block) { values[Int(index[$0])] }
    case .contrast(let codes, let coefficients):
      copy(rows: rows, selection: selection, into: &block) { coefficients[Int(codes[$0])] }
    case .product(let a, let b):
      a.fill(rows: rows, selection: selection, into: &block)
      var other = [Double](repeating: 0, count: rows.count)
      var span = other.mutableSpan
      b.fill(rows: rows, selection: selection, into: &span)
      for k in 0..<rows.count { block[k] *= span[k] }
    }
  }

  @inline(__always)
  private func copy(
    rows: Range<Int>, selection: [Int32]?, into block: inout MutableSpan<Double>,
    _ value: (Int) -> Double
  ) {
    if let selection {
      for k in 0..<rows.count { block[k] = value(Int(selection[rows.lowerBound + k])) }
    } else {
      for k in 0..<rows.count { block[k] = value(rows.lowerBound + k) }
    }
  }
}
