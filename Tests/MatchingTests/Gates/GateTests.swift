import Designs
import Foundation
import Matching
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("Gates of a matched sample")
struct GateTests {
  @Test("baseline differences by hand, and what follows from them")
  func baseline() {
    // Means 3 and 2, both variances 1, pooled over 3 + 3: g = 1 · (1 − 3/15).
    let plain = BaselineDifference(
      [2, 3, 4, 1, 2, 3], treated: [true, true, true, false, false, false],
      weights: [1, 1, 1, 1, 1, 1], isBinary: false)
    #expect(isClose(plain.value, 0.8, relative: 1e-12))
    #expect(plain.verdict == .failed)
    // Shares 3/4 and 1/2: (log 3 − 0)/1.65 · (1 − 3/23).
    let shares = BaselineDifference(
      [1, 1, 1, 0, 1, 1, 0, 0], treated: (0..<8).map { $0 < 4 },
      weights: [Double](repeating: 1, count: 8), isBinary: true)
    #expect(isClose(shares.value, log(3) / 1.65 * (1 - 3.0 / 23), relative: 1e-12))
    // Weights move the means and not the deviation: (3·2 + 3 + 4)/5 − 2 over 1.
    let weighted = BaselineDifference(
      [2, 3, 4, 1, 2, 3], treated: [true, true, true, false, false, false],
      weights: [3, 1, 1, 1, 1, 1], isBinary: false)
    #expect(isClose(weighted.value, 0.8 * 0.6, relative: 1e-12))
    let none = BaselineDifference(
      [1, 1, 1, 1], treated: [true, true, false, false], weights: [1, 1, 1, 1], isBinary: true)
    #expect(none.value == 0)
    #expect(none.verdict == .satisfied)
    let all = BaselineDifference(
      [1, 1, 1, 0], treated: [true, true, false, false], weights: [1, 1, 1, 1], isBinary: true)
    #expect(all.value == .infinity)
    #expect(all.verdict == .failed)
  }

