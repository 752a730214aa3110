internal import StudyFiles

/// How an effect unfolds, as a study writes it beside its size.
struct KernelSpec: Sendable {
  static let kind = Key.optional(
    "kind", ValueFormat<PartnershipKind>.oneOf("kind of partnership"),
    shown: "the effect's name where that is a kind, else ties",
    "which kind of partnership has the effect")
  static let anticipation = Key.optional(
    "anticipation", ParameterSpec.format("a number"), shown: "0",
    "the effect in the year before a school joins a group, in `unit`")
  static let decay = Key.optional(
    "decay", ParameterSpec.format("a share from 0 to 1", in: 0...1), shown: "0",
    "the share of what is left that is lost in each year after the partnership's end")
  static let strong = Key(
    "strong", .number("a number"), default: 1, shown: "1", "times the effect for the strong side")
  static let weak = Key(
    "weak", .number("a number"), default: 1, shown: "1", "times the effect for the weak side")
  static let role = Key.optional(
    "role",
    ValueFormat<(strong: Double, weak: Double)>.section(
      "`{strong: 0.3, weak: 1}`", keys: [AnyKey(strong), AnyKey(weak)]
    ) { (section) throws(SpecErrors) in
      (try section.read(strong), try section.read(weak))
    }, shown: "the same for both", "how much of the effect each side has")
  static let moderator = Key.optional(
    "moderator", .text("the name of a column"),
    "a column that multiplies the effect, as a fidelity score from 0 to 1")
  static let size = Key.optional(
    "size", PartnershipEffectSpec.profile, shown: "the same at any size",
    "times the effect from so many members on, as `{2: 1, 16: 0.5}`; 0 below the first")
  static let between = Key.optional(
    "between", ParameterSpec.format("a number of 0 or more", in: 0...1e12), shown: "0",
    "standard deviation of what is particular to each group, in `unit`")
  static let trust = Key(
    "trust", .flag, default: false, shown: "false",
    "whether the effect of ties is in proportion to their trust")
  static let relation = Key.optional(
    "relation", .text("the name of a relation"), shown: "the scenario's own ties",
    "the relation whose ties have the effect, where it is of ties")
  static let estimatedOn = Key.optional(
    "estimated-on", TransportSpec.format, shown: "what it is used for",
    "what the numbers were estimated on; beyond it they are an assumption, and wider")
  static let pupils = Key(
    "pupils", .named(ParameterSpec.format("a number")), default: [], shown: "the same for all",
    "how many times as strong it is for groups of pupils, as `{disadvantaged: 1.5}`")
  static let keys = [
    AnyKey(pupils), AnyKey(kind), AnyKey(anticipation), AnyKey(decay), AnyKey(role),
    AnyKey(moderator),
    AnyKey(size), AnyKey(between), AnyKey(trust), AnyKey(estimatedOn), AnyKey(relation),
  ]

  let kind: PartnershipKind?
  let anticipation: ParameterSpec?
  let decay: ParameterSpec?
  let role: (strong: Double, weak: Double)?
  let moderator: LocatedText?
  let size: YearProfile?
  let between: ParameterSpec?
  let needsTrust: Bool
  let transport: TransportSpec?
  let pupils: [Named<ParameterSpec>]
  let relation: LocatedText?
  let path: String

  init(from section: Section) throws(SpecErrors) {
    kind = try section.read(Self.kind)
    anticipation = try section.read(Self.anticipation)
    decay = try section.read(Self.decay)
    role = try section.read(Self.role)
    moderator = try section.read(Self.moderator)
    size = try section.read(Self.size)
    between = try section.read(Self.between)
    needsTrust = try section.read(Self.trust)
    transport = try section.read(Self.estimatedOn)
    pupils = try section.read(Self.pupils)
    relation = try section.read(Self.relation)
    path = section.path
  }

  var parameters: [ParameterSpec] {
    [anticipation, decay, between].compactMap { $0 } + pupils.map(\.value)
  }
}

/// `estimated-on: {kind: federation, members: volunteers, where: fsm < 60, widen: 2}`
struct TransportSpec: Sendable {
  /// Who was estimated on.
  enum Members: String, CaseIterable, Sendable { case everyone, volunteers }

  static let kind = Key.optional(
    "kind", ValueFormat<PartnershipKind>.oneOf("kind of partnership"),
    shown: "the same kind", "the kind of partnership")
  static let members = Key<Members>(
    "members", .oneOf("members"), default: .everyone, shown: "everyone",
    "whether all of them had joined of their own will")
  static let inside = Key.optional(
    "where", .text("a rule, as in `fsm < 60`"), shown: "all schools",
    "schools like those it was estimated on")
  static let widen = Key(
    "widen", .number("a number of at least 1", in: 1...100), default: 2, shown: "2",
    "by how much deviations from the estimate grow beyond it, and at least until the 95 % interval "
      + "reaches zero")

  let kind: PartnershipKind?
  let members: Members
  let inside: RuleText?
  let widen: Double

