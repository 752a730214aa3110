internal import Probability
internal import Tables

/// Pupils in the year of their outcome, and where asked for in the years before.
///
/// reading = 0.65 prior − 0.2 fsm − 0.4 share of poor pupils + school + federation once joined + school and year +
/// effect + pupil; mathematics likewise with an effect of its own.
struct FederationPupils {
  var pupil: [Int32] = []
  var school: [Int32] = []
  var year: [Int32] = []
  var isPoor: [Bool] = []
  var prior: [Double] = []
  /// NaN in years before the outcome, and where it is not known.
  var reading: [Double] = []
  var mathematics: [Double] = []
  private var sums: [Int: (sum: Double, count: Double)] = [:]

  init(_ design: FederationsDesign, _ world: FederationWorld, seed: Seed) {
    let founded = world.federations.founded
    let firstBase = founded.min() ?? design.firstYear
    let lastYear = design.firstYear + design.years - 1
    var next: Int32 = 0
    for index in 0..<world.schools.count {
      let poverty = world.schools.fsm[index] / 100
      for year in max(firstBase, design.firstYear)...lastYear {
        var ofYear = RandomStream(
          seed["school-year-effects"], entity: UInt32(index), event: UInt32(year))
        let schoolYear = design.schoolYearSD * ofYear.normal()
        let other = design.schoolYearSD * ofYear.normal()
        let group = world.federations.federation[index].flatMap { federation in
          year > founded[federation] ? world.federationEffect[federation] : nil
        }
        for place in 0..<world.cohort(index) {
          var random = RandomStream(
            seed["pupils"], entity: UInt32(index), event: UInt32(year * 1000 + place))
          let poor = random.uniform() < poverty
          let before = rounded(
            world.schools.prior[index] + 0.9 * random.normal() - (poor ? 0.3 * (1 - poverty) : 0), 3
          )
          let level =
            RegisterDesign.priorSlope * before + (poor ? RegisterDesign.poorPupil : 0)
            + RegisterDesign.poorSchool * poverty + world.schoolEffect[index] + (group ?? 0)
            + 0.02 * Double(year - design.firstYear)
          let effect = world.effect(index, year: year, isPoor: poor, design)
          let first = level + schoolYear + effect + design.register.pupilSD * random.normal()
          let second =
            level + other + design.mathematics * effect + design.register.pupilSD * random.normal()
          let isKnown = random.uniform() >= design.missing
          if design.follows {
            for earlier in max(design.firstYear, year - 5)..<year {
              append(next, index, earlier, poor, before, .nan, .nan)
            }
          }
          append(
            next, index, year, poor, before, isKnown ? rounded(first, 3) : .nan,
            isKnown ? rounded(second, 3) : .nan)
          next += 1
          let key = index * 10_000 + year
          sums[key, default: (0, 0)].sum += first
          sums[key, default: (0, 0)].count += 1
        }
      }
    }
  }

  private mutating func append(
    _ id: Int32, _ index: Int, _ year: Int, _ poor: Bool, _ before: Double, _ first: Double,
    _ second: Double
  ) {
    pupil.append(id)
    school.append(Int32(index))
    self.year.append(Int32(year))
    isPoor.append(poor)
    prior.append(before)
    reading.append(first)
    mathematics.append(second)
  }

  /// The mean reading of a school's pupils in a year; `nil` where the pupils are not in the data.
  func mean(school: Int, year: Int) -> Double? {
    sums[school * 10_000 + year].map { $0.sum / $0.count }
  }

  func table(_ design: FederationsDesign) -> Table {
    Table(
      name: "pupils",
      columns: [
        Column("pupil", type: .integer, storage: .numbers(pupil.map { Double($0) + 1 })),
        Column("year", type: .integer, storage: .numbers(year.map(Double.init))),
        Column("urn", type: .integer, storage: .numbers(school.map { Double($0) + 900_001 })),
        Column("fsm", type: .integer, storage: .numbers(isPoor.map { $0 ? 1 : 0 })),
        Column("prior", numbers: prior), Column("reading", numbers: reading),
        Column("maths", numbers: mathematics),
      ])
  }
}
