public import StudyFiles

/// `mean(OUTCOME)` or `mean(BEHAVIOUR)`
public struct MeanSpec: OutcomeMeasureSpec {
  public static let name = "mean"
  public static let documentation = ChoiceDocumentation(
    summary:
      "the mean outcome, or the mean value of a behaviour, weighted by pupils, of all schools and of "
      + "fifths by poverty; the mean outcome also of groups of pupils",
    formula: "sum w y / sum w; fifth-1 holds the schools with the lowest poverty")
  public let outcome: LocatedText?

  public init(of outcome: LocatedText) { self.outcome = outcome }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    MeanOutcome(
      name, ofBehaviour: outcome.flatMap { schools.behaviours.firstIndex(of: $0.text) },
      weights: schools.weights, poverty: schools.poverty, pupils: schools.pupils)
  }
}
