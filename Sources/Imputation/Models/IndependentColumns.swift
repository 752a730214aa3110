/// Standardised columns without those that depend on an intercept and earlier ones.
///
/// Gram–Schmidt by cross-products; a column counts as dependent when less than 10⁻⁷ of its variance is left,
/// the precision that cross-products have.
struct IndependentColumns: Sendable {
  private(set) var columns: [[Double]] = []
  /// Positions of the columns that were left out.
  private(set) var dropped: [Int] = []

  init(_ candidates: [[Double]], units: [Int32]) {
    let count = candidates.count
    var cross = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0...i {
        var sum = 0.0
        for unit in units { sum += candidates[i][Int(unit)] * candidates[j][Int(unit)] }
        cross[i * count + j] = sum
      }
    }
    // Rows of L for the kept columns, each against the kept ones before it.
    var kept: [Int] = []
    var lower: [[Double]] = []
    for i in 0..<count {
      var row: [Double] = []
      var rest = cross[i * count + i]
      for (k, j) in kept.enumerated() {
        var sum = cross[i * count + j]
        for m in 0..<k { sum -= row[m] * lower[k][m] }
        let entry = sum / lower[k][k]
        row.append(entry)
        rest -= entry * entry
      }
      guard rest > 1e-7 * cross[i * count + i] else {
        dropped.append(i)
        continue
      }
      lower.append(row + [rest.squareRoot()])
      kept.append(i)
    }
    columns = kept.map { candidates[$0] }
  }
}
