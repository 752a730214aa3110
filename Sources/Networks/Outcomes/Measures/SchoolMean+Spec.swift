public import StudyFiles

/// `isolates` or `isolates(RELATION)`
public struct IsolatesMeasureSpec: TieMeasureSpec {
  public static let name = "isolates"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools without any partner, of all and of fifths by poverty",
    formula: "isolates; isolates(RELATION): without a tie of that relation")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(
      name, .isolation(schools.position(relation)), schools: schools.actors.count,
      poverty: schools.poverty)
  }
}

/// `degree` or `degree(RELATION)`
public struct DegreeMeasureSpec: TieMeasureSpec {
  public static let name = "degree"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean number of ties, of all and of fifths by poverty",
    formula: "degree: ties of the first relation; degree(RELATION): of that one")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(
      name, .degree(schools.position(relation) ?? 0), schools: schools.actors.count,
      poverty: schools.poverty)
  }
}

/// `members(KIND)`
public struct MembersMeasureSpec: GroupMeasureSpec {
  public static let name = "members"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools in a kind of group, of all and of fifths by poverty",
    formula:
      "members(federation), members(trust), members(family), members(hub), members(programme)")
  public let kind: PartnershipKind

  public init(of kind: PartnershipKind) { self.kind = kind }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(
      name, .membership(kind), schools: schools.actors.count, poverty: schools.poverty)
  }
}

/// `workload`
public struct WorkloadMeasureSpec: PlainMeasureSpec {
  public static let name = "workload"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean number of partners beyond what schools can sustain; needs `workload`")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(name, .workload, schools: schools.actors.count, poverty: schools.poverty)
  }
}
