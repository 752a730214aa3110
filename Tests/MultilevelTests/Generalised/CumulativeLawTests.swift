import Designs
import Foundation
import Multilevel
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// What must hold for ordered responses whatever the data are.
@Suite struct CumulativeLawTests {
  private func fit(
    _ frame: ModelFrame, _ link: BinomialLink = .logit, points: Int = 1
  ) throws -> GeneralisedMixedFit {
    try GeneralisedMixedModel(.cumulative(link), quadraturePoints: points).fit(frame)
  }

  @Test func twoCategoriesAreABinomialResponse() throws {
    let model = RandomGeneralisedModel(.slope, .binomial(.logit), seed: 2, rows: 200)
    let binary = try GeneralisedMixedModel(.binomial(.logit)).fit(model.frame)
    let ordered = try fit(model.frame)
    #expect(ordered.coefficients.map(\.name) == ["0|1", "x", "w"])
    #expect(isClose(ordered.deviance, binary.deviance, relative: 1e-12))
    #expect(largestDifference(ordered.theta, binary.theta) < 1e-7)
    // The threshold is minus the intercept.
    let (a, b) = (ordered.coefficients, binary.coefficients)
    #expect(isClose(a[0].estimate, -b[0].estimate, absolute: 1e-7))
    #expect(isClose(a[0].standardError, b[0].standardError, relative: 1e-6))
    for k in 1...2 {
      #expect(isClose(a[k].estimate, b[k].estimate, absolute: 1e-7))
      #expect(isClose(a[k].standardError, b[k].standardError, relative: 1e-6))
    }
  }

  @Test(arguments: BinomialLink.allCases, RandomGeneralisedModel.Structure.allCases)
  func everyFitIsAnOptimum(
    _ link: BinomialLink, _ structure: RandomGeneralisedModel.Structure
  ) throws {
    let model = RandomGeneralisedModel(structure, .cumulative(link), seed: 1, rows: 250)
    let fit = try fit(model.frame, link)
    #expect(fit.certificate.isOptimum)
    #expect(fit.certificate.innerStep <= 1e-10)
    #expect(fit.parameterCount == model.thetaCount + 5)
    let thresholds = fit.coefficients.prefix(3).map(\.estimate)
    #expect(thresholds == thresholds.sorted())
    #expect(fit.coefficients.allSatisfy { $0.estimate.isFinite && $0.standardError > 0 })
  }

  @Test(arguments: [BinomialLink.logit, .probit])
  func reversedCategoriesReverseSigns(_ link: BinomialLink) throws {
    let model = RandomGeneralisedModel(.crossed, .cumulative(link), seed: 2, rows: 200)
    let here = try fit(model.frame, link)
    // The offset changes its sign as well.
    let there = try fit(model.frame.mapping("y") { 5 - $0 }.mapping("offset") { -$0 }, link)
    #expect(isClose(here.deviance, there.deviance, relative: 1e-11))
    let (a, b) = (here.coefficients.map(\.estimate), there.coefficients.map(\.estimate))
    for (x, y) in zip([a[2], a[1], a[0], a[3], a[4]], b) { #expect(isClose(x, -y, absolute: 1e-6)) }
  }

  @Test func weightsCountRows() throws {
    let model = RandomGeneralisedModel(.intercept, .cumulative(.logit), seed: 3, rows: 120)
    let whole = try fit(model.frame, points: 5)
    var rows: [Int] = []
    for i in model.response.indices { rows += Array(repeating: i, count: Int(model.exposures[i])) }
    var draft = FrameDraft(response: rows.map { model.response[$0] })
    draft.addIntercept()
    draft.addFixed("x", rows.map { model.fixed[1][$0] })
    draft.addFixed("w", rows.map { model.fixed[2][$0] })
    draft.addTerm(
      ["(Intercept)"],
      by: GroupingFactor("g", codes: rows.map { model.terms[0].codes[$0] }, levels: 9))
    draft.offset = draft.add("offset", rows.map { model.offset[$0] })
    let single = try fit(draft.frame, points: 5)
    #expect(isClose(whole.deviance, single.deviance, relative: 1e-12))
    #expect(
      largestDifference(
        whole.coefficients.map(\.estimate), single.coefficients.map(\.estimate)) < 1e-7)
  }

