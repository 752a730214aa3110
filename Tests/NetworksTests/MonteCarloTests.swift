import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Synchronization
import Tables
import Testing

/// Replicates: how many, of what, and what their variance is made of.
@Suite struct MonteCarloTests {
  private static func run(
    _ replications: String, more: String = "", threads: Int = 2, policy: String? = nil,
    effects: String? = nil
  ) throws -> ScenarioResult {
    var yaml = PolicyTests.study(
      policy ?? "{support: {raise: {normal: [0.6, 0.3], source: assumption}}}",
      report: "coverage, degree", more: more, effects: effects)
    // Without feedback ties do not depend on what they do.
    yaml = yaml.replacingOccurrences(
      of: "replications: {at-most: 20}", with: "replications: \(replications)"
    ).replacingOccurrences(of: "choice: exact", with: "feedback: false")
    return try ScenariosStepTests.run(yaml, threads: threads)
  }

  private static func error(_ result: ScenarioResult, _ outcome: String) -> Double {
    ScenariosStepTests.value(result, 1, "mcse", policy: "tried", outcome: outcome, time: 5)
  }

  private static func difference(_ result: ScenarioResult, _ outcome: String) -> Double {
    ScenariosStepTests.value(result, 1, "difference", policy: "tried", outcome: outcome, time: 5)
  }

  /// Adjusted means are those of many more replicates, and surer.
  @Test func controlVariatesHelpAndDoNotBias() throws {
    let plain = try Self.run("{at-most: 200}")
    let adjusted = try Self.run("{at-most: 200, control-variates: true}")
    let many = try Self.run("{at-most: 3000}")
    for outcome in ["mean(attainment)", "coverage", "degree"] {
      let (e, truth) = (Self.error(adjusted, outcome), Self.difference(many, outcome))
      #expect(e < 0.6 * Self.error(plain, outcome), "\(outcome)")
      // Four standard errors of either.
      #expect(abs(Self.difference(adjusted, outcome) - truth) < 4 * (e + Self.error(many, outcome)))
    }
    let few = try Self.run("{at-most: 20, control-variates: true}")
    #expect(few.diagnostics.contains { $0.code == "no-control-variates" })
  }

  /// Parameters and chance make the whole; without anything unknown, all is chance.
  @Test func varianceIsDivided() throws {
    let result = try Self.run("{at-most: 400, per-draw: 4}")
    let table = try #require(result.tables.first { $0.name == "variance" })
    func number(_ row: Int, _ column: String) -> Double {
      if case .number(let value)? = table.column(column)?[row] { value } else { .nan }
    }
    let row = try #require(table.column("outcome")?.firstIndex(of: .text("degree")))
    let (parameters, chance) = (number(row, "sd_parameters"), number(row, "sd_chance"))
    #expect(parameters > 2 * chance && chance > 0, "\(parameters), \(chance)")
    // The error of the mean is that of 100 draws, not of 400 replicates.
    let expected = ((parameters * parameters + chance * chance / 4) / 100).squareRoot()
    #expect(abs(Self.error(result, "degree") / expected - 1) < 0.15)
    let known = try Self.run(
      "{at-most: 200, per-draw: 4}", policy: "{support: {raise: 0.6}}")
    let other = try #require(known.tables.first { $0.name == "variance" })
    if case .number(let share)? = other.column("share_parameters")?[row] { #expect(share < 0.2) }
  }

  @Test func sobolFindsWhatMatters() throws {
    let more = "sensitivity: {method: sobol, draws: 128, of: [degree, mean(attainment)]}"
    let result = try Self.run("{at-most: 20}", more: more)
    let table = try #require(result.tables.first { $0.name == "sensitivity" })
    func index(_ outcome: String, _ factor: String, _ column: String) -> Double {
      for (row, cells) in table.rows.enumerated()
      where cells[2] == .text(outcome) && cells[4] == .text(factor) {
        if case .number(let value)? = table.column(column)?[row] { return value }
      }
      return .nan
    }
    // What partnership does to attainment does not touch ties: neither alone nor with others.
    #expect(index("degree", "effects.partner", "total") == 0)
    #expect(index("degree", "support.raise", "first") > 0.7)
    #expect(index("degree", "support.raise", "total") <= 1.2)
    #expect(index("degree", "chance", "total") < 0.3)
    #expect(index("mean(attainment)", "effects.partner", "first") > 0.2)
    for row in table.rows {
      guard case .number(let total) = row[9], case .number(let low) = row[10],
        case .number(let high) = row[11]
      else { continue }
      #expect(low <= total + 1e-12 && total <= high + 1e-12)
    }
    #expect(table.rows.contains { $0[12] == .flag(true) })
    let again = try Self.run("{at-most: 20}", more: more, threads: 1)
    #expect(again.tables == result.tables)
  }

  @Test func morrisScreens() throws {
    let result = try Self.run(
      "{at-most: 20}", more: "sensitivity: {method: morris, draws: 20, of: [degree]}")
    let table = try #require(result.tables.first { $0.name == "screening" })
    var effect: [String: Double] = [:]
    for row in table.rows {
      if case .text(let factor) = row[4], case .number(let mean) = row[7] { effect[factor] = mean }
    }
    #expect(effect["effects.partner"] == 0)
    #expect((effect["support.raise"] ?? 0) > 2 * (effect["chance"] ?? 1))
  }

  /// A replicate that runs away is left out under every policy and named; the others are as without it.
  @Test func runawaysAreStoppedAndKept() throws {
    let yaml = PolicyTests.study(
      "{support: {raise: {normal: [0, 6], source: assumption}}}", report: "coverage, degree",
      more: "replay: 1"
    ).replacingOccurrences(of: "rate: 2 per year", with: "rate: 100 per year")
      .replacingOccurrences(of: "horizon: 5 years", with: "horizon: 1 year")
    let result = try ScenariosStepTests.run(yaml)
    let table = try #require(result.tables.first { $0.name == "runaways" })
    #expect(table.rows.count + result.replicates == 20)
    #expect(table.rows.count > 0 && table.rows.count < 15)
    #expect(result.diagnostics.contains { $0.code == "runaway" && $0.message.contains("replay") })
    guard case .count(let number) = table.rows[0][0], case .count(let year) = table.rows[0][2]
    else {
      Issue.record("no number")
      return
    }
    let replayed = try ScenariosStepTests.run(
      yaml.replacingOccurrences(of: "replay: 1", with: "replay: \(number)"))
    let ties = try #require(replayed.tables.first { $0.name == "replay-ties" })
    #expect(replayed.tables[0] == result.tables[0])
    // It is followed up to the year before it was stopped.
    #expect(
      ties.rows.allSatisfy { row in
        guard row[0] == .text("tried"), case .count(let time) = row[1] else { return true }
        return time < year
      })
  }

