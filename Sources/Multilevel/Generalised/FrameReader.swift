internal import Designs

/// Reads columns of a frame in blocks and refuses values that are not finite.
struct FrameReader {
  let frame: ModelFrame
  private static let block = 4096

  init(_ frame: ModelFrame) { self.frame = frame }

  /// The values of one column at the used rows.
  func values(_ column: Int) throws(GeneralisedModelError) -> [Double] {
    try gather([column], to: nil)
  }

  /// The columns row after row: row r of the frame goes to row `place[r]`, in order where it is `nil`.
  func gather(_ columns: [Int], to place: [Int]?) throws(GeneralisedModelError) -> [Double] {
    let n = frame.rowCount
    let width = columns.count
    var result = [Double](repeating: 0, count: n * width)
    var buffer = [Double](repeating: 0, count: FrameReader.block)
    for (position, column) in columns.enumerated() {
      var start = 0
      while start < n {
        let rows = start..<min(n, start + FrameReader.block)
        var span = buffer.mutableSpan
        frame.fill(column, rows: rows, into: &span)
        for row in rows {
          let value = buffer[row - start]
          guard value.isFinite else {
            throw .notFinite(column: frame.columns[column].name, row: row)
          }
          result[(place.map { $0[row] } ?? row) * width + position] = value
        }
        start = rows.upperBound
      }
    }
    return result
  }
}
