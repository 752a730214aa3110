import Designs
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Awkward data: a right answer or a named error")
struct AwkwardDataTests {
  private func frame(
    y: [Double], x: [Double]? = nil, groups: [Int32], effects: [Int] = [0],
    weights: [Double]? = nil
  ) -> ModelFrame {
    var columns = [
      ModelFrame.NamedColumn("(Intercept)", .constant(1)),
      ModelFrame.NamedColumn("x", .values(x ?? y.indices.map { Double($0 % 7) })),
      ModelFrame.NamedColumn("y", .values(y)),
    ]
    if let weights { columns.append(ModelFrame.NamedColumn("w", .values(weights))) }
    let factor = RandomDesign.factor("g", groups)
    return ModelFrame(
      selection: nil, rowCount: y.count, columns: columns, fixed: [0, 1], response: 2,
      weights: weights == nil ? nil : 3,
      random: [RandomTerm(factor: factor, columns: effects)])
  }

  private func noise(_ n: Int, _ label: String) -> [Double] {
    var random = RandomStream(Seed(1)[label])
    return (0..<n).map { _ in random.normal() }
  }

  private func error(_ frame: ModelFrame) -> EstimationError? {
    do throws(EstimationError) {
      _ = try LinearMixedModel().fit(frame)
      return nil
    } catch { return error }
  }

  @Test("no rows, no random terms, too few rows")
  func empty() {
    #expect(error(frame(y: [], groups: [])) == .noRows)
    #expect(
      error(frame(y: [1, 2], groups: [0, 1])) == .tooFewRows(rows: 2, coefficients: 2))
    let whole = RandomDesign(.oneFactor, seed: 1).frame
    let plain = ModelFrame(
      selection: nil, rowCount: whole.rowCount, columns: whole.columns, fixed: whole.fixed,
      response: whole.response)
    #expect(error(plain) == .noRandomTerms)
  }

  @Test("one group, one row a group, as many effects as rows")
  func groups() {
    let y = noise(30, "y")
    #expect(error(frame(y: y, groups: Array(repeating: 0, count: 30))) == .oneGroup(factor: "g"))
    #expect(
      error(frame(y: y, groups: (0..<30).map { Int32($0) }))
        == .tooManyEffects(term: "1 | g", effects: 30, rows: 30))
    #expect(
      error(frame(y: y, groups: (0..<30).map { Int32($0 / 2) }, effects: [0, 1]))
        == .tooManyEffects(term: "1 + x | g", effects: 30, rows: 30))
  }

  @Test("some groups of one row are no obstacle")
  func singletons() throws {
    let y = noise(40, "singletons")
    let fit = try LinearMixedModel().fit(
      frame(y: y, groups: (0..<40).map { $0 < 20 ? Int32($0) : 20 + Int32($0 % 4) }))
    #expect(fit.certificate.holds)
    #expect(fit.factors[0].levels.count == 24)
  }

  @Test("a response that the fixed part explains, or that is constant")
  func explained() {
    let x = noise(40, "x")
    let groups = (0..<40).map { Int32($0 % 8) }
    let expected = EstimationError.noResidualVariance(response: "y")
    #expect(error(frame(y: Array(repeating: 5, count: 40), groups: groups)) == expected)
    #expect(error(frame(y: x.map { 2 * $0 + 1 }, x: x, groups: groups)) == expected)
  }

  @Test("a response that is constant within every group")
  func constantWithin() {
    let effects = noise(8, "effects")
    let groups = (0..<40).map { Int32($0 % 8) }
    let problem = error(frame(y: groups.map { effects[Int($0)] }, groups: groups))
    #expect(problem == .noResidualVariance(response: "y"))
  }

  @Test("values that are not finite, weights that are not positive, collinear columns")
  func values() {
    var y = noise(40, "finite")
    let groups = (0..<40).map { Int32($0 % 8) }
    #expect(
      error(frame(y: y, x: Array(repeating: 3, count: 40), groups: groups))
        == .collinear(column: "x"))
    var weights = [Double](repeating: 1, count: 40)
    weights[7] = 0
    #expect(
      error(frame(y: y, groups: groups, weights: weights)) == .weightNotPositive(column: "w"))
    y[3] = .infinity
    #expect(error(frame(y: y, groups: groups)) == .notFinite(column: "y"))
    y[3] = .nan
    #expect(error(frame(y: y, groups: groups)) == .notFinite(column: "y"))
  }

  @Test("a row without a group is refused unless its effects are zero")
  func missingGroup() {
    var groups = (0..<40).map { Int32($0 % 8) }
    groups[5] = -1
    #expect(error(frame(y: noise(40, "y"), groups: groups)) == .missingGroup(factor: "g", row: 5))
    #expect(error(RandomDesign(.partlyGrouped, seed: 1).frame) == nil)
  }

  @Test("a slope on a covariate that does not vary within groups still fits, and says what it can")
  func slopeBetween() throws {
    let groups = (0..<60).map { Int32($0 % 12) }
    let between = noise(12, "between")
    let fit = try LinearMixedModel().fit(
      frame(
        y: noise(60, "slope"), x: groups.map { between[Int($0)] }, groups: groups, effects: [0, 1]))
    #expect(fit.deviance.isFinite)
    #expect(fit.diagnostics.contains { $0.code == "slope-not-varying" })
  }

  @Test("scales of a thousand million beside a millionth")
  func scales() throws {
    let x = noise(80, "scales")
    let groups = (0..<80).map { Int32($0 % 10) }
    let effects = noise(10, "scale effects")
    let error = noise(80, "scale errors")
    let y = (0..<80).map { x[$0] + effects[Int(groups[$0])] + error[$0] }
    let base = try LinearMixedModel(criterion: .ml).fit(
      frame(y: y, x: x, groups: groups, effects: [0, 1]))
    let scaled = try LinearMixedModel(criterion: .ml).fit(
      frame(
        y: y.map { 1e9 * $0 }, x: x.map { 1e-6 * $0 }, groups: groups, effects: [0, 1]))
    #expect(isClose(base.coefficients[1] * 1e15, scaled.coefficients[1], relative: 1e-6))
    #expect(isClose(base.sigma * 1e9, scaled.sigma, relative: 1e-7))
    #expect(
      isClose(
        base.terms[0].covariance[0, 0] * 1e18, scaled.terms[0].covariance[0, 0], relative: 1e-4))
  }

  @Test("no difference between groups: the variance is zero, and that is said")
  func singular() throws {
    // Every group has the same three values, so that the mean square between groups is zero.
    let fit = try LinearMixedModel().fit(
      frame(
        y: (0..<30).map { Double([1, 2, 4][$0 / 10]) }, x: noise(30, "no difference"),
        groups: (0..<30).map { Int32($0 % 10) }))
    #expect(fit.isSingular)
    #expect(fit.theta == [0])
    #expect(fit.factors[0].modes.elements.allSatisfy { $0 == 0 })
    #expect(fit.certificate.boundarySlopes.allSatisfy { $0 > 0 })
    let message = fit.diagnostics.first { $0.code == "singular-fit" }?.message ?? ""
    #expect(message.contains("`1 | g`"))
  }
}
