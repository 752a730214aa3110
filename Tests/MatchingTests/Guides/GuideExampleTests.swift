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

  /// A number of a table's row; NaN where there is none.
  private func number(_ table: TidyTable?, _ column: String, _ row: Int = 0) -> Double {
    guard let cells = table?.column(column), row < cells.count else { return .nan }
    switch cells[row] {
    case .number(let value): return value
    case .count(let value): return Double(value)
    default: return .nan
    }
  }

  @Test("weighting: effects, errors and effective sizes") func weighting() throws {
    for (method, estimate, error, treated, control) in [
      ("method: overlap", 2.127, 0.390, 41.6, 54.0),
      ("method: overlap, errors: hc3", 2.127, 0.620, 41.6, 54.0),
      ("method: weighting, estimand: ate", 2.284, 0.392, 7.3, 68.1),
      ("method: weighting, estimand: ate, trim: 0.1", 1.939, 0.489, 33.8, 50.6),
      ("method: entropy", 1.452, 1.010, 70.0, 5.5),
    ] {
      let (_, result) = try Self.match(method)
      let (effect, overall) = (result.table("effect"), result.table("overall"))
      #expect(abs(number(effect, "estimate") - estimate) < 0.0006, "\(method)")
      #expect(abs(number(effect, "std_error") - error) < 0.0006, "\(method)")
      #expect(abs(number(overall, "ess_treated") - treated) < 0.06, "\(method)")
      #expect(abs(number(overall, "ess_control") - control) < 0.06, "\(method)")
      if method.contains("trim") {
        #expect(result.table("reasons")?.column("units") == [.count(24), .count(24)])
      }
    }
  }

  @Test("gates and sensitivity of one design") func gates() throws {
    let (_, result) = try Self.match(
      "method: optimal, caliper: {propensity: 0.5 sd}, adjust: [mean_ses, minority_share], "
        + "inference: randomisation, equivalence: 0.25 sd, "
        + "gate: {wwc: [pupils.ses, pupils.minority], max-smd: 0.1, ess: 30, joint: 0.1}")
    let gate = result.table("gate")
    let values = (0..<8).map { number(gate, "value", $0) }
    for (found, printed) in zip(
      values, [0.109, -0.114, 0.189, 0.134, 0.132, 0.001, 41, 41])
    {
      #expect(abs(found - printed) < 0.0006)
    }
    #expect(
      gate?.column("verdict")
        == ["adjust", "adjust", "failed", "failed", "failed", "failed", "satisfied", "satisfied"]
        .map(Cell.text))
    #expect(abs(number(result.table("effect"), "estimate") - 2.443) < 0.0006)
    #expect(abs(number(result.table("effect"), "std_error", 1) - 0.329) < 0.0006)
    let random = result.table("randomisation")
    #expect(abs(number(random, "ci_low") - 1.22) < 0.006)
    #expect(abs(number(random, "ci_high") - 3.70) < 0.006)
    #expect(abs(number(result.table("equivalence"), "ci90_low") - 1.394) < 0.0006)
    let root = try StudyDocument(
      yaml: """
        of: comparators
        checks:
          - rosenbaum
          - e-value
          - robustness-value
          - specification-curve:
              vary: {method: [nearest, optimal, full], adjust: [[], [mean_ses, minority_share]]}
        """, file: "guide.yaml"
    ).root
    let step = try SensitivityStep(from: Section(root, expecting: "a sensitivity step"))
    let found = try step.run(of: result, in: Self.data(), seed: Seed(82))
    func table(_ name: String) -> TidyTable? { found.tables.first { $0.name == name } }
    for (row, gamma) in [1.935, 1.322, 2.141, 2.216].enumerated() {
      #expect(abs(number(table("tipping_points"), "gamma_star", row) - gamma) < 0.0006)
    }
    #expect(abs(number(table("amplification"), "delta", 11) - 5.488) < 0.0006)
    #expect(abs(number(table("e_values"), "e_value") - 3.714) < 0.0006)
    #expect(abs(number(table("e_values"), "e_value_interval") - 2.294) < 0.0006)
    #expect(abs(number(table("robustness"), "rv") - 0.436) < 0.0006)
    #expect(abs(number(table("robustness"), "rv_alpha") - 0.297) < 0.0006)
    let curve = table("specification_curve")
    #expect(abs(number(curve, "value") - 1.854) < 0.0006)
    #expect([number(curve, "value", 1), number(curve, "value", 2)] == [6, 5])
    #expect(number(curve, "p_value") < 0.005)
    #expect(number(curve, "p_value", 1) > 0.1)
  }
}
