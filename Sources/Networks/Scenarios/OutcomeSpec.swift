internal import StudyFiles

/// `outcome: {attainment: attainment, poverty: fsm, weight: roll}`
struct OutcomeSpec: Sendable {
  static let attainment = Key(
    "attainment", .text("the name of a column"), "the outcome of each school at the start")
  static let poverty = Key.optional(
    "poverty", .text("the name of a column"), "by which schools are divided into fifths")
  static let weight = Key.optional(
    "weight", .text("the name of a column"), shown: "every school the same", "pupils of each school"
  )
  static let sd = Key.optional(
    "sd", .number("a number above 0", above: 0), shown: "the sd between schools at the start",
    "what one `sd` is in the outcome's unit: the total sd of pupils where it is known")

  static let pupils = Key(
    "pupils", .named(PupilGroupSpec.format), default: [], shown: "none",
    "groups of pupils whose outcome is followed too, as disadvantaged ones and others")

  let column: LocatedText
  let poverty: LocatedText?
  let weight: LocatedText?
  let sd: Double?
  let pupils: [Named<PupilGroupSpec>]

  static let format = ValueFormat<OutcomeSpec>.section(
    "`{attainment: COLUMN, poverty: COLUMN, weight: COLUMN}`",
    keys: [AnyKey(attainment), AnyKey(poverty), AnyKey(weight), AnyKey(sd), AnyKey(pupils)]
  ) { (section) throws(SpecErrors) in
    OutcomeSpec(
      column: try section.read(attainment), poverty: try section.read(poverty),
      weight: try section.read(weight), sd: try section.read(sd),
      pupils: try section.read(pupils))
  }
}
