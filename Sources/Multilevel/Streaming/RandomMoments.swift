internal import Designs
internal import LinearAlgebra

/// Means of the columns of random terms and of their products over rows that come in pieces.
struct RandomMoments: Sendable {
  private let columns: [Int]
  private var rowCount = 0
  private var sums: [Double]
  private var productSums: Matrix

  init(of shape: ModelFrame) {
    columns = Array(Set(shape.random.flatMap(\.columns))).sorted()
    sums = [Double](repeating: 0, count: columns.count)
    productSums = Matrix(rows: columns.count, columns: columns.count)
  }

  mutating func add(_ frame: ModelFrame) {
    guard frame.rowCount > 0 else { return }
    let (means, products) = (frame.randomMeans, frame.meanProducts(columns, memberships: nil))
    let n = Double(frame.rowCount)
    rowCount += frame.rowCount
    for (place, column) in columns.enumerated() { sums[place] += n * (means[column] ?? 0) }
    for i in columns.indices {
      for j in columns.indices { productSums[i, j] += n * products[i, j] }
    }
  }

  mutating func add(_ other: RandomMoments) {
    rowCount += other.rowCount
    for k in sums.indices { sums[k] += other.sums[k] }
    productSums = productSums + other.productSums
  }

  /// By the frame's column.
  var means: [Int: Double] {
    Dictionary(
      zip(columns, sums.map { $0 / Double(rowCount) }), uniquingKeysWith: { first, _ in first })
  }

  /// The mean products of some of the columns.
  func products(of wanted: [Int]) -> Matrix {
    let places = wanted.map { columns.firstIndex(of: $0) ?? 0 }
    var result = Matrix(rows: wanted.count, columns: wanted.count)
    for (i, a) in places.enumerated() {
      for (j, b) in places.enumerated() { result[i, j] = productSums[a, b] / Double(rowCount) }
    }
    return result
  }
}
