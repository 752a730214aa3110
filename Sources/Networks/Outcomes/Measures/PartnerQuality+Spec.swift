public import StudyFiles

/// `partner-quality(OUTCOME)`
public struct PartnerQualityMeasureSpec: OutcomeMeasureSpec {
  public static let name = "partner-quality"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean outcome at the start of schools' partners, of all and of fifths by poverty")
  public let outcome: LocatedText?

  public init(of outcome: LocatedText) { self.outcome = outcome }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    PartnerQuality(name, schools: schools.actors.count, poverty: schools.poverty)
  }
}
