internal import Designs
internal import StudyFiles

/// What all actions have in common, as a study writes it:
/// `eligible: fsm > 30, from: 1, until: 4, cost: {GBP: 5000, per: school-year}, budget: {GBP: 11000000}, per-year: 50`.
public struct PolicyTermsSpec: Sendable {
  static let eligible = Key.optional(
    "eligible", .text("a rule, as in `fsm > 30`"), shown: "all schools", "which schools")
  static let from = Key(
    "from", .integer("a model year from 1", atLeast: 1), default: 1, shown: "1", "its first year")
  static let until = Key.optional(
    "until", .integer("a model year from 1", atLeast: 1), shown: "the last year",
    "its last year, included")
  static let cost = Key.optional(
    "cost", CostSpec.format, shown: "nothing",
    "what it costs, as `{GBP: 5000, per: school-year, price-year: 2015}`")
  static let budget = Key.optional(
    "budget", MoneySpec.format, shown: "no limit",
    "what there is to spend over all years, as `{GBP: 11000000, price-year: 2015}`")
  static let atMost = Key.optional(
    "per-year", .integer("a whole number of 0 or more", atLeast: 0), shown: "no limit",
    "how many schools or groups a year; those with the lowest outcome come first")
  static let keys = [
    AnyKey(eligible), AnyKey(from), AnyKey(until), AnyKey(cost), AnyKey(budget), AnyKey(atMost),
  ]

  let eligible: RuleText?
  let years: ClosedRange<Int>
  let cost: CostSpec?
  let budget: MoneySpec?
  let atMost: Int?
  let path: String

  /// - Parameters:
  ///   - bases: for what the action can be paid.
  ///   - mayMove: whether `eligible` may ask for the state of the world.
  ///   - sharesBudget: whether a budget without a cost is spread over years and groups.
  init(
    from section: Section, bases: [CostBasis], mayMove: Bool = true, sharesBudget: Bool = false
  ) throws(SpecErrors) {
    eligible = try section.read(Self.eligible).map { (text) throws(SpecErrors) in
      try RuleText(text, path: section.path + ".eligible", mayMove: mayMove)
    }
    let first = try section.read(Self.from)
    let last = try section.read(Self.until) ?? Int.max
    guard first <= last else {
      throw section.error(.rule("`until` \(last) lies before `from` \(first)"), at: "until")
    }
    years = first...last
    cost = try section.read(Self.cost)
    budget = try section.read(Self.budget)
    atMost = try section.read(Self.atMost)
    path = section.path
    if let cost, !bases.contains(cost.basis) {
      throw section.error(
        .rule(
          "expected a cost per " + bases.map { "`\($0.rawValue)`" }.joined(separator: " or ")
            + ", found `\(cost.basis.rawValue)`"), at: "cost")
    }
    if budget != nil, cost == nil, !sharesBudget {
      throw section.error(
        .rule("a `budget` is spent on something: give the `cost` of one unit"), at: "budget")
    }
  }

  /// - Parameter shares: among how many group years a budget without a cost is divided.
  func terms(
    _ builder: ScenarioBuilder, shares: Int? = nil
  ) throws(ScenarioError) -> PolicyTerms {
    let budget = try budget.map { (money) throws(ScenarioError) in try builder.prices.amount(money)
    }
    var price = 0.0
    if let cost {
      price = try builder.prices.amount(cost.money)
    } else if let budget, let shares, shares > 0 {
      price = budget / Double(shares)
    }
    return PolicyTerms(
      eligible: try builder.rule(eligible), years: years, price: price,
      basis: cost?.basis ?? (shares == nil ? .schoolYear : .groupYear), budget: budget,
      atMost: atMost)
  }
}
