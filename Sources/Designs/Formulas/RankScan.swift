internal import LinearAlgebra
internal import Tables

/// Which columns of a fixed part can be estimated beside each other.
///
/// Columns are taken in the order of the formula, and one that the columns before it already span is left
/// out: where its distance from them is below 1e-7 of its own length (R's tolerance in `lm`), after
/// centring where there is an intercept. Cross-products of columns shifted and scaled by powers of two are
/// summed over blocks of rows; where they are too close to zero for the last digits to tell, the distance is
/// computed from the rows themselves.
///
/// - Complexity: O(rows · columns²) in blocks; no matrix of rows × columns.
struct RankScan {
  /// Squared distance over squared length below which a column adds nothing.
  private static let tolerance = 1e-14
  /// Squared distance over squared length that cross-products can be trusted to tell from zero.
  private static let certain = 1e-8
  private static let blockRows = 1024

  /// Positions of the columns that stay, ascending.
  let kept: [Int]
  let diagnostics: [Diagnostic]

  init(
    _ columns: [DesignColumn], selection: RowSelection, hasIntercept: Bool, at span: TextSpan
  ) throws(ExpressionError) {
    var scan = Elimination(columns, selection, hasIntercept: hasIntercept)
    var kept: [Int] = []
    var diagnostics: [Diagnostic] = []
    for position in columns.indices {
      guard scan.isFinite(position) else {
        throw ExpressionError(
          .rule("the values of `\(columns[position].name)` are too large to compute with"),
          at: span)
      }
      if hasIntercept, position == 0 {
        kept.append(0)
      } else if scan.take(position, certain: Self.certain, tolerance: Self.tolerance) {
        kept.append(position)
      } else {
        diagnostics.append(
          Self.dropped(columns[position].name, scan.parts(of: position).map { columns[$0].name }))
      }
    }
    self.kept = kept
    self.diagnostics = diagnostics
  }

  /// Whether the column has one value in all rows used.
  static func isConstant(_ column: ModelColumn, _ selection: RowSelection) -> Bool {
    var first: Double?
    var block = [Double](repeating: 0, count: blockRows)
    for start in stride(from: 0, to: selection.count, by: blockRows) {
      let rows = start..<min(start + blockRows, selection.count)
      var span = block.mutableSpan
      column.fill(rows: rows, selection: selection.rows, into: &span)
      let value = first ?? block[0]
      first = value
      if block[..<rows.count].contains(where: { $0 != value }) { return false }
    }
    return true
  }

  private static func dropped(_ name: String, _ parts: [String]) -> Diagnostic {
    let what =
      switch parts.count {
      case 0: "it is zero in every row used"
      case 1 where parts[0] == DesignColumn.intercept.name: "it is the same in every row used"
      default:
        "it is a linear combination of "
          + parts.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
          + (parts.count > 12 ? " and \(parts.count - 12) more" : "")
      }
    return Diagnostic(
      .warning, code: "dropped-column", "`\(name)` is left out of the model: \(what)")
  }
}

/// Gaussian elimination on cross-products, a column at a time.
private struct Elimination {
  private static let blockRows = 1024

  private let columns: [DesignColumn]
  private let selection: RowSelection
  private let hasIntercept: Bool
  /// What is taken from each column before it is divided by its scale.
  private let shifts: [Double]
  private let scales: [Double]
  /// Means of the shifted and scaled columns; zero without an intercept.
  private let means: [Double]
  private let cross: Matrix
  /// Rows of the triangular factor R, of `cross` = RᵀR, for the columns taken; each as long as `columns`.
  private var factor: [[Double]] = []
  private var taken: [Int] = []

