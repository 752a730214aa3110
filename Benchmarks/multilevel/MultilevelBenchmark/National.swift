import Designs
import Probability

/// A made-up national cohort: 3,400 schools in 150 authorities, 16,000 primaries, eight fixed effects.
///
/// Each school draws most pupils from 24 feeder primaries of its authority, some from elsewhere in the
/// authority and a few from anywhere. Every number follows from the seed and the row, so any two machines
/// make the same pupils.
struct National {
  let rows: Int
  let schools = 3_400
  let authorities = 150
  let primaries = 16_000

  let school: [Int32]
  let authority: [Int32]
  let primary: [Int32]
  /// Prior attainment, its square, poverty, sex, language, school's mean prior attainment, school type.
  let covariates: [(name: String, values: [Double])]
  let attainment: [Double]

  init(rows: Int, seed: Seed = Seed(20_240_607)) {
    self.rows = rows
    var draw = RandomStream(seed["groups"])
    let authorityOf = (0..<3_400).map { _ in Int32(draw.index(below: 150)) }
    let primaryAuthority = (0..<16_000).map { _ in Int32(draw.index(below: 150)) }
    var primariesOf = [[Int32]](repeating: [], count: 150)
    for (primary, area) in primaryAuthority.enumerated() {
      primariesOf[Int(area)].append(Int32(primary))
    }
    let feeders = (0..<3_400).map { school in
      let local = primariesOf[Int(authorityOf[school])]
      return (0..<24).map { _ in local[draw.index(below: local.count)] }
    }
    let areaEffect = (0..<150).map { _ in 0.15 * draw.normal() }
    let primaryEffect = (0..<16_000).map { _ in 0.2 * draw.normal() }
    let effects = (0..<3_400).map { _ -> (Double, Double) in
      let (u, v) = (draw.normal(), draw.normal())
      return (0.3 * u, 0.08 * (0.4 * u + 0.9 * v))
    }
    let intake = (0..<3_400).map { _ in 0.4 * draw.normal() }
    let type = (0..<3_400).map { _ in draw.uniform() < 0.3 ? 1.0 : 0.0 }

    var school = [Int32](repeating: 0, count: rows)
    var (authority, primary) = (school, school)
    var columns = [[Double]](repeating: [Double](repeating: 0, count: rows), count: 7)
    var attainment = columns[0]
    for row in 0..<rows {
      var pupil = RandomStream(seed["pupils"], entity: UInt32(row))
      let s = pupil.index(below: 3_400)
      let area = Int(authorityOf[s])
      let route = pupil.uniform()
      let p =
        route < 0.02
        ? Int32(pupil.index(below: 16_000))
        : route < 0.05
          ? primariesOf[area][pupil.index(below: primariesOf[area].count)]
          : feeders[s][pupil.index(below: 24)]
      school[row] = Int32(s)
      authority[row] = Int32(area)
      primary[row] = p
      let prior = intake[s] + pupil.normal()
      let poverty = pupil.uniform() < 0.2 - 0.05 * intake[s] ? 1.0 : 0.0
      let sex = pupil.uniform() < 0.5 ? 1.0 : 0.0
      let language = pupil.uniform() < 0.15 ? 1.0 : 0.0
      for (k, value) in [prior, prior * prior, poverty, sex, language, intake[s], type[s]]
        .enumerated()
      {
        columns[k][row] = value
      }
      attainment[row] =
        0.1 + 0.65 * prior - 0.03 * prior * prior - 0.25 * poverty + 0.15 * sex + 0.1 * language
        + 0.2 * intake[s] + 0.05 * type[s] + areaEffect[area] + effects[s].0 + effects[s].1 * prior
        + primaryEffect[Int(p)] + 0.6 * pupil.normal()
    }
    self.school = school
    self.authority = authority
    self.primary = primary
    covariates = zip(
      ["prior", "prior2", "poverty", "female", "language", "intake", "type"], columns
    ).map { ($0, $1) }
    self.attainment = attainment
  }

  private func factor(_ name: String, _ codes: [Int32], _ count: Int) -> GroupingFactor {
    var position = [Int32](repeating: -1, count: count)
    var levels: [String] = []
    for code in codes.lazy.map(Int.init) { position[code] = 0 }
    for code in 0..<count where position[code] == 0 {
      position[code] = Int32(levels.count)
      levels.append("\(code)")
    }
    return GroupingFactor(name: name, codes: codes.map { position[Int($0)] }, levels: levels)
  }

  /// Whether pupils stand above the middle of attainment, with (1 | school).
  var passFrame: ModelFrame {
    let whole = schoolFrame
    let columns =
      whole.columns.dropLast()
      + [ModelFrame.NamedColumn("passed", .values(attainment.map { $0 > 0.1 ? 1 : 0 }))]
    return ModelFrame(
      selection: nil, rowCount: rows, columns: Array(columns), fixed: whole.fixed,
      response: whole.response, random: whole.random)
  }

  /// (1 | school).
  var schoolFrame: ModelFrame {
    let whole = frame(nested: false)
    return ModelFrame(
      selection: nil, rowCount: rows, columns: whole.columns, fixed: whole.fixed,
      response: whole.response, random: [whole.random[1]])
  }

  /// The rows as a model's frame: `nested` is (1 + prior | school) + (1 | authority), otherwise
  /// (1 | primary) + (1 | school).
  func frame(nested: Bool) -> ModelFrame {
    var columns = [ModelFrame.NamedColumn("(Intercept)", .constant(1))]
    columns += covariates.map { ModelFrame.NamedColumn($0.name, .values($0.values)) }
    columns.append(ModelFrame.NamedColumn("attainment", .values(attainment)))
    let school = factor("school", school, schools)
    let terms =
      nested
      ? [
        RandomTerm(factor: school, columns: [0, 1]),
        RandomTerm(factor: factor("authority", authority, authorities), columns: [0]),
      ]
      : [
        RandomTerm(factor: factor("primary", primary, primaries), columns: [0]),
        RandomTerm(factor: school, columns: [0]),
      ]
    return ModelFrame(
      selection: nil, rowCount: rows, columns: columns, fixed: Array(0...7), response: 8,
      random: terms)
  }
}
