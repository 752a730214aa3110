internal import StudyFiles

/// An amount of money: `{GBP: 5000, price-year: 2015}`.
struct MoneySpec: Sendable {
  static let amount = Key("GBP", .number("an amount of 0 or more", in: 0...1e12), "pounds")
  static let priceYear = Key.optional(
    "price-year", .integer("a year, as in `2015`", atLeast: 1900, atMost: 2200),
    shown: "that of `costs`", "the year in whose prices the amount stands")

  let amount: Double
  let priceYear: Int?
  /// Where the price year stands, or the amount.
  let location: SourceLocation

  static let format = ValueFormat<MoneySpec>.section(
    "`{GBP: 11000000}`", keys: [AnyKey(amount), AnyKey(priceYear)]
  ) { (section) throws(SpecErrors) in
    MoneySpec(
      amount: try section.read(amount), priceYear: try section.read(priceYear),
      location: section.location(of: "price-year"))
  }
}

/// What one unit costs: `{GBP: 5000, per: school-year, price-year: 2015}`.
struct CostSpec: Sendable {
  static let basis = Key<CostBasis>("per", .oneOf("basis of cost"), "for each what")

  let money: MoneySpec
  let basis: CostBasis

  static let format = ValueFormat<CostSpec>.section(
    "`{GBP: 5000, per: school-year}`",
    keys: [AnyKey(MoneySpec.amount), AnyKey(basis), AnyKey(MoneySpec.priceYear)]
  ) { (section) throws(SpecErrors) in
    CostSpec(
      money: MoneySpec(
        amount: try section.read(MoneySpec.amount),
        priceYear: try section.read(MoneySpec.priceYear),
        location: section.location(of: "price-year")), basis: try section.read(basis))
  }
}

/// `costs: {discount: 0.035, price-year: 2024, inflation: 0.02, value-of-sd: 900}`: in whose prices money is reported,
/// how later money counts less, and what a standard deviation is worth.
public struct Prices: Sendable {
  static let discount = Key(
    "discount", .number("a rate from 0 to 1, as in `0.035`", in: 0...1), default: 0.035,
    shown: "0.035", "how much less money of the next year counts (HM Treasury's Green Book: 3.5 %)")
  static let priceYear = Key.optional(
    "price-year", .integer("a year, as in `2024`", atLeast: 1900, atMost: 2200),
    shown: "that of the costs", "the year in whose prices money is reported")
  static let inflation = Key.optional(
    "inflation", .number("a rate, as in `0.02`", in: -0.5...1), shown: "none",
    "by which prices of one year are taken to those of the next")
  static let valueOfSD = Key.optional(
    "value-of-sd", .number("an amount of 0 or more", in: 0...1e9), shown: "none",
    "pounds that one sd of the outcome is worth for one pupil, for `net-cost`; an assumption")

  let discount: Double
  let priceYear: Int?
  let inflation: Double?
  /// Pounds for one pupil.
  let valueOfSD: Double?

  static let none = Prices(discount: 0.035, priceYear: nil, inflation: nil, valueOfSD: nil)

  static let format = ValueFormat<Prices>.section(
    "`{discount: 0.035, price-year: 2024, inflation: 0.02}`",
    keys: [AnyKey(discount), AnyKey(priceYear), AnyKey(inflation), AnyKey(valueOfSD)]
  ) { (section) throws(SpecErrors) in
    Prices(
      discount: try section.read(discount), priceYear: try section.read(priceYear),
      inflation: try section.read(inflation), valueOfSD: try section.read(valueOfSD))
  }

  /// An amount in prices of the scenario's price year.
  func amount(_ money: MoneySpec) throws(ScenarioError) -> Double {
    guard let year = money.priceYear, let priceYear, year != priceYear else { return money.amount }
    guard let inflation else { throw .priceYears(year, priceYear) }
    var amount = money.amount
    for _ in min(year, priceYear)..<max(year, priceYear) {
      amount = year < priceYear ? amount * (1 + inflation) : amount / (1 + inflation)
    }
    return amount
  }
}
