import Designs
import Imputation
import Probability
import StudyFiles
import Tables

/// Pupils in schools with known relations, and holes that depend on what is seen.
struct TwoLevelData {
  let schools: Int
  let pupilsPerSchool: Int
  var school: [Int32] = []
  var aid: [Double] = []
  var x: [Double] = []
  var y: [Double] = []
  /// What a teacher says later: y and noise.
  var report: [Double] = []
  /// One a school.
  var intake: [Double] = []

  /// y = 1 + 0.5 x + 0.8 intake + u + e with Var u = 0.3, Var e = 0.7; x = 0.4 intake + v + d with Var v =
  /// 0.2, Var d = 0.8; aid = x + noise.
  init(schools: Int, pupilsPerSchool: Int, seed: UInt64) {
    self.schools = schools
    self.pupilsPerSchool = pupilsPerSchool
    var random = RandomStream(Seed(seed)["two-level"])
    for j in 0..<schools {
      let w = random.normal()
      intake.append(w)
      let (u, v) = (0.3.squareRoot() * random.normal(), 0.2.squareRoot() * random.normal())
      for _ in 0..<pupilsPerSchool {
        let covariate = 0.4 * w + v + 0.8.squareRoot() * random.normal()
        school.append(Int32(j))
        x.append(covariate)
        aid.append(covariate + random.normal())
        let noise = 0.7 * random.normal()
        y.append(1 + 0.5 * covariate + 0.8 * w + u + 0.7.squareRoot() * random.normal())
        report.append(y[y.count - 1] + noise)
      }
    }
  }

  var schoolNames: [String] { (0..<schools).map { "s\($0)" } }

  func data(
    x: [Double]? = nil, y: [Double]? = nil, extra: [Column] = [], intake: [Double]? = nil
  )
    -> DataSet
  {
    var result = DataSet()
    result.set(
      Table(
        name: "pupils",
        columns: [
          Column("school", type: .category, storage: .codes(school, levels: schoolNames)),
          Column("x", numbers: x ?? self.x), Column("aid", numbers: aid),
          Column("y", numbers: y ?? self.y),
          Column("report", numbers: report),
        ] + extra))
    result.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: schoolNames, levels: schoolNames),
          Column("intake", numbers: intake ?? self.intake),
        ]))
    result.add(Link(from: "pupils", column: "school", to: "schools", index: school))
    return result
  }
}

/// A step written as in a study.
func imputeStep(_ yaml: String) throws -> ImputeStep {
  let section = try Section(
    StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
  try section.check(ImputeStep.keys)
  return try ImputeStep(from: section)
}

extension DataSet {
  func numbers(_ table: String, _ column: String) -> [Double] {
    guard case .numbers(let values) = self[table: table]?[column]?.storage else { return [] }
    return values
  }

  func codes(_ table: String, _ column: String) -> [Int32] {
    guard case .codes(let values, _) = self[table: table]?[column]?.storage else { return [] }
    return values
  }
}
