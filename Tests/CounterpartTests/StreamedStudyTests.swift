import Counterpart
import Foundation
import Probability
import StudyFiles
import Tables
import Testing

/// Studies whose pupils are read in pieces.
@Suite struct StreamedStudyTests {
  /// A folder of files, taken away afterwards.
  private struct Scratch {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path

    init(_ files: [String: String]) throws {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (name, text) in files {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
    }

    var study: Study { get throws { try Study(reading: "\(folder)/study.yaml") } }

    func tables(threads: Int, in name: String) throws -> [String: String] {
      _ = try Runner(study: try study, output: "\(folder)/\(name)", threads: threads).run()
      var result: [String: String] = [:]
      for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)/tables") {
        result[file] = try String(
          contentsOfFile: "\(folder)/\(name)/tables/\(file)", encoding: .utf8)
      }
      return result
    }

    func problem() -> String? {
      do {
        _ = try StudyCheck(try study)
        return nil
      } catch { return "\(error)".replacingOccurrences(of: folder + "/", with: "") }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
  }

  private static func study(
    stream: Bool, key: String = "", prepare: String = "log_prior: log(prior + 10)",
    step: String = "multilevel", data: String = ""
  ) -> String {
    """
    counterpart: 1
    title: Streamed pupils
    seed: 1
    data:
      schools: {file: schools.csv, key: urn}
      pupils: {file: pupils.csv, link: {urn: schools.urn}\(key), stream: \(stream)}
    prepare:
      pupils:
        \(prepare)
    population:
      schools: [fsm < 45]
      pupils: [year >= 2018]
    steps:
      model:
        multilevel:
          data: pupils
          formula: score ~ prior + log_prior + sex + fsm + (1 + prior | urn) + (1 | la)
          df: kenward-roger
          effect: {of: fsm}
      \(data)
    """
  }

  private static var files: [String: String] {
    var random = RandomStream(Seed(11)["study"])
    var schools = "urn,la,fsm\n"
    let effects = (0..<60).map { _ in random.normal() }
    for urn in 0..<60 { schools += "\(100 + urn),la\(urn % 6),\(urn * 7 % 50)\n" }
    var pupils = "urn,year,sex,prior,score\n"
    for row in 0..<3_000 {
      let urn = random.index(below: 60)
      let prior = random.normal()
      let shown = row % 97 == 0 ? "NA" : "\((prior * 1000).rounded() / 1000)"
      let score = 0.5 * prior + effects[urn] + random.normal()
      pupils +=
        "\(100 + urn),\(2017 + row % 4),\(random.uniform() < 0.5 ? "F" : "M"),\(shown),\(score)\n"
    }
    return ["schools.csv": schools, "pupils.csv": pupils]
  }

  @Test func resultsAreThoseOfTheTableInMemory() throws {
    let streamed = try Scratch(Self.files.merging(["study.yaml": Self.study(stream: true)]) { $1 })
    let memory = try Scratch(Self.files.merging(["study.yaml": Self.study(stream: false)]) { $1 })
    defer {
      streamed.remove()
      memory.remove()
    }
    let one = try streamed.tables(threads: 1, in: "one")
    #expect(one == (try streamed.tables(threads: 2, in: "two")))
    let whole = try memory.tables(threads: 1, in: "results")
    let numeric = whole.keys.filter { $0.hasPrefix("model") && !$0.contains("rows") }
    #expect(numeric.count >= 6)
    for name in numeric.sorted() {
      let (ours, theirs) = (try #require(one[name]), try #require(whole[name]))
      let (a, b) = (cells(ours), cells(theirs))
      #expect(a.count == b.count, "\(name)")
      for (x, y) in zip(a, b) where x != y {
        // What differs are numbers, in digits that rounding leaves open.
        guard let p = Double(x), let q = Double(y) else {
          Issue.record("\(name): \(x) against \(y)")
          continue
        }
        #expect(abs(p - q) <= 1e-6 * max(1, abs(q)), "\(name): \(x) against \(y)")
      }
    }
    let rows = try #require(
      one.first { $0.key.hasPrefix("model") && $0.key.contains("rows") }?.value)
    #expect(rows.contains("outside the population: `year >= 2018`,750"))
    #expect(rows.contains("linked to `schools` outside the population"))
    #expect(rows.contains("missing `prior`"))
  }

  private func cells(_ text: String) -> [String] {
    text.split(whereSeparator: { ",\n".contains($0) }).map(String.init)
  }

  @Test func theCheckCountsRowsAndKnowsTypes() throws {
    let scratch = try Scratch(Self.files.merging(["study.yaml": Self.study(stream: true)]) { $1 })
    defer { scratch.remove() }
    let text = try StudyCheck(try scratch.study).text(resolved: false)
    #expect(text.contains("pupils: 3000 rows"))
    #expect(text.contains("2017 to 2020"))
    #expect(text.contains("F, M"))
  }

  @Test func whatNeedsAllRowsIsRefusedWhereItStands() throws {
    func problem(_ study: String) throws -> String {
      let scratch = try Scratch(Self.files.merging(["study.yaml": study]) { $1 })
      defer { scratch.remove() }
      return scratch.problem() ?? ""
    }
    let key = try problem(Self.study(stream: true, key: ", key: urn"))
    #expect(key.contains("study.yaml:6:") && key.contains("drop `key`"))
    let mean = try problem(
      Self.study(stream: true, prepare: "log_prior: prior - mean(prior, by = urn)"))
    #expect(mean.contains("study.yaml:9:") && mean.contains("which is streamed"))
    let match = try problem(
      Self.study(
        stream: true,
        data: "pairs: {match: {data: pupils, treated: sex == \"F\", covariates: [prior]}}"))
    #expect(match.contains("only a `multilevel` step can read"))
  }
}
