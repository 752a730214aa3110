import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Residual variances by class and autoregressive residuals")
struct ResidualStructureTests {
  private static func with(_ frame: ModelFrame, _ rows: RowStructure) -> ModelFrame {
    ModelFrame(
      selection: frame.selection, rowCount: frame.rowCount, columns: frame.columns,
      fixed: frame.fixed, response: frame.response, offset: frame.offset, weights: frame.weights,
      random: frame.random, rows: rows)
  }

  private static func classes(_ n: Int, _ random: inout RandomStream) -> GroupingFactor {
    RandomDesign.factor("kind", (0..<n).map { _ in Int32(random.index(below: 3)) })
  }

  /// Units that lie within every combination of groups, in no order, with gaps in time.
  private static func serial(_ frame: ModelFrame, _ random: inout RandomStream) -> SerialOrder {
    var names: [String: Int32] = [:]
    var codes: [Int32] = []
    for row in 0..<frame.rowCount {
      let key = frame.random.map { "\($0.factor.codes[row])" }.joined(separator: " ")
      let half = random.index(below: 2)
      let name = "\(key) \(half)"
      let next = Int32(names.count)
      codes.append(names[name, default: next])
      names[name] = codes[row]
    }
    var taken: [Int32: [Double]] = [:]
    let times = codes.map { unit -> Double in
      var time = Double(random.index(below: 14))
      while taken[unit, default: []].contains(time) { time = Double(random.index(below: 14)) }
      taken[unit, default: []].append(time)
      return time
    }
    return SerialOrder(
      timeName: "year", times: times, unit: RandomDesign.factor("unit", codes))
  }

  /// *R* of a model at φ.
  private static func residual(_ frame: ModelFrame, _ phi: [Double]) -> Matrix {
    let n = frame.rowCount
    var weights = [Double](repeating: 1, count: n)
    if let column = frame.weights {
      var span = weights.mutableSpan
      frame.fill(column, rows: 0..<n, into: &span)
    }
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n {
      result[i, i] = 1 / weights[i]
      if let classes = frame.rows?.dispersion {
        result[i, i] *= exp(2 * ([0] + phi)[Int(classes.codes[i])])
      }
    }
    if let serial = frame.rows?.serial {
      for i in 0..<n {
        for j in 0..<n where i != j && serial.unit.codes[i] == serial.unit.codes[j] {
          result[i, j] =
            pow(tanh(phi[0]), abs(serial.times[i] - serial.times[j]))
            / (weights[i] * weights[j]).squareRoot()
        }
      }
    }
    return result
  }

