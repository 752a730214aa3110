public import StudyFiles

/// `variance(OUTCOME)`
public struct VarianceSpec: OutcomeMeasureSpec {
  public static let name = "variance"
  public static let documentation = ChoiceDocumentation(
    summary: "the variance of the outcome between schools, weighted by pupils",
    formula: "sum w (y - mean)^2 / sum w")
  public let outcome: LocatedText?

  public init(of outcome: LocatedText) { self.outcome = outcome }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    VarianceBetweenSchools(name, weights: schools.weights)
  }
}
