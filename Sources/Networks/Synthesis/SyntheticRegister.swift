public import Probability
public import Tables

/// A register of schools that never existed, with pupils, federations and ties, and a known effect of federation:
/// for dry runs, for teaching, and to see whether a method finds what is there.
///
/// Federation goes to schools that are weaker, poorer and smaller **by what the tables show**, so that comparing
/// federated schools with all others is misleading, and comparing like with like is not. The same design and seed
/// give the same bytes.
public struct SyntheticRegister: Sendable {
  public let design: RegisterDesign
  /// `schools`, `pupils`, `membership`, `ties`.
  public let tables: [Table]
  /// What a good method should find.
  public let truth: JSON

  public init(_ design: RegisterDesign = RegisterDesign(), seed: Seed) {
    self.design = design
    let schools = SyntheticSchools(design, seed: seed)
    let federations = SyntheticFederations(design, schools, seed: seed)
    let pupils = SyntheticPupils(design, schools, federations, seed: seed)
    let ties = SyntheticTies(design, schools, federations, seed: seed)
    tables = [
      Self.schoolTable(schools, federations, pupils), Self.pupilTable(pupils),
      Self.membershipTable(federations), Self.tieTable(ties),
    ]
    truth = Self.truth(design, seed: seed, federations, pupils)
  }

  /// The tables, in the order of their files.
  public func generate() -> [Table] { tables }

  private static func urn(_ school: Int) -> Double { Double(900_001 + school) }

  private static func name(ofFederation federation: Int) -> String {
    "F" + String(String(1001 + federation).dropFirst())
  }

  private static func schoolTable(
    _ schools: SyntheticSchools, _ federations: SyntheticFederations, _ pupils: SyntheticPupils
  ) -> Table {
    let rows = 0..<schools.count
    let joined = rows.map { school in
      federations.federation[school].map { Double(federations.founded[$0]) } ?? .nan
    }
    return Table(
      name: "schools",
      columns: [
        Column("urn", type: .integer, storage: .numbers(rows.map(urn))),
        Column("la", type: .integer, storage: .numbers(schools.authority.map { Double(801 + $0) })),
        Column("phase", categories: schools.isJunior.map { $0 ? "junior" : "primary" }),
        Column(
          "faith", categories: schools.faith.map { SyntheticSchools.faiths[$0] },
          levels: SyntheticSchools.faiths),
        Column(
          "easting", type: .integer,
          storage: .numbers(schools.eastings.map { ($0 * 1000).rounded() })),
        Column(
          "northing", type: .integer,
          storage: .numbers(schools.northings.map { ($0 * 1000).rounded() })),
        Column("roll", type: .integer, storage: .numbers(schools.roll.map(Double.init))),
        Column("fsm", numbers: schools.fsm),
        Column("prior", numbers: schools.prior),
        Column("attainment", numbers: pupils.schoolMeans(schools.count)),
        Column(
          "federated", type: .integer,
          storage: .numbers(rows.map { federations.federation[$0] == nil ? 0 : 1 })),
        Column(
          "federation",
          categories: rows.map { federations.federation[$0].map(name(ofFederation:)) }),
        Column("joined", type: .integer, storage: .numbers(joined)),
      ])
  }

  private static func pupilTable(_ pupils: SyntheticPupils) -> Table {
    Table(
      name: "pupils",
      columns: [
        Column(
          "pupil", type: .integer, storage: .numbers(pupils.school.indices.map { Double($0 + 1) })),
        Column("urn", type: .integer, storage: .numbers(pupils.school.map(urn))),
        Column("fsm", type: .integer, storage: .numbers(pupils.isPoor.map { $0 ? 1 : 0 })),
        Column("prior", numbers: pupils.prior),
        Column("outcome", numbers: pupils.outcome),
      ])
  }

  private static func membershipTable(_ federations: SyntheticFederations) -> Table {
    let rows = federations.members.enumerated().flatMap { federation, schools in
      schools.sorted().map { (school: $0, federation: federation) }
    }
    return Table(
      name: "membership",
      columns: [
        Column("urn", type: .integer, storage: .numbers(rows.map { urn($0.school) })),
        Column("group", categories: rows.map { name(ofFederation: $0.federation) }),
        Column("kind", categories: rows.map { _ in "federation" }),
        Column("joined", categories: rows.map { "\(federations.founded[$0.federation])-09-01" }),
        Column("left", type: .text, storage: .codes(rows.map { _ in -1 }, levels: [])),
      ])
  }

  private static func tieTable(_ ties: SyntheticTies) -> Table {
    Table(
      name: "ties",
      columns: [
        Column("from", type: .integer, storage: .numbers(ties.ties.map { urn($0.0) })),
        Column("to", type: .integer, storage: .numbers(ties.ties.map { urn($0.1) })),
      ])
  }

  private static func truth(
    _ design: RegisterDesign, seed: Seed, _ federations: SyntheticFederations,
    _ pupils: SyntheticPupils
  ) -> JSON {
    func scaled(_ value: Double) -> JSON { .number(rounded(value * pupils.scale * 1000, 3) / 1000) }
    return [
      "what": "a synthetic register: no school, pupil or federation in it exists",
      "seed": .number(Double(seed.rawValue)),
      "federations": .number(Double(federations.members.count)),
      "federated_schools": .number(Double(federations.federation.count { $0 != nil })),
      "schools": .number(Double(federations.federation.count)),
      "pupils": .number(Double(pupils.school.count)),
      "effect_of_federation": .number(design.effect),
      "outcome": [
        "unit": "standard deviations of pupils, without the effect",
        "slope_of_prior": scaled(RegisterDesign.priorSlope),
        "poor_pupil": scaled(RegisterDesign.poorPupil),
        "share_of_poor_pupils": scaled(RegisterDesign.poorSchool),
        "sd_between_schools": scaled(design.schoolSD),
        "sd_between_federations": scaled(design.federationSD),
        "sd_of_pupils_within_schools": scaled(design.pupilSD),
      ],
    ]
  }
}
