internal import Multilevel
internal import StudyFiles
internal import Tables

/// One member of a family of tests: a pass of a loop, with its p-value by itself and among the others.
struct FamilyRow: Sendable {
  let values: [(name: String, value: String)]
  let term: String
  let estimate: Double
  let low: Double
  let high: Double
  let pValue: Double

  /// The tests of the effect that each pass names.
  static func rows(
    _ results: [(child: LoopStudyStep.Child, tables: [TidyTable])]
  ) -> [FamilyRow] {
    results.compactMap { child, tables in
      guard let model = child.named.step as? MultilevelStudyStep, let effect = model.step.effect,
        let table = tables.first(where: { $0.name == "coefficients" }),
        let estimate = TestedTerm(effect.of.text, in: table)
      else { return nil }
      return FamilyRow(
        values: child.values, term: effect.of.text, estimate: estimate.estimate, low: estimate.low,
        high: estimate.high, pValue: estimate.pValue)
    }
  }

  /// The tests without a word about each other.
  static func plain(_ rows: [FamilyRow]) -> TidyTable {
    TidyTable(
      "effects", fields: fields(rows),
      rows: rows.map { row in
        row.values.map { Cell(loopValue: $0.value) } + [
          .text(row.term), .number(row.estimate), .number(row.low), .number(row.high),
          .number(row.pValue),
        ]
      })
  }

  private static func fields(_ rows: [FamilyRow]) -> [Field] {
    (rows.first?.values.map(\.name) ?? []).map { Field($0, "the value that the loop took") } + [
      Field("term", "the coefficient tested"),
      Field("estimate", "the coefficient"),
      Field("ci_low", "lower end of its 95 % interval, not adjusted"),
      Field("ci_high", "upper end"),
      Field("p_value", "by itself"),
    ]
  }

  static func table(_ rows: [FamilyRow], by correction: Multiplicity) -> TidyTable {
    let adjusted = correction.adjusted(rows.map(\.pValue))
    return TidyTable(
      "family",
      fields: fields(rows) + [
        Field(
          "p_adjusted", "among the \(rows.count) tests of the family, by \(correction.rawValue)")
      ],
      rows: zip(rows, adjusted).map { row, adjusted in
        row.values.map { Cell(loopValue: $0.value) } + [
          .text(row.term), .number(row.estimate), .number(row.low), .number(row.high),
          .number(row.pValue), .number(adjusted),
        ]
      })
  }
}

/// What a table of coefficients says of one.
struct TestedTerm: Sendable {
  let estimate: Double
  let standardError: Double
  let low: Double
  let high: Double
  let pValue: Double

  /// `nil` where the table has no such term; the parts of an interaction may stand in any order.
  init?(_ term: String, in table: TidyTable) {
    let wanted = term.split(separator: ":").sorted()
    let terms = table.column("term") ?? []
    guard
      let row = terms.firstIndex(where: {
        if case .text(let text) = $0 {
          text.split(separator: ":").sorted() == wanted
        } else {
          false
        }
      })
    else { return nil }
    func number(_ name: String) -> Double {
      if case .number(let value)? = table.column(name)?[row] { value } else { .nan }
    }
    estimate = number("estimate")
    standardError = number("std_error")
    low = number("ci_low")
    high = number("ci_high")
    pValue = number("p_value")
  }
}
