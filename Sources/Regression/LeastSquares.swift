public import LinearAlgebra

/// A weighted least-squares fit: β̂ minimises Σ wᵢ (yᵢ − xᵢᵀβ)².
///
/// Columns that depend on earlier ones are left out and named. Rows of weight zero take no part and do not
/// count as observations.
public struct LeastSquares: Sendable {
  /// The names of the columns that were estimated, in the order of the design.
  public let names: [String]
  /// The names of the columns that depend on earlier ones.
  public let dropped: [String]
  /// One for each of `names`.
  public let coefficients: [Double]
  /// The rows of positive weight × the columns in `names`.
  public let design: Matrix
  /// Positions in the given data of the rows of `design`.
  public let rows: [Int]
  /// One for each row of `design`.
  public let weights: [Double]
  /// y − Xβ̂, one for each row of `design`, unweighted.
  public let residuals: [Double]
  /// The diagonal of X(XᵀWX)⁻¹XᵀW.
  public let leverages: [Double]
  /// (XᵀWX)⁻¹.
  public let inverseCrossProduct: Matrix

  /// - Parameters:
  ///   - design: n rows.
  ///   - response: n values.
  ///   - weights: n values, none negative; `nil` for ones.
  /// - Throws: ``RegressionError``
  public init(
    _ design: Design, response: [Double], weights: [Double]? = nil
  )
    throws(RegressionError)
  {
    precondition(response.count == design.rowCount, "a response of other rows")
    precondition(weights.map { $0.count == design.rowCount } ?? true, "weights of other rows")
    let rows = (0..<design.rowCount).filter { (weights?[$0] ?? 1) > 0 }
    guard !rows.isEmpty else { throw .noRows }
    if let name = design.notFinite { throw .notFinite(name) }
    guard rows.allSatisfy({ response[$0].isFinite }) else { throw .notFinite("response") }
    let used = rows.map { weights?[$0] ?? 1 }
    guard used.allSatisfy(\.isFinite) else { throw .notFinite("weights") }
    let roots = used.map { $0.squareRoot() }
    func scaled(_ values: [Double]) -> [Double] {
      zip(rows, roots).map { row, root in root * values[row] }
    }
    let qr = OrderedQR(design.columns.map { scaled($0.values) })
    let names = design.names
    let kept = qr.kept.map { design.columns[$0].values }
    let y = rows.map { response[$0] }
    let x = Matrix(rows: rows.count, columns: kept.map { column in rows.map { column[$0] } })
    let coefficients = qr.coefficients(fitting: scaled(response))
    var residuals = y
    for (j, value) in coefficients.enumerated() {
      for i in residuals.indices { residuals[i] -= x[i, j] * value }
    }
    self.names = qr.kept.map { names[$0] }
    dropped = qr.dropped.map { names[$0] }
    self.coefficients = coefficients
    self.design = x
    self.rows = rows
    self.weights = used
    self.residuals = residuals
    leverages = qr.leverages
    inverseCrossProduct = Matrix(rows: qr.rank, columns: qr.inverseCrossProduct)
  }

  /// Observations less estimated coefficients.
  public var residualDegreesOfFreedom: Int { rows.count - names.count }

  /// Σ wᵢeᵢ² over the residual degrees of freedom; NaN where there are none.
  public var residualVariance: Double {
    guard residualDegreesOfFreedom > 0 else { return .nan }
    var sum = 0.0
    for (e, w) in zip(residuals, weights) { sum += w * e * e }
    return sum / Double(residualDegreesOfFreedom)
  }
}
