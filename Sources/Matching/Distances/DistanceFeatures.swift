internal import LinearAlgebra
internal import Tables

/// The numeric columns that a covariance distance is computed from: numbers as they are, factors as their
/// full set of 0/1 columns over √2.
struct DistanceFeatures {
  /// Members × columns, each centred on its mean.
  let values: Matrix
  /// Whether each member is treated.
  let treated: [Bool]
  /// The rank that the columns would have if no covariate depended on others.
  let expectedRank: Int
  let diagnostics: [Diagnostic]

  init(_ units: MatchingUnits) throws(MatchingError) {
    let varying = units.covariates.filter { !$0.isConstant(over: units.members) }
    guard !varying.isEmpty else { throw .nothingVaries(covariates: units.covariates.map(\.name)) }
    var columns: [[Double]] = []
    var rank = 0
    for covariate in varying {
      let indicators = covariate.indicators(for: units.members)
      rank += max(1, indicators.count - 1)
      for indicator in indicators {
        let scale = indicator.level == nil ? 1 : 0.5.squareRoot()
        let mean = indicator.values.reduce(0, +) / Double(indicator.values.count)
        let centred = indicator.values.map { scale * ($0 - mean) }
        guard centred.reduce(0, { $0 + $1 * $1 }).isFinite else {
          throw .notFiniteSpread(column: indicator.name)
        }
        columns.append(centred)
      }
    }
    values = Matrix(rows: units.members.count, columns: columns)
    treated = units.members.map { units.treated[$0] }
    expectedRank = rank
    diagnostics = constantDiagnostics(units)
  }

  /// Σ over arms of the cross-products about the arm's mean, over n − 2.
  var withinArmsCovariance: Matrix {
    var centred = values
    for j in 0..<values.columns {
      var sums = (treated: 0.0, control: 0.0)
      for i in 0..<values.rows {
        if treated[i] { sums.treated += values[i, j] } else { sums.control += values[i, j] }
      }
      let n1 = Double(treated.count { $0 })
      let means = (
        treated: sums.treated / n1, control: sums.control / (Double(values.rows) - n1)
      )
      for i in 0..<values.rows { centred[i, j] -= treated[i] ? means.treated : means.control }
    }
    return (1 / max(1, Double(values.rows - 2))) * centred.crossProduct
  }
}
