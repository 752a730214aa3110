public import StudyFiles

/// `hub: {count: 32, leads: attainment > 0.3, radius: 30 km, budget: {GBP: 11000000, price-year: 2015}}`
public struct HubSpec: PolicySpec {
  public static let name = "hub"
  public static let documentation = ChoiceDocumentation(
    summary:
      "places hubs where they reach most eligible schools, and lets each serve those around it",
    formula:
      "leads are chosen one by one by what they add; without a `cost`, the budget is divided evenly "
      + "among hubs and years",
    reference:
      "mathematics hubs: Armstrong (2015); greedy choice: Nemhauser, Wolsey & Fisher (1978), "
      + "doi:10.1007/BF01588971")

  static let count = Key(
    "count", .integer("a number of hubs of at least 1", atLeast: 1), "how many")
  static let leads = Key.optional(
    "leads", .text("a rule, as in `attainment > 0.3`"),
    shown: "the fifth with the highest outcome at the start", "which schools can be a hub")
  static let radius = Key(
    "radius", .quantity("a distance, as in `30 km`", units: ["km"], in: 0...1000),
    default: Quantity(30, "km"), shown: "30 km", "how far a hub reaches")
  static let capacity = Key(
    "capacity", .integer("a number of schools of at least 1", atLeast: 1), default: 100,
    shown: "100", "most schools that a hub serves")
  static let intake = Key.optional(
    "intake", .integer("a number of schools of at least 1", atLeast: 1), shown: "all at once",
    "how many schools a hub takes on in a year")
  public static let keys =
    PolicyTermsSpec.keys + [
      AnyKey(count), AnyKey(leads), AnyKey(radius), AnyKey(capacity), AnyKey(intake),
    ]

  public let terms: PolicyTermsSpec
  private let count: Int
  private let leads: RuleText?
  private let radius: Double
  private let capacity: Int
  private let perYear: Int?

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(
      from: section, bases: [.schoolYear, .school, .groupYear, .group, .year], mayMove: false,
      sharesBudget: true)
    count = try section.read(Self.count)
    leads = try section.read(Self.leads).map { (text) throws(SpecErrors) in
      try RuleText(text, path: section.path + ".leads", mayMove: false)
    }
    radius = try section.read(Self.radius).value
    capacity = try section.read(Self.capacity)
    perYear = try section.read(Self.intake)
  }

  public var rules: [RuleText] { [leads].compactMap { $0 } }
  public var needsLocations: Bool { true }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    let years = min(terms.years.upperBound, builder.horizon) - terms.years.lowerBound + 1
    let everyone = [Bool](repeating: true, count: builder.actors.count)
    let leads =
      try leads.map { (rule) throws(ScenarioError) in try builder.rule(rule) }
      ?? builder.fifth(lowest: false)
    let terms = try terms.terms(builder, shares: max(1, count * max(1, years)))
    return Hub(
      terms, count: count, leads: leads.fixed?.schools ?? everyone,
      eligible: terms.eligible.fixed?.schools ?? everyone,
      locations: try builder.actors.places(for: "hub"), radius: radius, capacity: capacity,
      perYear: perYear ?? capacity)
  }
}
