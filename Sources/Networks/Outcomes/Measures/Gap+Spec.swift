public import StudyFiles

/// `gap(OUTCOME, COLUMN)` or `gap(OUTCOME, PUPILS)`
public struct GapSpec: ColumnMeasureSpec {
  public static let name = "gap"
  public static let documentation = ChoiceDocumentation(
    summary:
      "how far the fifth of schools with the highest values of a column is behind the fifth with the lowest, or a "
      + "group of `outcome.pupils` behind the others",
    formula:
      "mean(fifth with lowest) - mean(fifth with highest), each weighted by pupils; mean(pupils of other groups) - "
      + "mean(pupils of the group)")
  public let outcome: LocatedText?
  public let column: LocatedText

  public init(of outcome: LocatedText, over column: LocatedText) {
    self.outcome = outcome
    self.column = column
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    if let group = schools.pupils.firstIndex(where: { $0.name == column.text }) {
      return PupilGap(name, of: group, among: schools.pupils)
    }
    guard schools.actors.count >= 5 else { throw .tooFewForFifths(schools.actors.count) }
    return Gap(name, weights: schools.weights, ranking: try schools.actors.numbers(column.text))
  }
}
