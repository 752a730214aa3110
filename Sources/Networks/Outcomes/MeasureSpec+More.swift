public import StudyFiles

/// `slope(OUTCOME, COLUMN)`
public struct SlopeMeasureSpec: MeasureSpec {
  public static let name = "slope"
  public static let documentation = ChoiceDocumentation(
    summary: "how much the outcome changes with one sd of a column, as of poverty",
    formula: "the slope of the line fitted by least squares, weighted by pupils")
  public let outcome: LocatedText?
  private let column: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    guard section.arguments.count == 2 else {
      throw section.error(
        .rule(
          "expected two columns, as in `slope(attainment, fsm)`, found \(section.arguments.count)"))
    }
    outcome = section.arguments[0]
    column = section.arguments[1]
  }

  public var columns: [LocatedText] { [column] }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    OutcomeSlope(name, weights: schools.weights, column: try schools.actors.numbers(column.text))
  }
}

/// `polarisation(OUTCOME)`
public struct PolarisationMeasureSpec: MeasureSpec {
  public static let name = "polarisation"
  public static let documentation = ChoiceDocumentation(
    summary: "how far the fifths of schools by outcome at the start have drawn apart",
    formula: "sum_i sum_j p_i^2 p_j |mean_i - mean_j|, p the share of pupils",
    reference: "Esteban & Ray (1994), Econometrica 62, 819-851, doi:10.2307/2951734")
  public let outcome: LocatedText?

  public init(from section: Section) throws(SpecErrors) {
    outcome = try section.onlyArgument(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    guard schools.actors.count >= 5 else { throw .tooFewForFifths(schools.actors.count) }
    return Polarisation(
      name, weights: schools.weights,
      start: try schools.actors.numbers(outcome?.text ?? ""))
  }
}

/// `isolates`
public struct IsolatesMeasureSpec: MeasureSpec {
  public static let name = "isolates"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools without any partner, of all and of fifths by poverty")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(name, .isolation, schools: schools.actors.count, poverty: schools.poverty)
  }
}

/// `degree`
public struct DegreeMeasureSpec: MeasureSpec {
  public static let name = "degree"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean number of ties, of all and of fifths by poverty")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(name, .degree, schools: schools.actors.count, poverty: schools.poverty)
  }
}

/// `clustering`
public struct ClusteringMeasureSpec: MeasureSpec {
  public static let name = "clustering"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of pairs of a school's partners that are partners themselves",
    formula: "3 triangles / paths of two ties")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Clustering() }
}

/// `partner-quality(OUTCOME)`
public struct PartnerQualityMeasureSpec: MeasureSpec {
  public static let name = "partner-quality"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean outcome at the start of schools' partners, of all and of fifths by poverty")
  public let outcome: LocatedText?

  public init(from section: Section) throws(SpecErrors) {
    outcome = try section.onlyArgument(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    PartnerQuality(name, schools: schools.actors.count, poverty: schools.poverty)
  }
}

/// `members(KIND)`
public struct MembersMeasureSpec: MeasureSpec {
  public static let name = "members"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools in a kind of group, of all and of fifths by poverty",
    formula:
      "members(federation), members(trust), members(family), members(hub), members(programme)")
  private let kind: PartnershipKind

  public init(from section: Section) throws(SpecErrors) {
    kind = try section.kindOfGroup(Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(
      name, .membership(kind), schools: schools.actors.count, poverty: schools.poverty)
  }
}

/// `span(KIND)`
public struct SpanMeasureSpec: MeasureSpec {
  public static let name = "span"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean distance between the members of a kind of group, in kilometres",
    formula: "mean over groups of the mean over pairs of members")
  private let kind: PartnershipKind

  public init(from section: Section) throws(SpecErrors) {
    kind = try section.kindOfGroup(Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    GroupSpan(name, kind: kind, locations: try schools.actors.places(for: Self.name))
  }
}

/// `sustained`
public struct SustainedMeasureSpec: MeasureSpec {
  public static let name = "sustained"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of ties that outlast the policies",
    formula: "of the ties at the end of the last year in which any policy works, those still there")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Sustained() }
}

/// `workload`
public struct WorkloadMeasureSpec: MeasureSpec {
  public static let name = "workload"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean number of partners beyond what schools can sustain; needs `workload`")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    SchoolMean(name, .workload, schools: schools.actors.count, poverty: schools.poverty)
  }
}

/// `trust`
public struct TrustMeasureSpec: MeasureSpec {
  public static let name = "trust"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean trust of ties, from 0 to 1; needs `trust`")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { MeanTrust() }
}

/// `discounted-cost`
public struct DiscountedCostMeasureSpec: MeasureSpec {
  public static let name = "discounted-cost"
  public static let documentation = ChoiceDocumentation(
    summary: "what the policy has cost from the start, discounted to the first year",
    formula: "sum_t cost_t / (1 + discount)^(t - 1)", reference: "HM Treasury, The Green Book")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { DiscountedCost(discount: schools.prices.discount) }
}

/// `net-cost`
public struct NetCostMeasureSpec: MeasureSpec {
  public static let name = "net-cost"
  public static let documentation = ChoiceDocumentation(
    summary:
      "the discounted cost less what the gain in the outcome is worth; needs `costs.value-of-sd`",
    formula: "discounted cost - value-of-sd sum_i pupils_i (y_i - y_i(0)) / sd, discounted")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    guard let value = schools.prices.valueOfSD else { throw .noValueOfSD }
    return NetCost(
      discount: schools.prices.discount, valueOfSD: value, weights: schools.weights,
      sd: schools.sd)
  }
}

extension Section {
  fileprivate func kindOfGroup(_ name: String) throws(SpecErrors) -> PartnershipKind {
    let kinds = PartnershipKind.ofGroups.map(\.rawValue)
    guard arguments.count == 1, let argument = arguments.first else {
      throw error(.rule("expected one kind of group, as in `\(name)(federation)`"))
    }
    guard let kind = PartnershipKind(rawValue: argument.text), kind != .ties else {
      throw SpecErrors(
        SpecError(
          .unknownName(argument.text, kind: "kind of group", known: kinds), path: path,
          at: argument.location))
    }
    return kind
  }
}
