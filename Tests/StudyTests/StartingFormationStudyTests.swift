import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// From observed waves over an estimated formation to a forecast, as one study.
@Suite struct StartingFormationStudyTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("start-\(UUID().uuidString)").path

  /// Forty schools on a grid; ties of neighbours, a part of which changes from wave to wave.
  private func files() -> [String: String] {
    var schools = "urn,attainment,fsm,easting,northing\n"
    var waves = ["from,to\n", "from,to\n", "from,to\n"]
    func hash(_ a: Int, _ b: Int, _ salt: Int) -> Int {
      var x = UInt64(a * 7919 + b * 104_729 + salt * 1_299_709)
      x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
      x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
      return Int((x ^ (x >> 31)) % 100)
    }
    for school in 0..<40 {
      let (x, y) = (school % 8, school / 8)
      schools +=
        "\(100 + school),\(Double(hash(school, 1, 9)) / 50 - 1),\(10 + hash(school, 2, 8) / 2),\(x * 4000),\(y * 4000)\n"
      for other in (school + 1)..<40 {
        let (dx, dy) = (other % 8 - x, other / 8 - y)
        let likely = dx * dx + dy * dy <= 2 ? 34 : dx * dx + dy * dy <= 8 ? 9 : 2
        var tied = hash(school, other, 0) < likely
        for wave in 0..<3 {
          if wave > 0, hash(school, other, wave) < (tied ? 35 : likely / 3) { tied.toggle() }
          if tied { waves[wave] += "\(100 + school),\(100 + other)\n" }
        }
      }
    }
    return [
      "schools.csv": schools, "ties_1.csv": waves[0], "ties_2.csv": waves[1],
      "ties_3.csv": waves[2],
    ]
  }

  private func study(
    effects: String = "[density, log-distance]", more: String = ""
  ) throws -> Study {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files() {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    let yaml = """
      counterpart: 1
      title: From waves to a forecast
      seed: 9
      data:
        schools: {file: schools.csv, key: urn, location: {easting: easting, northing: northing}}
        ties_1: {file: ties_1.csv}
        ties_2: {file: ties_2.csv}
        ties_3: {file: ties_3.csv}
      steps:
        partnering:
          formation: {actors: schools, waves: [ties_1, ties_2, ties_3], effects: \(effects), replicates: 100}
        futures:
          scenarios:
            actors: schools
            start: partnering
            formation: {years: 2\(more)}
            outcome: {attainment: attainment, poverty: fsm, sd: 1}
            horizon: 3 years
            effects: {partner: {years: {1: 0.1}, sd: 0.05, source: assumption}}
            policies: {none: [], support: [{support: {raise: 1}}]}
            report: [mean(attainment), degree]
            replications: {at-most: 40}
      """
    try yaml.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    return try Study(yaml: yaml, file: "\(folder)/study.yaml")
  }

  /// A study of two relations: ties of neighbours, and who looks to whom among them.
  private func studyOfTwo(
    _ line: String = "report: [mean(attainment), degree, degree(advice), overlap(advice)]"
  )
    throws -> Study
  {
    _ = try study(effects: "[density, log-distance]")
    let waves = files()
    for wave in 1...3 {
      let rows = (waves["ties_\(wave).csv"] ?? "").split(separator: "\n").dropFirst()
      // Every other tie is advice in one direction, a fifth of them in both.
      var text = "from,to\n"
      for (k, row) in rows.enumerated() {
        let ends = row.split(separator: ",")
        guard let a = Int(ends[0]), let b = Int(ends[1]), (a + b) % 2 == 0 || (a * b) % 7 == wave
        else { continue }
        text += a % 3 == 0 ? "\(b),\(a)\n" : "\(a),\(b)\n"
        if k % 5 == 0 { text += a % 3 == 0 ? "\(a),\(b)\n" : "\(b),\(a)\n" }
      }
      try text.write(toFile: "\(folder)/advice_\(wave).csv", atomically: true, encoding: .utf8)
    }
    let yaml = try String(contentsOfFile: "\(folder)/study.yaml", encoding: .utf8)
      .replacingOccurrences(
        of: "steps:\n",
        with: (1...3).map { "  advice_\($0): {file: advice_\($0).csv}\n" }.joined() + "steps:\n"
      ).replacingOccurrences(
        of: "effects: [density, log-distance], replicates: 100}",
        with:
          "effects: [density, log-distance, tied-in(advice)], replicates: 100, relations: {advice: {waves: [advice_1, advice_2, advice_3], directed: true, effects: [density, reciprocity, tied-in(ties)]}}}"
      ).replacingOccurrences(of: "report: [mean(attainment), degree]", with: line)
    try yaml.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    return try Study(yaml: yaml, file: "\(folder)/study.yaml")
  }

  /// Two relations estimated together start a scenario together, every estimate drawn.
  @Test func severalRelationsStartAScenario() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try Runner(study: studyOfTwo(), output: "\(folder)/out", threads: 2).run()
    let outcomes = try text("tables/futures.outcomes.csv").split(separator: "\n")
    for (measure, table, ends) in [("degree", "ties_3", 2.0), ("degree(advice)", "advice_3", 2)] {
      let ties =
        try String(contentsOfFile: "\(folder)/\(table).csv", encoding: .utf8)
        .split(separator: "\n").count - 1
      let start = outcomes.first { $0.hasPrefix("none,\(measure),all,0,") }
      let degree = try #require(
        start?.split(separator: ",").dropFirst(4).first.flatMap { Double($0) })
      #expect(abs(degree - ends * Double(ties) / 40) < 1e-9, "\(measure)")
    }
    let unknowns = try text("tables/futures.unknowns.csv").split(separator: "\n")
    let effects = try text("tables/partnering.effects.csv").split(separator: "\n")
    for term in ["density", "reciprocity", "tied-in(ties)"] {
      let row = try #require(effects.first { $0.hasPrefix("advice: \(term),") })
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      #expect(
        unknowns.contains {
          $0.hasPrefix(
            "relations.advice.formation.\(term),estimate,\(cells[2]),step partnering")
        }, "\(term)")
    }
    #expect(unknowns.contains { $0.hasPrefix("formation.tied-in(advice),estimate,") })
    #expect(unknowns.contains { $0.hasPrefix("relations.advice.formation.rate 2,estimate,") })
  }

  /// Relations that the step does not have are found before anything runs, at their place in the study.
  @Test func relationsOfAnotherNameAreFoundBeforeAnythingRuns() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let made = try studyOfTwo("report: [mean(attainment), degree(advise)]")
    let lines = try String(contentsOfFile: "\(folder)/study.yaml", encoding: .utf8)
      .components(separatedBy: "\n")
    let line = (lines.firstIndex { $0.contains("degree(advise)") } ?? -2) + 1
    #expect {
      _ = try Runner(study: made, output: "\(folder)/out", threads: 1).run()
    } throws: {
      "\($0)".contains("study.yaml:\(line):") && "\($0)".contains("did you mean `advice`")
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/out/tables"))
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder)/out/\(name)", encoding: .utf8)
  }

  @Test func estimatesAndTheLastWaveStartAScenario() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let made = try study()
    _ = try Runner(study: made, output: "\(folder)/out", threads: 2).run()
    let ties = try #require(files()["ties_3.csv"]).split(separator: "\n").count - 1
    let start = try text("tables/futures.outcomes.csv").split(separator: "\n").first {
      $0.hasPrefix("none,degree,all,0,")
    }
    let degree = try #require(
      start?.split(separator: ",").dropFirst(4).first.flatMap { Double($0) })
    #expect(abs(degree - Double(2 * ties) / 40) < 1e-9)
    let unknowns = try text("tables/futures.unknowns.csv")
    for term in ["rate 1", "rate 2", "density", "log-distance"] {
      #expect(unknowns.contains("formation.\(term),estimate,"), "\(term)")
    }
    // What is drawn is centred on what was estimated.
    let row = try text("tables/partnering.effects.csv").split(separator: "\n").first {
      $0.hasPrefix("density,")
    }
    let cells = try #require(row).split(separator: ",", omittingEmptySubsequences: false)
    #expect(unknowns.contains("formation.density,estimate,\(cells[2]),step partnering"))
    let report = try text("report.html")
    #expect(report.contains("estimate of step partnering"))
  }

  @Test func whatAScenarioCannotKeepIsSaidBeforeAnythingRuns() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let made = try study(effects: "[density], conditional: true")
    #expect {
      _ = try Runner(study: made, output: "\(folder)/out", threads: 1).run()
    } throws: { "\($0)".contains("study.yaml:15:") && "\($0)".contains("estimates no rate") }
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/out/tables"))
  }
}