  /// The events of a replay add up to the ties that the tables count.
  @Test func replaysAddUp() throws {
    let yaml = "{at-most: 1}"
    let result = try Self.run(yaml, more: "replay: 1")
    let ties = try #require(result.tables.first { $0.name == "replay-ties" })
    var count = 0
    for row in ties.rows where row[0] == .text("tried") {
      count += row[4] == .text("begins") ? 1 : -1
    }
    let degree = PolicyTests.value(result, "degree")
    #expect(abs(degree - 2 * Double(count) / 200) < 1e-9)
  }

  @Test func backCastsCompareWithWhatHappened() throws {
    let (data, places) = ScenariosStepTests.data()
    let yaml = PolicyTests.study(
      "{support: {raise: 1}}", more: "back-cast: {from: ties, to: later, years: 2, replicates: 60}")
    let step = try ScenariosStepTests.step(yaml)
    // A later wave from the model itself: replicate 1 of a forecast from the same start.
    let forecast = try ScenariosStepTests.run(
      PolicyTests.study("{support: {raise: 1}}", more: "replay: 7"))
    let events = try #require(forecast.tables.first { $0.name == "replay-ties" })
    var present: Set<[Int]> = []
    for row in events.rows where row[0] == .text("none") {
      guard case .count(let time) = row[1], time <= 2, case .count(let a) = row[2],
        case .count(let b) = row[3]
      else { continue }
      if row[4] == .text("begins") { present.insert([a, b]) } else { present.remove([a, b]) }
    }
    let sorted = present.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    func back(_ ties: [[Int]]) throws -> ScenarioResult {
      var data = data
      data.set(
        Table(
          name: "later",
          columns: [
            Column("from", numbers: ties.map { Double(999 + $0[0]) }),
            Column("to", numbers: ties.map { Double(999 + $0[1]) }),
          ]))
      try step.check(in: data)
      return try step.run(in: data, places: places, estimates: [:], seed: Seed(3), threads: 2)
    }
    let own = try back(sorted)
    #expect(own.diagnostics.contains { $0.code == "back-cast-agrees" })
    let table = try #require(own.tables.first { $0.name == "back-cast" })
    #expect(table.column("statistic")?.first == .text("ties"))
    #expect(table.column("observed")?.first == .number(Double(sorted.count)))
    let wrong = try back(Array(sorted.prefix(10)))
    #expect(wrong.diagnostics.contains { $0.code == "back-cast-missed" })
    #expect(throws: SpecErrors.self) { try step.check(in: data) }
  }
}

/// Blocks of replicates that are kept while a run goes on.
@Suite struct ReplicateBlockTests {
  /// Keeps blocks as they would stand in files, and says which were computed.
  final class Memory: BlockStore {
    private let kept = Mutex<[Int: Data]>([:])
    private let computed = Mutex<[Int]>([])

    var blocks: [Int] { computed.withLock { $0 } }

    func block(_ number: Int) -> ReplicateBlock? {
      kept.withLock { $0[number] }.flatMap {
        try? JSONDecoder().decode(ReplicateBlock.self, from: $0)
      }
    }

    func keep(_ block: ReplicateBlock, number: Int) {
      computed.withLock { $0.append(number) }
      kept.withLock { $0[number] = try? JSONEncoder().encode(block) }
    }

    func forget(from first: Int) {
      computed.withLock { $0 = [] }
      kept.withLock { blocks in blocks = blocks.filter { $0.key < first } }
    }
  }

  /// A run that was stopped after its second block goes on with the third, to the same bytes; blocks of other
  /// replicates are not used.
  @Test func aStoppedRunGoesOn() throws {
    let (data, places) = ScenariosStepTests.data()
    let memory = Memory()
    func run(_ atMost: Int, threads: Int) throws -> ScenarioResult {
      let step = try ScenariosStepTests.step(
        ScenariosStepTests.study.replacingOccurrences(of: "at-most: 40", with: "at-most: \(atMost)")
      )
      return try step.run(
        in: data, places: places, estimates: [:], seed: Seed(11)["futures"], threads: threads,
        store: memory)
    }
    let whole = try run(90, threads: 2)
    #expect(memory.blocks == [0, 1, 2, 3, 4])
    memory.forget(from: 2)
    let resumed = try run(90, threads: 1)
    #expect(memory.blocks == [2, 3, 4])
    #expect(resumed.tables == whole.tables)
    memory.forget(from: 5)
    // The last block of 70 has half of the replicates of the kept one.
    _ = try run(70, threads: 4)
    #expect(memory.blocks == [3])
  }
}
