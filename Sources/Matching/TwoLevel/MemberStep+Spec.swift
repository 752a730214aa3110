internal import StudyFiles

extension MemberStep {
  private static let dataKey = Key(
    "data", .text("the name of a table"), "the members' table, whose rows belong to the match's")
  private static let covariatesKey = Key(
    "covariates", .list(of: .text("the name of a column"), atLeast: 1),
    "columns of the members to be balanced")
  private static let designKey = Key(
    "design", ValueFormat<MemberDesign>.oneOf("design"), default: .nested, shown: "nested",
    "whole: all stay; nested: matched inside matched units; joint: units are matched for it as well"
  )
  private static let distanceKey = Key(
    "distance", Registry.matchingDistances.format, default: Mahalanobis() as any MatchingDistance,
    shown: Mahalanobis.name, "how unlike two members are")
  private static let weightKey = Key(
    "weight", .number("a number above 0", above: 0), default: 1, shown: "1",
    "what a unit of the members' mean distance counts beside one of the units' own (`joint`)")
  private static let caliperKey = Key<Double?>.optional(
    "caliper", .number("a number above 0", above: 0), "largest distance of two partners")
  private static let outcomeKey = Key<LocatedText?>.optional(
    "outcome", .text("the name of a column"), "outcome of the design's own estimate over members")
  private static let adjustKey = Key(
    "adjust", .list(of: .text("the name of a column")), default: [], shown: "none",
    "columns that this estimate is adjusted for")

  static let format = ValueFormat<MemberStep>.section(
    "a section with `data` and `covariates`",
    keys: [
      AnyKey(dataKey), AnyKey(covariatesKey), AnyKey(designKey), AnyKey(distanceKey),
      AnyKey(weightKey), AnyKey(caliperKey), AnyKey(outcomeKey), AnyKey(adjustKey),
    ]
  ) { (section) throws(SpecErrors) in
    let design = try section.read(designKey)
    if design != .joint, section.has("weight") {
      throw section.error(.rule("`weight` is for `design: joint`"), at: "weight")
    }
    if design == .whole, section.has("caliper") {
      throw section.error(.rule("with `design: whole` no members are paired"), at: "caliper")
    }
    return MemberStep(
      data: try section.read(dataKey), covariates: try section.read(covariatesKey),
      design: design, distance: try section.read(distanceKey),
      weight: try section.read(weightKey), caliper: try section.read(caliperKey),
      outcome: try section.read(outcomeKey), adjust: try section.read(adjustKey),
      path: section.path)
  }
}
