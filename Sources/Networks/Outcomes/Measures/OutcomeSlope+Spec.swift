public import StudyFiles

/// `slope(OUTCOME, COLUMN)`
public struct SlopeMeasureSpec: ColumnMeasureSpec {
  public static let name = "slope"
  public static let documentation = ChoiceDocumentation(
    summary: "how much the outcome changes with one sd of a column, as of poverty",
    formula: "the slope of the line fitted by least squares, weighted by pupils")
  public let outcome: LocatedText?
  public let column: LocatedText

  public init(of outcome: LocatedText, over column: LocatedText) {
    self.outcome = outcome
    self.column = column
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    OutcomeSlope(name, weights: schools.weights, column: try schools.actors.numbers(column.text))
  }
}
