/// A dense matrix of doubles, column after column.
///
/// `elements.span` is the way in for kernels that read, `elements.mutableSpan` for kernels that write.
public struct Matrix: Sendable, Hashable, Codable {
  public let rows: Int
  public let columns: Int
  @usableFromInline var storage: [Double]

  /// The entries, column-major: entry (i, j) is `elements[i + j * rows]`. Writing in place copies nothing.
  @inlinable
  public var elements: [Double] {
    get { storage }
    _modify {
      yield &storage
      precondition(storage.count == rows * columns, "a matrix keeps its shape")
    }
  }

  /// - Parameter elements: `rows × columns` entries, column after column.
  public init(rows: Int, columns: Int, elements: [Double]) {
    precondition(
      elements.count == rows * columns,
      "\(rows)×\(columns) needs \(rows * columns) elements, not \(elements.count)")
    self.rows = rows
    self.columns = columns
    storage = elements
  }

  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(
      rows: rows, columns: columns, elements: Array(repeating: value, count: rows * columns))
  }

  /// The matrix whose columns are given; an empty list gives a matrix of `rows` rows and no column.
  public init(rows: Int, columns: [[Double]]) {
    self.init(rows: rows, columns: columns.count, elements: columns.flatMap { $0 })
  }

  public static func identity(_ size: Int) -> Matrix {
    var result = Matrix(rows: size, columns: size)
    for i in 0..<size { result[i, i] = 1 }
    return result
  }

  public static func diagonal(_ values: [Double]) -> Matrix {
    var result = Matrix(rows: values.count, columns: values.count)
    for (i, value) in values.enumerated() { result[i, i] = value }
    return result
  }

  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get { storage[row + column * rows] }
    _modify { yield &storage[row + column * rows] }
  }

  /// Column `j` as an array.
  public func column(_ j: Int) -> [Double] { Array(elements[j * rows..<(j + 1) * rows]) }

  /// Row `i` as an array.
  public func row(_ i: Int) -> [Double] { (0..<columns).map { self[i, $0] } }

  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for j in 0..<columns { for i in 0..<rows { result[j, i] = self[i, j] } }
    return result
  }

  /// The diagonal, `min(rows, columns)` long.
  public var diagonal: [Double] { (0..<min(rows, columns)).map { self[$0, $0] } }

  /// The matrix of the given rows and columns, in the order given.
  public func selecting(rows chosenRows: [Int], columns chosenColumns: [Int]) -> Matrix {
    var result = Matrix(rows: chosenRows.count, columns: chosenColumns.count)
    for (j, source) in chosenColumns.enumerated() {
      for (i, row) in chosenRows.enumerated() { result[i, j] = self[row, source] }
    }
    return result
  }
}

extension Matrix {
  public static func + (a: Matrix, b: Matrix) -> Matrix { a.combined(with: b, +) }
  public static func - (a: Matrix, b: Matrix) -> Matrix { a.combined(with: b, -) }

  public static func * (scale: Double, a: Matrix) -> Matrix {
    Matrix(rows: a.rows, columns: a.columns, elements: a.elements.map { scale * $0 })
  }

  private func combined(with other: Matrix, _ operation: (Double, Double) -> Double) -> Matrix {
    precondition(
      rows == other.rows && columns == other.columns,
      "\(rows)×\(columns) does not go with \(other.rows)×\(other.columns)")
    return Matrix(
      rows: rows, columns: columns, elements: zip(elements, other.elements).map(operation))
  }
}