  private func check(_ frame: ModelFrame, phi: [Double], seed: UInt64, _ what: String) throws {
    for criterion in LikelihoodCriterion.allCases {
      let probe = try CriterionProbe(frame, criterion: criterion)
      var random = RandomStream(Seed(seed)["theta"])
      let theta =
        probe.isDiagonal.map { isDiagonal in
          let value = random.normal()
          return isDiagonal
            ? (seed % 3 == 0 && random.uniform() < 0.5 ? 0 : abs(value)) : 0.5 * value
        } + phi
      let value = try probe.value(at: theta)
      let oracle = try DenseStructure(
        frame, criterion: criterion, relative: probe.relativeCovariances(at: theta),
        residual: Self.residual(frame, phi))
      #expect(abs(value.criterion - oracle.deviance) < 1e-8, "\(what) \(seed) \(criterion)")
      for k in theta.indices {
        func difference(_ h: Double) throws -> Double {
          var (up, down) = (theta, theta)
          up[k] += h
          down[k] -= h
          return try (probe.value(at: up).criterion - probe.value(at: down).criterion) / (2 * h)
        }
        let numeric = try (4 * difference(5e-4) - difference(1e-3)) / 3
        #expect(
          isClose(value.gradient[k], numeric, relative: 1e-6, absolute: 1e-6),
          "\(what) \(seed) parameter \(k): \(value.gradient[k]) against \(numeric)")
      }
    }
  }

  @Test(
    "classes: criterion and gradient against dense matrices",
    arguments: RandomDesign.Structure.allCases)
  func classes(_ structure: RandomDesign.Structure) throws {
    guard structure != .farAway else { return }
    for seed in UInt64(1)...3 {
      var random = RandomStream(Seed(seed)["classes"])
      let base = RandomDesign(structure, seed: seed).frame
      let frame = Self.with(
        base, RowStructure(dispersion: Self.classes(base.rowCount, &random)))
      try check(frame, phi: [0.4, -0.7], seed: seed, "\(structure)")
    }
  }

  @Test(
    "classes with multiple membership", arguments: RandomMemberships.Kind.allCases)
  func memberships(_ kind: RandomMemberships.Kind) throws {
    var random = RandomStream(Seed(5)["classes"])
    let base = RandomMemberships.frame(kind, seed: 5)
    let frame = Self.with(base, RowStructure(dispersion: Self.classes(base.rowCount, &random)))
    try check(frame, phi: [-0.3, 0.5], seed: 5, "\(kind)")
  }

  @Test(
    "autoregression: criterion and gradient against dense matrices",
    arguments: [
      RandomDesign.Structure.oneFactor, .slope, .twoSlopes, .independentSlope, .nested,
      .nestedSlope, .fourLevels, .crossed, .crossedSlopes, .crossedInAreas, .partlyGrouped,
      .weighted, .offset,
    ])
  func serial(_ structure: RandomDesign.Structure) throws {
    for seed in UInt64(1)...3 {
      var random = RandomStream(Seed(seed)["serial"])
      let base = RandomDesign(structure, seed: seed).frame
      let order = Self.serial(base, &random)
      guard Set(order.unit.codes).count < base.rowCount else { continue }
      let frame = Self.with(base, RowStructure(serial: order))
      try check(frame, phi: [seed == 2 ? -0.5 : 0.8], seed: seed, "\(structure)")
    }
  }

  private static func json(_ file: String) throws -> JSON {
    try JSON(
      parsing: String(
        contentsOf: fixturesFolder.appendingPathComponent("structures/\(file)"), encoding: .utf8))
  }

  private func compare(_ fit: LinearMixedModelFit, _ json: JSON) throws {
    func number(_ key: String) throws -> Double { try #require(json[key]?.number) }
    #expect(isClose(fit.deviance, try number("deviance"), absolute: 1e-7))
    #expect(isClose(fit.sigma, try number("sigma"), relative: 1e-6))
    // nlme stops where its criterion is flat to about this, and for some of these models in between.
    if let theirs = json["nlme_log_likelihood"]?.number {
      #expect(isClose(fit.logLikelihood, theirs, absolute: 1e-4))
    }
    let beta = try #require(json["beta"]?.array)
    for k in beta.indices {
      let error = try #require(json["vcov"]?[k]?[k]?.number).squareRoot()
      #expect(
        isClose(
          fit.coefficients[k], try #require(beta[k].number), relative: 1e-7, absolute: 1e-6 * error)
      )
      #expect(isClose(fit.standardErrors[k], error, relative: 1e-6))
    }
    let list = json["theta"]?.array?.compactMap(\.number)
    let theta = try list ?? [number("theta")]
    for (ours, theirs) in zip(fit.theta, theta) {
      #expect(isClose(ours, theirs, absolute: 2e-6))
    }
    // From numerical derivatives of the likelihood written out.
    let degrees = try #require(json["df"]?.array)
    for (k, test) in try fit.tests(.satterthwaite).enumerated() {
      #expect(
        isClose(test.degreesOfFreedom, try #require(degrees[k].number), relative: 1e-4),
        "df \(k): \(test.degreesOfFreedom)")
    }
    #expect(fit.certificate.holds)
  }

  @Test(
    "classes: the likelihood written out in R, and nlme", arguments: LikelihoodCriterion.allCases)
  func classesFixture(_ criterion: LikelihoodCriterion) throws {
    let json = try #require(
      try Self.json("dispersion.json")["exam_\(criterion.rawValue.lowercased())"])
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/Exam.csv"),
      categories: ["school": [], "sex": ["F", "M"]])
    let frame = try data.frame(
      "normexam ~ standLRT + sex + (1 + standLRT | school)",
      structure: RowStructureOptions(dispersion: "sex"))
    let fit = try LinearMixedModel(criterion: criterion).fit(frame)
    try compare(fit, json)
    let parameter = try #require(fit.residual?.parameters.first)
    #expect(parameter.kind == .logRatio(column: "sex", level: "M"))
    #expect(
      isClose(parameter.estimate, try #require(json["log_ratio"]?.number), absolute: 1e-6))
    #expect(
      isClose(parameter.estimate, try #require(json["nlme_log_ratio"]?.number), absolute: 1e-4))
    #expect(
      isClose(parameter.standardError, try #require(json["log_ratio_se"]?.number), relative: 1e-4))
    #expect(fit.parameterCount == 3 + 3 + 1 + 1)
    // Taken as known precision weights the same ratios give the same fit.
    let ratio = try #require(fit.residual?.classes[1].ratio)
    let sexes = data.table["sex"].map { column -> [Double] in
      guard case .codes(let codes, _) = column.storage else { return [] }
      return codes.map { $0 == 1 ? 1 / (ratio * ratio) : 1 }
    }
    let weighted = try LinearMixedModel(criterion: criterion).fit(
      data.adding(Column("w", numbers: try #require(sexes)))
        .frame("normexam ~ standLRT + sex + (1 + standLRT | school)", weights: "w"))
    #expect(isClose(weighted.deviance, fit.deviance, absolute: 1e-8))
    #expect(isClose(weighted.coefficients[1], fit.coefficients[1], relative: 1e-8))
    // Errors robust to clusters take them so.
    let (a, b) = (try fit.clusterRobust(), try weighted.clusterRobust())
    for k in 0..<3 {
      #expect(isClose(a.covariance[k, k], b.covariance[k, k], relative: 1e-6))
    }
  }

  @Test(
    "autoregression: the likelihood written out in R, and nlme", arguments: ["full", "gaps"],
    ["intercept", "slope"])
  func serialFixture(_ set: String, _ term: String) throws {
    for criterion in LikelihoodCriterion.allCases {
      let json = try #require(
        try Self.json("serial.json")["\(set)_\(term)_\(criterion.rawValue.lowercased())"])
      let data = try ReferenceData(
        fixturesFolder.appendingPathComponent(
          set == "full" ? "multilevel/sleepstudy.csv" : "structures/sleep_gaps.csv"),
        categories: ["Subject": []])
      let frame = try data.frame(
        "Reaction ~ Days + (\(term == "slope" ? "1 + Days" : "1") | Subject)",
        structure: RowStructureOptions(serial: (time: "Days", unit: "Subject")))
      let fit = try LinearMixedModel(criterion: criterion).fit(frame)
      try compare(fit, json)
      let parameter = try #require(fit.residual?.parameters.first)
      #expect(isClose(parameter.estimate, try #require(json["rho"]?.number), absolute: 1e-6))
      #expect(
        isClose(parameter.standardError, try #require(json["rho_se"]?.number), relative: 1e-4))
      if let theirs = json["nlme_rho"]?.number {
        #expect(isClose(parameter.estimate, theirs, absolute: 1e-3))
      }
    }
  }

  @Test("a correlation that is not there is found to be none, and costs one parameter")
  func none() throws {
    let base = RandomDesign(.oneFactor, seed: 1, rows: 600).frame
    // Rows of a school one after another.
    var next = [Double](repeating: 0, count: 12)
    let times = base.random[0].factor.codes.map { code -> Double in
      next[Int(code)] += 1
      return next[Int(code)]
    }
    let order = SerialOrder(timeName: "t", times: times, unit: base.random[0].factor)
    let fit = try LinearMixedModel().fit(Self.with(base, RowStructure(serial: order)))
    let parameter = try #require(fit.residual?.parameters.first)
    // Four standard errors: one in 15,000 for a correct program; the seed is fixed.
    #expect(abs(parameter.estimate) < 4 * parameter.standardError)
    #expect(parameter.low < parameter.estimate && parameter.estimate < parameter.high)
  }

  @Test("what cannot be estimated is refused by name")
  func refused() throws {
    let base = RandomDesign(.nested, seed: 2).frame
    let n = base.rowCount
    func error(_ rows: RowStructure, _ frame: ModelFrame? = nil) -> String {
      do throws(EstimationError) {
        _ = try LinearMixedModel().fit(Self.with(frame ?? base, rows))
        return ""
      } catch { return "\(error)" }
    }
    func serial(_ times: [Double], _ unit: [Int32]) -> RowStructure {
      RowStructure(
        serial: SerialOrder(timeName: "year", times: times, unit: RandomDesign.factor("u", unit)))
    }
    let school = base.random[0].factor.codes
    let rows = (0..<n).map(Double.init)
    #expect(
      error(RowStructure(dispersion: RandomDesign.factor("k", [Int32](repeating: 0, count: n))))
        .contains("`k` has one value"))
    #expect(
      error(RowStructure(dispersion: RandomDesign.factor("k", (0..<n).map { $0 == 3 ? 1 : 0 })))
        .contains("class `k1` of `k` has 1 row"))
    #expect(error(serial(rows.map { $0 / 2 }, school)).contains("whole numbers in `year`"))
    #expect(error(serial(rows.map { _ in 3 }, school)).contains("two rows with `year` 3"))
    #expect(error(serial(rows, (0..<n).map { Int32($0) })).contains("no `u` has two rows"))
    #expect(error(serial(rows, school.map { $0 % 2 })).contains("several groups of `school`"))
    #expect(
      error(serial(rows.map { $0 * $0 }, school)).contains("different distances in `year`"))
    let both = RowStructure(
      dispersion: RandomDesign.factor("k", (0..<n).map { Int32($0 % 2) }),
      serial: SerialOrder(
        timeName: "year", times: rows, unit: RandomDesign.factor("u", school)))
    #expect(error(both).contains("not offered together"))
    let fit = try LinearMixedModel().fit(Self.with(base, serial(rows, school)))
    #expect(throws: EstimationError.self) { _ = try fit.tests(.kenwardRoger) }
    #expect(throws: EstimationError.self) { _ = try fit.clusterRobust() }
    #expect(try fit.tests(.satterthwaite).allSatisfy { $0.degreesOfFreedom > 1 })
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let base = RandomDesign(.nestedSlope, seed: 9, rows: 100_000).frame
    var random = RandomStream(Seed(2)["threads"])
    let frame = Self.with(base, RowStructure(dispersion: Self.classes(100_000, &random)))
    let one = try LinearMixedModel().fit(frame, threads: 1)
    let two = try LinearMixedModel().fit(frame, threads: 2)
    #expect(one.coefficients == two.coefficients)
    #expect(one.residual == two.residual)
    #expect(one.theta == two.theta)
  }

  @Test("shares with classes add up, and an effect's unit is the average variance")
  func shares() throws {
    let base = RandomDesign(.slope, seed: 3).frame
    var random = RandomStream(Seed(3)["shares"])
    let frame = Self.with(base, RowStructure(dispersion: Self.classes(base.rowCount, &random)))
    let fit = try LinearMixedModel().fit(frame)
    let residual = try #require(fit.residual)
    let classes = try #require(frame.rows?.dispersion)
    var mean = 0.0
    for code in classes.codes { mean += pow(residual.classes[Int(code)].ratio, 2) }
    #expect(isClose(residual.meanVariance, mean / Double(base.rowCount), relative: 1e-12))
    #expect(isClose(fit.varianceShares.reduce(0) { $0 + $1.share }, 1, relative: 1e-12))
    let size = fit.effectSize(
      try fit.test([0, 1, 0, 0], named: "x1"), scale: .withinSD, reference: fit)
    #expect(size.standardError > 0)
    #expect(
      isClose(fit.residualVariance, fit.sigma * fit.sigma * residual.meanVariance, relative: 1e-12))
  }
}
