public import Tables

/// A row of `school_effects`; within a term the rows stand in caterpillar order, by increasing mode.
public struct GroupEffectRow: TidyRow, Hashable {
  public let effect: GroupEffect

  public init(_ effect: GroupEffect) { self.effect = effect }

  public static let schema = [
    Field("group", "The grouping factor."),
    Field("level", "The group."),
    Field("term", "The column whose effect this is."),
    Field("mode", "Conditional mode: the group's departure from the average, shrunken towards it."),
    Field("std_error", "Standard error of the prediction, with that of the coefficients."),
    Field("ci_low", "Lower end of the 95 % interval of this group alone."),
    Field("ci_high", "Upper end of the 95 % interval of this group alone."),
    Field(
      "comparative_low",
      "Lower end of the comparative interval: groups whose intervals do not overlap differ at 5 %."),
    Field("comparative_high", "Upper end of the comparative interval."),
    Field("rank", "Median rank among the groups; 1 is the highest."),
    Field("rank_low", "Best rank of the 95 % interval."),
    Field("rank_high", "Worst rank of the 95 % interval."),
    Field(
      "reliability",
      "1 − conditional variance / variance between groups: 0 is all average, 1 all the group's own."
    ),
    Field("rows", unit: "rows", "Rows of the group."),
  ]

  public var cells: [Cell] {
    [
      .text(effect.group), .text(effect.level), .text(effect.term), .number(effect.mode),
      .number(effect.standardError), .number(effect.low), .number(effect.high),
      .number(effect.comparativeLow), .number(effect.comparativeHigh),
      .count(effect.rank.median), .count(effect.rank.low), .count(effect.rank.high),
      .optional(effect.reliability), .count(effect.rows),
    ]
  }
}
