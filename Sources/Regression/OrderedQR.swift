/// The thin factorisation X = QR that takes columns in the order given and leaves out those that depend on
/// earlier ones, so that what is left out is always the later name, as in R's `lm`.
///
/// Gram–Schmidt, every column orthogonalised twice: "twice is enough" for Q to be orthogonal to machine
/// precision (Giraud, Langou & Rozložník 2005, DOI 10.1016/j.camwa.2005.08.009). A column counts as
/// dependent when less than 1e-7 of its length is left; that length is measured after the first column,
/// which is the intercept where there is one, so that a large mean does not hide a small spread.
///
/// - Complexity: O(n p²)
struct OrderedQR: Sendable {
  /// Orthonormal columns, one for each entry of `kept`.
  let q: [[Double]]
  /// R by columns: `r[j]` has j + 1 entries, the last of them on the diagonal and positive.
  let r: [[Double]]
  /// Positions of the independent columns, ascending.
  let kept: [Int]
  /// Positions of the columns left out, ascending.
  let dropped: [Int]

  init(_ columns: [[Double]]) {
    var q: [[Double]] = []
    var r: [[Double]] = []
    var kept: [Int] = []
    var dropped: [Int] = []
    for (position, column) in columns.enumerated() {
      var rest = column
      let whole = dot(rest, rest).squareRoot()
      var coefficients = [Double](repeating: 0, count: q.count)
      var reference = whole
      for pass in 0..<2 {
        for k in q.indices {
          let projection = dot(q[k], rest)
          add(q[k], times: -projection, to: &rest)
          coefficients[k] += projection
          if pass == 0, k == 0 { reference = dot(rest, rest).squareRoot() }
        }
      }
      let length = dot(rest, rest).squareRoot()
      guard length > 1e-11 * whole, length > 1e-7 * reference, length.isFinite else {
        dropped.append(position)
        continue
      }
      q.append(rest.map { $0 / length })
      r.append(coefficients + [length])
      kept.append(position)
    }
    self.q = q
    self.r = r
    self.kept = kept
    self.dropped = dropped
  }

  var rank: Int { kept.count }

  /// R⁻¹ v.
  func solve(_ v: [Double]) -> [Double] {
    precondition(v.count == rank, "\(rank) columns do not solve \(v.count) entries")
    var x = v
    for j in stride(from: rank - 1, through: 0, by: -1) {
      x[j] /= r[j][j]
      for i in 0..<j { x[i] -= r[j][i] * x[j] }
    }
    return x
  }

  /// The coefficients of the least-squares fit to `y`, one for each kept column.
  func coefficients(fitting y: [Double]) -> [Double] { solve(q.map { dot($0, y) }) }

  /// (XᵀX)⁻¹ of the kept columns, by columns: R⁻¹R⁻ᵀ.
  var inverseCrossProduct: [[Double]] {
    // Row i of R⁻¹ times row j of R⁻¹.
    let inverse = (0..<rank).map { k in
      solve((0..<rank).map { $0 == k ? 1 : 0 })
    }
    return (0..<rank).map { j in
      (0..<rank).map { i in
        var sum = 0.0
        for k in max(i, j)..<rank { sum += inverse[k][i] * inverse[k][j] }
        return sum
      }
    }
  }

  /// The diagonal of QQᵀ.
  var leverages: [Double] {
    var result = [Double](repeating: 0, count: q.first?.count ?? 0)
    for column in q { for i in result.indices { result[i] += column[i] * column[i] } }
    return result
  }

  /// log |det R|, half the log determinant of XᵀX.
  var logDeterminant: Double { r.reduce(0) { $0 + logarithm($1[$1.count - 1]) } }
}
