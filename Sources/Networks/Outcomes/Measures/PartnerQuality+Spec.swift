public import StudyFiles

/// `partner-quality(OUTCOME)` or `partner-quality(OUTCOME, RELATION)`
public struct PartnerQualityMeasureSpec: MeasureSpec {
  public static let name = "partner-quality"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean outcome at the start of schools' partners, of all and of fifths by poverty",
    formula:
      "partner-quality(OUTCOME): partners by ties of the first relation; partner-quality(OUTCOME, RELATION): "
      + "of that one")
  public let outcome: LocatedText?
  public let relation: LocatedText?

  public init(from section: Section) throws(SpecErrors) {
    guard let outcome = section.arguments.first, section.arguments.count <= 2 else {
      throw section.error(
        .rule(
          "expected the outcome and perhaps a relation, as in `partner-quality(attainment, practice)`, found "
            + "\(section.arguments.count) arguments"))
    }
    self.outcome = outcome
    relation = section.arguments.dropFirst().first
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    PartnerQuality(
      name, of: schools.position(relation) ?? 0, schools: schools.actors.count,
      poverty: schools.poverty)
  }
}
