import Designs
import Foundation
import Multilevel
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("Covariance structures in a study's step")
struct StructureStepTests {
  private func step(_ yaml: String) throws -> MultilevelStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(MultilevelStep.keys)
    return try MultilevelStep(from: section)
  }

  private func problem(_ line: String) -> String {
    do {
      _ = try step("data: data\nformula: y ~ 1 + (1 | g)\n" + line)
      return ""
    } catch { return "\(error)" }
  }

  @Test("reads its keys, with the place of each column")
  func reads() throws {
    let serial = try step(
      "data: data\nformula: y ~ 1 + (1 | g)\ncorrelation: ar1(year | pupil)")
    #expect(serial.structure?.serial?.time.text == "year")
    #expect(serial.structure?.serial?.unit.text == "pupil")
    #expect(serial.structure?.serial?.unit.location.column == 25)
    let classes = try step("data: data\nformula: y ~ 1 + (1 | g)\ndispersion: by(sex)")
    #expect(classes.structure?.dispersion?.text == "sex")
    let design = try step(
      """
      data: data
      formula: y ~ 1 + (1 | g)
      weights: {design: {data: w, g: v}, scaling: effective}
      """)
    #expect(design.structure?.design.map(\.column.text) == ["w", "v"])
    #expect(design.structure?.scaling == .effective)
    #expect(design.structure?.columns.map(\.key) == ["weights.design", "weights.design"])
    let simple = try step("data: data\nformula: y ~ 1 + (1 | g)\nweights: {design: w}")
    #expect(simple.structure?.design.first?.level == nil)
    #expect(try step("data: data\nformula: y ~ 1 + (1 | g)").structure == nil)
  }

  @Test(
    "refuses what does not go together",
    arguments: [
      ("dispersion: sex", "`by(COLUMN)`"),
      ("correlation: ar1(year)", "`ar1(TIME | UNIT)`"),
      ("correlation: ma1(year | pupil)", "`ar1(TIME | UNIT)`"),
      ("correlation: ar1(year | pupil)\ndispersion: by(sex)", "not offered together"),
      ("correlation: ar1(year | pupil)\ndf: kenward-roger", "write `df: satterthwaite`"),
      ("correlation: ar1(year | pupil)\nerrors: cr2", "not offered with `correlation`"),
      ("dispersion: by(sex)\nfamily: poisson", "for a normal response"),
      ("weights: {design: w}\nmethod: REML", "no restricted likelihood"),
      ("weights: {design: w}\ndf: kenward-roger", "drop `df`"),
      ("weights: {design: w}\nerrors: cr2", "sandwich already"),
      ("weights: {design: w}\nfamily: binomial", "for a normal response"),
      ("weights: {design: w}\neffect: {of: x}", "not offered with design weights"),
      ("weights: {design: w}\ndispersion: by(sex)", "not offered with design weights"),
      ("weights: {design: w, precision: v}", "give one of"),
      ("weights: {precision: v, scaling: size}", "`scaling` is for design weights"),
      ("weights: {design: w, scaling: sise}", "did you mean `size`"),
    ])
  func refuses(_ line: String, _ expected: String) {
    #expect(problem(line).contains(expected), "\(line): \(problem(line))")
  }

  private static func data() throws -> DataSet {
    let exam = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/Exam.csv"),
      categories: ["school": [], "sex": ["F", "M"]])
    let n = exam.table.rowCount
    var set = DataSet()
    var seen: [Int32: Double] = [:]
    guard case .codes(let school, let names)? = exam.table["school"]?.storage else { return set }
    let order = school.map { code -> Double in
      seen[code, default: 0] += 1
      return seen[code, default: 0]
    }
    set.set(
      exam.adding(Column("w", numbers: (0..<n).map { 1 + Double($0 % 3) }))
        .adding(Column("order", numbers: order)).table)
    set.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: names),
          Column("v", numbers: names.indices.map { 1 + Double($0 % 2) }),
        ]))
    set.add(Link(from: "data", column: "school", to: "schools", index: school))
    return set
  }

  @Test("leaves rows for classes and correlation in `variances`, and `residual` with their errors")
  func tables() throws {
    let set = try Self.data()
    let classes = try step(
      """
      data: data
      formula: normexam ~ standLRT + sex + (1 | school)
      dispersion: by(sex)
      effect: {of: sexM}
      """)
    let result = try classes.run(classes.frame(in: set))
    let variances = try #require(result.tables.first { $0.name == "variances" })
    #expect(variances.rows.map { $0[1] } == [.text("(Intercept)"), .text("sexF"), .text("sexM")])
    let residual = try #require(result.tables.first { $0.name == "residual" })
    #expect(residual.rows.count == 1)
    #expect(residual.rows[0][0] == .text("log_ratio"))
    // The model without covariates keeps the classes.
    #expect(result.unconditional?.residual != nil)
    let serial = try step(
      """
      data: data
      formula: normexam ~ standLRT + (1 | school)
      correlation: ar1(order | school)
      """)
    let second = try serial.run(serial.frame(in: set))
    #expect(
      second.tables.first { $0.name == "variances" }?.rows.last?[1]
        == .text("ar1(order | school)"))
  }

  @Test("design weights by level, a table standing for the factor that links to it")
  func design() throws {
    let set = try Self.data()
    let named = try step(
      """
      data: data
      formula: normexam ~ standLRT + (1 | school)
      weights: {design: {data: w, schools: v}}
      """)
    let frame = try named.frame(in: set)
    #expect(frame.rows?.design?.levels.map(\.factor) == [nil, "school"])
    let result = try named.runDesignWeighted(frame)
    #expect(
      result.tables.map(\.name)
        == ["coefficients", "variances", "fit", "groups", "vpc", "covariance"])
    #expect(result.diagnostics.contains { $0.code == "design-weights" })
    #expect(result.tests.allSatisfy { $0.degreesOfFreedom == 64 })
    #expect(throws: EstimationError.self) { _ = try named.run(frame) }
    let unknown = try step(
      "data: data\nformula: normexam ~ 1 + (1 | school)\nweights: {design: {county: w}}")
    #expect(throws: ExpressionError.self) { _ = try unknown.frame(in: set) }
  }
}
