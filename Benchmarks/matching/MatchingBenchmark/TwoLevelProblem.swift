import Designs
import Matching
import Probability
import StudyFiles
import Tables

/// Schools, three in seven of them treated, and their pupils: matched jointly, every pair of schools looked at.
struct TwoLevelProblem {
  let data: DataSet
  let step: MatchStep
  /// The pupils for a peer.
  let csv: String

  init(schools: Int, pupils: Int) throws {
    var stream = RandomStream(Seed(11)["schools"])
    let treated = (0..<schools).map { $0 % 7 < 3 }
    let level = treated.map { stream.normal() + ($0 ? 0.3 : 0) }
    let index = (0..<pupils).map { Int32($0 * schools / pupils) }
    let ses = index.map { level[Int($0)] * 0.5 + stream.normal() }
    let minority = ses.map { stream.uniform() < 0.3 - 0.05 * $0 }
    let female = ses.map { _ in stream.uniform() < 0.5 }
    let size = level.map { _ in 50 + 20 * stream.normal() }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: (0..<schools).map { "s\($0)" }),
          Column("treated", logical: treated), Column("intake", numbers: level),
          Column("size", numbers: size),
        ]))
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("school", categories: index.map { "s\($0)" }), Column("ses", numbers: ses),
          Column("minority", logical: minority), Column("female", logical: female),
        ]))
    data.add(Link(from: "pupils", column: "school", to: "schools", index: index))
    self.data = data
    csv = index.indices.reduce(into: "school,treated,ses,minority,female,intake,size\n") {
      let school = Int(index[$1])
      $0 +=
        "s\(school),\(treated[school] ? 1 : 0),\(ses[$1]),\(minority[$1] ? 1 : 0),"
        + "\(female[$1] ? 1 : 0),\(level[school]),\(size[school])\n"
    }
    let yaml = """
      {data: schools, treated: treated, covariates: [intake, size], method: optimal,
       distance: mahalanobis,
       members: {data: pupils, covariates: [ses, minority, female], design: joint}}
      """
    step = try MatchStep(
      from: Section(StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a match"))
  }

  /// Matches, and says how many schools stay.
  func match() throws -> String {
    let result = try step.run(in: data, seed: Seed(1), unitKey: "school")
    return "\(result.outcome.sample.pairs.count) pairs of schools"
  }
}
