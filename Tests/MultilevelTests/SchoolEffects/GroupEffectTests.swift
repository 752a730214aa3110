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
  /// 2,000 draws: a variance is off by more than 4.5 of its Monte Carlo standard errors once in 150,000.
  @Test(
    "drawn errors have the prediction error covariance",
    arguments: [
      RandomDesign.Structure.oneFactor, .slope, .nestedSlope, .crossedSlopes, .crossedInAreas,
      .partlyGrouped, .weighted, .farAway,
    ])
  func draws(_ structure: RandomDesign.Structure) throws {
    let fit = try LinearMixedModel().fit(RandomDesign(structure, seed: 5).frame)
    let count = 2_000
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

  /// *G* − *GZᵀPZG* with *V* as an n × n matrix, for every pair of groups of both crossed factors.
  @Test("the covariance of any two groups' errors is that of dense matrices")
  func correlations() throws {
    let design = RandomDesign(.crossed, seed: 8)
    let fit = try LinearMixedModel().fit(design.frame)
    let n = design.rowCount
    var columns: [[Double]] = []
    var variances: [Double] = []
    for factor in fit.factors {
      let codes = design.random.first { $0.factor.name == factor.name }?.factor.codes ?? []
      let variance = try #require(fit.terms.first { $0.group == factor.name }).covariance[0, 0]
      for level in factor.levels.indices {
        columns.append(codes.map { $0 == Int32(level) ? 1 : 0 })
        variances.append(variance)
      }
    }
    let z = Matrix(rows: n, columns: columns)
    let zg = z * Matrix.diagonal(variances)
    var v = zg.timesTransposed(z)
    for k in 0..<n { v[k, k] += fit.sigma * fit.sigma }
    let factor = try Cholesky(v)
    let x = Matrix(rows: n, columns: design.fixed.map { design.columns[$0] })
    let vx = factor.solve(x)
    let projected =
      factor.solve(zg)
      - vx * (try Cholesky(x.transposedTimes(vx))).solve(vx.transposedTimes(zg))
    let expected = Matrix.diagonal(variances) - zg.transposedTimes(projected)

    let count = 6_000
    let draws = try fit.errorDraws(count, seed: Seed(3))
    let samples = Matrix(
      rows: count,
      columns: fit.factors.indices.flatMap { index -> [[Double]] in
        let levels = fit.factors[index].levels.count
        return (0..<levels).map { level in
          (0..<count).map { draws[index][$0 * levels + level] }
        }
      })
    let found = (1 / Double(count)) * samples.transposedTimes(samples)
    var strongest = 0.0
    for i in 0..<expected.rows {
      for j in 0..<i {
        let size = (expected[i, i] * expected[j, j]).squareRoot()
        strongest = max(strongest, abs(expected[i, j]) / size)
        let error =
          ((expected[i, i] * expected[j, j] + expected[i, j] * expected[i, j]) / Double(count))
          .squareRoot()
        #expect(abs(found[i, j] - expected[i, j]) < 4.7 * error)
      }
    }
    #expect(strongest > 0.2)
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
