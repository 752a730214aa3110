public import Tables

/// Families with what the report says of them.
public struct FamiliesResult: Sendable {
  public let families: Families
  /// The family of each row of the table.
  public let groups: SchoolGroups
  /// `families`, `members`, `solution`.
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]

  init(
    _ families: Families, _ problem: FamilyProblem, table: String, names: [String],
    similar: [String], columns: [[Double]], range: String?, performance: [Double]?,
    locations: Locations?, keepsApart: Bool
  ) {
    self.families = families
    groups = SchoolGroups(table: table, groups: families.familyOf)
    let fields =
      [
        Field("family", "The family's number, in the order of its first school."),
        Field("schools", "How many schools it has."),
        Field(
          "spread", "Root mean squared distance of its schools to its mean, in standard deviations."
        ),
      ] + similar.map { Field("mean_\($0)", "The mean of `\($0)` over its schools.") }
      + (range.map {
        [
          Field("lowest", "The lowest value of `\($0)` among its schools."),
          Field("highest", "The highest value."),
          Field("range", "The highest less the lowest: how far alike schools differ in it."),
        ]
      } ?? [])
      + (locations == nil
        ? [] : [Field("nearest", unit: "km", "The shortest distance between two of its schools.")])
    let rows = families.members.enumerated().map { family, members -> [Cell] in
      var cells: [Cell] = [.count(family + 1), .count(members.count)]
      cells.append(.number(Self.spread(members, problem)))
      for column in columns {
        cells.append(
          .number(members.reduce(0) { $0 + column[Int($1)] } / Double(members.count)))
      }
      if let performance {
        let values = members.map { performance[Int($0)] }
        let (low, high) = (values.min() ?? .nan, values.max() ?? .nan)
        cells += [.number(low), .number(high), .number(high - low)]
      }
      if let locations { cells.append(.number(Self.nearest(members, locations))) }
      return cells
    }
    let members = families.members.enumerated().flatMap { family, schools in
      schools.map { FamilyMemberRow(family: family + 1, school: names[Int($0)]) }
    }
    let sizes = families.members.map(\.count)
    tables = [
      TidyTable("families", fields: fields, rows: rows), TidyTable("members", members),
      TidyTable(
        "solution",
        [
          FamilySolutionRow(
            schools: names.count, families: sizes.count, smallest: sizes.min() ?? 0,
            largest: sizes.max() ?? 0, objective: families.objective, bound: families.bound,
            gap: families.gap, passes: families.passes)
        ]),
    ]
    diagnostics = [
      families.isOptimal
        ? Diagnostic(
          .note, code: "families-optimal",
          "no division into such families has a smaller sum of squares")
        : Diagnostic(
          .note, code: "families-gap",
          "no division into families of \(problem.sizes.lowerBound) or more can have a sum of squares more than "
            + "\((families.gap * 1000).rounded() / 10) % below this one"
            + (keepsApart ? "; the bound takes account of `apart` in part" : ""))
    ]
  }

  private static func spread(_ members: [Int32], _ problem: FamilyProblem) -> Double {
    let p = problem.dimensions
    var sum = 0.0
    for k in 0..<p {
      let values = members.map { problem.features[Int($0) * p + k] }
      let mean = values.reduce(0, +) / Double(values.count)
      sum += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    return (sum / Double(members.count)).squareRoot()
  }

  private static func nearest(_ members: [Int32], _ locations: Locations) -> Double {
    var least = Double.infinity
    for (k, a) in members.enumerated() {
      for b in members[(k + 1)...] {
        least = min(least, locations.distance(Int(a), Int(b)))
      }
    }
    return least
  }
}

/// A row of `members`.
public struct FamilyMemberRow: TidyRow {
  let family: Int
  let school: String

  public static let schema = [
    Field("family", "The family's number."), Field("school", "What the data call the school."),
  ]

  public var cells: [Cell] { [.count(family), .text(school)] }
}

/// The row of `solution`.
public struct FamilySolutionRow: TidyRow {
  let schools: Int
  let families: Int
  let smallest: Int
  let largest: Int
  let objective: Double
  let bound: Double
  let gap: Double
  let passes: Int

  public static let schema = [
    Field("schools", "How many schools were divided."),
    Field("families", "Into how many families."),
    Field("smallest", "Schools of the smallest family."),
    Field("largest", "Schools of the largest."),
    Field(
      "objective", "Sum of squared distances to the families' means, in standardised covariates."),
    Field("bound", "No division has less, whoever must keep apart."),
    Field("gap", "The share of the objective by which it is above the bound."),
    Field("passes", "How often all schools were looked at for a move."),
  ]

  public var cells: [Cell] {
    [
      .count(schools), .count(families), .count(smallest), .count(largest), .number(objective),
      .number(bound), .number(gap), .count(passes),
    ]
  }
}
