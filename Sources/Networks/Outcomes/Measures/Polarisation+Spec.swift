public import StudyFiles

/// `polarisation(OUTCOME)`
public struct PolarisationMeasureSpec: OutcomeMeasureSpec {
  public static let name = "polarisation"
  public static let documentation = ChoiceDocumentation(
    summary: "how far the fifths of schools by outcome at the start have drawn apart",
    formula: "sum_i sum_j p_i^2 p_j |mean_i - mean_j|, p the share of pupils",
    reference: "Esteban & Ray (1994), Econometrica 62, 819-851, doi:10.2307/2951734")
  public let outcome: LocatedText?

  public init(of outcome: LocatedText) { self.outcome = outcome }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    guard schools.actors.count >= 5 else { throw .tooFewForFifths(schools.actors.count) }
    return Polarisation(
      name, weights: schools.weights,
      start: try schools.actors.numbers(outcome?.text ?? ""))
  }
}
