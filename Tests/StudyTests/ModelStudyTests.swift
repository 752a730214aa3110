import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// Models whose weights come from a match, whose response is not normal, and whose power is asked.
@Suite struct ModelStudyTests {
  private struct Run {
    let tables: [String: String]
    let results: String
    let summary: RunSummary

    func numbers(_ table: String, _ column: String) throws -> [Double] {
      try cells(table, column).map { if case .number(let value) = $0 { value } else { .nan } }
    }

    func cells(_ table: String, _ column: String) throws -> [Cell] {
      let text = try #require(tables["\(table).csv"], "\(table)")
      return try #require(try TidyTable("t", csv: text).column(column))
    }
  }

  /// - Parameters:
  ///   - weights: a further column of schools, by school.
  ///   - sections: of the study after its data.
  private func run(
    weights: [String: Double] = [:], sections: String = "", _ steps: String
  ) throws -> Run {
    let data = checkoutFolder.appendingPathComponent("Data/high-school-and-beyond").path
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let lines = try String(contentsOfFile: "\(data)/schools.csv", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let schools = lines.enumerated().map { number, line -> String in
      let name = String(line.prefix { $0 != "," })
      return line + "," + (number == 0 ? "kept_weight" : "\(weights[name] ?? 0)")
    }
    try schools.joined(separator: "\n").write(
      toFile: "\(scratch)/schools.csv", atomically: true, encoding: .utf8)
    let yaml = """
      counterpart: 1
      title: Models
      seed: 82
      data:
        schools: {file: schools.csv, key: school}
        pupils: {file: \(data)/pupils.csv, key: pupil, link: {school: schools.school}}
      prepare:
        schools:
          catholic: sector == "Catholic"
          mean_ses: mean(pupils.ses, by = school)
        pupils:
          passed: mathach > 13
      \(sections)
      steps:
      \(steps)
      """
    try yaml.write(toFile: "\(scratch)/study.yaml", atomically: true, encoding: .utf8)
    let study = try Study(reading: "\(scratch)/study.yaml")
    let summary = try Runner(study: study, output: "\(scratch)/out", threads: 2).run()
    var tables: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(scratch)/out/tables") {
      tables[name] = try String(contentsOfFile: "\(scratch)/out/tables/\(name)", encoding: .utf8)
    }
    return Run(
      tables: tables,
      results: try String(contentsOfFile: "\(scratch)/out/results.json", encoding: .utf8),
      summary: summary)
  }

  private static let match = """
      comparators:
        match: {data: schools, treated: catholic, covariates: [mean_ses, size], distance: mahalanobis, ratio: 2, caliper: {mean_ses: 0.5 sd}}
    """

