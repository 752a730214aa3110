public import StudyFiles

/// `families: {data: schools, size: [12, 20], similar: [prior, fsm], apart: {area: catchment}}`
public struct FamiliesStep: Sendable {
  static let data = Key(
    "data", .text("the name of a table"), default: LocatedText("schools", at: Self.nowhere),
    shown: "schools", "the schools to divide, one row each")
  static let id = Key.optional(
    "id", .text("the name of a column"), shown: "the first column", "what tables call a school by")
  static let size = Key(
    "size",
    ValueFormat<[Int]>.list(of: .integer("a whole number of at least 2", atLeast: 2)).mapping(
      expecting: "fewest and most schools of a family, as in `[12, 20]`"
    ) { (sizes, node) throws(SpecErrors) -> ClosedRange<Int> in
      guard sizes.count == 2, sizes[0] <= sizes[1] else {
        throw node.wrongType(expected: "fewest and most schools of a family, as in `[12, 20]`")
      }
      return sizes[0]...sizes[1]
    }, default: 12...20, shown: "[12, 20]", "fewest and most schools of a family")
  static let similar = Key(
    "similar",
    ValueFormat<[LocatedText]>.list(of: .text("the name of a column"), atLeast: 1),
    "the columns by which schools of a family are alike, each standardised")
  static let weights = Key(
    "weights", .named(.number("a number above 0", above: 0)), default: [], shown: "1 each",
    "how much a column counts, as `{prior: 2}`")
  static let apart = Key.optional(
    "apart", apartFormat, shown: "no rule",
    "who may not share a family: schools nearer than a distance, or of the same area")
  static let quota = Key.optional(
    "quota", .named(.integer("a whole number of at least 1", atLeast: 1)),
    shown: "no limit", "at most so many schools of the same value in a family, as `{la: 3}`")
  static let range = Key.optional(
    "range", .text("the name of a column"), shown: "none",
    "a column whose range within each family is reported, as attainment")
  public static let keys = [
    AnyKey(data), AnyKey(id), AnyKey(size), AnyKey(similar), AnyKey(weights), AnyKey(apart),
    AnyKey(quota), AnyKey(range),
  ]

  private static let nowhere = SourceLocation(file: "", line: 0, column: 0)

  /// Who may not share a family.
  enum Apart: Sendable {
    /// Kilometres.
    case distance(Double)
    case area(LocatedText)
  }

  public let table: LocatedText
  let id: LocatedText?
  let sizes: ClosedRange<Int>
  let similar: [(name: LocatedText, weight: Double)]
  let apart: Apart?
  let quota: (column: LocatedText, most: Int)?
  let range: LocatedText?
  let path: String

  /// - Parameter section: checked against ``keys``.
  public init(from section: Section) throws(SpecErrors) {
    table = try section.read(Self.data)
    id = try section.read(Self.id)
    sizes = try section.read(Self.size)
    let names = try section.read(Self.similar)
    let weights = try section.read(Self.weights)
    for weight in weights where !names.contains(where: { $0.text == weight.name.text }) {
      throw SpecErrors(
        SpecError(
          .unknownName(weight.name.text, kind: "column of `similar`", known: names.map(\.text)),
          path: section.path + ".weights", at: weight.name.location))
    }
    similar = names.map { name in
      (name, weights.first { $0.name.text == name.text }?.value ?? 1)
    }
    apart = try section.read(Self.apart)
    let quotas = try section.read(Self.quota) ?? []
    guard quotas.count < 2 else {
      throw section.error(.rule("expected one quota, found \(quotas.count)"), at: "quota")
    }
    quota = quotas.first.map { ($0.name, $0.value) }
    range = try section.read(Self.range)
    path = section.path
  }

  private static let area = Key("area", .text("the name of a column"), "the column of the area")

  private static let apartFormat = ValueFormat<Apart>.shorthand(
    ValueFormat<Quantity>.quantity("a distance, as in `5 km`", units: ["km"], in: 0...1000).mapping
    {
      (quantity, _) throws(SpecErrors) in .distance(quantity.value)
    },
    or: .section("`{area: COLUMN}`", keys: [AnyKey(area)]) { (section) throws(SpecErrors) in
      .area(try section.read(area))
    })
}
