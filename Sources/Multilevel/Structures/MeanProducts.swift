internal import Designs
internal import LinearAlgebra

extension ModelFrame {
  /// Means over the rows of the products *zzᵀ* of some columns, times each row's Σ*w*² where it belongs to
  /// several groups with weights *w*: what makes tr(Σ · mean *zzᵀ*) the average variance of a random term.
  func meanProducts(_ wanted: [Int], memberships: Memberships?) -> Matrix {
    meanProducts(
      wanted.map { StandardizedColumn(column: $0, centre: 0, scale: 1) }, memberships: memberships)
  }

  /// The same of standardised columns.
  func meanProducts(_ wanted: [StandardizedColumn], memberships: Memberships?) -> Matrix {
    let width = wanted.count
    var result = Matrix(rows: width, columns: width)
    if memberships == nil, wanted.allSatisfy({ isConstant($0.column) }) {
      for i in 0..<width {
        for j in 0..<width { result[i, j] = constant(wanted[i]) * constant(wanted[j]) }
      }
      return result
    }
    let size = 2048
    var panel = [[Double]](repeating: [Double](repeating: 0, count: size), count: width)
    var sums = [Double](repeating: 0, count: width * width)
    for start in stride(from: 0, to: rowCount, by: size) {
      let rows = start..<min(rowCount, start + size)
      for (k, column) in wanted.enumerated() {
        var span = panel[k].mutableSpan
        fill(column.column, rows: rows, into: &span)
        for i in 0..<rows.count { span[i] = (span[i] - column.centre) / column.scale }
      }
      for i in 0..<width {
        for j in 0...i {
          var sum = 0.0
          for row in rows {
            let product = panel[i][row - start] * panel[j][row - start]
            sum += memberships.map { product * $0.squares(row) } ?? product
          }
          sums[i * width + j] += sum
        }
      }
    }
    for i in 0..<width {
      for j in 0...i {
        result[i, j] = sums[i * width + j] / Double(rowCount)
        result[j, i] = result[i, j]
      }
    }
    return result
  }

  private func constant(_ column: StandardizedColumn) -> Double {
    guard case .constant(let value) = columns[column.column].values else { return 0 }
    return (value - column.centre) / column.scale
  }
}

extension Memberships {
  /// Σ *w*² of a row.
  fileprivate func squares(_ row: Int) -> Double {
    var sum = 0.0
    for k in Int(starts[row])..<Int(starts[row + 1]) { sum += weights[k] * weights[k] }
    return sum
  }
}
