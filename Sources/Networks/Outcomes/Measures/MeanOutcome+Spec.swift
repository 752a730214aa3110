public import StudyFiles

/// `mean(OUTCOME)`
public struct MeanSpec: OutcomeMeasureSpec {
  public static let name = "mean"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean outcome weighted by pupils, of all schools and of fifths by poverty",
    formula: "sum w y / sum w; fifth-1 holds the schools with the lowest poverty")
  public let outcome: LocatedText?

  public init(of outcome: LocatedText) { self.outcome = outcome }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    MeanOutcome(name, weights: schools.weights, poverty: schools.poverty)
  }
}
