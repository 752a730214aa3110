public import StudyFiles

/// A rule of consent as a study writes it.
public protocol ConsentSpec: Choice {
  var consent: Consent { get }
}

extension ConsentSpec {
  public static var keys: [AnyKey] { [] }
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

private let source =
  "Snijders & Pickup (2017), doi:10.1093/oxfordhb/9780190228217.013.10"

/// `confirm`
public struct ConfirmSpec: ConsentSpec {
  public static let name = "confirm"
  public static let documentation = ChoiceDocumentation(
    summary: "one side proposes, the other confirms; either side can end a tie (M.1)",
    formula: "P(confirm) = 1 / (1 + exp(-(h_ji + offset)))", reference: source)
  static let offset = Key(
    "offset", .number(), default: 0, shown: "0", "added to the utility of the confirming side")
  public static let keys = [AnyKey(offset)]

  public let consent: Consent

  public init(from section: Section) throws(SpecErrors) {
    consent = .initiative(InitiativeAndConfirmation(offset: try section.read(Self.offset)))
  }
}

/// `impose`
public struct ImposeSpec: ConsentSpec {
  public static let name = "impose"
  public static let documentation = ChoiceDocumentation(
    summary: "one side proposes and decides for both (D.1)", reference: source)
  public let consent = Consent.initiative(Imposition())
  public init(from section: Section) throws(SpecErrors) {}
}

/// `dictate`
public struct DictateSpec: ConsentSpec {
  public static let name = "dictate"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets and the first of the two decides (D.2)",
    formula: "P(toggle) = l(h_ij)", reference: source)
  public let consent = Consent.meeting(Dictation())
  public init(from section: Section) throws(SpecErrors) {}
}

/// `both`
public struct BothSpec: ConsentSpec {
  public static let name = "both"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets; a tie needs both (M.2)",
    formula: "create l(h_ij) l(h_ji), end 1 - (1 - l(h_ij)) (1 - l(h_ji))", reference: source)
  public let consent = Consent.meeting(Conjunction())
  public init(from section: Section) throws(SpecErrors) {}
}

/// `either`
public struct EitherSpec: ConsentSpec {
  public static let name = "either"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets; one side is enough for a tie, and both must want its end",
    formula: "create 1 - (1 - l(h_ij)) (1 - l(h_ji)), end l(h_ij) l(h_ji)", reference: source)
  public let consent = Consent.meeting(Disjunction())
  public init(from section: Section) throws(SpecErrors) {}
}

/// `compensate`
public struct CompensateSpec: ConsentSpec {
  public static let name = "compensate"
  public static let documentation = ChoiceDocumentation(
    summary: "a pair meets; one side's gain makes up for the other's loss (C.2)",
    formula: "P(toggle) = l(h_ij + h_ji)", reference: source)
  public let consent = Consent.meeting(Compensation())
  public init(from section: Section) throws(SpecErrors) {}
}
