internal import Designs

/// The products of all columns within each combination of groups that occurs.
///
/// Within such a cell a column of *Z* is one of the model's columns, so everything that a cluster, or a
/// simulated response, needs of its rows follows from one small matrix a cell. In a nested model the cells
/// are the finest groups. Columns are standardised, and rows count with their precision weights.
struct CellProducts: Sendable {
  /// How many distinct columns there are, the response among them.
  let width: Int
  /// The place of the response: fixed columns stand before it.
  let response: Int
  let columns: [StandardizedColumn]
  /// For each factor the places of its effects' columns.
  let places: [[Int]]
  /// Rows of each cell.
  let counts: [Int]
  /// The level of each factor, cell after cell; −1 where the cell has none.
  let levels: [Int32]
  /// `width` × `width` for each cell, both triangles.
  let products: [Double]

  var cellCount: Int { counts.count }

  /// One pass over the rows, in their order.
  ///
  /// - Parameters:
  ///   - frame: the frame of `problem`, or one with the same rows and further columns.
  ///   - extra: columns to multiply beside those of the model.
  /// - Complexity: O(rows · columns²) time, O(cells · columns²) memory.
  init(
    _ problem: Problem, _ frame: ModelFrame, extra: [StandardizedColumn] = []
  ) throws(EstimationError) {
    let structure = problem.structure
    let pass = RowPass(
      frame: frame, structure: structure, standard: problem.standard,
      layout: SumLayout(structure, problem.standard), extra: extra)
    let (cells, cellCount) = Self.cells(structure, rowCount: frame.rowCount)
    let width = pass.columns.count
    var counts = [Int](repeating: 0, count: cellCount)
    var levels = [Int32](repeating: -1, count: cellCount * structure.factors.count)
    var products = [Double](repeating: 0, count: cellCount * width * width)
    var panel = [Double](repeating: 0, count: RowPass.blockSize * width)
    var buffer = [Double](repeating: 0, count: RowPass.blockSize)
    var ignored = 0.0
    for start in stride(from: 0, to: frame.rowCount, by: RowPass.blockSize) {
      let block = start..<min(frame.rowCount, start + RowPass.blockSize)
      pass.fill(block, &buffer, &panel)
      if let weights = frame.weights {
        try pass.weigh(block, by: weights, &buffer, &panel, &ignored)
      }
      var sums = products.mutableSpan
      let values = panel.span
      for row in block {
        let cell = Int(cells[row])
        let (base, first) = ((row - start) * width, cell * width * width)
        counts[cell] += 1
        for i in 0..<width {
          let value = values[base + i]
          for j in 0...i { sums[first + i * width + j] += value * values[base + j] }
        }
      }
    }
    for (index, factor) in structure.factors.enumerated() {
      for row in 0..<frame.rowCount {
        levels[Int(cells[row]) * structure.factors.count + index] = factor.codes[row]
      }
    }
    for first in stride(from: 0, to: products.count, by: width * width) {
      for i in 0..<width {
        for j in 0..<i { products[first + j * width + i] = products[first + i * width + j] }
      }
    }
    self.width = width
    response = problem.coefficientCount
    columns = pass.columns
    places = pass.places
    self.counts = counts
    self.levels = levels
    self.products = products
  }

  /// The cell of each row. Cells are numbered by the finest factor's levels, and split in the order of rows
  /// where a further factor divides them.
  private static func cells(
    _ structure: RandomStructure, rowCount: Int
  ) -> (ofRow: [Int32], count: Int) {
    var cells = [Int32](repeating: 0, count: rowCount)
    var count = 1
    for factor in structure.factors {
      var number: [UInt64: Int32] = [:]
      for row in 0..<rowCount {
        let key =
          UInt64(UInt32(bitPattern: cells[row])) << 32
          | UInt64(UInt32(bitPattern: factor.codes[row]))
        let next = Int32(number.count)
        let found = number[key, default: next]
        if found == next { number[key] = next }
        cells[row] = found
      }
      count = number.count
    }
    return (cells, count)
  }
}
