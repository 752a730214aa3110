import Designs
import Foundation
import Matching
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// The figures that the guides on weighting, gates and sensitivity print, on High School and Beyond.
@Suite("Worked examples of the guides")
struct GuideExampleTests {
  static func data() throws -> DataSet {
    let folder = checkoutFolder.appendingPathComponent("Data/high-school-and-beyond")
    let schools = try ReferenceFile(folder.appendingPathComponent("schools.csv"))
    let pupils = try ReferenceFile(folder.appendingPathComponent("pupils.csv"))
    let names = try schools.texts("school")
    let index = try pupils.texts("school").map { name in
      Int32(names.firstIndex(of: name) ?? -1)
    }
    func mean(_ values: [Double]) -> [Double] {
      var sums = [Double](repeating: 0, count: names.count)
      var sizes = sums
      for (school, value) in zip(index, values) {
        sums[Int(school)] += value
        sizes[Int(school)] += 1
      }
      return zip(sums, sizes).map { $0 / $1 }
    }
    let minority = try pupils.texts("minority").map { $0 == "TRUE" }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: names),
          Column("catholic", logical: try schools.texts("sector").map { $0 == "Catholic" }),
          Column("size", numbers: try schools.numbers("size")),
          Column("mean_ses", numbers: mean(try pupils.numbers("ses"))),
          Column("minority_share", numbers: mean(minority.map { $0 ? 1 : 0 })),
          Column("mathach", numbers: mean(try pupils.numbers("mathach"))),
        ]))
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("ses", numbers: try pupils.numbers("ses")),
          Column("minority", logical: minority),
        ]))
    data.add(Link(from: "pupils", column: "school", to: "schools", index: index))
    return data
  }

  static func match(_ yaml: String) throws -> (MatchStep, MatchResult) {
    let text =
      "{data: schools, treated: catholic, covariates: [mean_ses, minority_share, size], "
      + "outcome: mathach, \(yaml)}"
    let root = try StudyDocument(yaml: text, file: "guide.yaml").root
    let step = try MatchStep(from: Section(root, expecting: "a match step"))
    return (step, try step.run(in: data(), seed: Seed(82), unitKey: "school"))
  }

  private func show(_ what: String, _ table: TidyTable?) {
    guard ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil, let table else { return }
    print("GUIDE", what, table.name, table.fields.map(\.name).joined(separator: " | "))
    for row in table.rows.prefix(30) {
      print("GUIDE   ", row.map { "\($0)" }.joined(separator: " | "))
    }
  }

  @Test("weighting") func weighting() throws {
    for method in [
      "method: overlap", "method: weighting, estimand: ate",
      "method: weighting, estimand: ate, trim: 0.1",
      "method: entropy", "method: overlap, errors: hc3",
    ] {
      let (_, result) = try Self.match(method)
      show(method, result.table("effect"))
      show(method, result.table("overall"))
      show(method, result.table("reasons"))
    }
  }

  @Test("gates and sensitivity") func gates() throws {
    let (_, result) = try Self.match(
      "method: optimal, caliper: {propensity: 0.5 sd}, adjust: [mean_ses, minority_share], "
        + "inference: randomisation, equivalence: 0.25 sd, "
        + "gate: {wwc: [pupils.ses, pupils.minority], max-smd: 0.1, ess: 30, joint: 0.1}")
    for name in ["gate", "joint", "effect", "randomisation", "equivalence", "overall"] {
      show("gates", result.table(name))
    }
    let root = try StudyDocument(
      yaml: """
        of: comparators
        checks:
          - rosenbaum
          - e-value
          - robustness-value
          - specification-curve: {vary: {method: [nearest, optimal, full], adjust: [[], [mean_ses, minority_share]]}}
        """, file: "guide.yaml"
    ).root
    let step = try SensitivityStep(from: Section(root, expecting: "a sensitivity step"))
    let found = try step.run(of: result, in: Self.data(), seed: Seed(82))
    for table in found.tables { show("sensitivity", table) }
    for doubt in result.diagnostics + found.diagnostics
    where ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil {
      print("GUIDE doubt", doubt.code, doubt.message)
    }
  }
}
