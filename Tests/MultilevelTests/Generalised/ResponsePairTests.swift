import Designs
import Foundation
import Multilevel
import Tables
import TestSupport
import Testing

/// `cbind(successes, failures)` as a response.
@Suite struct ResponsePairTests {
  private func data(_ successes: [Double], _ failures: [Double]) -> DataSet {
    let n = successes.count
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("excluded", numbers: successes), Column("kept", numbers: failures),
          Column("share", numbers: zip(successes, failures).map { $0 / ($0 + $1) }),
          Column("roll", numbers: zip(successes, failures).map { $0 + $1 }),
          Column("x", numbers: pattern(n) { ($0 * 5) % 7 }),
          Column("g", numbers: pattern(n) { $0 % 8 }),
        ]))
    return data
  }

  private let successes = pattern(80) { ($0 * 7 + $0 / 5) % 4 }
  private let failures = pattern(80) { ($0 * 3 + $0 / 9) % 5 + 1 }

  @Test func isTheShareWithTrialsAsWeights() throws {
    let data = data(successes, failures)
    let pair = try Formula(parsing: "cbind(excluded, kept) ~ x + (1 | g)").frame(
      in: data, table: "schools")
    let share = try Formula(parsing: "share ~ x + (1 | g)").frame(
      in: data, table: "schools", options: FrameOptions(weights: "roll"))
    for points in [1, 9] {
      let model = GeneralisedMixedModel(.binomial(.logit), quadraturePoints: points)
      let (a, b) = (try model.fit(pair), try model.fit(share))
      #expect(a.deviance == b.deviance)
      #expect(a.theta == b.theta)
      #expect(a.coefficients == b.coefficients)
      #expect(try a.margins() == b.margins())
    }
    #expect(throws: EstimationError.pairedResponse) { try LinearMixedModel().fit(pair) }
    #expect(throws: GeneralisedModelError.pairedResponse(family: "poisson")) {
      try GeneralisedMixedModel(.poisson).fit(pair)
    }
  }

  @Test func calculatedPartsAndMissingValues() throws {
    var kept = failures
    kept[3] = .nan
    let data = data(successes, kept)
    let frame = try Formula(parsing: "cbind(excluded, I(roll - excluded)) ~ x + (1 | g)").frame(
      in: data, table: "schools")
    #expect(frame.rowCount == 79)
    let direct = try Formula(parsing: "cbind(excluded, kept) ~ x + (1 | g)").frame(
      in: data, table: "schools")
    #expect(direct.lost == [LostRows(reason: "missing `kept`", count: 1)])
    let model = GeneralisedMixedModel(.binomial(.logit))
    #expect(try model.fit(frame).deviance == model.fit(direct).deviance)
  }

  @Test func badCountsAreNamed() throws {
    func error(_ successes: [Double], _ failures: [Double]) throws -> GeneralisedModelError? {
      let frame = try Formula(parsing: "cbind(excluded, kept) ~ x + (1 | g)").frame(
        in: data(successes, failures), table: "schools")
      do throws(GeneralisedModelError) {
        _ = try GeneralisedMixedModel(.binomial(.logit)).fit(frame)
        return nil
      } catch { return error }
    }
    var negative = successes
    negative[4] = -1
    #expect(
      try error(negative, failures)
        == .notANumberOfTrials(column: "excluded", row: 4, value: -1))
    var broken = failures
    broken[5] = 2.5
    #expect(
      try error(successes, broken) == .notANumberOfTrials(column: "kept", row: 5, value: 2.5))
    var (none, empty) = (successes, failures)
    none[6] = 0
    empty[6] = 0
    #expect(
      try error(none, empty) == .noTrials(successes: "excluded", failures: "kept", row: 6))
    #expect(
      try error([Double](repeating: 0, count: 80), failures)
        == .allOutcomesEqual(response: "excluded", value: 0))
  }

  @Test func otherCallsAreRefused() {
    for text in ["cbind(a) ~ x", "cbind(a, b, c) ~ x", "cbind(a, by = b) ~ x"] {
      #expect(throws: ExpressionError.self) { try Formula(parsing: text) }
    }
    #expect(throws: ExpressionError.self) { try Formula(parsing: "cbind(a, b) ~ b + (1 | g)") }
  }
}
