import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("What a multilevel step is asked beside its coefficients")
struct StepInferenceTests {
  private static let base = """
    data: data
    formula: y ~ x * sex + I(x^2) + pool + (1 + x | school)

    """

  private func step(_ yaml: String) throws -> MultilevelStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(MultilevelStep.keys)
    return try MultilevelStep(from: section)
  }

  private func problem(_ lines: String) -> String {
    do {
      let step = try step(Self.base + lines)
      let frame = try step.frame(in: Self.data)
      _ = try step.infer(from: step.run(frame), frame, in: Self.data)
      return ""
    } catch { return "\(error)" }
  }

  /// Pupils in 20 schools, with a column of the schools' own table.
  private static let data: DataSet = {
    var stream = RandomStream(Seed(31)["pupils"])
    let school = (0..<400).map { $0 / 20 }
    let effect = (0..<20).map { _ in stream.normal() }
    let pool = (0..<20).map { _ in 2 * stream.normal() }
    let x = school.map { _ in 1 + stream.normal() }
    let sex = school.map { _ in stream.uniform() < 0.4 ? "M" : "F" }
    let y = school.indices.map { row in
      2 + 0.5 * x[row] - 0.1 * x[row] * x[row] + (sex[row] == "M" ? 0.3 + 0.2 * x[row] : 0)
        + 0.3 * pool[school[row]] + 0.5 * effect[school[row]] + stream.normal()
    }
    var data = DataSet()
    data.set(
      Table(
        name: "data",
        columns: [
          Column("y", numbers: y), Column("x", numbers: x), Column("sex", categories: sex),
          Column("flag", logical: x.map { $0 > 1 }),
          Column("school", categories: school.map { "s\($0)" }),
        ]))
    data.set(Table(name: "schools", columns: [Column("pool", numbers: pool)]))
    data.add(
      Link(from: "data", column: "school", to: "schools", index: school.map(Int32.init)))
    return data
  }()

  private func run(
    _ lines: String, seed: Seed = Seed(1), threads: Int = 1
  ) throws -> (fit: LinearMixedModelFit, result: MultilevelStep.InferenceResult, frame: ModelFrame)
  {
    let step = try step(Self.base + lines)
    let frame = try step.frame(in: Self.data)
    let result = try step.run(frame)
    return (
      result.fit,
      try step.infer(from: result, frame, in: Self.data, seed: seed, threads: threads), frame
    )
  }

  private func numbers(
    _ name: String, _ result: MultilevelStep.InferenceResult, _ column: String
  )
    throws -> [Double]
  {
    let table = try #require(result.tables.first { $0.name == name })
    return try #require(table.column(column)).map {
      if case .number(let value) = $0 { return value }
      return .nan
    }
  }

  @Test("leaves only the tables that are asked for")
  func tables() throws {
    #expect(try run("").result.tables.isEmpty)
    let all = try run(
      """
      intervals: {bootstrap: {replicates: 100}}
      effect: {of: sexM}
      hypotheses: {one: x = 0.5, two: [sexM = 0, "sexM:x = 0"]}
      compare: {slope: y ~ x * sex + I(x^2) + pool + (1 | school)}
      predict: {grid: {sex: [F, M], x: [0, 1.5]}}
      margins: [x, sex, pool]
      equivalence: {"sexM:x": 0.5 sd, sexM: 0.01}
      """, threads: 2)
    #expect(
      all.result.tables.map(\.name) == [
        "intervals", "hypotheses", "contrasts", "predictions", "margins", "comparisons",
        "equivalence",
      ])
    let rows = all.result.tables.map(\.rows.count)
    // 6 coefficients, 2 sds, a correlation, σ, 2 + 2 shares and an effect, each by two kinds.
    #expect(rows == [30, 2, 3, 4, 3, 1, 2])
    let again = try run(
      """
      intervals: {bootstrap: {replicates: 100}}
      effect: {of: sexM}
      compare: {slope: y ~ x * sex + I(x^2) + pool + (1 | school)}
      """)
    #expect(again.result.tables[0] == all.result.tables[0])
    #expect(again.result.tables[1] == all.result.tables[5])
    let other = try run(
      "intervals: {bootstrap: {replicates: 100}}\neffect: {of: sexM}", seed: Seed(2))
    #expect(other.result.tables[0] != all.result.tables[0])
    let profile = try run("intervals: profile")
    #expect(profile.result.tables[0].rows.count == 10)
  }

  @Test("predictions are means over the rows, with the standard errors of contrasts")
  func predictions() throws {
    let (fit, result, _) = try run(
      """
      predict: {grid: {sex: [F, M], x: [0, 1.5]}, schools: {pool: [2]}}
      margins: [x, sex, pool]
      """)
    let x = try #require(Self.data[table: "data"]?["x"])
    guard case .numbers(let values) = x.storage,
      case .codes(let sex, _) = try #require(Self.data[table: "data"]?["sex"]).storage,
      case .numbers(let pools) = try #require(Self.data[table: "schools"]?["pool"]).storage
    else {
      Issue.record("columns of other types")
      return
    }
    #expect(
      fit.coefficientNames == ["(Intercept)", "x", "sexM", "I(x^2)", "pool", "x:sexM"])
    let men = Double(sex.filter { $0 == 1 }.count) / 400
    let mean = values.reduce(0, +) / 400
    let squares = values.reduce(0) { $0 + $1 * $1 } / 400
    let both = zip(values, sex).reduce(0) { $0 + ($1.1 == 1 ? $1.0 : 0) } / 400
    let pool = pools.reduce(0, +) / 20
    var expected: [[Double]] = []
    for isMan in [0.0, 1] {
      for at in [0, 1.5] { expected.append([1, at, isMan, at * at, pool, at * isMan]) }
    }
    expected.append([1, mean, men, squares, 2, both])
    let estimates = try numbers("predictions", result, "estimate")
    let errors = try numbers("predictions", result, "std_error")
    let degrees = try numbers("predictions", result, "df")
    for (k, weights) in expected.enumerated() {
      let test = try fit.test(weights, named: "x")
      #expect(isClose(estimates[k], test.estimate, relative: 1e-10))
      #expect(isClose(errors[k], test.standardError, relative: 1e-8))
      #expect(isClose(degrees[k], test.degreesOfFreedom, relative: 1e-6))
    }
    let slopes: [[Double]] = [
      [0, 1, 0, 2 * mean, 0, men], [0, 0, 1, 0, 0, mean], [0, 0, 0, 0, 1, 0],
    ]
    let effects = try numbers("margins", result, "estimate")
    let p = try numbers("margins", result, "p_value")
    for (k, weights) in slopes.enumerated() {
      let test = try fit.test(weights, named: "x")
      #expect(isClose(effects[k], test.estimate, relative: 1e-7))
      #expect(isClose(p[k], test.pValue, relative: 1e-5))
    }
    #expect(
      result.tables.last?.column("contrast") == [.text("slope"), .text("M - F"), .text("slope")])
  }

  @Test("hypotheses are tested singly and together")
  func hypotheses() throws {
    let (fit, result, _) = try run(
      "hypotheses: {line: \"x + 0.5 * sexM:x = 0.4\", both: [sexM = 0, \"sexM:x = 0\", sexM = sexM:x]}"
    )
    let t = try fit.test([0, 1, 0, 0, 0, 0.5], named: "x")
    #expect(
      isClose(try numbers("contrasts", result, "estimate")[0], t.estimate - 0.4, relative: 1e-12))
    let f = try numbers("hypotheses", result, "statistic")
    let z = (t.estimate - 0.4) / t.standardError
    #expect(isClose(f[0], z * z, relative: 1e-9))
    let both = try fit.jointTest(
      [[0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1]], equal: [0, 0], named: "both")
    #expect(isClose(f[1], both.statistic, relative: 1e-9))
    #expect(result.diagnostics.map(\.code) == ["dependent-hypotheses"])
  }

  @Test("equivalence is shown where the 90 % interval lies within the bounds")
  func equivalence() throws {
    // R: pt(-4, 20), pt(-8/3, 20), 0.02 ∓ qt(0.95, 20) · 0.03.
    let kernel = EquivalenceTest(
      term: "b", estimate: 0.02, standardError: 0.03, degreesOfFreedom: 20, bounds: -0.1...0.1)
    #expect(isClose(kernel.lowPValue, 0.000351761646564159, relative: 1e-10))
    #expect(isClose(kernel.highPValue, 0.007409272713250570, relative: 1e-10))
    #expect(isClose(kernel.low, -0.0317415472876236, relative: 1e-10))
    #expect(isClose(kernel.high, 0.071741547287623608, relative: 1e-10))
    #expect(kernel.isEquivalent)
    for bound in stride(from: 0.01, to: 0.2, by: 0.01) {
      let test = EquivalenceTest(
        term: "b", estimate: -0.03, standardError: 0.04, degreesOfFreedom: .infinity,
        bounds: -bound...bound)
      #expect(test.isEquivalent == (test.low > -bound && test.high < bound))
    }
    let (fit, result, frame) = try run("equivalence: {\"sexM:x\": 0.5 sd, sexM: 0.01}")
    let null = try LinearMixedModel().fit(frame.unconditional)
    let bounds = try numbers("equivalence", result, "high_bound")
    #expect(isClose(bounds[0], 0.5 * null.totalVariance.squareRoot(), relative: 1e-12))
    #expect(bounds[1] == 0.01)
    #expect(try numbers("equivalence", result, "estimate")[0] == fit.coefficients[5])
    #expect(
      result.tables[0].column("verdict") == [.text("equivalent"), .text("not shown")])
  }

  @Test("what means nothing is refused where it stands")
  func refusals() throws {
    for (lines, place, text) in [
      ("hypotheses: {h: x * sexM = 0}", "study.yaml:3:19:", "a hypothesis is linear"),
      ("hypotheses: {h: [x = 0, sexN = 0]}", "study.yaml:3:25:", "did you mean `sexM`"),
      ("hypotheses: {h: [x = 0, 2 * x = 1]}", "study.yaml:3:14:", "contradict"),
      ("hypotheses: {h: x + = 0}", "study.yaml:3:21:", "expected a coefficient or a number"),
      ("compare: {c: y ~ x + (1 | school}", "study.yaml:3:22:", "never closed"),
      ("compare: {c: y ~ x + flag + (1 | school)}", "study.yaml:3:14:", "column `flag`"),
      ("compare: {c: y ~ x + (1 | school)}", "study.yaml:3:14:", "use `method: ML`"),
      ("predict: {p: {sex: [X]}}", "study.yaml:3:21:", "no level `X`"),
      ("predict: {p: {x: [a]}}", "study.yaml:3:19:", "no number"),
      ("predict: {p: {z: [1]}}", "study.yaml:3:19:", "unknown column `z`"),
      ("margins: [z]", "study.yaml:3:11:", "unknown column `z`"),
      ("equivalence: {sexQ: 1}", "study.yaml:3:15:", "did you mean `sexM`"),
      ("equivalence: {sexM: -1 sd}", "study.yaml:3:21:", "above 0"),
      ("intervals: profil", "study.yaml:3:12:", "did you mean `profile`"),
      ("intervals: {bootstrap: {replicates: 5}}", "study.yaml:3:37:", "from 100"),
    ] {
      let found = problem(lines)
      #expect(found.contains(place) && found.contains(text), "\(lines): \(found)")
    }
    for key in ["margins: [x]", "equivalence: {x: 1 sd}"] {
      #expect(throws: SpecErrors.self) {
        try step("data: d\nformula: y ~ x + (1 | g)\nfamily: poisson\n" + key)
      }
    }
    let other = try step(
      Self.base + "compare: {c: y ~ q + (1 | school)}\npredict: {p: {r: [1]}}\nmargins: [s]")
    #expect(
      other.inference.problems(in: Self.data, table: "data", path: "m").map(\.path) == [
        "m.compare.c", "m.predict.p", "m.margins",
      ])
  }

  @Test("a column inside an aggregate cannot be set")
  func aggregates() throws {
    let step = try step(
      """
      data: data
      formula: y ~ I(x - mean(x)) + (1 | school)
      margins: [x]
      """)
    let frame = try step.frame(in: Self.data)
    let result = try step.run(frame)
    #expect {
      try step.infer(from: result, frame, in: Self.data)
    } throws: { error in "\(error)".contains("computed from all rows") }
  }

  @Test("without an intercept, a level has one degree of freedom more")
  func betweenWithin() throws {
    let design = RandomDesign(.nested, seed: 2)
    let frame = design.frame
    let with = try LinearMixedModel().fit(frame).tests(.betweenWithin)
    let bare = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns,
      fixed: Array(frame.fixed.dropFirst()), response: frame.response, random: [frame.random[0]])
    let full = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns, fixed: frame.fixed,
      response: frame.response, random: [frame.random[0]])
    let (a, b) = (
      try LinearMixedModel().fit(full).tests(.betweenWithin),
      try LinearMixedModel().fit(bare).tests(.betweenWithin)
    )
    #expect(a.last?.term == "schoolX" && with.count == 4)
    #expect(a[3].degreesOfFreedom == 10)
    #expect(b[2].degreesOfFreedom == 11)
    #expect(a[1].degreesOfFreedom == b[0].degreesOfFreedom)
  }

  @Test("J is not applied below two degrees of freedom")
  func smallSampleFactor() {
    #expect(EffectSize.smallSampleFactor(degreesOfFreedom: 1) == 1)
    #expect(EffectSize.smallSampleFactor(degreesOfFreedom: 1.9) == 1)
    #expect(EffectSize.smallSampleFactor(degreesOfFreedom: 2) == 1 - 3.0 / 7)
    #expect(EffectSize.smallSampleFactor(degreesOfFreedom: .infinity) == 1)
  }
}