  @Test func unequalWeightsAreCarriedAsDesignWeights() throws {
    let carried = try run(
      Self.match + "\n"
        + """
          attainment:
            multilevel: {data: pupils, sample: comparators, formula: mathach ~ catholic + ses + (1 | school)}
        """)
    #expect(carried.results.contains("weights-carried"))
    #expect(!carried.results.contains("weights-not-carried"))
    // The same by hand: schools with their weights in the file, and no sample.
    var weights: [String: Double] = [:]
    for (unit, weight) in zip(
      try carried.cells("comparators.units", "unit"),
      try carried.numbers("comparators.units", "weight"))
    {
      switch unit {
      case .text(let name): weights[name] = weight
      case .number(let value): weights["\(Int(value))"] = weight
      case .count(let value): weights["\(value)"] = weight
      default: break
      }
    }
    let used = Set(weights.values.filter { $0 > 0 })
    #expect(used.count > 1)
    let byHand = try run(
      weights: weights, sections: "population: {schools: kept_weight > 0}",
      """
        attainment:
          multilevel:
            data: pupils
            formula: mathach ~ catholic + ses + (1 | school)
            weights: {design: {schools: kept_weight}, scaling: none}
      """)
    for (table, column) in [
      ("coefficients", "estimate"), ("coefficients", "std_error"), ("coefficients", "df"),
      ("variances", "variance"), ("fit", "pseudo_deviance"), ("fit", "n"),
    ] {
      let (own, other) = (
        try carried.numbers("attainment.\(table)", column),
        try byHand.numbers("attainment.\(table)", column)
      )
      #expect(own.count == other.count && !own.isEmpty)
      for (a, b) in zip(own, other) { #expect(isClose(a, b, relative: 1e-9), "\(table).\(column)") }
    }
  }

  @Test func whatWeightsDoNotGoWithIsNamed() throws {
    let plain = try run(
      Self.match + "\n"
        + """
          attainment:
            multilevel: {data: pupils, sample: comparators, formula: mathach ~ catholic + (1 | school), effect: {of: catholic}}
          flat:
            multilevel: {data: pupils, sample: comparators, formula: mathach ~ catholic + (1 | minority)}
        """)
    let warnings = plain.summary.warnings.filter { $0.message.contains("weighs every row alike") }
    #expect(warnings.contains { $0.step == "attainment" && $0.message.contains("`effect`") })
    #expect(warnings.contains { $0.step == "flat" && $0.message.contains("no random term") })
  }

  @Test func questionsOfAPassRateAreAnswered() throws {
    let found = try run(
      """
        passing:
          multilevel:
            data: pupils
            formula: passed ~ ses + (1 | school)
            family: binomial
            intervals: profile
            hypotheses: {half: [ses = 0.5]}
            compare: {no_schools: passed ~ ses}
            equivalence: {ses: 2}
            school_effects: [school]
      """)
    let low = try found.numbers("passing.intervals", "ci_low")
    let high = try found.numbers("passing.intervals", "ci_high")
    #expect(low.count == 3)
    let estimates = try found.numbers("passing.coefficients", "estimate")
    for (k, estimate) in estimates.enumerated() {
      #expect(low[k] < estimate && estimate < high[k])
    }
    #expect(
      try found.cells("passing.comparisons", "mixture") == [.text("0.5 chi2(0) + 0.5 chi2(1)")])
    #expect(try found.numbers("passing.comparisons", "statistic")[0] > 100)
    #expect(try found.cells("passing.hypotheses", "equations") == [.text("ses = 0.5")])
    #expect(try found.cells("passing.equivalence", "verdict").count == 1)
    let modes = try found.numbers("passing.school_effects", "mode")
    #expect(modes.count == 160 && modes == modes.sorted())
  }

  @Test func powerOfAFittedModel() throws {
    let found = try run(
      """
        attainment:
          multilevel: {data: pupils, formula: mathach ~ catholic + ses + (1 | school), effect: {of: catholic}}
        what_if:
          power: {model: attainment, simulate: {replicates: 400}}
      """)
    // At the smallest detectable effect simulated power is the target, but for chance.
    let power = try found.numbers("what_if.power_simulated", "power")[0]
    #expect(isClose(power, 0.8, absolute: 0.08))
    #expect(isClose(try found.numbers("what_if.power", "power")[0], 0.8, absolute: 1e-9))
    let error = try found.numbers("what_if.power", "std_error")[0]
    let deviation = try found.numbers("what_if.power", "sd")[0]
    let own = try found.numbers("attainment.coefficients", "std_error")[1]
    #expect(isClose(error * deviation, own, relative: 1e-9))
    let wrong = #expect(throws: (any Error).self) {
      try run(
        """
          attainment:
            multilevel: {data: pupils, formula: passed ~ ses + (1 | school), family: binomial}
          what_if:
            power: {model: attainment, of: ses}
        """)
    }
    #expect("\(wrong.map { "\($0)" } ?? "")".contains("a `family`"))
  }

  @Test func effectsByTheFormulasOfTrials() throws {
    let found = try run(
      """
        attainment:
          multilevel:
            data: pupils
            formula: mathach ~ catholic + ses + (1 | school)
            effect: {of: catholic, scale: eef}
      """)
    #expect(
      try found.cells("attainment.effects", "scale") == [
        .text("eef-total"), .text("eef-within"), .text("eef-total"), .text("eef-within"),
      ])
    #expect(
      try found.cells("attainment.effects", "variances") == [
        .text("unconditional"), .text("unconditional"), .text("conditional"), .text("conditional"),
      ])
  }
}
