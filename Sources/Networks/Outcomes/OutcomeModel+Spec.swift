internal import StudyFiles

/// `diffusion: {rate: {prior: diffusion-rate}, mutual: 2, groups: {trust: 0.05}}`
struct DiffusionSpec: Sendable {
  static let rate = Key(
    "rate", ParameterSpec.format("a share from 0 to 1", in: 0...1),
    "the share of the gap to better partners that a school closes in a year")
  static let mutual = Key(
    "mutual", .number("a number of at least 1", in: 1...100), default: 1, shown: "1",
    "how many times as much a returned tie of a directed network carries")
  static let groups = Key(
    "groups", .named(ParameterSpec.format("a share from 0 to 1", in: 0...1)), default: [],
    shown: "none", "rates within kinds of groups, as `{trust: 0.05}`")
  static let relation = Key.optional(
    "relation", .text("the name of a relation"), shown: "the scenario's own ties",
    "the relation along whose ties practice spreads")

  let rate: ParameterSpec
  let mutual: Double
  let groups: [(kind: PartnershipKind, rate: ParameterSpec)]
  let relation: LocatedText?

  static let format = ValueFormat<DiffusionSpec>.section(
    "`{rate: 0.02}`", keys: [AnyKey(rate), AnyKey(mutual), AnyKey(groups), AnyKey(relation)]
  ) { (section) throws(SpecErrors) in
    let groups = try collecting(try section.read(groups)) { (item) throws(SpecErrors) in
      guard let kind = PartnershipKind(rawValue: item.name.text), kind != .ties else {
        throw SpecErrors(
          SpecError(
            .unknownName(
              item.name.text, kind: "kind of group",
              known: PartnershipKind.ofGroups.map(\.rawValue)), path: section.path + ".groups",
            at: item.name.location))
      }
      return (kind: kind, rate: item.value)
    }
    return DiffusionSpec(
      rate: try section.read(rate), mutual: try section.read(mutual), groups: groups,
      relation: try section.read(relation))
  }

  var parameters: [ParameterSpec] { [rate] + groups.map(\.rate) }

  func diffusion(_ builder: inout ScenarioBuilder) throws(ScenarioError) -> Diffusion {
    let rate = try builder.value(rate, "diffusion.rate")
    var made: [(kind: PartnershipKind, rate: ParameterValue)] = []
    for group in groups {
      made.append(
        (group.kind, try builder.value(group.rate, "diffusion.groups.\(group.kind.rawValue)")))
    }
    return Diffusion(
      rate: rate, mutual: mutual, groups: made, relation: try builder.relation(relation))
  }
}

/// `workload: {capacity: 4, per-tie: {prior: workload-per-tie}, unit: sd}`
struct WorkloadSection: Sendable {
  static let capacity = Key(
    "capacity", .number("a number of 0 or more", in: 0...1e6), "how many partners a school sustains"
  )
  static let perTie = Key(
    "per-tie", ParameterSpec.format("a number of 0 or more", in: 0...1e12),
    "what each partner beyond that costs the outcome in the year")
  static let unit = Key<PartnershipEffectSpec.Unit>(
    "unit", .oneOf("unit"), default: .outcome, shown: "outcome", "of `per-tie` as a number")
  static let relation = Key.optional(
    "relation", .text("the name of a relation"), shown: "the scenario's own ties",
    "the relation whose ties are work")

  let capacity: Double
  let perTie: ParameterSpec
  let unit: PartnershipEffectSpec.Unit
  let relation: LocatedText?

  static let format = ValueFormat<WorkloadSection>.section(
    "`{capacity: 4, per-tie: 0.01, unit: sd}`",
    keys: [AnyKey(capacity), AnyKey(perTie), AnyKey(unit), AnyKey(relation)]
  ) { (section) throws(SpecErrors) in
    WorkloadSection(
      capacity: try section.read(capacity), perTie: try section.read(perTie),
      unit: try section.read(unit), relation: try section.read(relation))
  }

  func workload(_ builder: inout ScenarioBuilder) throws(ScenarioError) -> Workload {
    Workload(
      capacity: capacity,
      perTie: try builder.value(
        perTie, "workload.per-tie", unit: unit == .sd ? builder.sd : 1),
      relation: try builder.relation(relation))
  }
}

/// `trust: {years: {1: 0.6, 2: 1}, turnover: {prior: head-turnover}}`
struct TrustSection: Sendable {
  static let years = Key(
    "years", PartnershipEffectSpec.profile,
    "the trust of a tie after so many full years, from 0 to 1; 0 before the first")
  static let turnover = Key(
    "turnover", ParameterSpec.format("a share from 0 to 1", in: 0...1), default: ParameterSpec(0),
    shown: "0", "the share of schools whose head leaves in a year, and trust with it")
  static let relation = Key.optional(
    "relation", .text("the name of a relation"), shown: "the scenario's own ties",
    "the relation whose ties are trusted")

  let years: YearProfile
  let turnover: ParameterSpec
  let relation: LocatedText?

  static let format = ValueFormat<TrustSection>.section(
    "`{years: {1: 0.3, 2: 0.7, 3: 1}, turnover: 0.1}`",
    keys: [AnyKey(years), AnyKey(turnover), AnyKey(relation)]
  ) { (section) throws(SpecErrors) in
    TrustSection(
      years: try section.read(years), turnover: try section.read(turnover),
      relation: try section.read(relation))
  }

  func trust(_ builder: inout ScenarioBuilder) throws(ScenarioError) -> TieTrust {
    TieTrust(
      years: years, turnover: try builder.value(turnover, "trust.turnover"),
      relation: try builder.relation(relation))
  }
}
