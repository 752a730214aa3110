import Designs
import Matching
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("The sensitivity step of a study")
struct SensitivityStepTests {
  private func step(_ yaml: String) throws(SpecErrors) -> SensitivityStep {
    let root = try StudyDocument(yaml: yaml, file: "study.yaml").root
    return try SensitivityStep(from: Section(root, expecting: "a sensitivity step"))
  }

  private func match(_ yaml: String = "") throws -> MatchStep {
    let text =
      "{data: schools, treated: joined, covariates: [ses, size], outcome: score, \(yaml)}"
    let root = try StudyDocument(yaml: text, file: "match.yaml").root
    return try MatchStep(from: Section(root, expecting: "a match step"))
  }

  /// A hundred and twenty schools in four authorities; `effect` in the first alone where `isLocal`.
  private func data(effect: Double, isLocal: Bool = false, seed: UInt64 = 5) -> DataSet {
    var stream = RandomStream(Seed(seed)["sensitivity"])
    let n = 120
    let treated = (0..<n).map { $0 % 3 == 0 }
    let la = (0..<n).map { _ in stream.index(below: 4) }
    let ses = treated.map { stream.normal() + ($0 ? 0.4 : 0) }
    let size = treated.map { _ in (stream.uniform() * 50).rounded() }
    let before = ses.map { 2 * $0 + stream.normal() }
    let score = (0..<n).map { unit in
      2 * ses[unit] + 0.02 * size[unit] + stream.normal()
        + (treated[unit] && (!isLocal || la[unit] == 0) ? effect : 0)
    }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", numbers: (0..<n).map(Double.init)), Column("joined", logical: treated),
          Column("ses", numbers: ses), Column("size", numbers: size),
          Column("la", categories: la.map { ["a", "b", "c", "d"][$0] }),
          Column("before", numbers: before), Column("score", numbers: score),
          Column("harmed", logical: score.map { $0 > 1 }),
        ]))
    return data
  }

  private func run(
    _ yaml: String, match: MatchStep, data: DataSet, groups: [Int32]? = nil, threads: Int = 1
  ) throws -> SensitivityResult {
    let found = try match.run(in: data, seed: Seed(3), unitKey: "school", groups: groups)
    return try step(yaml).run(of: found, in: data, seed: Seed(4), threads: threads)
  }

  @Test("every check by its bare name and with settings")
  func reading() throws {
    let all = try step(
      """
      of: comparators
      checks: [rosenbaum, e-value, robustness-value, {placebo: before}, {leave-one-out: la},
               {specification-curve: {vary: {adjust: [[], [ses]], method: [nearest, optimal]}}}]
      """)
    #expect(all.of.text == "comparators")
    #expect(all.checks.count == 6)
    #expect((all.checks[3] as? Placebo)?.columns.map(\.text) == ["before"])
    #expect((all.checks[4] as? LeaveOneOut)?.column.text == "la")
    #expect((all.checks[5] as? SpecificationCurve)?.vary.map(\.values.count) == [2, 2])
    let more = try step(
      "{of: m, checks: [{rosenbaum: {gamma: [1, 2], alpha: 0.1, zeros: ranked}}, "
        + "{placebo: [before, ses]}, {robustness-value: {benchmarks: ses, times: 2}}]}")
    #expect(
      more.checks[0] as? RosenbaumBounds
        == RosenbaumBounds(gammas: [1, 2], alpha: 0.1, zeros: .ranked))
    #expect((more.checks[1] as? Placebo)?.columns.count == 2)
    #expect(try step("{of: m}").checks.count == 2)
    for entry in Registry.sensitivityChecks.entries {
      #expect(!entry.documentation.reference.isEmpty)
      #expect(!entry.documentation.formula.isEmpty)
    }
  }

  private func problems(_ yaml: String, match: String = "") -> String {
    do throws(SpecErrors) {
      let step = try step(yaml)
      guard let match = try? self.match(match) else { return "no match" }
      try step.check(of: match, in: data(effect: 0))
      return ""
    } catch { return error.description }
  }

  @Test("mistakes are located and say what is accepted")
  func mistakes() {
    #expect(problems("{of: m, checks: [rosenbaumm]}").contains("did you mean `rosenbaum`"))
    #expect(problems("{checks: [rosenbaum]}").contains("missing key `of`"))
    #expect(problems("{of: m, checks: [{placebo: befor}]}").contains("did you mean `before`"))
    #expect(problems("{of: m, checks: [{placebo: la}]}").contains("a column of numbers"))
    #expect(problems("{of: m, checks: [{leave-one-out: lea}]}").contains("unknown column `lea`"))
    #expect(problems("{of: m, checks: [placebo]}").contains("missing key `columns`"))
    #expect(problems("{of: m, checks: [{rosenbaum: {gamma: 0.5}}]}").contains("from 1"))
    #expect(
      problems("{of: m, checks: [{robustness-value: {benchmarks: [la]}}]}").contains(
        "unknown adjusted covariate `la`"))
    #expect(
      problems("{of: m, checks: [{specification-curve: {vary: {outcome: [before]}}}]}").contains(
        "says what is estimated"))
    #expect(
      problems("{of: m, checks: [{specification-curve: {vary: {method: [nearst]}}}]}").contains(
        "did you mean `nearest`"))
    #expect(
      problems("{of: m, checks: [{specification-curve: {vary: {adjust: [[sess]]}}}]}").contains(
        "did you mean `ses`"))
  }

  @Test("tables of all checks, the same on any number of threads")
  func tables() throws {
    let checks =
      "{of: m, checks: [rosenbaum, e-value, robustness-value, {placebo: before}, {leave-one-out: la}, "
      + "specification-curve]}"
    let data = data(effect: 2)
    let match = try match("adjust: [ses]")
    let one = try run(checks, match: match, data: data)
    let names = [
      "rosenbaum", "tipping_points", "amplification", "e_values", "robustness", "benchmarks",
      "placebo", "leave_one_out", "specifications", "specification_settings",
      "specification_curve",
    ]
    #expect(one.tables.map(\.name) == names)
    #expect(try run(checks, match: match, data: data, threads: 3).tables == one.tables)
    #expect(one.tables.first { $0.name == "specifications" }?.rows.count == 4)
  }

  @Test("checks that a design does not admit are left out and said")
  func leftOut() throws {
    let result = try run(
      "{of: m, checks: [rosenbaum, e-value]}", match: try match("method: entropy"),
      data: data(effect: 1))
    #expect(result.tables.map(\.name) == ["e_values"])
    #expect(result.diagnostics.contains { $0.code == "check-left-out" })
  }

  @Test("without one group: the mean difference of the pairs that are left")
  func leaveOneOut() throws {
    let data = data(effect: 8, isLocal: true)
    let match = try match().run(in: data, seed: Seed(3), unitKey: "school")
    let result = try step("{of: m, checks: [{leave-one-out: la}]}").run(
      of: match, in: data, seed: Seed(4))
    let table = result.tables[0]
    #expect(table.column("left_out") == ["a", "b", "c", "d"].map(Cell.text))
    guard case .codes(let codes, _)? = data[table: "schools"]?["la"]?.storage,
      case .numbers(let y)? = data[table: "schools"]?["score"]?.storage
    else { throw ReferenceFile.MissingColumn(name: "la") }
    for (group, cell) in (table.column("estimate") ?? []).enumerated() {
      let pairs = match.outcome.sample.pairs.filter {
        codes[$0.treated] != Int32(group) && codes[$0.control] != Int32(group)
      }
      let mean =
        pairs.map { y[$0.treated] - y[$0.control] }.reduce(0, +) / Double(pairs.count)
      guard case .number(let value) = cell else { continue }
      #expect(isClose(value, mean, relative: 1e-9))
    }
  }

  /// The same schools as a table that never held some of them.
  private func without(_ name: String, _ data: DataSet) throws -> DataSet {
    let table = try #require(data[table: "schools"])
    let la = try #require(
      table["la"].map { column in (0..<table.rowCount).map { column.text(at: $0) } })
    let kept = la.indices.filter { la[$0] != name }
    var smaller = DataSet()
    smaller.set(
      Table(
        name: "schools",
        columns: table.columns.map { column in
          switch column.storage {
          case .numbers(let values): Column(column.name, numbers: kept.map { values[$0] })
          default: Column(column.name, categories: kept.map { column.text(at: $0) })
          }
        }))
    return smaller
  }

  @Test(
    "made again without a group, the design is that of a table which never held it",
    arguments: ["", "method: optimal", "method: entropy", "method: full"])
  func rematch(_ method: String) throws {
    let data = data(effect: 2)
    let step = try match(method)
    let result = try run(
      "{of: m, checks: [{leave-one-out: {column: la, rematch: true}}]}", match: step, data: data)
    let table = try #require(result.tables.first)
    #expect(table.rows.count == 4)
    for row in table.rows {
      guard case .text(let name) = row[0], case .number(let estimate) = row[2],
        case .number(let error) = row[3]
      else {
        Issue.record("no estimate")
        continue
      }
      let alone = try step.run(in: without(name, data), seed: Seed(3), unitKey: "school")
      let effect = try #require(alone.effect)
      #expect(isClose(effect.estimate, estimate, relative: 1e-10))
      #expect(isClose(effect.standardError, error, relative: 1e-9))
    }
    // Taking sets away and matching anew are not the same.
    let kept = try run("{of: m, checks: [{leave-one-out: la}]}", match: step, data: data)
    #expect(kept.tables.first?.column("estimate") != table.column("estimate"))
  }

  @Test("what is matched again uses each unit once, as the match itself does")
  func once() throws {
    let data = data(effect: 2)
    let step = try match("method: optimal, ratio: 2")
    // Comparators k and k + 2 of each three are one school at two base years.
    let owners = (0..<120).map { Int32($0 % 3 == 2 ? $0 - 1 : $0) }
    let found = try step.run(in: data, seed: Seed(3), unitKey: "school", owners: owners)
    let free = try step.run(in: data, seed: Seed(3), unitKey: "school")
    #expect(found.effect?.estimate != free.effect?.estimate)
    let checks = try self.step(
      "{of: m, checks: [{specification-curve: {vary: {adjust: [[]]}}}, "
        + "{leave-one-out: {column: la, rematch: true}}]}"
    ).run(of: found, in: data, seed: Seed(4), threads: 1)
    let curve = try #require(checks.tables.first { $0.name == "specifications" })
    #expect(curve.column("estimate")?[0] == .number(try #require(found.effect).estimate))
    let left = try #require(checks.tables.first { $0.name == "leave_one_out" })
    let table = try #require(data[table: "schools"])
    let la = try #require(
      table["la"].map { column in (0..<table.rowCount).map { column.text(at: $0) } })
    for row in left.rows {
      guard case .text(let name) = row[0] else { continue }
      let alone = try step.run(
        in: data, seed: Seed(3), rows: la.indices.filter { la[$0] != name }.map(Int32.init),
        unitKey: "school", owners: owners)
      #expect(row[2] == .number(try #require(alone.effect).estimate))
      let used = alone.outcome.sample.weights.indices.filter { alone.outcome.sample.isUsed($0) }
        .map { owners[Int(alone.rows[$0])] }
      #expect(Set(used).count == used.count)
    }
  }

  @Test("a placebo's effect is doubted, and the median of the curve is that of its estimates")
  func placebo() throws {
    let data = data(effect: 2)
    let unbalanced = try match("distance: {score: random}")
    var withNoise = data
    var table = try #require(data[table: "schools"])
    var stream = RandomStream(Seed(2)["noise"])
    table.set(Column("random", numbers: (0..<120).map { _ in 0.1 + 0.8 * stream.uniform() }))
    table.set(
      Column(
        "impossible",
        numbers: (0..<120).map { ($0 % 3 == 0 ? 1.0 : 0) + 0.1 * stream.normal() }))
    withNoise.set(table)
    let result = try run(
      "{of: m, checks: [{placebo: impossible}, {specification-curve: {vary: {ratio: [1, 2], "
        + "adjust: [[], [ses], [ses, size]]}, draws: 199}}]}", match: unbalanced, data: withNoise)
    #expect(result.diagnostics.contains { $0.code == "placebo-effect" })
    let estimates = (result.tables.first { $0.name == "specifications" }?.column("estimate") ?? [])
      .compactMap { if case .number(let value) = $0 { value } else { nil } }.sorted()
    #expect(estimates.count == 6)
    let curve = try #require(result.tables.first { $0.name == "specification_curve" })
    guard case .number(let median) = curve.rows[0][1] else { return }
    #expect(isClose(median, (estimates[2] + estimates[3]) / 2, relative: 1e-9))
  }

  /// 40 data sets without an effect: at a level of 0.1 more than 10 rejections have probability 0.0015.
  @Test(
    "the joint test of the curve rejects an effect and, without one, seldom",
    arguments: [true, false])
  func curve(_ grouped: Bool) throws {
    let vary = "{of: m, checks: [{specification-curve: {draws: 199}}]}"
    let groups = grouped ? (0..<120).map { $0 % 3 == 0 ? Int32($0 / 6) : -1 } : nil
    func p(_ data: DataSet) throws -> Double {
      let result = try run(vary, match: try match(), data: data, groups: groups)
      let curve = try #require(result.tables.first { $0.name == "specification_curve" })
      guard case .number(let value) = curve.rows[0][3] else { return .nan }
      return value
    }
    #expect(try p(data(effect: 1.5)) <= 0.01)
    var rejected = 0
    for seed in 0..<40 {
      if try p(data(effect: 0, seed: UInt64(100 + seed))) <= 0.1 { rejected += 1 }
    }
    #expect(rejected <= 10)
  }

  @Test("E-values: printed example, symmetry, and a 0/1 outcome as a risk ratio")
  func eValues() throws {
    // VanderWeele & Ding 2017: RR 3.9 (1.8, 8.7) has E-values 7.26 and 3.0.
    #expect(abs(EValue.of(riskRatio: 3.9) - 7.26) < 0.005)
    #expect(abs(EValue.of(interval: 1.8...8.7) - 3.0) < 0.005)
    #expect(isClose(EValue.of(riskRatio: 0.4), EValue.of(riskRatio: 2.5), relative: 1e-12))
    #expect(EValue.of(interval: 0.5...1.2) == 1)
    #expect(EValue.of(interval: 0.2...0.5) == EValue.of(riskRatio: 0.5))
    let text =
      "{data: schools, treated: joined, covariates: [ses, size], outcome: harmed}"
    let root = try StudyDocument(yaml: text, file: "match.yaml").root
    let binary = try MatchStep(from: Section(root, expecting: "a match step"))
    let table = try run("{of: m, checks: [e-value]}", match: binary, data: data(effect: 2)).tables[
      0]
    #expect(table.column("scale") == [.text("risk ratio")])
  }
}
