import Counterpart
import Foundation
import Probability
import StudyFiles
import Tables
import Testing

/// A `description` step in a whole study, from files to tables.
@Suite struct DescriptionStudyTests {
  /// Twelve schools with ten teachers each in two waves, their ties, and published shares.
  private static func files(_ step: String) -> [String: String] {
    var random = RandomStream(Seed(31))
    var answers = "teacher,school,wave,later,visited,all_yes\n"
    var ties = "from,to\n"
    for school in 0..<12 {
      let u = 0.8 * random.normal()
      for teacher in 0..<10 {
        for wave in [2008, 2009] {
          let later = wave == 2009
          let p = PortableMath.logistic(-0.4 + (later ? 0.9 : 0) + u)
          let visited = random.uniform() < p
          let answer = teacher == 9 && school < 3 ? "" : visited ? "yes" : "no"
          answers += "\(school * 10 + teacher),\(school),\(wave),\(later ? 1 : 0),\(answer),1\n"
        }
      }
      if school < 10 { ties += "\(school),\(school + 2)\n" }
    }
    return [
      "answers.csv": answers, "ties.csv": ties,
      "schools.csv": "school,phase\n"
        + (0..<12).map { "\($0),\($0 % 2 == 0 ? "primary" : "secondary")\n" }.joined(),
      "published.csv": "question,year,share,n\nvisits,2008,0.4,35\nvisits,2009,0.6,\n",
      "study.yaml": """
      counterpart: 1
      title: A study
      seed: 5
      data:
        schools: {file: schools.csv, key: school}
        answers: {file: answers.csv, columns: {visited: category}}
        ties: {file: ties.csv}
        published: {file: published.csv}
      steps:
      \(step)
      """,
    ]
  }

  private func run(_ step: String) throws -> (tables: [String: TidyTable], report: String) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in Self.files(step) {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    let study = try Study(reading: "\(folder)/study.yaml")
    _ = try Runner(study: study, output: "\(folder)/out", threads: 1).run()
    var tables: [String: TidyTable] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out/tables") {
      let text = try String(contentsOfFile: "\(folder)/out/tables/\(name)", encoding: .utf8)
      tables[name] = try TidyTable("t", csv: text)
    }
    let report = try String(contentsOfFile: "\(folder)/out/report.html", encoding: .utf8)
    return (tables, report)
  }

  private func number(_ table: TidyTable?, _ column: String, _ row: Int) throws -> Double {
    switch try #require(table?.column(column))[row] {
    case .number(let value): value
    case .count(let value): Double(value)
    default: .nan
    }
  }

  @Test func networksAndAnswers() throws {
    let (tables, report) = try run(
      """
        seen:
          description:
            actors: schools
            waves: ties
            role: phase
            survey: {data: answers, wave: wave, items: [visited], group: school}
      """)
    let networks = tables["seen.networks.csv"]
    #expect(try number(networks, "ties", 0) == 10)
    #expect(try number(networks, "components", 0) == 2)
    #expect(try number(networks, "role_assortativity", 0) == 1)
    #expect(tables["seen.actors.csv"]?.rows.count == 12)
    let proportions = tables["seen.proportions.csv"]
    #expect(try number(proportions, "of", 0) == 117)
    #expect(try number(proportions, "no_answer", 0) == 3)
    let (low, share, high) = try (
      number(proportions, "ci_low", 0), number(proportions, "share", 0),
      number(proportions, "ci_high", 0)
    )
    #expect(low < share && share < high)
    let estimate = try number(tables["seen.changes.csv"], "estimate", 0)
    #expect(0.2...1.6 ~= estimate)
    #expect(report.contains("Ties of"))
  }

  @Test func publishedShares() throws {
    let (tables, report) = try run(
      """
        seen:
          description:
            survey: {data: published, wave: year, item: question, share: share, of: n}
      """)
    let proportions = tables["seen.proportions.csv"]
    // Clopper and Pearson's interval of 14 of 35, as R's binom.test gives it.
    #expect(abs(try number(proportions, "ci_low", 0) - 0.2387) < 5e-5)
    #expect(abs(try number(proportions, "ci_high", 0) - 0.5789) < 5e-5)
    #expect(try number(proportions, "ci_low", 1).isNaN)
    #expect(report.contains("do not say of how many"))
  }

  @Test func problemsAreNamed() throws {
    for (step, word) in [
      ("{survey: {data: answers, wave: wave, items: [later2]}}", "later2"),
      ("{survey: {data: answers, wave: wave}}", "items"),
      ("{survey: {data: published, wave: year, item: question, share: n}}", "35"),
      ("{survey: {data: answers, wave: wave, items: [school]}}", "expected 1"),
      ("{directed: true}", "waves"),
    ] {
      do {
        _ = try run("  seen: {description: \(step)}")
        Issue.record("nothing was said of \(step)")
      } catch { #expect("\(error)".contains(word), "\(error)") }
    }
  }
}
