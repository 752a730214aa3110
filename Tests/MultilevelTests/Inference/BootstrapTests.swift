import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("The parametric bootstrap")
struct BootstrapTests {
  /// Rows drawn one by one from a fit, in the units of the data.
  private func rows(
    _ design: RandomDesign, _ fit: LinearMixedModelFit, _ stream: inout RandomStream
  ) throws -> [Double] {
    var response = (0..<design.rowCount).map { row in
      var value = design.offset?[row] ?? 0
      for (k, column) in design.fixed.enumerated() {
        value += fit.coefficients[k] * design.columns[column][row]
      }
      let weight = design.weights?[row] ?? 1
      return value + fit.sigma / weight.squareRoot() * stream.normal()
    }
    for term in fit.terms {
      let columns = try term.columns.map { try #require(design.names.firstIndex(of: $0)) }
      let source = try #require(
        design.random.first { $0.factor.name == term.group && $0.columns == columns })
      let eigen = try SymmetricEigen(term.covariance)
      let root = eigen.mapped { max(0, $0).squareRoot() }
      for level in 0..<term.levelCount {
        let effect = root * columns.map { _ in stream.normal() }
        for row in 0..<design.rowCount where Int(source.factor.codes[row]) == level {
          for (e, column) in columns.enumerated() {
            response[row] += effect[e] * design.columns[column][row]
          }
        }
      }
    }
    return response
  }

