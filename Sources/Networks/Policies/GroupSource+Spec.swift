internal import StudyFiles

/// Where groups of schools come from: an earlier step (`groups: STEP`) or a column of the schools (`column: NAME`).
enum GroupSource: Sendable {
  case step(LocatedText)
  case column(LocatedText)

  static let groups = Key.optional(
    "groups", .text("the name of a step"), "the step that has formed the groups, as `families`")
  static let column = Key.optional(
    "column", .text("the name of a column"), "the column that says which group a school is in")

  init(from section: Section) throws(SpecErrors) {
    let (step, column) = (try section.read(Self.groups), try section.read(Self.column))
    switch (step, column) {
    case (let step?, nil): self = .step(step)
    case (nil, let column?): self = .column(column)
    default:
      throw section.error(.rule("expected either `groups: STEP` or `column: NAME`"))
    }
  }

  var steps: [LocatedText] { if case .step(let step) = self { [step] } else { [] } }
  var columns: [LocatedText] { if case .column(let column) = self { [column] } else { [] } }
}