  /// Thirty schools with ten pupils each.
  private func data() -> DataSet {
    var stream = RandomStream(Seed(14))
    let treated = (0..<30).map { $0 % 3 == 0 }
    let prior = treated.map { stream.normal() + ($0 ? 0.1 : 0) }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", numbers: (0..<30).map(Double.init)), Column("joined", logical: treated),
          Column("prior", numbers: prior),
          Column("size", numbers: prior.map { _ in (stream.uniform() * 50).rounded() }),
          Column("score", numbers: prior.map { 3 * $0 + stream.normal() }),
        ]))
    let school = (0..<300).map { Int32($0 / 10) }
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("school", numbers: school.map(Double.init)),
          Column("before", numbers: school.map { prior[Int($0)] + 3 * stream.normal() }),
        ]))
    data.add(Link(from: "pupils", column: "school", to: "schools", index: school))
    return data
  }

  private func step(_ yaml: String) throws(SpecErrors) -> MatchStep {
    let text = "{data: schools, treated: joined, covariates: [prior, size], \(yaml)}"
    let root = try StudyDocument(yaml: text, file: "study.yaml").root
    return try MatchStep(from: Section(root, expecting: "a match step"))
  }

  private func problems(_ yaml: String) -> String {
    do throws(SpecErrors) {
      try step(yaml).check(in: data())
      return ""
    } catch { return error.description }
  }

  @Test("thresholds name the variables that break them")
  func thresholds() throws {
    let step = try step(
      "gate: {max-smd: 0.0001, variance-ratio: 1.0001, ks: 0.001, overlap: 0.999, ess: 1000, "
        + "dropped: 0, joint: 0, prognostic: 0.0001}, prognostic: score")
    let result = try step.run(in: data(), seed: Seed(1), unitKey: "school")
    let gate = try #require(result.gate)
    #expect(!gate.passes)
    #expect(
      Set(gate.rows.map(\.gate)) == [
        "max-smd", "variance-ratio", "ks", "overlap", "ess", "dropped", "joint", "prognostic",
      ])
    let balance = BalanceTable(result.outcome).rows.filter {
      $0.stage == .after && $0.covariate != "propensity"
    }
    for row in gate.rows where row.gate == "max-smd" {
      let same = try #require(balance.first { $0.covariate == row.variable })
      #expect(row.value == abs(same.standardisedDifference))
    }
    let failed = gate.failures.map(\.description).joined(separator: "\n")
    #expect(failed.contains("gate `max-smd`: beyond at most 0.0001 in `prior`"))
    #expect(failed.contains("gate `ess`: the effective number of treated units is 10.0"))
    #expect(gate.rows.first { $0.gate == "joint" }?.verdict == .satisfied)
    #expect(gate.rows.first { $0.gate == "dropped" }?.verdict == .satisfied)
    #expect(result.table("gate")?.rows.count == gate.rows.count)
    #expect(result.table("joint") != nil)
    #expect(result.diagnostics.contains { $0.code == "gate-failed" })
    #expect(result.table("balance")?.column("covariate")?.contains(.text("prognostic")) == true)
    let easy = try self.step("gate: {max-smd: 10, ess: 1, dropped: 1}").run(
      in: data(), seed: Seed(1), unitKey: "school")
    #expect(easy.gate?.passes == true)
  }

  @Test("the baseline standard is judged on pupils, weighted as their schools are")
  func pupils() throws {
    let step = try step("gate: {wwc: [pupils.before]}, outcome: score")
    let data = data()
    let result = try step.run(in: data, seed: Seed(1), unitKey: "school")
    let row = try #require(result.gate?.rows.first)
    let weights = result.weights(rowCount: 30)
    guard case .numbers(let before)? = data[table: "pupils"]?["before"]?.storage,
      case .numbers(let joined)? = data[table: "schools"]?["joined"]?.storage
    else { throw ReferenceFile.MissingColumn(name: "before") }
    let expected = BaselineDifference(
      before, treated: (0..<300).map { joined[$0 / 10] == 1 },
      weights: (0..<300).map { weights[$0 / 10] }, isBinary: false)
    #expect(isClose(row.value, expected.value, relative: 1e-12))
    #expect(row.variable == "pupils.before")
    #expect(row.isAdjusted == nil)
    #expect(problems("gate: {wwc: [prior]}").contains("not of `schools`"))
    #expect(problems("gate: wwc").contains("standard deviations of the rows of `pupils`"))
    #expect(problems("gate: {wwc: [pupils.befor]}").contains("did you mean `before`"))
    #expect(problems("gate: {prognostic: 0.1}").contains("needs `prognostic: COLUMN`"))
    #expect(problems("gate: {joint: 0.1}, method: entropy").contains("leave `joint` out"))
    #expect(problems("inference: randomisation").contains("needs an `outcome`"))
    #expect(problems("gate: {max-sdm: 0.1}").contains("did you mean `max-smd`"))
  }

  @Test("a difference between 0.05 and 0.25 must be adjusted for")
  func adjusting() throws {
    // Pupils themselves are matched; nothing belongs to them.
    var stream = RandomStream(Seed(15))
    let treated = (0..<400).map { $0 % 2 == 0 }
    var data = DataSet()
    let x = treated.enumerated().map { unit, isTreated in
      Normal.standardQuantile((Double(unit / 2) + 0.5) / 200) + (isTreated ? 0.15 : 0)
    }
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("pupil", numbers: (0..<400).map(Double.init)), Column("t", logical: treated),
          Column("x", numbers: x), Column("z", numbers: (0..<400).map { Double($0 / 2) }),
          Column("y", numbers: x.map { $0 + stream.normal() }),
        ]))
    func gate(_ adjust: String) throws -> GateOutcome {
      let text =
        "{data: pupils, treated: t, covariates: [z], distance: mahalanobis, outcome: y, "
        + "adjust: [\(adjust)], gate: {wwc: [x]}}"
      let root = try StudyDocument(yaml: text, file: "study.yaml").root
      let step = try MatchStep(from: Section(root, expecting: "a match step"))
      return try #require(try step.run(in: data, seed: Seed(1), unitKey: "pupil").gate)
    }
    let without = try gate("z")
    #expect(without.rows[0].verdict == .adjust)
    #expect(without.rows[0].isAdjusted == false)
    #expect(without.mustAdjust == ["x"])
    guard case .notAdjusted(let variables)? = without.failures.first else {
      Issue.record("no failure")
      return
    }
    #expect(variables.map(\.name) == ["x"])
    let with = try gate("x")
    #expect(with.passes)
    #expect(with.rows[0].isAdjusted == true)
  }
}