  private func frame(_ frame: ModelFrame, response: [Double]) -> ModelFrame {
    var columns = frame.columns
    columns[frame.response] = ModelFrame.NamedColumn("y", .values(response))
    return ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: columns, fixed: frame.fixed,
      response: frame.response, offset: frame.offset, weights: frame.weights, random: frame.random)
  }

  /// Means and covariances of every sum that a refit reads, of this model and of the one without covariates,
  /// against sums over simulated rows. With 1,500 draws of each and some thousand comparisons a |z| above 5
  /// happens by chance once in a thousand such tests; seeds are fixed.
  @Test(
    "draws sums with the law of sums over simulated rows",
    arguments: [
      RandomDesign.Structure.slope, .nestedSlope, .crossedSlopes, .crossedInAreas, .partlyGrouped,
      .weighted, .offset,
    ])
  func law(_ structure: RandomDesign.Structure) throws {
    let design = RandomDesign(structure, seed: 5)
    let fit = try LinearMixedModel().fit(design.frame)
    let null = try LinearMixedModel().fit(design.frame.unconditional)
    try compareLaws(design, fit, null)
  }

  @Test("draws sums of a model without an intercept beside one with")
  func withoutIntercept() throws {
    let design = RandomDesign(.slope, seed: 6)
    let frame = design.frame
    let bare = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns,
      fixed: Array(frame.fixed.dropFirst()), response: frame.response, random: frame.random)
    let fit = try LinearMixedModel().fit(bare)
    let null = try LinearMixedModel().fit(bare.unconditional)
    var stream = RandomStream(Seed(1)["rows"])
    let probe = try ResponseProbe(fit, unconditional: null)
    let count = 1_500
    let drawn = (0..<count).map { probe.draw($0, Seed(3)) }
    let brute = try (0..<count).map { _ in
      var response = (0..<design.rowCount).map { row in
        zip(fit.coefficients, bare.fixed).reduce(fit.sigma * stream.normal()) {
          $0 + $1.0 * design.columns[$1.1][row]
        }
      }
      let eigen = try SymmetricEigen(fit.terms[0].covariance)
      let root = eigen.mapped { max(0, $0).squareRoot() }
      for level in fit.factors[0].levels.indices {
        let effect = root * [stream.normal(), stream.normal()]
        for row in 0..<design.rowCount where Int(design.random[0].factor.codes[row]) == level {
          response[row] += effect[0] + effect[1] * design.columns[2][row]
        }
      }
      return try probe.products(
        [bare, bare.unconditional].map { self.frame($0, response: response) })
    }
    compare(drawn, brute, "no intercept")
  }

  private func compareLaws(
    _ design: RandomDesign, _ fit: LinearMixedModelFit, _ null: LinearMixedModelFit
  ) throws {
    let probe = try ResponseProbe(fit, unconditional: null)
    let count = 1_500
    let drawn = (0..<count).map { probe.draw($0, Seed(3)) }
    var stream = RandomStream(Seed(4)[design.structure.rawValue])
    let frames = [design.frame, design.frame.unconditional]
    let brute = try (0..<count).map { _ in
      let response = try rows(design, fit, &stream)
      return try probe.products(frames.map { frame($0, response: response) })
    }
    compare(drawn, brute, design.structure.rawValue)
  }

  private func compare(_ a: [[Double]], _ b: [[Double]], _ note: String) {
    let (n, width) = (Double(a.count), a[0].count)
    func moments(_ x: [[Double]]) -> (mean: [Double], centred: [[Double]]) {
      let mean = (0..<width).map { j in x.reduce(0) { $0 + $1[j] } / n }
      return (mean, x.map { row in zip(row, mean).map { $0 - $1 } })
    }
    let (first, second) = (moments(a), moments(b))
    var worst = (mean: 0.0, covariance: 0.0)
    for j in 0..<width {
      for i in stride(from: 0, through: j, by: max(1, width / 12)) + [j] {
        func products(_ x: [[Double]]) -> (mean: Double, variance: Double) {
          let values = x.map { $0[i] * $0[j] }
          let mean = values.reduce(0, +) / n
          return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n * n))
        }
        let (x, y) = (products(first.centred), products(second.centred))
        if i == j {
          let error = ((x.mean + y.mean) / n).squareRoot()
          worst.mean = max(worst.mean, abs(first.mean[j] - second.mean[j]) / error)
        }
        worst.covariance = max(
          worst.covariance, abs(x.mean - y.mean) / (x.variance + y.variance).squareRoot())
      }
    }
    #expect(worst.mean < 5, "\(note): means differ by \(worst.mean) standard errors")
    #expect(worst.covariance < 5, "\(note): covariances by \(worst.covariance)")
  }

  @Test("has the same bits on one thread and on two, and more replicates only add")
  func threads() throws {
    let design = RandomDesign(.nestedSlope, seed: 4)
    let fit = try LinearMixedModel().fit(design.frame)
    let null = try LinearMixedModel().fit(design.frame.unconditional)
    func run(_ count: Int, _ threads: Int) throws -> BootstrapResult {
      try fit.bootstrap(
        ParametricBootstrap(replicates: count, seed: Seed(9)), unconditional: null,
        threads: threads)
    }
    let (one, two, more) = (try run(70, 1), try run(70, 2), try run(90, 2))
    #expect(one.draws == two.draws)
    #expect(one.failures == 0 && more.failures == 0)
    for j in 0..<one.draws.columns {
      #expect(one.draws.column(j) == Array(more.draws.column(j).prefix(70)))
    }
    #expect(one.parameters.count == one.draws.columns)
    #expect(
      one.parameters.filter { $0.kind == .intraclass }.map(\.group) == ["school", "la", "Residual"])
  }

  /// Coefficients' draws spread as their standard errors say. A standard deviation of 600 draws has a relative
  /// error of 2.9 %, so 15 % is five of them.
  @Test("spreads coefficients as their standard errors say", arguments: ["school", "crossed"])
  func spread(_ kind: String) throws {
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent(
        kind == "school" ? "multilevel/Exam.csv" : "multilevel/Penicillin.csv"),
      categories: ["school": [], "sex": ["F", "M"], "plate": [], "sample": []])
    let frame = try data.frame(
      kind == "school"
        ? "normexam ~ standLRT + sex + (standLRT | school)"
        : "diameter ~ 1 + (1 | plate) + (1 | sample)")
    let fit = try LinearMixedModel().fit(frame)
    let null = try LinearMixedModel().fit(frame.unconditional)
    let result = try fit.bootstrap(
      ParametricBootstrap(replicates: 600, seed: Seed(12)), unconditional: null, threads: 2)
    for (k, error) in fit.standardErrors.enumerated() {
      #expect(abs(result.standardDeviations[k] / error - 1) < 0.15)
    }
    // REML is nearly unbiased: the mean draw of every parameter is within four standard errors and 5 %.
    for (j, parameter) in result.parameters.enumerated() where parameter.kind != .coefficient {
      let mean = result.draws.column(j).reduce(0, +) / 600
      let error = result.standardDeviations[j] / 600.0.squareRoot()
      let few = kind == "crossed" && parameter.group != "plate"
      // Shares of six samples' variance are far from linear in it.
      if kind == "crossed", [.varianceShare, .intraclass].contains(parameter.kind) { continue }
      #expect(
        abs(mean - result.estimates[j]) < 4 * error + (few ? 0.3 : 0.05) * abs(result.estimates[j]),
        "\(parameter)")
    }
    for interval in result.intervals() {
      let (low, high) = (try #require(interval.low), try #require(interval.high))
      #expect(low < high)
      let estimate = try #require(interval.estimate)
      #expect(low < estimate && estimate < high, "\(interval)")
    }
  }

  @Test("works where a variance is zero: intervals start there, none is mirrored")
  func singular() throws {
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/Dyestuff2.csv"), categories: ["Batch": []])
    let fit = try LinearMixedModel().fit(data.frame("Yield ~ 1 + (1 | Batch)"))
    #expect(fit.isSingular)
    let result = try fit.bootstrap(ParametricBootstrap(replicates: 400, seed: Seed(2)))
    // P(F(5, 24) ≤ 1): the share of data without differences that show none.
    let expected = 1 - FisherF(numerator: 5, denominator: 24).upperTail(1)
    let error = (expected * (1 - expected) / 400).squareRoot()
    #expect(abs(Double(result.singular) / 400 - expected) < 4 * error)
    let intervals = result.intervals().filter { $0.parameter.kind == .deviation }
    #expect(intervals.first?.low == 0)
    #expect(intervals.first?.high ?? 0 > 0.5)
    #expect(intervals.last?.kind == .basic && intervals.last?.low == nil)
  }

  @Test("gives the same size of an effect as the fit, with the reference's own uncertainty")
  func effect() throws {
    let design = RandomDesign(.slope, seed: 2)
    let fit = try LinearMixedModel().fit(design.frame)
    let null = try LinearMixedModel().fit(design.frame.unconditional)
    let test = try fit.test([0, 1, 0, 0], named: "x1")
    let effect = fit.effectSize(test, scale: .totalSD, reference: null)
    let correction = effect.estimate / test.estimate * null.totalVariance.squareRoot()
    let result = try fit.bootstrap(
      ParametricBootstrap(replicates: 300, seed: Seed(7)), unconditional: null,
      effects: [
        ParametricBootstrap.Effect(
          name: "x1", contrast: [0, 1, 0, 0], scale: .totalSD, correction: correction)
      ])
    let place = try #require(result.parameters.firstIndex { $0.kind == .effect })
    #expect(isClose(result.estimates[place], effect.estimate, relative: 1e-9))
    #expect(abs(result.standardDeviations[place] / effect.standardError - 1) < 0.35)
  }

  /// 120 data sets of 12 schools; 95 % intervals of a slope by 80 draws each. The binomial standard error is
  /// 2 %, so five of them below 95 %, and percentile intervals of few draws are a little short.
  @Test("covers a true slope as often as it says")
  func coverage() throws {
    let design = RandomDesign(.oneFactor, seed: 8)
    let truth = try LinearMixedModel().fit(design.frame)
    var stream = RandomStream(Seed(21)["coverage"])
    var covered = 0
    for number in 0..<120 {
      let response = try rows(design, truth, &stream)
      let fit = try LinearMixedModel().fit(frame(design.frame, response: response))
      let result = try fit.bootstrap(
        ParametricBootstrap(replicates: 80, seed: Seed(UInt64(number))))
      let interval = result.intervals()[2]
      #expect(interval.parameter.term == "x1" && interval.kind == .percentile)
      if let low = interval.low, let high = interval.high,
        low <= truth.coefficients[1], truth.coefficients[1] <= high
      {
        covered += 1
      }
    }
    #expect(covered >= 102 && covered <= 120, "\(covered) of 120")
  }
}

/// A stride as an array, so that two can be joined.
private func stride(from first: Int, through last: Int, by step: Int) -> [Int] {
  Array(Swift.stride(from: first, through: last, by: step))
}
