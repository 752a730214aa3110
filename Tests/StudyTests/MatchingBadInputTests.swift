import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// Populations that nobody or few can be matched in, run as studies with every method for which the trouble makes
/// sense: each is an error that says what is wrong with counts and what to do, or a match that says whom it lost and
/// accounts for every unit.
@Suite struct MatchingBadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rows: [Row]
    var method = "nearest"
    var settings = ""
    var covariates = "x, z"
    var columns = ""
    /// What the error, or a warning, says.
    let says: [String]
    let fails: Bool
    var testDescription: String { "\(name), \(method) \(settings)" }
  }

  /// One unit of the table.
  struct Row: Sendable {
    var treated: Bool
    var x: String
    var z: Double
    var region: String
    var y: Double
  }

  static let pairing = ["nearest", "optimal", "full"]
  static let strata = ["cem", "subclass"]
  static let weighing = ["entropy", "weighting", "overlap"]
  static let all = pairing + strata + weighing + ["cardinality", "exact"]

  /// Twenty treated units among sixty, in three regions.
  static func plain(every third: Int = 3) -> [Row] {
    var state: UInt64 = 7
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
    return (0..<60).map { number in
      let treated = (number % 3 == 0) == (third == 3)
      return Row(
        treated: treated, x: "\(normal() + (treated ? 0.4 : 0))", z: normal(),
        region: ["a", "b", "c"][Int(3 * uniform())], y: normal() + (treated ? 1 : 0))
    }
  }

  static func changed(_ change: (Int, inout Row) -> Void) -> [Row] {
    var rows = plain()
    for row in rows.indices { change(row, &rows[row]) }
    return rows
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    func add(
      _ name: String, _ rows: [Row], _ methods: [String], _ settings: String = "",
      covariates: String = "x, z", columns: String = "", says: [String], fails: Bool = true
    ) {
      for method in methods {
        cases.append(
          Case(
            name: name, rows: rows, method: method, settings: settings, covariates: covariates,
            columns: columns, says: says, fails: fails))
      }
    }
    add(
      "no treated unit", changed { $1.treated = false }, all,
      says: ["none of the 60 candidates is treated", "check"])
    add(
      "no comparator", changed { $1.treated = true }, all,
      says: ["all 60 candidates are treated", "check"])
    add("one school", [plain()[0]], all, says: ["the only candidate is treated", "check"])
    add(
      "two schools", Array(plain()[0..<2]), ["nearest", "optimal", "full", "weighting"],
      says: ["3 coefficients for 2 candidates", "use fewer covariates"])
    let half = changed { if $1.treated, $1.region == "a" { $1.region = "d" } }
    let lost = half.count { $0.region == "d" }
    add(
      "a stratum without comparators", half, pairing + strata + ["cardinality"], "exact: [region]",
      says: ["of 20 treated units are not in the sample"], fails: false)
    add(
      "a stratum without comparators", half, pairing, "exact: [region]",
      says: ["\(lost) of 20 treated units are not in the sample"], fails: false)
    add(
      "no stratum with both arms", changed { $1.region = $1.treated ? "d" : $1.region },
      pairing + strata + ["cardinality"], "exact: [region]",
      says: ["none of the", "exact strata holds both arms"])
    add(
      "a constant covariate", changed { $1.z = 1 }, pairing + strata + weighing + ["cardinality"],
      says: ["`z` has the same value in all 60 candidates"], fails: false)
    add(
      "only a constant covariate", changed { $1.z = 1 }, pairing + weighing, covariates: "z",
      says: ["every covariate is constant", "`z`"])
    let apart = changed { $1.x = "\((Double($1.x) ?? 0) / 10 + ($1.treated ? 10 : 0))" }
    add(
      "perfect separation", apart, pairing + ["subclass", "weighting", "overlap"],
      "distance: propensity", says: ["separate the two groups", "Firth"], fails: false)
    add(
      "perfect separation", apart, ["entropy"],
      says: ["no weights of the comparators balance `x`", "discard"])
    add("perfect separation", apart, ["cem"], says: ["holds both arms", "coarser"])
    add(
      "perfect separation", apart, ["cardinality"],
      says: ["0.1 standard deviations", "balance fewer covariates"])
    add(
      "perfect separation without support", apart, pairing, "discard: both",
      says: ["no common support", "use fewer covariates"])
    let infinite = changed { if $0 == 4 { $1.x = "inf" } }
    add(
      "an infinite number", infinite, all,
      says: ["found `inf` among the numbers of `x`", "`missing`"])
    add(
      "an infinite number in a column of numbers", infinite, all, columns: "columns: {x: number}, ",
      says: ["units.csv:6: column `x`: found `inf`, expected a number"])
    let missing = changed { if $0 % 6 == 0 || $0 == 1 { $1.x = "" } }
    add(
      "missing covariates", missing, pairing + ["subclass", "entropy", "weighting"],
      says: ["10 of 20 treated units are not in the sample", "lack a value", "`x`: "], fails: false)
    add(
      "missing covariates", missing, ["cem", "cardinality", "overlap"],
      says: ["units are not in the sample"], fails: false)
    add(
      "missing for a whole arm", changed { if $1.treated { $1.x = "" } }, all,
      says: ["`x` is missing for all 20 treated units"])
    add(
      "a caliper that excludes everyone", plain(), pairing, "caliper: {x: 0.00000001}",
      says: [
        "caliper `x`", "no pair for any of 20 treated units", "the nearest two differ", "widen",
      ])
    add(
      "a caliper with a method that makes no pairs", plain(), strata + weighing,
      "caliper: {x: 0.5 sd}", says: ["caliper"])
    let more = plain(every: 2)
    add(
      "more treated than comparators", more, ["nearest", "optimal", "cardinality"],
      says: ["40 treated units for 20 comparators", "at least 20 go unmatched", "replace"],
      fails: false)
    add(
      "more treated than comparators, all of them kept", more, ["full", "weighting", "entropy"],
      says: [], fails: false)
    add(
      "duplicated rows", plain() + plain(), all.filter { $0 != "exact" },
      says: ["60 candidates are the same as an earlier one"], fails: false)
    return cases
  }()

  /// The counts of a table's column of numbers.
  private func numbers(_ column: String, of table: TidyTable) throws -> [Double] {
    try #require(table.column(column)).map { cell in
      switch cell {
      case .number(let value): value
      case .count(let value): Double(value)
      default: .nan
      }
    }
  }

  @Test(arguments: cases)
  func isSaid(_ one: Case) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var text = "id,treated,x,z,region,y\n"
    for (number, row) in one.rows.enumerated() {
      text += "u\(number),\(row.treated ? 1 : 0),\(row.x),\(row.z),\(row.region),\(row.y)\n"
    }
    try text.write(toFile: "\(folder)/units.csv", atomically: true, encoding: .utf8)
    try """
    counterpart: 1
    title: Bad input
    seed: 1
    data:
      units: {file: units.csv, key: id, \(one.columns)missing: [""]}
    steps:
      m:
        match:
          data: units
          treated: treated
          covariates: [\(one.covariates)]
          outcome: y
          method: \(one.method)
          \(one.settings)
    """.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    do {
      let study = try Study(reading: "\(folder)/study.yaml")
      let summary = try Runner(study: study, output: "\(folder)/out", threads: 1).run()
      #expect(!one.fails, "no error")
      let said = summary.warnings.map(\.message).joined(separator: "\n")
      for words in one.says { #expect(said.contains(words), "\(said)") }
      func table(_ name: String) throws -> TidyTable {
        try TidyTable(
          name, csv: String(contentsOfFile: "\(folder)/out/tables/m.\(name).csv", encoding: .utf8))
      }
      // Whoever is not used is counted with a reason.
      let sizes = try table("summary")
      let total = try numbers("total", of: sizes).reduce(0, +)
      let used = try numbers("used", of: sizes).reduce(0, +)
      let reasons = try table("reasons")
      let dropped = reasons.rows.isEmpty ? 0 : try numbers("units", of: reasons).reduce(0, +)
      #expect(total == Double(one.rows.count))
      #expect(used + dropped == total)
      for name in ["effect", "balance", "summary"] {
        let text = try String(
          contentsOfFile: "\(folder)/out/tables/m.\(name).csv", encoding: .utf8)
        #expect(!text.lowercased().contains("nan") && !text.lowercased().contains("inf"), "\(text)")
      }
    } catch {
      #expect(one.fails, "\(error)")
      for words in one.says { #expect("\(error)".contains(words), "\(error)") }
    }
  }
}
