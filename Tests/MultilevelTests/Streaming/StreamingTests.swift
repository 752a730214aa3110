import Designs
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Models of streamed tables")
struct StreamingTests {
  private let data: DataSet

  /// Pupils in schools in authorities and from primaries, with holes, sorted by year.
  init() {
    var random = RandomStream(Seed(7)["streaming"])
    let (n, schools) = (4_000, 40)
    let schoolEffect = (0..<schools).map { _ in random.normal() }
    let primaryEffect = (0..<60).map { _ in 0.5 * random.normal() }
    var school: [Int32] = []
    var (primary, prior, poverty, year, score, weight):
      ([Double], [Double], [Double], [Double], [Double], [Double])
    (primary, prior, poverty, year, score, weight) = ([], [], [], [], [], [])
    var sex: [String?] = []
    for row in 0..<n {
      let s = random.index(below: schools)
      let p = random.index(below: 60)
      let x = 1_000 + 10 * (random.normal() + schoolEffect[s])
      school.append(random.uniform() < 0.01 ? -1 : Int32(s))
      primary.append(Double(1000 - 7 * p))
      prior.append(random.uniform() < 0.02 ? .nan : x)
      poverty.append(random.uniform() < 0.2 ? 1 : 0)
      year.append(Double(2019 + 4 * row / n))
      sex.append(random.uniform() < 0.01 ? nil : random.uniform() < 0.5 ? "F" : "M")
      weight.append(0.5 + random.uniform())
      score.append(
        0.06 * (x - 1_000) + schoolEffect[s] + primaryEffect[p] + 0.1 * Double(row % 3)
          + random.normal())
    }
    var data = DataSet()
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column(
            "school",
            type: .category, storage: .codes(school, levels: (0..<schools).map { "s\(100 + $0)" })),
          Column("primary", numbers: primary), Column("prior", numbers: prior),
          Column("poverty", type: .logical, storage: .numbers(poverty)),
          Column("year", numbers: year), Column("sex", categories: sex),
          Column("score", numbers: score), Column("weight", numbers: weight),
        ]))
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: (0..<schools).map { "s\(100 + $0)" }),
          Column("la", categories: (0..<schools).map { "la\(9 - $0 / 5)" }),
          Column("roll", numbers: (0..<schools).map { Double(100 + 37 * $0 % 91) }),
        ]))
    data.add(Link(from: "pupils", column: "school", to: "schools", index: school))
    self.data = data
  }

  static let formulas = [
    "score ~ prior + poverty + (1 | school)",
    "score ~ prior + I(prior^2) + sex + factor(year) + (1 + prior | school) + (1 | la)",
    "score ~ sex * prior + log(roll) + (1 | primary) + (1 | school)",
    "score ~ poverty + (1 + prior || la/school)",
    "score ~ prior + pupils.prior + I(2 * prior) + poverty + (1 | la:primary)",
    "score ~ 0 + sex + prior + (0 + factor(year) | la)",
    "score ~ I(1e9 * prior) + I(1e-6 * roll) + poverty + (1 + I(1e9 * prior) | school)",
    "score ~ prior + offset(poverty) + (1 | primary) + (1 + prior | la)",
  ]

  @Test("estimates are those of the rows in memory", arguments: formulas)
  func agreement(_ source: String) throws {
    for (rows, weights) in [(97, nil), (1_000, "weight"), (5_000, nil)] as [(Int, String?)] {
      let formula = try Formula(parsing: source)
      let options = FrameOptions(weights: weights)
      let frame = try formula.frame(in: data, table: "pupils", options: options)
      let memory = try LinearMixedModel().fit(frame)
      let streamed = try StreamedFrame(
        formula, of: ChunkedTable(whole: data, table: "pupils", rows: rows), options: options)
      let (fit, null) = try LinearMixedModel().fit(streamed)
      #expect(streamed.shape.rowCount == frame.rowCount)
      #expect(streamed.shape.lost == frame.lost)
      // Without an intercept covariates are not centred, which costs a digit here.
      expectSame(
        fit, memory, deviance: source.contains("~ 0") ? 1e-11 : 1e-12, coefficients: 1e-9,
        errors: 1e-8, source)
      #expect(isClose(fit.sigma, memory.sigma, relative: 1e-10))
      #expect(largestDifference(fit.theta, memory.theta, scale: 1e-2) < 1e-8)
      #expect(fit.factors.map(\.name) == memory.factors.map(\.name))
      #expect(fit.factors.map(\.levels) == memory.factors.map(\.levels))
      for (a, b) in zip(fit.factors, memory.factors) {
        #expect(largestDifference(a.modes.elements, b.modes.elements, scale: 1) < 1e-8)
      }
      let degrees = zip(try fit.tests(.satterthwaite), try memory.tests(.satterthwaite))
      for (a, b) in degrees {
        #expect(isClose(a.degreesOfFreedom, b.degreesOfFreedom, relative: 1e-7))
      }
      let plain = try LinearMixedModel().fit(frame.unconditional)
      #expect(isClose(try #require(null).deviance, plain.deviance, relative: 1e-12))
    }
  }

  @Test("the same bits on any number of threads", arguments: [formulas[1], formulas[2]])
  func threads(_ source: String) throws {
    let formula = try Formula(parsing: source)
    let stream = ChunkedTable(whole: data, table: "pupils", rows: 300)
    let one = try LinearMixedModel().fit(StreamedFrame(formula, of: stream), threads: 1)
    for threads in [2, 3, 20] {
      let frame = try StreamedFrame(formula, of: stream, threads: threads)
      let more = try LinearMixedModel().fit(frame, threads: threads)
      #expect(one.fit.coefficients == more.fit.coefficients)
      #expect(one.fit.theta == more.fit.theta)
      #expect(one.fit.deviance == more.fit.deviance)
      #expect(one.fit.factors.map(\.modes) == more.fit.factors.map(\.modes))
      #expect(one.unconditional?.deviance == more.unconditional?.deviance)
      #expect(frame.shape.lost == (try StreamedFrame(formula, of: stream)).shape.lost)
    }
  }

  @Test("Kenward and Roger's errors need no rows; other questions are refused by name")
  func inference() throws {
    let formula = try Formula(parsing: Self.formulas[0])
    let stream = ChunkedTable(whole: data, table: "pupils", rows: 512)
    let fit = try LinearMixedModel().fit(StreamedFrame(formula, of: stream)).fit
    let memory = try LinearMixedModel().fit(formula.frame(in: data, table: "pupils"))
    for (a, b) in zip(try fit.tests(.kenwardRoger), try memory.tests(.kenwardRoger)) {
      #expect(isClose(a.degreesOfFreedom, b.degreesOfFreedom, relative: 1e-7))
      #expect(isClose(a.standardError, b.standardError, relative: 1e-8))
    }
    #expect(throws: EstimationError.needsRows("`errors: cr2`")) { try fit.clusterRobust(.cr2) }
    #expect(throws: EstimationError.needsRows("`df: between-within`")) {
      try fit.tests(.betweenWithin)
    }
  }

  @Test("what needs all rows at once is refused where it stands")
  func refusals() throws {
    let stream = ChunkedTable(whole: data, table: "pupils", rows: 512)
    func problem(_ source: String) throws -> ExpressionError? {
      let formula = try Formula(parsing: source)
      do throws(RowStreamError) {
        _ = try StreamedFrame(formula, of: stream)
        return nil
      } catch {
        if case .expression(let problem) = error { return problem }
        return nil
      }
    }
    for (source, offset) in [
      ("score ~ standardise(prior) + (1 | school)", 8),
      ("score ~ I(prior - mean(prior, by = school)) + (1 | school)", 18),
      ("score ~ prior + within(prior) + (1 | school)", 16),
    ] {
      let error = try #require(try problem(source))
      #expect(error.offset == offset)
      #expect("\(error.reason)".contains("stream"))
    }
    // The larger of two values in a row is no aggregate.
    #expect(try problem("score ~ max(prior, 10) + (1 | school)") == nil)
  }

  @Test("the first value that is not finite is named by its row of the file", arguments: [1, 20])
  func infinite(_ threads: Int) throws {
    var table = try #require(data[table: "pupils"])
    guard case .numbers(var prior) = table["prior"]?.storage else { return }
    (prior[3_210], prior[3_900]) = (.infinity, .infinity)
    table.set(Column("prior", numbers: prior))
    var broken = data
    broken.set(table)
    let formula = try Formula(parsing: Self.formulas[0])
    let stream = ChunkedTable(whole: broken, table: "pupils", rows: 300)
    do {
      _ = try StreamedFrame(formula, of: stream, threads: threads)
      Issue.record("an infinite value was taken")
    } catch RowStreamError.expression(let error) {
      #expect(error.reason == .infiniteValue(column: "prior", row: 3_211))
    }
  }
}
