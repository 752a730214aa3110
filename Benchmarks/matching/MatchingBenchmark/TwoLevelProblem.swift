import Designs
import Matching
import Probability
import StudyFiles
import Tables

/// Schools, three in seven of them treated, and their pupils, of the size of High School and Beyond: matched jointly,
/// every pair of schools looked at.
struct TwoLevelProblem {
  let data: DataSet
  let step: MatchStep

  init(schools: Int, pupils: Int) throws {
    var stream = RandomStream(Seed(11)["schools"])
    let treated = (0..<schools).map { $0 % 7 < 3 }
    let level = treated.map { stream.normal() + ($0 ? 0.3 : 0) }
    let index = (0..<schools * pupils).map { Int32($0 / pupils) }
    let ses = index.map { level[Int($0)] * 0.5 + stream.normal() }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: (0..<schools).map { "s\($0)" }),
          Column("treated", logical: treated), Column("intake", numbers: level),
          Column("size", numbers: level.map { _ in 50 + 20 * stream.normal() }),
        ]))
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("school", categories: index.map { "s\($0)" }), Column("ses", numbers: ses),
          Column("minority", logical: ses.map { stream.uniform() < 0.3 - 0.05 * $0 }),
          Column("female", logical: ses.map { _ in stream.uniform() < 0.5 }),
        ]))
    data.add(Link(from: "pupils", column: "school", to: "schools", index: index))
    self.data = data
    let yaml = """
      {data: schools, treated: treated, covariates: [intake, size], method: optimal,
       distance: mahalanobis,
       members: {data: pupils, covariates: [ses, minority, female], design: joint}}
      """
    step = try MatchStep(
      from: Section(StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a match"))
  }

  func match() throws { _ = try step.run(in: data, seed: Seed(1), unitKey: "school") }
}
