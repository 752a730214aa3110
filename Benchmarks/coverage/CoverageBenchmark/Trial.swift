import Designs
import Probability

/// A made-up trial whose truth is known: schools drawn to treatment by halves, pupils with a covariate that
/// differs between and within schools.
///
/// y = 0.2 T + 0.5 x + u + e, Var u = 0.15, Var e = 0.85; x = v + d, Var v = 0.2, Var d = 0.8. Schools have
/// 10 to 30 pupils, 20 on average over many schools.
struct Trial {
  static let treatmentEffect = 0.2
  static let covariateEffect = 0.5
  static let schoolVariance = 0.15
  static let residualVariance = 0.85

  let frame: ModelFrame

  init(schools: Int, replicate: Int, seed: Seed = Seed(1_996)) {
    var random = RandomStream(seed["\(schools)"], replicate: UInt32(replicate))
    var school: [Int32] = []
    var (treated, x, y): ([Double], [Double], [Double]) = ([], [], [])
    for j in 0..<schools {
      let arm = Double(j % 2)
      let u = Self.schoolVariance.squareRoot() * random.normal()
      let v = 0.2.squareRoot() * random.normal()
      for _ in 0..<10 + 8 * j % 21 {
        let covariate = v + 0.8.squareRoot() * random.normal()
        school.append(Int32(j))
        treated.append(arm)
        x.append(covariate)
        y.append(
          Self.treatmentEffect * arm + Self.covariateEffect * covariate + u
            + Self.residualVariance.squareRoot() * random.normal())
      }
    }
    frame = ModelFrame(
      selection: nil, rowCount: y.count,
      columns: [
        .init("(Intercept)", .constant(1)), .init("treated", .values(treated)),
        .init("x", .values(x)), .init("y", .values(y)),
      ], fixed: [0, 1, 2], response: 3,
      random: [
        RandomTerm(
          factor: GroupingFactor(
            name: "school", codes: school, levels: (0..<schools).map { "s\($0)" }), columns: [0])
      ])
  }
}
