public import Tables

/// A row of `missing`.
public struct MissingRow: TidyRow, Hashable {
  public let column: String
  public let table: String
  /// `row` or `group`.
  public let level: String
  public let method: String
  public let units: Int
  public let missing: Int

  init(_ variable: ImputationVariable) {
    column = variable.name
    table = variable.home.table
    level = variable.level == .rows ? "row" : "group"
    method = variable.method?.rawValue ?? ""
    units = variable.values.count
    missing = variable.missing.count
  }

  public var fraction: Double { Double(missing) / Double(units) }

  public static let schema = [
    Field("column", "The column that is imputed."),
    Field("table", "The table that holds it."),
    Field("level", "Whether a value belongs to a row or to a group."),
    Field("method", "The model of its missing values."),
    Field("units", "Rows, or groups, that take part."),
    Field("missing", "How many of them have no value."),
    Field("fraction", "The same as a share."),
  ]

  public var cells: [Cell] {
    [
      .text(column), .text(table), .text(level), .text(method), .count(units), .count(missing),
      .number(fraction),
    ]
  }
}

/// A row of `convergence`.
public struct ConvergenceRow: TidyRow, Hashable {
  public let column: String
  public let ofMeans: Double?
  public let ofDeviations: Double?

  public static let schema = [
    Field("column", "The column that is imputed."),
    Field(
      "rhat_mean", "Potential scale reduction of the chains' means, second half of the rounds."),
    Field("rhat_sd", "The same of their standard deviations."),
  ]

  public var cells: [Cell] { [.text(column), .optional(ofMeans), .optional(ofDeviations)] }
}

/// A row of `chains`.
public struct ChainRow: TidyRow, Hashable {
  public let column: String
  public let imputation: Int
  public let iteration: Int
  public let mean: Double
  public let deviation: Double

  public static let schema = [
    Field("column", "The column that is imputed."),
    Field("imputation", "Which completed data set, from 1."),
    Field("iteration", "Which round over the columns, from 1."),
    Field("mean", "Mean of the imputed values; of categories, of their positions from 0."),
    Field("sd", "Standard deviation of the imputed values."),
  ]

  public var cells: [Cell] {
    [.text(column), .count(imputation), .count(iteration), .number(mean), .number(deviation)]
  }
}