  init(_ columns: [DesignColumn], _ selection: RowSelection, hasIntercept: Bool) {
    self.columns = columns
    self.selection = selection
    self.hasIntercept = hasIntercept
    let width = columns.count
    let rows = selection.count
    let firstRows = 0..<min(Self.blockRows, rows)
    var shifts = [Double](repeating: 0, count: width)
    var scales = [Double](repeating: 1, count: width)
    var block = [Double](repeating: 0, count: Self.blockRows)
    for (j, column) in columns.enumerated() {
      var span = block.mutableSpan
      column.values.fill(rows: firstRows, selection: selection.rows, into: &span)
      if hasIntercept {
        // Exact for a column that does not vary.
        let first = block[0]
        shifts[j] =
          first
          + block[..<firstRows.count].reduce(0) { $0 + ($1 - first) } / Double(firstRows.count)
      }
      let largest = block[..<firstRows.count].reduce(0) { max($0, abs($1 - shifts[j])) }
      if largest > 0, largest.isFinite {
        scales[j] = Double(sign: .plus, exponent: largest.exponent, significand: 1)
      }
    }
    self.shifts = shifts
    self.scales = scales

    var cross = Matrix(rows: width, columns: width)
    var sums = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: rows, by: Self.blockRows) {
      let range = start..<min(start + Self.blockRows, rows)
      var values = Matrix(rows: range.count, columns: width)
      for (j, column) in columns.enumerated() {
        var span = block.mutableSpan
        column.values.fill(rows: range, selection: selection.rows, into: &span)
        let (shift, scale) = (shifts[j], scales[j])
        var sum = 0.0
        for k in 0..<range.count {
          let value = (block[k] - shift) / scale
          values.elements[j * range.count + k] = value
          sum += value
        }
        sums[j] += sum
      }
      cross = cross + values.crossProduct
    }
    let means = hasIntercept ? sums.map { $0 / Double(rows) } : sums.map { _ in 0 }
    if hasIntercept {
      for j in 0..<width {
        for i in 0..<width { cross[i, j] -= Double(rows) * means[i] * means[j] }
      }
    }
    self.means = means
    self.cross = cross
  }

  func isFinite(_ j: Int) -> Bool { cross[j, j].isFinite }

  /// Takes column `j`, unless those taken span it.
  mutating func take(_ j: Int, certain: Double, tolerance: Double) -> Bool {
    let length = cross[j, j]
    // What rounding alone leaves of a column that does not vary.
    let noise = 1e-14 * abs(hasIntercept ? shifts[j] / scales[j] : 0)
    guard length > Double(selection.count) * noise * noise, length > 0 else { return false }
    var row = (0..<columns.count).map { cross[j, $0] }
    for previous in factor {
      let multiple = previous[j]
      guard multiple != 0 else { continue }
      for k in row.indices { row[k] -= multiple * previous[k] }
    }
    if row[j] < certain * length {
      row = residualProducts(of: j)
      guard row[j] > tolerance * length else {
        return false
      }
    }
    let root = row[j].squareRoot()
    factor.append(row.map { $0 / root })
    taken.append(j)
    return true
  }

  /// The columns of which column `j`, which was not taken, is a combination, in the order of the formula.
  func parts(of j: Int) -> [Int] {
    let coefficients = coefficients(of: j)
    let length = cross[j, j].squareRoot()
    var parts = taken.indices.filter { place in
      abs(coefficients[place]) * cross[taken[place], taken[place]].squareRoot() > 1e-6 * length
    }.map { taken[$0] }
    if hasIntercept {
      let fitted = taken.indices.reduce(0.0) { sum, place in
        let k = taken[place]
        return sum + coefficients[place] * (shifts[k] / scales[k] + means[k])
      }
      let level = shifts[j] / scales[j] + means[j]
      if abs(level - fitted) > 1e-9 * max(abs(level), 1e-300) || parts.isEmpty {
        parts.insert(0, at: 0)
      }
    }
    return parts
  }

  /// The coefficients of column `j` on the columns taken, of the shifted and scaled columns.
  private func coefficients(of j: Int) -> [Double] {
    var result = factor.map { $0[j] }
    for i in result.indices.reversed() {
      for k in result.indices where k > i { result[i] -= factor[i][taken[k]] * result[k] }
      result[i] /= factor[i][taken[i]]
    }
    return result
  }

  /// The products of what is left of column `j` beside the columns taken with every column, from the rows.
  private func residualProducts(of j: Int) -> [Double] {
    let coefficients = coefficients(of: j)
    let used = taken.indices.filter { coefficients[$0] != 0 }
    var products = [Double](repeating: 0, count: columns.count)
    var block = [Double](repeating: 0, count: Self.blockRows)
    var residual = [Double](repeating: 0, count: Self.blockRows)
    func load(_ k: Int, _ rows: Range<Int>) {
      var span = block.mutableSpan
      columns[k].values.fill(rows: rows, selection: selection.rows, into: &span)
      for i in 0..<rows.count { block[i] = (block[i] - shifts[k]) / scales[k] - means[k] }
    }
    for start in stride(from: 0, to: selection.count, by: Self.blockRows) {
      let rows = start..<min(start + Self.blockRows, selection.count)
      load(j, rows)
      for i in 0..<rows.count { residual[i] = block[i] }
      for place in used {
        load(taken[place], rows)
        for i in 0..<rows.count { residual[i] -= coefficients[place] * block[i] }
      }
      for i in 0..<rows.count { products[j] += residual[i] * residual[i] }
      for k in columns.indices where k > j {
        load(k, rows)
        for i in 0..<rows.count { products[k] += residual[i] * block[i] }
      }
    }
    return products
  }
}
