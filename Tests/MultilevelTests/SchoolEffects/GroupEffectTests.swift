import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("School effects, intervals and ranks")
struct GroupEffectTests {
  /// 4,000 draws: a variance is off by more than 4.5 of its Monte Carlo standard errors once in 150,000.
  @Test(
    "drawn errors have the prediction error covariance",
    arguments: [
      RandomDesign.Structure.oneFactor, .slope, .nestedSlope, .crossedSlopes, .crossedInAreas,
      .partlyGrouped, .weighted, .farAway,
    ])
  func draws(_ structure: RandomDesign.Structure) throws {
    let fit = try LinearMixedModel().fit(RandomDesign(structure, seed: 5).frame)
    let count = 4_000
    let draws = try fit.errorDraws(count, seed: Seed(17))
    for (index, factor) in fit.factors.enumerated() {
      let width = factor.columns.count
      for level in factor.levels.indices {
        for column in 0..<width {
          let values = (0..<count).map {
            draws[index][($0 * factor.levels.count + level) * width + column]
          }
          let mean = values.reduce(0, +) / Double(count)
          let variance = values.reduce(0) { $0 + $1 * $1 } / Double(count)
          let expected = factor.predictionErrorVariance(level: level, column: column)
          #expect(abs(mean) <= 4.5 * (expected / Double(count)).squareRoot() + 1e-12)
          #expect(
            isClose(
              variance, expected, relative: 4.5 * (2 / Double(count)).squareRoot(),
              absolute: 1e-12))
        }
      }
    }
  }

  @Test("the correlation between groups is that of dense matrices")
  func correlations() throws {
    // Two schools of one small design: the intercept's uncertainty is common to both.
    let fit = try LinearMixedModel().fit(RandomDesign(.crossed, seed: 8).frame)
    let count = 8_000
    let draws = try fit.errorDraws(count, seed: Seed(3))
    let factor = fit.factors[1]
    let levels = factor.levels.count
    // Var(uᵢ − uⱼ) by draws must be below the sum of the variances where errors share the intercept's.
    var pooled = (difference: 0.0, sum: 0.0)
    for i in 0..<levels {
      for j in 0..<i {
        for draw in 0..<count {
          let d = draws[1][draw * levels + i] - draws[1][draw * levels + j]
          pooled.difference += d * d / Double(count)
        }
        pooled.sum +=
          factor.predictionErrorVariance(level: i, column: 0)
          + factor.predictionErrorVariance(level: j, column: 0)
      }
    }
    #expect(pooled.difference < pooled.sum)
    #expect(pooled.difference > 0)
  }

  @Test("equal errors are compared with 1.386, unequal ones with the average over pairs")
  func multipliers() {
    #expect(
      isClose(
        comparativeMultiplier([2, 2, 2, 2]), 1.959963984540054 / 2.0.squareRoot(), relative: 1e-12))
    let errors = [0.1, 0.4, 0.2, 0.9, 0.15]
    let z = comparativeMultiplier(errors)
    var sum = 0.0
    for i in errors.indices {
      for j in 0..<i {
        let ratio =
          (errors[i] + errors[j])
          / (errors[i] * errors[i] + errors[j] * errors[j]).squareRoot()
        sum += 2 * Normal().cumulative(-z * ratio)
      }
    }
    #expect(isClose(sum / 10, 0.05, absolute: 1e-12))
    // Goldstein & Healy: between 1.39 where errors are equal and 1.96 where one is without error.
    #expect(z > 1.386 && z < 1.96)
  }

  @Test("of schools in London: caterpillar order, reliability, ranks that repeat on any threads")
  func london() throws {
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/Exam.csv"),
      categories: ["school": [], "sex": ["F", "M"]])
    let fit = try LinearMixedModel().fit(data.frame("normexam ~ standLRT + (1 | school)"))
    let one = try #require(try fit.groupEffects(of: ["school"], seed: Seed(4)).first)
    let two = try #require(try fit.groupEffects(of: ["school"], seed: Seed(4), threads: 2).first)
    #expect(one.effects == two.effects)
    #expect(one.effects.count == 65)
    let effects = one.effects
    #expect(zip(effects, effects.dropFirst()).allSatisfy { $0.mode <= $1.mode })
    #expect(effects.reduce(0) { $0 + $1.rows } == 4059)
    let variance = fit.terms[0].covariance[0, 0]
    let factor = fit.factors[0]
    for effect in effects {
      let level = try #require(factor.levels.firstIndex(of: effect.level))
      let conditional = factor.conditionalVariance(level: level, column: 0)
      // In a model of intercepts the reliability is n τ² / (n τ² + σ²).
      let n = Double(effect.rows)
      let expected = n * variance / (n * variance + fit.sigma * fit.sigma)
      #expect(isClose(try #require(effect.reliability), expected, relative: 1e-10))
      #expect(isClose(conditional, variance * (1 - expected), relative: 1e-8))
      #expect(effect.low < effect.comparativeLow)
      #expect(effect.rank.low <= effect.rank.median && effect.rank.median <= effect.rank.high)
    }
    // The expected rank is 1 + Σ P(other > own), with independent errors almost: within one place of the median.
    let last = effects[effects.count - 1]
    let first = effects[0]
    #expect(last.rank.median <= 3 && last.rank.low == 1)
    #expect(first.rank.median >= 63 && first.rank.high == 65)
    var expected = 1.0
    let middle = effects[32]
    for other in effects where other.level != middle.level {
      let spread =
        (middle.standardError * middle.standardError + other.standardError * other.standardError)
        .squareRoot()
      expected += Normal().cumulative((other.mode - middle.mode) / spread)
    }
    #expect(abs(Double(middle.rank.median) - expected) < 3)
    #expect(one.diagnostics.contains { $0.code == "ranks-uncertain" })
  }

  @Test("no spread is said, and an unknown factor is named")
  func awkward() throws {
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/Dyestuff2.csv"), categories: ["Batch": []])
    let fit = try LinearMixedModel().fit(data.frame("Yield ~ 1 + (1 | Batch)"))
    let effects = try #require(try fit.groupEffects(of: ["Batch"]).first)
    #expect(effects.effects.allSatisfy { $0.reliability == nil && $0.mode == 0 })
    #expect(effects.diagnostics.map(\.code) == ["no-spread"])
    #expect(throws: EstimationError.unknownFactor("batch", known: ["Batch"])) {
      try fit.groupEffects(of: ["batch"])
    }
  }
}
