public import StudyFiles

/// A synthetic register as a specification file writes it: `{seed: 2014, effect: 0.12, others: 3000}`.
extension RegisterDesign {
  private static let standard = RegisterDesign()

  private static func count(_ name: String, _ value: Int, _ meaning: String) -> Key<Int> {
    Key(
      name, .integer("a whole number from 0 to 1000000", atLeast: 0, atMost: 1_000_000),
      default: value, shown: "\(value)", meaning)
  }

  private static func size(_ name: String, _ value: Double, _ meaning: String) -> Key<Double> {
    Key(
      name, .number("a number of 0 or more", in: 0...1e6), default: value, shown: "\(value)",
      meaning)
  }

  static let pairsKey = count("pairs", standard.pairs, "federations of two schools")
  static let triplesKey = count("triples", standard.triples, "federations of three")
  static let quadruplesKey = count("quadruples", standard.quadruples, "federations of four")
  static let federatedAuthoritiesKey = count(
    "federated-authorities", standard.federatedAuthorities, "authorities that have federations")
  static let authoritiesKey = count("authorities", standard.authorities, "authorities in all")
  static let othersKey = count("others", standard.others, "schools in no federation")
  static let cohortKey = size("cohort", standard.cohort, "median pupils of a school's one year")
  static let effectKey = Key(
    "effect", .number(), default: standard.effect, shown: "\(standard.effect)",
    "of federation, in standard deviations of pupils")
  static let schoolSDKey = size("school-sd", standard.schoolSD, "of what a school adds")
  static let federationSDKey = size(
    "federation-sd", standard.federationSD, "of what a federation adds beyond the effect")
  static let pupilSDKey = Key(
    "pupil-sd", .number("a number above 0", above: 0), default: standard.pupilSD,
    shown: "\(standard.pupilSD)", "of pupils within a school, given their prior attainment")
  static let selectionKey = size(
    "selection", standard.selection, "how strongly federation goes to weak, poor and small schools")
  static let voluntaryTiesKey = count(
    "voluntary-ties", standard.voluntaryTies, "ties between schools outside federations")

  public static let keys = [
    AnyKey(pairsKey), AnyKey(triplesKey), AnyKey(quadruplesKey), AnyKey(federatedAuthoritiesKey),
    AnyKey(authoritiesKey), AnyKey(othersKey), AnyKey(cohortKey), AnyKey(effectKey),
    AnyKey(schoolSDKey), AnyKey(federationSDKey), AnyKey(pupilSDKey), AnyKey(selectionKey),
    AnyKey(voluntaryTiesKey),
  ]

  /// - Parameter section: checked against ``keys``; the seed stands beside it.
  public init(from section: Section) throws(SpecErrors) {
    self.init()
    pairs = try section.read(Self.pairsKey)
    triples = try section.read(Self.triplesKey)
    quadruples = try section.read(Self.quadruplesKey)
    federatedAuthorities = try section.read(Self.federatedAuthoritiesKey)
    authorities = try section.read(Self.authoritiesKey)
    others = try section.read(Self.othersKey)
    cohort = try section.read(Self.cohortKey)
    effect = try section.read(Self.effectKey)
    schoolSD = try section.read(Self.schoolSDKey)
    federationSD = try section.read(Self.federationSDKey)
    pupilSD = try section.read(Self.pupilSDKey)
    selection = try section.read(Self.selectionKey)
    voluntaryTies = try section.read(Self.voluntaryTiesKey)
    guard federatedAuthorities >= 1, authorities >= federatedAuthorities else {
      throw section.error(
        .rule(
          "`authorities` \(authorities) must be at least `federated-authorities` "
            + "\(federatedAuthorities), and that at least 1"), at: "authorities")
    }
    // Schools are dealt out to authorities in turn, so the fewest that one has is the quotient.
    let perAuthority = (federations + federatedAuthorities - 1) / federatedAuthorities
    let largest = quadruples > 0 ? 4 : triples > 0 ? 3 : 2
    guard schools / authorities >= perAuthority * largest else {
      throw section.error(
        .rule(
          "\(federations) federations in \(federatedAuthorities) authorities need up to "
            + "\(perAuthority * largest) schools in each, and there are \(schools / authorities)"))
    }
    guard cohort >= 5 else {
      throw section.error(.rule("`cohort` \(cohort) is below 5"), at: "cohort")
    }
  }
}
