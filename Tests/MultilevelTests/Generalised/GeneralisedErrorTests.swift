import Designs
import Foundation
import Multilevel
import Tables
import Testing

/// Bad input gives named errors, never NaN and never a loop.
@Suite struct GeneralisedErrorTests {
  private func draft(
    _ response: [Double], x: [Double]? = nil, groups: [Int]? = nil, levels: Int = 6
  ) -> FrameDraft {
    var draft = FrameDraft(response: response)
    draft.addIntercept()
    if let x { draft.addFixed("x", x) }
    draft.addTerm(
      ["(Intercept)"],
      by: GroupingFactor("g", codes: groups ?? response.indices.map { $0 % 6 }, levels: levels))
    return draft
  }

  private let coin: [Double] = (0..<60).map { ($0 * 7 + $0 / 6) % 3 == 0 ? 1 : 0 }
  private let logit = GeneralisedMixedModel(.binomial(.logit))

  @Test func equalOutcomes() {
    let frame = draft([Double](repeating: 1, count: 60)).frame
    #expect(throws: GeneralisedModelError.allOutcomesEqual(response: "y", value: 1)) {
      try logit.fit(frame)
    }
    #expect(throws: GeneralisedModelError.allOutcomesEqual(response: "y", value: 0)) {
      try GeneralisedMixedModel(.poisson).fit(draft([Double](repeating: 0, count: 60)).frame)
    }
  }

  @Test(arguments: BinomialLink.allCases)
  func separationIsNamed(_ link: BinomialLink) {
    let model = GeneralisedMixedModel(.binomial(link))
    // Complete, quasi-complete, and by a rare level.
    let line = (0..<60).map { Double($0) - 30.5 }
    #expect(throws: GeneralisedModelError.separation(column: "x")) {
      try model.fit(draft(line.map { $0 > 0 ? 1 : 0 }, x: line).frame)
    }
    let rare = (0..<60).map { $0 % 10 == 0 ? 1.0 : 0 }
    #expect(throws: GeneralisedModelError.separation(column: "x")) {
      try model.fit(draft(zip(coin, rare).map { $1 > 0 ? 0 : $0 }, x: rare).frame)
    }
  }

  @Test func separationByAZeroCountLevel() {
    let rare = (0..<60).map { $0 % 10 == 0 ? 1.0 : 0 }
    let counts = rare.enumerated().map { $1 > 0 ? 0.0 : Double($0 % 4) }
    #expect(throws: GeneralisedModelError.separation(column: "x")) {
      try GeneralisedMixedModel(.poisson).fit(draft(counts, x: rare).frame)
    }
  }

  @Test func uniformGroups() {
    let response = (0..<60).map { $0 % 6 < 3 ? 1.0 : 0 }
    #expect(throws: GeneralisedModelError.uniformGroups(factor: "g")) {
      try logit.fit(draft(response).frame)
    }
  }

  @Test func oneGroup() {
    let frame = draft(coin, groups: [Int](repeating: 2, count: 60)).frame
    #expect(throws: GeneralisedModelError.oneGroup(factor: "g")) { try logit.fit(frame) }
  }

  @Test func emptyGroupsAreLeftOutAndSaid() throws {
    let frame = draft(coin, groups: (0..<60).map { 2 * ($0 % 6) }, levels: 12).frame
    let fit = try logit.fit(frame)
    #expect(fit.modes[0].levels == ["g0", "g2", "g4", "g6", "g8", "g10"])
    #expect(fit.diagnostics.contains { $0.code == "empty-groups" })
    let plain = try logit.fit(draft(coin).frame)
    #expect(plain.deviance == fit.deviance)
  }

  @Test func outcomesOutsideTheirRange() {
    var response = coin
    response[4] = 2
    #expect(throws: GeneralisedModelError.outsideUnitInterval(response: "y", row: 4, value: 2)) {
      try logit.fit(draft(response).frame)
    }
    response[4] = 0.5
    #expect(
      throws: GeneralisedModelError.successesNotWhole(response: "y", row: 4, value: 0.5, trials: 1)
    ) { try logit.fit(draft(response).frame) }
    response[4] = -1
    #expect(throws: GeneralisedModelError.notACount(response: "y", row: 4, value: -1)) {
      try GeneralisedMixedModel(.poisson).fit(draft(response).frame)
    }
    response[4] = 1.5
    #expect(throws: GeneralisedModelError.notACount(response: "y", row: 4, value: 1.5)) {
      try GeneralisedMixedModel(.poisson).fit(draft(response).frame)
    }
    response[4] = .nan
    #expect(throws: GeneralisedModelError.notFinite(column: "y", row: 4)) {
      try logit.fit(draft(response).frame)
    }
  }

  @Test func trialsOfZeroAndTooManySuccesses() {
    var own = draft(coin)
    var sizes = [Double](repeating: 3, count: 60)
    sizes[7] = 0
    let column = own.add("size", sizes)
    #expect(throws: GeneralisedModelError.trialsNotPositive(column: "size", row: 7, value: 0)) {
      try logit.fit(own.frame, trials: column)
    }
    var many = coin
    many[9] = 5
    var other = draft(many)
    let three = other.add("size", [Double](repeating: 3, count: 60))
    #expect(
      throws: GeneralisedModelError.successesOutsideTrials(
        response: "y", row: 9, value: 5, trials: 3)
    ) { try logit.fit(other.frame, trials: three) }
  }

  @Test func collinearColumns() {
    let x = (0..<60).map { Double($0 % 7) }
    var own = draft(coin, x: x)
    own.addFixed("twice", x.map { 2 * $0 + 1 })
    #expect(throws: GeneralisedModelError.collinear(column: "twice")) { try logit.fit(own.frame) }
    var constant = draft(coin)
    constant.addFixed("seven", [Double](repeating: 7, count: 60))
    #expect(throws: GeneralisedModelError.collinear(column: "seven")) {
      try logit.fit(constant.frame)
    }
  }

  @Test func missingGroups() {
    let frame = draft(coin, groups: (0..<60).map { $0 == 11 ? -1 : $0 % 6 }).frame
    #expect(throws: GeneralisedModelError.missingGroup(factor: "g", row: 11)) {
      try logit.fit(frame)
    }
  }

  @Test func quadratureOfTheWrongModel() {
    var own = draft(coin, x: (0..<60).map { Double($0 % 7) })
    own.random = []
    own.addTerm(
      ["(Intercept)", "x"], by: GroupingFactor("g", codes: (0..<60).map { $0 % 6 }, levels: 6))
    let frame = own.frame
    #expect(throws: GeneralisedModelError.quadratureNeedsOneScalarTerm(points: 5, effects: 2)) {
      try GeneralisedMixedModel(.binomial(.logit), quadraturePoints: 5).fit(frame)
    }
    #expect(throws: GeneralisedModelError.quadraturePoints(0)) {
      try GeneralisedMixedModel(.binomial(.logit), quadraturePoints: 0).fit(frame)
    }
  }

  @Test func noRowsAndNoTerms() {
    var none = draft(coin)
    none.random = []
    let frame = none.frame
    #expect(throws: GeneralisedModelError.noRandomTerms) { try logit.fit(frame) }
    #expect(throws: GeneralisedModelError.noRows) { try logit.fit(draft([]).frame) }
  }

  /// Far from the origin nothing overflows.
  @Test func extremeDataStayFinite() throws {
    let counts = (0..<60).map { Double(($0 % 5) * 20_000 + $0) }
    let fit = try GeneralisedMixedModel(.poisson).fit(
      draft(counts, x: (0..<60).map { Double($0 % 5) }).frame)
    #expect(fit.deviance.isFinite)
    #expect(fit.coefficients.allSatisfy { $0.standardError.isFinite })
  }
}
