public import StudyFiles

/// A synthetic study of federations as a specification file writes it, with the keys of the register beside its own.
extension FederationsDesign {
  private static let standard = FederationsDesign()

  private static func size(_ name: String, _ value: Double, _ meaning: String) -> Key<Double> {
    Key(name, .number("a number", in: -10...10), default: value, shown: "\(value)", meaning)
  }

  static let firstYearKey = Key(
    "first-year", .integer("a year", atLeast: 1900, atMost: 2100), default: standard.firstYear,
    shown: "\(standard.firstYear)", "the first school year")
  static let yearsKey = Key(
    "years", .integer("a number of years from 6", atLeast: 6, atMost: 30), default: standard.years,
    shown: "\(standard.years)", "school years of the register")
  static let profileKey = Key(
    "profile", .list(of: .number(), atLeast: 1), default: standard.profile,
    shown: "[0, 0.06, 0.12, 0.15, 0.15]",
    "effect of federation by year since joining; the last one lasts"
  )
  static let performanceKey = size(
    "performance", standard.performance, "more in federations of strong with weak schools")
  static let lowerKey = size("lower", standard.lower, "more for the lower partner")
  static let poorKey = size("poor", standard.poor, "more for poor pupils")
  static let spilloverKey = size(
    "spillover", standard.spillover, "in schools nearer than 5 km to a federated one")
  static let mathematicsKey = size(
    "mathematics", standard.mathematics, "the second outcome's effect, as a share of the first's")
  static let leaversKey = size(
    "leavers", standard.leavers, "share of federated schools that leave after two years")
  static let schoolYearKey = size(
    "school-year-sd", standard.schoolYearSD, "of what a school's one year adds")
  static let missingKey = size("missing", standard.missing, "share of outcomes that are not known")
  static let suppressedKey = Key(
    "suppressed", .integer("a number of pupils from 0", atLeast: 0, atMost: 1000),
    default: standard.suppressed, shown: "\(standard.suppressed)",
    "schools with fewer pupils a year have their results suppressed")
  static let followsKey = Key(
    "follows", .flag, default: standard.follows, shown: "false",
    "whether pupils have a row in every year, not only in that of the outcome")

  public static let keys =
    RegisterDesign.keys + [
      AnyKey(firstYearKey), AnyKey(yearsKey), AnyKey(profileKey), AnyKey(performanceKey),
      AnyKey(lowerKey), AnyKey(poorKey), AnyKey(spilloverKey), AnyKey(mathematicsKey),
      AnyKey(leaversKey), AnyKey(schoolYearKey), AnyKey(missingKey), AnyKey(suppressedKey),
      AnyKey(followsKey),
    ]

  /// - Parameter section: checked against ``keys``; the seed stands beside it.
  public init(from section: Section) throws(SpecErrors) {
    self.init()
    let given = register
    register = try RegisterDesign(from: section)
    if !section.has("others") { register.others = given.others }
    if !section.has("federation-sd") { register.federationSD = given.federationSD }
    firstYear = try section.read(Self.firstYearKey)
    years = try section.read(Self.yearsKey)
    profile = try section.read(Self.profileKey)
    performance = try section.read(Self.performanceKey)
    lower = try section.read(Self.lowerKey)
    poor = try section.read(Self.poorKey)
    spillover = try section.read(Self.spilloverKey)
    mathematics = try section.read(Self.mathematicsKey)
    leavers = try section.read(Self.leaversKey)
    schoolYearSD = try section.read(Self.schoolYearKey)
    missing = try section.read(Self.missingKey)
    suppressed = try section.read(Self.suppressedKey)
    follows = try section.read(Self.followsKey)
  }
}
