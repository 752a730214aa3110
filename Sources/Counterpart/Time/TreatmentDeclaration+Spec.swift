internal import StudyFiles

extension TreatmentDeclaration {
  private static let columnKey = Key(
    "column", .text("a column"), "the column that says who is treated")
  private static let episodesKey = Key.optional(
    "episodes", .text("a table with `episodes`"), shown: "the study's only one",
    "the table of memberships")
  private static let whereKey = Key.optional(
    "where", .text("a condition on an episode"),
    shown: "that of `member(…)` which prepares the column, or every episode",
    "which memberships are treatment")
  private static let assignedKey = Key.optional(
    "assigned", .text("a column of the episodes"), shown: "their group",
    "the unit of assignment: what is joined")
  private static let joinedKey = Key.optional(
    "joined", .text("a column of the episodes"), shown: "their start", "when treatment began")
  private static let leastKey = Key.optional(
    "least", .quantity("a time such as `1 year`", units: ["year", "month"], in: 0...100),
    "shorter memberships are neither treated nor comparators")
  private static let startsKey = Key(
    "year-starts", ValueFormat<Month>.oneOf("month"), default: .september, shown: "september",
    "the month in which a year begins; it is called by the calendar year in which it ends")
  private static let followKey = Key.optional(
    "follow", .integer("a whole number of years from 0", atLeast: 0, atMost: 100),
    shown: "the largest lag of the study",
    "years after its base year in which a comparator must not have joined")

  static let format = ValueFormat.section(
    "a section with `column`, and `episodes` where the study has several such tables",
    keys: [
      AnyKey(columnKey), AnyKey(episodesKey), AnyKey(whereKey), AnyKey(assignedKey),
      AnyKey(joinedKey), AnyKey(leastKey), AnyKey(startsKey), AnyKey(followKey),
    ]
  ) { (section) throws(SpecErrors) in
    TreatmentDeclaration(
      column: try section.read(columnKey), episodes: try section.read(episodesKey),
      condition: try section.read(whereKey), assigned: try section.read(assignedKey),
      joined: try section.read(joinedKey),
      least: try section.read(leastKey).map { $0.unit == "month" ? $0.value / 12 : $0.value } ?? 0,
      schoolYear: SchoolYear(firstMonth: try section.read(startsKey).number),
      follow: try section.read(followKey), location: section.location)
  }
}

extension BaseDeclaration {
  /// `joined - 1 year`.
  static let format = ValueFormat<LocatedText>.text("`joined - 1 year`, or more years").mapping {
    (text, node) throws(SpecErrors) -> BaseDeclaration in
    let words = text.text.split(whereSeparator: { $0 == " " })
    guard words.count == 4, words[0] == "joined", words[1] == "-",
      let years = Int(words[2]), (1...20).contains(years), words[3] == "year" || words[3] == "years"
    else { throw node.wrongType(expected: "`joined - 1 year`, or more years") }
    return BaseDeclaration(yearsBefore: years)
  }
}

extension PrimaryDeclaration {
  private static let outcomeKey = Key(
    "outcome", .list(of: .text("an outcome"), atLeast: 1), "the outcome of the primary model")
  private static let lagKey = Key(
    "lag", .list(of: .integer("years after the base year")), default: [], shown: "any",
    "years after the base year at which it is measured")
  private static let stepKey = Key.optional(
    "step", .text("a step"), shown: "the only model of it", "the step that fits the primary model")
  private static let correctionKey = Key.optional(
    "correction", ValueFormat<Correction>.oneOf("correction"),
    "how several primary outcomes are judged together; needed where there are several")

  static let format = ValueFormat.section(
    "a section such as `{outcome: reading, lag: 3}`",
    keys: [AnyKey(outcomeKey), AnyKey(lagKey), AnyKey(stepKey), AnyKey(correctionKey)]
  ) { (section) throws(SpecErrors) in
    let primary = PrimaryDeclaration(
      outcomes: try section.read(outcomeKey), lags: try section.read(lagKey),
      step: try section.read(stepKey), correction: try section.read(correctionKey),
      location: section.location)
    let number = primary.outcomes.count * max(1, primary.lags.count)
    guard number == 1 || primary.correction != nil else {
      throw section.error(
        .rule(
          "\(number) primary outcomes: name exactly one, or say how they are judged together with "
            + "`correction: holm`"))
    }
    return primary
  }
}

extension EstimandDeclaration {
  private static let effectKey = Key(
    "effect", ValueFormat<Effect>.oneOf("estimand"), default: .att, shown: "att",
    "whose average effect")
  private static let perKey = Key(
    "per", ValueFormat<Unit>.oneOf("unit"), default: .pupil, shown: "pupil",
    "what counts alike in the average")

  private static let pupilsKey = Key.optional(
    "pupils", .text("a column"), shown: "none",
    "how many pupils a school has, such as `roll @ base`: by it a model of schools has an effect per pupil"
  )

  static let format = ValueFormat.section(
    "a section such as `{effect: att, per: pupil}`",
    keys: [AnyKey(effectKey), AnyKey(perKey), AnyKey(pupilsKey)]
  ) { (section) throws(SpecErrors) in
    EstimandDeclaration(
      effect: try section.read(effectKey), per: try section.read(perKey),
      pupils: try section.read(pupilsKey))
  }
}
