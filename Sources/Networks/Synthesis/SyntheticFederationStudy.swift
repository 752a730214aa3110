public import Probability
public import Tables

/// A synthetic study of federations with known truth: schools by year, pupils by year, memberships with dates.
///
/// Federation goes to schools that are weaker, poorer and smaller by what the tables show. Types are derived from
/// the members and overlap: different phases, attainment half a standard deviation apart, one at least twice as
/// large, the same faith, a special school, an academy.
public struct SyntheticFederationStudy: Sendable {
  public let design: FederationsDesign
  /// `schools`, `pupils`, `membership`.
  public let tables: [Table]
  public let truth: JSON

  /// - Parameter codes: whether what is not known stands as the codes that files have (`SUPP`, `NE`), for files;
  ///   otherwise it is missing.
  public init(_ design: FederationsDesign = FederationsDesign(), seed: Seed, codes: Bool = true) {
    self.design = design
    let world = FederationWorld(design, seed: seed)
    let pupils = FederationPupils(design, world, seed: seed)
    tables = [
      Self.schoolTable(design, world, pupils, seed: seed, codes: codes), pupils.table(design),
      Self.membershipTable(world),
    ]
    truth = FederationTruth(design, world).json(seed: seed)
  }

  private static func schoolTable(
    _ design: FederationsDesign, _ world: FederationWorld, _ pupils: FederationPupils, seed: Seed,
    codes: Bool
  ) -> Table {
    var school: [Int] = []
    var year: [Int] = []
    for index in 0..<world.schools.count {
      for offset in 0..<design.years {
        school.append(index)
        year.append(design.firstYear + offset)
      }
    }
    let rows = school.indices
    var prior: [Double] = []
    var attainment: [Double] = []
    var grade: [String] = []
    for row in rows {
      let index = school[row]
      var random = RandomStream(
        seed["school-years"], entity: UInt32(index), event: UInt32(year[row]))
      prior.append(rounded(world.schools.prior[index] + 0.06 * random.normal(), 3))
      let n = Double(world.cohort(index))
      let noise = random.normal()
      let known =
        pupils.mean(school: index, year: year[row])
        ?? world.expected(index, year: year[row], design)
        + 0.85 * noise / n.squareRoot()
      let isSuppressed = world.cohort(index) < design.suppressed
      attainment.append(isSuppressed ? .nan : rounded(known, 3))
      // No relation to federation: grades follow intake and chance.
      let latent = 1.2 * world.schools.prior[index] + 1.8 * (random.uniform() - 0.5)
      grade.append(latent > 0.7 ? "1" : latent > -0.2 ? "2" : latent > -0.8 ? "3" : "4")
    }
    let results =
      codes
      ? Column(
        "attainment",
        categories: attainment.map { $0.isNaN ? "SUPP" : Column("", numbers: [$0]).text(at: 0) })
      : Column("attainment", numbers: attainment)
    func text(_ value: (Int) -> String) -> [String?] { school.map { value($0) } }
    return Table(
      name: "schools",
      columns: [
        Column("urn", type: .integer, storage: .numbers(school.map { Double(900_001 + $0) })),
        Column("year", type: .integer, storage: .numbers(year.map(Double.init))),
        Column(
          "la", type: .integer,
          storage: .numbers(school.map { Double(801 + world.schools.authority[$0]) })),
        Column("phase", categories: text { world.schools.isJunior[$0] ? "junior" : "primary" }),
        Column(
          "type",
          categories: text {
            world.isSpecial[$0] ? "special" : world.isAcademy[$0] ? "academy" : "maintained"
          }),
        Column("faith", categories: text { SyntheticSchools.faiths[world.schools.faith[$0]] }),
        Column(
          "easting", type: .integer,
          storage: .numbers(school.map { (world.schools.eastings[$0] * 1000).rounded() })),
        Column(
          "northing", type: .integer,
          storage: .numbers(school.map { (world.schools.northings[$0] * 1000).rounded() })),
        Column(
          "roll", type: .integer, storage: .numbers(school.map { Double(world.schools.roll[$0]) })),
        Column("fsm", numbers: school.map { world.schools.fsm[$0] }),
        Column("prior", numbers: prior), results,
        Column("grade", categories: grade.map { $0 }),
      ])
  }

  private static func membershipTable(_ world: FederationWorld) -> Table {
    let rows = world.federations.members.enumerated().flatMap { federation, schools in
      schools.sorted().map { (school: $0, federation: federation) }
    }
    func name(_ federation: Int) -> String { "F" + String(String(1001 + federation).dropFirst()) }
    return Table(
      name: "membership",
      columns: [
        Column(
          "urn", type: .integer, storage: .numbers(rows.map { Double(900_001 + $0.school) })),
        Column("group", categories: rows.map { name($0.federation) }),
        Column("kind", categories: rows.map { _ in "federation" }),
        Column(
          "joined", type: .date,
          storage: .numbers(
            rows.map { Self.september(world.federations.founded[$0.federation]) })),
        Column(
          "left", type: .date,
          storage: .numbers(
            rows.map { row in
              world.leaves[row.school]
                ? Self.september(world.federations.founded[row.federation] + 2) : .nan
            })),
      ])
  }

  /// 1 September of a year, in days since 1970-01-01.
  private static func september(_ year: Int) -> Double {
    let before = year - 1
    let days = 365 * (before - 1969) + (before / 4 - before / 100 + before / 400) - 477
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    return Double(days + 243 + (isLeap ? 1 : 0))
  }
}
