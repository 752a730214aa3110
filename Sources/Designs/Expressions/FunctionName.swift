/// The functions of the expression language.
enum FunctionName: String, CaseIterable, Sendable {
  case log, exp, sqrt, abs, round
  case min, max, mean, sd, median, sum, count, standardise
  case missing, contains
  case member
  case yearsSinceJoining = "years_since_joining"
  case groupSize = "group_size"
  case within, between
  case range, distinct, rank, band, date

  /// How a call is written, for messages.
  var usage: String {
    switch self {
    case .log, .exp, .sqrt, .abs: "\(rawValue)(number)"
    case .round: "round(number)` or `round(number, digits)"
    case .min, .max: "\(rawValue)(x)`, `\(rawValue)(x, by = column)` or `\(rawValue)(x, y, …)"
    case .mean, .sd, .median, .sum, .count, .standardise:
      "\(rawValue)(x)` or `\(rawValue)(x, by = column)"
    case .range, .distinct: "\(rawValue)(x)` or `\(rawValue)(x, by = column)"
    case .rank: "rank(x)` or `rank(x, by = column)"
    case .band: "band(x, number)` or `band(x, number, by = column)"
    case .date: "date(year, month, day)"
    case .missing: "missing(x)"
    case .contains: "contains(text, part)"
    case .within, .between: "\(rawValue)(x)` or `\(rawValue)(x, by = group)"
    case .member:
      "member(episodes)`, `member(episodes, condition)` or `member(episodes, at = date)"
    case .yearsSinceJoining, .groupSize:
      "\(rawValue)(episodes, at = date)` or `\(rawValue)(episodes, condition, at = date)"
    }
  }

  /// What is computed from all rows of a table or of a group.
  var aggregate: Aggregate? {
    switch self {
    case .min: .min
    case .max: .max
    case .mean: .mean
    case .sd: .sd
    case .median: .median
    case .sum: .sum
    case .count: .count
    case .range: .range
    case .distinct: .distinct
    default: nil
    }
  }
}

/// Functions of one number.
enum NumericFunction: String, Sendable {
  case log, exp, sqrt, abs

  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .log: x > 0 ? CMath.log(x) : .nan
    case .exp: CMath.exp(x)
    case .sqrt: x >= 0 ? x.squareRoot() : .nan
    case .abs: Swift.abs(x)
    }
  }

  /// What an argument without a result is.
  var complaint: String {
    switch self {
    case .log: "not above zero"
    case .sqrt: "below zero"
    case .exp, .abs: "too large"
    }
  }
}
