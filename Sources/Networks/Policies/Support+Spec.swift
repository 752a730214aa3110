public import Designs
public import StudyFiles

/// `support: {eligible: fsm > 30, raise: 1.0, from: 1, until: 4, cost: {GBP: 5000, per: school-year}}`
public struct SupportSpec: PolicySpec {
  public static let name = "support"
  public static let documentation = ChoiceDocumentation(
    summary: "makes every tie worth more to eligible schools in given years, at a cost",
    formula: "h_ij + raise for eligible i, in proposing, confirming and keeping ties")

  static let eligible = Key("eligible", .text("a rule, as in `fsm > 30`"), "which schools")
  static let raise = Key("raise", .number(), "what is added to the utility of a tie, in log odds")
  static let from = Key(
    "from", .integer("a model year from 1", atLeast: 1), default: 1, shown: "1", "its first year")
  static let until = Key.optional(
    "until", .integer("a model year from 1", atLeast: 1), shown: "the last year",
    "its last year, included")
  static let cost = Key(
    "cost", costFormat, default: 0, shown: "nothing",
    "what it costs, as `{GBP: 5000, per: school-year}`")
  public static let keys = [
    AnyKey(eligible), AnyKey(raise), AnyKey(from), AnyKey(until), AnyKey(cost),
  ]

  private let eligible: LocatedText
  private let rule: Expression
  private let raise: Double
  private let years: ClosedRange<Int>
  private let cost: Double
  private let path: String

  public init(from section: Section) throws(SpecErrors) {
    eligible = try section.read(Self.eligible)
    rule = try expression(eligible, path: section.path + ".eligible")
    raise = try section.read(Self.raise)
    let first = try section.read(Self.from)
    let last = try section.read(Self.until) ?? Int.max
    guard first <= last else {
      throw section.error(.rule("`until` \(last) lies before `from` \(first)"), at: "until")
    }
    years = first...last
    cost = try section.read(Self.cost)
    path = section.path
  }

  public func problems(in data: DataSet, actors: String) -> [SpecError] {
    do throws(ExpressionError) { _ = try rule.evaluateLogical(in: data, table: actors) } catch {
      return [SpecError(error, in: eligible, path: path + ".eligible")]
    }
    return []
  }

  public func action(in data: DataSet, actors: String) throws(ScenarioError) -> any PolicyAction {
    do throws(ExpressionError) {
      return Support(
        eligible: Eligibility(try rule.evaluateLogical(in: data, table: actors)), raise: raise,
        years: years, cost: cost)
    } catch {
      throw .rule(eligible.text, error.description)
    }
  }

  private enum CostBasis: String, CaseIterable, Sendable {
    case schoolYear = "school-year"
  }

  private static let amount = Key("GBP", .number("an amount of 0 or more", in: 0...1e12), "pounds")
  private static let basis = Key<CostBasis>("per", .oneOf("basis of cost"), "for each what")

  private static let costFormat = ValueFormat<Double>.section(
    "`{GBP: 5000, per: school-year}`",
    keys: [AnyKey(amount), AnyKey(basis), .notAvailable("price-year")]
  ) { (section) throws(SpecErrors) in try section.read(amount) }
}
