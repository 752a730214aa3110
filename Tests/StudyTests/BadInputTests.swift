import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// Data and settings that no model can be had from, run as studies: each gives the right answer, or says in an error
/// or a warning what is wrong; none crashes, runs on, or leaves a number that is none.
@Suite struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let formula: String
    var settings = ""
    /// What the error, or a warning, says.
    let says: String
    /// Whether there is no result.
    var fails = true
    var rows = 180
    /// Whether a streamed table is to say the same.
    var streams = true
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "a constant column", formula: "y ~ x + const + (1 | school)", says: "`const`",
      fails: false),
    Case(
      name: "a duplicate column", formula: "y ~ x + x2 + (1 | school)", says: "`x2`", fails: false),
    Case(
      name: "a slope that varies within no group", formula: "y ~ x + (1 + roll | school)",
      says: "varies within any", fails: false, streams: false),
    Case(name: "one group", formula: "y ~ x + (1 | one)", says: "has one level only"),
    Case(
      name: "groups of one pupil", formula: "y ~ x + (1 | solo)",
      says: "cannot be told from the residuals"),
    Case(
      name: "more effects than rows", formula: "y ~ x + (1 + x + z | solo)",
      says: "90 random effects for 30 rows", rows: 30),
    Case(
      name: "all outcomes equal", formula: "same ~ x + (1 | school)",
      says: "`same` exactly"),
    Case(
      name: "the response as covariate", formula: "y ~ copy + (1 | school)", says: "`y` exactly"),
    Case(
      name: "a weight of zero", formula: "y ~ x + (1 | school)",
      settings: "weights: {precision: w0}",
      says: "`w0`"),
    Case(
      name: "a weight below zero", formula: "y ~ x + (1 | school)",
      settings: "weights: {precision: wn}", says: "`wn`"),
    Case(
      name: "a design weight of zero", formula: "y ~ x + (1 | school)",
      settings: "weights: {design: w0}", says: "`w0`", streams: false),
    Case(
      name: "Kenward and Roger with design weights", formula: "y ~ x + (1 | school)",
      settings: "weights: {design: w}\n      df: kenward-roger", says: "drop `df`", streams: false),
    Case(
      name: "a bootstrap with design weights", formula: "y ~ x + (1 | school)",
      settings: "weights: {design: w}\n      intervals: bootstrap", says: "need a likelihood",
      streams: false),
    Case(
      name: "scales far apart", formula: "y ~ big + small + (1 | school)", says: "", fails: false),
    Case(
      name: "scales far apart in a slope", formula: "y ~ big + small + (1 + big | school)",
      says: "",
      fails: false),
    Case(name: "no row is left", formula: "y ~ log(-1 - x * x) + (1 | school)", says: "no row"),
    Case(
      name: "perfect separation", formula: "passed ~ sep + x + (1 | school)",
      settings: "family: binomial", says: "predicts some outcomes perfectly", streams: false),
    Case(
      name: "groups of one outcome", formula: "half ~ x + (1 | school)",
      settings: "family: binomial", says: "within every level of `school`", streams: false),
    Case(
      name: "all 0/1 outcomes equal", formula: "yes ~ x + (1 | school)",
      settings: "family: binomial", says: "every row of response `yes`", streams: false),
    Case(
      name: "a constant column of a pass rate", formula: "passed ~ x + const + (1 | school)",
      settings: "family: binomial", says: "`const`", fails: false, streams: false),
    Case(
      name: "a duplicate column of a pass rate", formula: "passed ~ x + x2 + (1 | school)",
      settings: "family: binomial", says: "`x2`", fails: false, streams: false),
    Case(
      name: "one group of a pass rate", formula: "passed ~ x + (1 | one)",
      settings: "family: binomial", says: "has one level only", streams: false),
    Case(
      name: "scales far apart of a pass rate", formula: "passed ~ big + small + (1 | school)",
      settings: "family: binomial", says: "", fails: false, streams: false),
    Case(
      name: "half a frequency", formula: "passed ~ x + (1 | school)",
      settings: "family: binomial\n      weights: {frequency: w}", says: "expected a whole number",
      streams: false),
  ]

  private static func pupils(_ rows: Int) -> String {
    var state: UInt64 = 3
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
    var text =
      "school,one,solo,x,x2,z,const,roll,y,copy,same,w,w0,wn,zero,big,small,passed,sep,half,yes\n"
    var effects: [Double] = []
    for row in 0..<rows {
      let school = row / 15
      if row % 15 == 0 { effects.append(0.5 * normal()) }
      let x = normal()
      let y = 2 + 0.5 * x + effects[school] + normal()
      let passed = y > 2 ? 1 : 0
      let cells: [String] = [
        "s\(school)", "a", "p\(row)", "\(x)", "\(2 * x)", "\(normal())", "3.5",
        "\(100 + school)", "\(y)", "\(y)", "4", "\(0.5 + uniform())", row == 7 ? "0" : "1",
        row == 6 ? "-1" : "1", row == 5 ? "0" : "\(1 + row)", "\(1e9 * (1 + normal()))",
        "\(1e-6 * normal())", "\(passed)", "\(passed)", "\(school % 2)", "1",
      ]
      text += cells.joined(separator: ",") + "\n"
    }
    return text
  }

  @Test(arguments: cases, [false, true])
  func isSaid(_ one: Case, _ stream: Bool) throws {
    if stream, !one.streams { return }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Self.pupils(one.rows).write(
      toFile: "\(folder)/pupils.csv", atomically: true, encoding: .utf8)
    try """
    counterpart: 1
    title: Bad input
    seed: 1
    data:
      pupils: {file: pupils.csv, columns: {school: category, one: category, solo: category}, stream: \(stream)}
    steps:
      model:
        multilevel:
          data: pupils
          formula: \(one.formula)
          \(one.settings)
    """.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    do {
      let study = try Study(reading: "\(folder)/study.yaml")
      let summary = try Runner(study: study, output: "\(folder)/out", threads: 1).run()
      #expect(!one.fails, "no error")
      let said = summary.warnings.map(\.message).joined(separator: "\n")
      #expect(one.says.isEmpty || said.contains(one.says), "\(said)")
      for table in ["coefficients", "variances", "fit"] {
        let text = try String(
          contentsOfFile: "\(folder)/out/tables/model.\(table).csv", encoding: .utf8)
        #expect(!text.lowercased().contains("nan") && !text.lowercased().contains("inf"), "\(text)")
      }
    } catch {
      #expect(one.fails && "\(error)".contains(one.says), "\(error)")
    }
  }
}
