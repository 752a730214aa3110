internal import Networks
internal import Reports
internal import Tables

/// What the report says of families: how many, how alike, how far from the best, and each in a line.
struct FamiliesReport {
  let step: String
  let result: FamiliesResult

  private var sizes: [Int] { result.families.members.map(\.count) }

  var answer: Answer? {
    guard let smallest = sizes.min(), let largest = sizes.max() else { return nil }
    return Answer(
      """
      \(result.groups.groups.count) schools form \(strong: "\(sizes.count)") families of \(smallest) to \
      \(largest).
      """,
      details: [
        """
        No division within the same sizes can have a sum of squares more than \
        \(100 * result.families.gap, .decimals(1)) % below this one.
        """
      ])
  }

  var section: ReportSection {
    ReportSection(
      "Families of schools", anchor: "families-\(step)",
      [
        .paragraph(
          """
          Schools of a family are alike in the columns named and keep the distance asked for; what they differ \
          in, they can learn from one another. Spread is the root mean squared distance to the family's mean, in \
          standard deviations of all schools.
          """)
      ]
        + AskedTables(
          step: step, tables: result.tables,
          captions: [("solution", "The division and its bound"), ("families", "Families")]
        ).blocks)
  }
}
