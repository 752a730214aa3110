internal import Probability
public import StudyFiles

/// A rule of consent as a study writes it.
public protocol ConsentSpec: Choice {
  /// The rule among so many actors.
  func consent(among count: Int) -> Consent
}

extension ConsentSpec {
  public static var keys: [AnyKey] { [] }

  fileprivate static var source: String {
    "Snijders & Pickup (2017), doi:10.1093/oxfordhb/9780190228217.013.10"
  }
}

extension Registry where Kind == any ConsentSpec {
  /// All rules of consent, in the order in which they are documented.
  public static let consentRules = Registry(
    "rule of consent",
    [
      Entry(ConfirmSpec.self) { $0 }, Entry(ImposeSpec.self) { $0 },
      Entry(DictateSpec.self) { $0 }, Entry(BothSpec.self) { $0 }, Entry(EitherSpec.self) { $0 },
      Entry(CompensateSpec.self) { $0 },
    ])
}

/// `confirm`
public struct ConfirmSpec: ConsentSpec {
  public static let name = "confirm"
  public static let documentation = ChoiceDocumentation(
    summary: "one side proposes, the other confirms; either side can end a tie (M.1)",
    formula: "P(confirm) = 1 / (1 + exp(-(h_ji + offset)))", reference: source)
  static let offset = Key.optional(
    "offset", .number(), shown: "ln(number of schools)",
    "added to the utility of the confirming side, which weighs one offer where the proposer chose "
      + "among all")
  public static let keys = [AnyKey(offset)]

  private let offset: Double?

  /// With every setting as it is by default.
  init() { offset = nil }

  public init(from section: Section) throws(SpecErrors) {
    offset = try section.read(Self.offset)
  }

  public func consent(among count: Int) -> Consent {
    .initiative(
      InitiativeAndConfirmation(offset: offset ?? PortableMath.log(Double(count))))
  }
}

/// `impose`
public struct ImposeSpec: ConsentSpec {
  public static let name = "impose"
  public static let documentation = ChoiceDocumentation(
    summary: "one side proposes and decides for both (D.1)", reference: source)
  public init(from section: Section) throws(SpecErrors) {}
  public func consent(among count: Int) -> Consent { .initiative(Imposition()) }
}

/// `dictate`
public struct DictateSpec: ConsentSpec {
  public static let name = "dictate"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets and the first of the two decides (D.2)",
    formula: "P(toggle) = l(h_ij)", reference: source)
  public init(from section: Section) throws(SpecErrors) {}
  public func consent(among count: Int) -> Consent { .meeting(Dictation()) }
}

/// `both`
public struct BothSpec: ConsentSpec {
  public static let name = "both"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets; a tie needs both (M.2)",
    formula: "create l(h_ij) l(h_ji), end 1 - (1 - l(h_ij)) (1 - l(h_ji))", reference: source)
  public init(from section: Section) throws(SpecErrors) {}
  public func consent(among count: Int) -> Consent { .meeting(Conjunction()) }
}

/// `either`
public struct EitherSpec: ConsentSpec {
  public static let name = "either"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets; one side is enough for a tie, and both must want its end",
    formula: "create 1 - (1 - l(h_ij)) (1 - l(h_ji)), end l(h_ij) l(h_ji)", reference: source)
  public init(from section: Section) throws(SpecErrors) {}
  public func consent(among count: Int) -> Consent { .meeting(Disjunction()) }
}

/// `compensate`
public struct CompensateSpec: ConsentSpec {
  public static let name = "compensate"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets; one side's gain makes up for the other's loss (C.2)",
    formula: "P(toggle) = l(h_ij + h_ji)", reference: source)
  public init(from section: Section) throws(SpecErrors) {}
  public func consent(among count: Int) -> Consent { .meeting(Compensation()) }
}
