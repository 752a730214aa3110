import Designs
import LinearAlgebra
import Multilevel
import Probability
import TestSupport
import Testing

@Suite("Variance shares averaged over the rows")
struct AverageVarianceTests {
  /// zᵀΣz of every row, averaged.
  private func average(_ fit: LinearMixedModelFit, _ frame: ModelFrame) -> [Double] {
    fit.terms.map { term in
      let columns = term.columns.compactMap { name in
        frame.columns.firstIndex { $0.name == name }
      }
      let values = columns.map { column in
        var block = [Double](repeating: 0, count: frame.rowCount)
        var span = block.mutableSpan
        frame.fill(column, rows: 0..<frame.rowCount, into: &span)
        return block
      }
      var total = 0.0
      for row in 0..<frame.rowCount {
        let z = values.map { $0[row] }
        total += dot(z, term.covariance * z)
      }
      return total / Double(frame.rowCount)
    }
  }

  @Test(
    "are the mean of each row's variance",
    arguments: [
      RandomDesign.Structure.slope, .twoSlopes, .slopeAlone, .partlyGrouped, .crossedSlopes,
      .farAway,
    ])
  func mean(_ structure: RandomDesign.Structure) throws {
    let frame = RandomDesign(structure, seed: 3).frame
    let fit = try LinearMixedModel().fit(frame)
    let expected = average(fit, frame)
    for (term, value) in zip(fit.terms, expected) {
      // Far from zero the sum over rows is a difference of large numbers.
      #expect(
        isClose(
          term.averageVariance, value, relative: structure == .farAway ? 1e-3 : 1e-10,
          absolute: 1e-12))
    }
    #expect(
      isClose(
        fit.totalVariance,
        fit.sigma * fit.sigma + fit.terms.reduce(0) { $0 + $1.averageVariance }, relative: 1e-12))
  }

  @Test("an intercept's is its variance, an indicator's is its share of the rows")
  func closed() throws {
    let plain = try LinearMixedModel().fit(RandomDesign(.oneFactor, seed: 2).frame)
    #expect(plain.terms[0].averageVariance == plain.terms[0].covariance[0, 0])
    let design = RandomDesign(.partlyGrouped, seed: 2)
    let fit = try LinearMixedModel().fit(design.frame)
    let share = design.columns[3].reduce(0, +) / Double(design.rowCount)
    let term = try #require(fit.terms.first { $0.group == "federation" })
    #expect(isClose(term.averageVariance, share * term.covariance[0, 0], relative: 1e-12))
  }

  /// A slope that is independent of its covariate's mean adds Σ₁₁ times its variance to what stands at means.
  @Test("a slope adds its variance times the covariate's")
  func slope() throws {
    let design = RandomDesign(.slope, seed: 8)
    let fit = try LinearMixedModel().fit(design.frame)
    let x = design.columns[2]
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    #expect(
      isClose(
        fit.terms[0].averageVariance,
        fit.terms[0].varianceAtMeans + fit.terms[0].covariance[1, 1] * variance, relative: 1e-10))
  }

  /// The error of an effect size holds the uncertainty of the total variance, which is found here by moving
  /// each parameter: with the effect's own error subtracted it must not depend on the covariate's origin.
  @Test("effect sizes do not depend on where a slope's covariate has its zero")
  func origin() throws {
    let design = RandomDesign(.slope, seed: 4)
    func size(_ design: RandomDesign) throws -> EffectSize {
      let fit = try LinearMixedModel().fit(design.frame)
      return fit.effectSize(
        try fit.test([0, 1, 0, 0], named: "x1"), scale: .totalSD, reference: fit)
    }
    let (a, b) = (try size(design), try size(design.transformed(column: 2, by: 0.5, plus: 3)))
    #expect(isClose(a.estimate, b.estimate, relative: 1e-6))
    #expect(isClose(a.standardError, b.standardError, relative: 1e-5))
  }
}
