internal import Networks
internal import Tables

/// A row of `proportions`: how many said yes to an item in a wave.
struct ProportionRow: TidyRow {
  let wave: String
  let item: String
  let share: Double
  let of: Int?
  let yes: Int?
  let missing: Int?

  /// - Parameters:
  ///   - of: how many answered.
  ///   - missing: how many were asked and did not.
  init(wave: String, item: String, missing: Int, of: Int, yes: Int) {
    self.wave = wave
    self.item = item
    share = of > 0 ? Double(yes) / Double(of) : .nan
    self.of = of
    self.yes = yes
    self.missing = missing
  }

  /// A published share; the number of those who said yes is the nearest whole one.
  init(wave: String, item: String, share: Double, of: Int?) {
    self.wave = wave
    self.item = item
    self.share = share
    self.of = of
    yes = of.map { Int((share * Double($0)).rounded()) }
    missing = nil
  }

  static let schema = [
    Field("wave", "The wave."),
    Field("item", "The item."),
    Field("yes", "How many said yes; of a published share the nearest whole number."),
    Field("of", "How many answered; missing where that is not known."),
    Field("no_answer", "How many were asked and did not answer."),
    Field("share", "Yes over answers."),
    Field("ci_low", "Exact 95 % interval (Clopper–Pearson), lower end; none without `of`."),
    Field("ci_high", "Exact 95 % interval, upper end."),
  ]

  var cells: [Cell] {
    var interval: ExactProportion?
    if let yes, let of, of > 0 { interval = ExactProportion(yes, of: of) }
    return [
      .text(wave), .text(item), .optional(yes), .optional(of), .optional(missing),
      share.isNaN ? .missing : .number(share), .optional(interval?.low),
      .optional(interval?.high),
    ]
  }
}
