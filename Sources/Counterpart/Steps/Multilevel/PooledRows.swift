internal import Imputation
internal import Tables

/// A row of `pooling`: how a coefficient's variance is made up.
struct PoolingRow: TidyRow {
  let term: String
  let estimate: PooledEstimate

  static let schema = [
    Field("term", "The coefficient, in R's spelling."),
    Field("estimate", "Mean over the completed data sets."),
    Field("within", "Mean of the squared standard errors."),
    Field("between", "Variance of the estimates between completed data sets."),
    Field("total", "Within + (1 + 1/m) × between."),
    Field("riv", "Relative increase of the variance by missing values."),
    Field("lambda", "Share of the variance that is due to missing values."),
    Field("fmi", "Fraction of the information that is missing."),
    Field("df_complete", "Degrees of freedom of complete data; missing for the normal."),
    Field("df", "Barnard and Rubin's degrees of freedom; missing for the normal."),
    Field("imputations", "Completed data sets."),
  ]

  var cells: [Cell] {
    [
      .text(term), .number(estimate.estimate), .number(estimate.within),
      .number(estimate.between), .number(estimate.variance), .number(estimate.relativeIncrease),
      .number(estimate.missingShare), .number(estimate.missingInformation),
      .number(estimate.completeDegreesOfFreedom), .number(estimate.degreesOfFreedom),
      .count(estimate.imputations),
    ]
  }
}

/// The row of `joint`: all coefficients but the intercept against zero.
struct JointRow: TidyRow {
  let test: PooledJointTest

  static let schema = [
    Field("statistic", "D1 of Li, Raghunathan and Rubin, an F statistic."),
    Field("df1", "Degrees of freedom of its numerator: coefficients tested."),
    Field("df2", "Degrees of freedom of its denominator, Reiter's; missing for infinitely many."),
    Field("riv", "Average relative increase of the variance by missing values."),
    Field("p_value", "P-value of the test that all coefficients but the intercept are zero."),
  ]

  var cells: [Cell] {
    [
      .number(test.statistic), .number(test.numerator), .number(test.denominator),
      .number(test.relativeIncrease), .number(test.pValue),
    ]
  }
}

/// Tables of the same shape from several fits.
struct PooledTables {
  private let each: [[TidyTable]]

  init(_ each: [[TidyTable]]) { self.each = each }

  private func all(_ name: String) -> [TidyTable] {
    let tables = each.compactMap { $0.first { $0.name == name } }
    guard let first = tables.first, tables.allSatisfy({ $0.rows.count == first.rows.count }) else {
      return []
    }
    return tables
  }

  func first(_ name: String) -> TidyTable? { all(name).first }

  private static func number(_ cell: Cell) -> Double? {
    if case .number(let value) = cell { value } else { nil }
  }

  /// The mean of every number; a number that some fit lacks is missing.
  func means(of name: String) -> TidyTable? {
    let tables = all(name)
    guard let first = tables.first else { return nil }
    let rows = first.rows.indices.map { row in
      first.fields.indices.map { column -> Cell in
        let cells = tables.map { $0.rows[row][column] }
        let numbers = cells.compactMap(Self.number)
        if numbers.isEmpty { return cells[0] }
        guard numbers.count == cells.count else { return .missing }
        return .number(numbers.reduce(0, +) / Double(numbers.count))
      }
    }
    return TidyTable(name, fields: first.fields, rows: rows)
  }

  /// `variances`: means of variances and covariances, with standard deviations and correlations of the
  /// means.
  var variances: TidyTable? {
    guard let means = means(of: "variances") else { return nil }
    let names = means.fields.map(\.name)
    guard let group = names.firstIndex(of: "group"), let term = names.firstIndex(of: "term"),
      let other = names.firstIndex(of: "other"), let variance = names.firstIndex(of: "variance"),
      let deviation = names.firstIndex(of: "sd"),
      let correlation = names.firstIndex(of: "correlation")
    else { return means }
    func value(_ row: [Cell]) -> Double { Self.number(row[variance]) ?? .nan }
    let rows = means.rows.map { row -> [Cell] in
      var row = row
      guard row[other] != .missing else {
        row[deviation] = .number(max(0, value(row)).squareRoot())
        return row
      }
      let scale = [row[term], row[other]].reduce(1.0) { product, name in
        let own = means.rows.first {
          $0[group] == row[group] && $0[term] == name && $0[other] == .missing
        }
        return product * (own.map { value($0) } ?? .nan)
      }.squareRoot()
      row[correlation] = scale > 0 ? .number(value(row) / scale) : .missing
      return row
    }
    return TidyTable(means.name, fields: means.fields, rows: rows)
  }

  /// `random_effects`: modes pooled by Rubin's rules, with their variances between completed data sets.
  var randomEffects: TidyTable? {
    let tables = all("random_effects")
    guard let means = means(of: "random_effects"), tables.count > 1,
      let mode = means.fields.firstIndex(where: { $0.name == "mode" })
    else { return nil }
    let m = Double(tables.count)
    let variances = means.fields.indices.filter { means.fields[$0].name.hasSuffix("_variance") }
    let rows = means.rows.indices.map { position -> [Cell] in
      var row = means.rows[position]
      let centre = Self.number(row[mode]) ?? .nan
      let square = tables.reduce(0.0) { sum, table in
        let distance = (Self.number(table.rows[position][mode]) ?? .nan) - centre
        return sum + distance * distance
      }
      for column in variances {
        guard let within = Self.number(row[column]) else { continue }
        row[column] = .number(within + (1 + 1 / m) * square / (m - 1))
      }
      return row
    }
    return TidyTable(means.name, fields: means.fields, rows: rows)
  }

  /// The rows of all fits under each other, with the number of the completed data set before them.
  func numbered(_ name: String, as new: String) -> TidyTable? {
    let tables = each.enumerated().compactMap { number, tables in
      tables.first { $0.name == name }.map { (number: number, table: $0) }
    }
    guard let first = tables.first?.table else { return nil }
    return TidyTable(
      new, fields: [Field("imputation", "Which completed data set, from 1.")] + first.fields,
      rows: tables.flatMap { number, table in table.rows.map { [.count(number + 1)] + $0 } })
  }
}