  static let format = ValueFormat<TransportSpec>.section(
    "`{kind: federation, members: volunteers, where: fsm < 60, widen: 2}`",
    keys: [AnyKey(kind), AnyKey(members), AnyKey(inside), AnyKey(widen)]
  ) { (section) throws(SpecErrors) in
    TransportSpec(
      kind: try section.read(kind), members: try section.read(members),
      inside: try section.read(inside).map { (text) throws(SpecErrors) in
        try RuleText(text, path: section.path + ".where", mayMove: false)
      }, widen: try section.read(widen))
  }
}

extension PartnershipEffectSpec {
  /// The kind that an effect of this name is of.
  func kind(named name: String) -> PartnershipKind {
    kernel.kind ?? PartnershipKind(rawValue: name) ?? .ties
  }

  /// The effect among real schools.
  func kernel(
    named name: String, _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> EffectKernel {
    let sd = builder.sd
    var unit = 1.0
    let effect: any PartnershipEffect
    let factor: Int
    switch origin {
    case .declared(let years, let written, let spread, let source):
      unit = written == .sd ? sd : 1
      effect = DeclaredEffect(years: years, sd: spread, unit: unit, source: source)
      factor = builder.parameters.position(
        of: "effects.\(name)", dimensions: 1, source,
        "normal with mean \(years.peak) and sd \(spread) at its largest")
      if spread > 0 {
        builder.parameters.note(
          "effects.\(name)",
          ParameterValue(
            .normal(mean: years.peak, sd: spread), factor: factor, scale: unit, source: source))
      }
    case .carried(let step, let term, let share):
      guard let carried = builder.estimates[step.text] else { throw .noEstimate(step: step.text) }
      unit = carried.unit == "sd" ? sd : 1
      let made = try CarriedEffect(
        carried, step: step.text, term: term, share: share, unit: unit)
      effect = made
      factor = builder.parameters.position(
        of: "step \(step.text)", dimensions: made.dimensions, .estimate,
        "estimates of step \(step.text) with their covariance")
      builder.parameters.note(
        "effects.\(name)",
        ParameterValue(
          estimate: made.estimate, loadings: made.factor, factor: factor, scale: unit))
    case .prior(let text, let share):
      guard let prior = builder.priors[text.text] else {
        throw .unknownPrior(text.text, known: builder.priors.priors.map(\.name))
      }
      unit = prior.unit == "sd" ? sd : 1
      effect = PriorEffect(prior.spread, share: share, unit: unit, source: prior.label)
      factor = builder.parameters.position(
        of: "prior \(prior.name)", dimensions: 1, prior.label, "\(prior.spread)")
      builder.parameters.note(
        "effects.\(name)",
        ParameterValue(prior.spread, factor: factor, scale: unit, source: prior.label))
    case .spread(let spread, let written, let source, let share):
      unit = written == .sd ? sd : 1
      effect = PriorEffect(spread, share: share, unit: unit, source: source)
      factor = builder.parameters.position(
        of: "effects.\(name)", dimensions: 1, source, "\(spread)")
      builder.parameters.note(
        "effects.\(name)", ParameterValue(spread, factor: factor, scale: unit, source: source))
    }
    var kernel = EffectKernel(name, kind: kind(named: name), effect, factor: factor)
    kernel.anticipation = try self.kernel.anticipation.map { (spec) throws(ScenarioError) in
      try builder.value(spec, "effects.\(name).anticipation", unit: unit)
    }
    kernel.decay = try self.kernel.decay.map { (spec) throws(ScenarioError) in
      try builder.value(spec, "effects.\(name).decay")
    }
    kernel.between = try self.kernel.between.map { (spec) throws(ScenarioError) in
      try builder.value(spec, "effects.\(name).between", unit: unit)
    }
    if let role = self.kernel.role { (kernel.strong, kernel.weak) = role }
    kernel.moderator = try self.kernel.moderator.map { (column) throws(ScenarioError) in
      try builder.actors.numbers(column.text)
    }
    if !self.kernel.pupils.isEmpty {
      kernel.pupils = try builder.pupils.map { (group) throws(ScenarioError) in
        guard let times = self.kernel.pupils.first(where: { $0.name.text == group.name }) else {
          return ParameterValue(1)
        }
        return try builder.value(times.value, "effects.\(name).pupils.\(group.name)")
      }
    }
    kernel.sizes = self.kernel.size
    kernel.needsTrust = self.kernel.needsTrust
    kernel.relation = try builder.relation(self.kernel.relation)
    if let spec = self.kernel.transport {
      kernel.transport.widen = spec.widen
      kernel.transport.everyone = spec.kind.map { $0 != kernel.kind } ?? false
      kernel.transport.compelled = spec.members == .volunteers
      kernel.transport.holds = try spec.inside.map { (rule) throws(ScenarioError) in
        try builder.rule(rule).fixed?.schools ?? []
      }
    }
    return kernel
  }
}