  @Test func equalRowsAreGatheredByCategory() throws {
    var random = RandomStream(Seed(60)["gathered"])
    let n = 1200
    let x = (0..<n).map { _ in Double(random.index(below: 2)) }
    let g = (0..<n).map { _ in random.index(below: 15) }
    let u = (0..<15).map { _ in 0.6 * random.normal() }
    let y = (0..<n).map { i in
      let latent = 0.5 * x[i] + u[g[i]] + random.normal()
      return Double([0.0, 0.8, 1.6].count { $0 < latent } + 1)
    }
    var draft = FrameDraft(response: y)
    draft.addIntercept()
    draft.addFixed("x", x)
    draft.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: g, levels: 15))
    let fit = try fit(draft.frame)
    #expect(fit.rowCount == n)
    #expect(fit.distinctRowCount <= 15 * 2 * 4)
    // With a covariate that tells all rows apart, and no effect of its own, nothing is gathered.
    var objective = try GeneralisedObjective(
      GeneralisedMixedModel(.cumulative(.logit)), draft.frame)
    var plain = draft
    plain.offset = plain.add("offset", (0..<n).map { Double($0) * 1e-13 })
    var other = try GeneralisedObjective(GeneralisedMixedModel(.cumulative(.logit)), plain.frame)
    let point = [0.1, 0.4, -0.3, 0.2]
    #expect(
      isClose(
        objective.evaluate(theta: [0.7], coefficients: point).value,
        other.evaluate(theta: [0.7], coefficients: point).value, relative: 1e-11))
  }

  @Test func theTruthIsFoundAgain() throws {
    var estimates: [[Double]] = []
    for replicate in 0..<20 as Range<UInt32> {
      var random = RandomStream(Seed(61)["ordered truth"], replicate: replicate)
      var (y, x, g): ([Double], [Double], [Int]) = ([], [], [])
      for group in 0..<80 {
        let u = 0.8 * random.normal()
        for _ in 0..<15 {
          x.append(random.normal())
          g.append(group)
          let uniform = random.uniform()
          let latent = 0.7 * (x.last ?? 0) + u + log(uniform / (1 - uniform))
          y.append(Double([-1.0, 0.5, 2].count { $0 < latent } + 1))
        }
      }
      var draft = FrameDraft(response: y)
      draft.addIntercept()
      draft.addFixed("x", x)
      draft.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: g, levels: 80))
      let fit = try fit(draft.frame, points: 7)
      estimates.append(fit.coefficients.map(\.estimate) + fit.theta)
    }
    for (k, truth) in [-1, 0.5, 2, 0.7, 0.8].enumerated() {
      let values = estimates.map { $0[k] }
      let mean = values.reduce(0, +) / 20
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19
      // Four and a half standard errors of the mean, and 0.02 for the bias of maximum likelihood.
      #expect(abs(mean - truth) < 4.5 * (variance / 20).squareRoot() + 0.02)
    }
  }

  private func draft(_ response: [Double], x: [Double]? = nil) -> FrameDraft {
    var draft = FrameDraft(response: response)
    draft.addIntercept()
    if let x { draft.addFixed("x", x) }
    draft.addTerm(
      ["(Intercept)"],
      by: GroupingFactor("g", codes: response.indices.map { $0 % 6 }, levels: 6))
    return draft
  }

  @Test func separationIsNamed() {
    let y = pattern(90) { ($0 * 7 + $0 / 6) % 3 }
    // The highest category exactly where x is 1; and only there, but not always.
    let complete = draft(y, x: y.map { $0 == 2 ? 1 : 0 }).frame
    let quasi = draft(y, x: y.indices.map { y[$0] == 2 && $0 % 2 == 0 ? 1 : 0 }).frame
    for frame in [complete, quasi] {
      #expect(throws: GeneralisedModelError.separation(column: "x")) { try fit(frame) }
    }
  }

  @Test func badResponsesAreNamed() {
    let y = pattern(60) { ($0 * 7 + $0 / 6) % 3 }
    var half = y
    half[7] = 1.5
    #expect(throws: GeneralisedModelError.notACategory(response: "y", row: 7, value: 1.5)) {
      try fit(draft(half).frame)
    }
    #expect(throws: GeneralisedModelError.allOutcomesEqual(response: "y", value: 2)) {
      try fit(draft([Double](repeating: 2, count: 60)).frame)
    }
    #expect(
      throws: GeneralisedModelError.tooManyCategories(response: "y", count: 60, limit: 50)
    ) { try fit(draft(pattern(60) { $0 }).frame) }
    var without = FrameDraft(response: y)
    without.addFixed("x", pattern(60) { $0 % 7 })
    _ = without.add("one", [Double](repeating: 1, count: 60))
    without.addTerm(["one"], by: GroupingFactor("g", codes: y.indices.map { $0 % 6 }, levels: 6))
    #expect(throws: GeneralisedModelError.cumulativeWithoutIntercept) { try fit(without.frame) }
    #expect(throws: GeneralisedModelError.uniformGroups(factor: "g")) {
      try fit(draft(pattern(60) { $0 % 6 % 3 }).frame)
    }
  }

  // MARK: From formulas

  private func data(_ grade: Column) -> DataSet {
    let n = grade.count
    var data = DataSet()
    data.set(
      Table(
        name: "pupils",
        columns: [
          grade, Column("x", numbers: pattern(n) { ($0 * 5) % 11 }),
          Column("g", numbers: pattern(n) { $0 % 6 }),
        ]))
    return data
  }

  private func frame(_ grade: Column) throws -> ModelFrame {
    try Formula(parsing: "grade ~ x + (1 | g)").frame(
      in: data(grade), table: "pupils", options: FrameOptions(orderedResponse: true))
  }

  @Test func categoriesKeepTheOrderOfTheirLevels() throws {
    let codes = pattern(90) { ($0 * 7 + $0 / 6) % 3 }.map { Int32($0) }
    let levels = ["weak", "fair", "never seen", "good"]
    let words = Column(
      "grade", type: .category, storage: .codes(codes.map { $0 == 2 ? 3 : $0 }, levels: levels))
    let frame = try frame(words)
    #expect(frame.responseLevels == levels)
    #expect(frame.diagnostics.contains { $0.code == "unused-levels" })
    let named = try fit(frame)
    #expect(named.coefficients.map(\.name) == ["weak|fair", "fair|good", "x"])
    #expect(named.categories == ["weak", "fair", "good"])
    let numbered = try fit(
      try self.frame(Column("grade", numbers: codes.map { Double($0 + 1) })))
    #expect(numbered.coefficients.map(\.name) == ["1|2", "2|3", "x"])
    #expect(named.deviance == numbered.deviance)
    #expect(throws: ExpressionError.self) {
      try Formula(parsing: "grade ~ x + (1 | g)").frame(in: data(words), table: "pupils")
    }
  }
}

/// Whole numbers by position.
func pattern(_ count: Int, _ value: (Int) -> Int) -> [Double] {
  var result: [Double] = []
  for k in 0..<count { result.append(Double(value(k))) }
  return result
}
