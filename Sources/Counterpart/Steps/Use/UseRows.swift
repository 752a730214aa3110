internal import Tables

/// A row of `coefficients` of estimates that were brought.
struct BroughtRow: TidyRow {
  let term: String
  let estimate: Double
  let error: Double
  let unit: String

  init(_ brought: BroughtEstimates, _ position: Int, _ unit: UseStudyStep.Unit) {
    term = brought.terms[position]
    estimate = brought.estimates[position]
    error = brought.standardErrors[position]
    self.unit = unit.rawValue
  }

  static let schema = [
    Field("term", "the coefficient, as the file names it"),
    Field("estimate", unit: "outcome", "its estimate"),
    Field("std_error", unit: "outcome", "its standard error"),
    Field("unit", "outcome: its own unit; sd: standard deviations of the outcome"),
  ]

  var cells: [Cell] { [.text(term), .number(estimate), .number(error), .text(unit)] }
}

/// A row of `covariance`.
struct CovarianceRow: TidyRow {
  let term: String
  let other: String
  let value: Double

  static let schema = [
    Field("term", "a coefficient"), Field("other", "another, or the same"),
    Field("covariance", "their sampling covariance"),
  ]

  var cells: [Cell] { [.text(term), .text(other), .number(value)] }
}

/// A row of `provenance`.
struct ProvenanceRow: TidyRow {
  let use: String
  let file: String
  let hash: String
  let source: String

  static let schema = [
    Field("use", "estimates or covariance"), Field("file", "the file, as the study names it"),
    Field("sha256", "hash of its bytes, as `sha256sum` prints it"),
    Field("source", "where it comes from, as the study states it"),
  ]

  var cells: [Cell] { [.text(use), .text(file), .text(hash), .text(source)] }
}
