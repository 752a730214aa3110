import Designs
import Multilevel
import TestSupport
import Testing

@Suite("Scale of weights")
struct WeightScaleTests {
  /// The same rows with a constant weight in each.
  private func frame(_ design: RandomDesign, weight: Double) -> ModelFrame {
    let frame = design.frame
    return ModelFrame(
      selection: nil, rowCount: frame.rowCount,
      columns: frame.columns
        + [.init("weight", .values([Double](repeating: weight, count: frame.rowCount)))],
      fixed: frame.fixed, response: frame.response, weights: frame.columns.count,
      random: frame.random)
  }

  @Test("weights that are all alike only change the residual variance", arguments: [1e7, 1e-7])
  func constant(weight: Double) throws {
    for structure in [
      RandomDesign.Structure.nestedSlope, .crossed, .crossedSlopes, .threeCrossed, .oneFactor,
    ] {
      for seed in UInt64(1)...3 {
        let design = RandomDesign(structure, seed: seed, rows: 1_500)
        let plain = try LinearMixedModel().fit(design.frame)
        let weighted = try LinearMixedModel().fit(frame(design, weight: weight))
        #expect(weighted.certificate.holds, "\(structure) \(seed)")
        #expect(isClose(weighted.deviance, plain.deviance, relative: 1e-9))
        #expect(isClose(weighted.sigma, plain.sigma * weight.squareRoot(), relative: 1e-7))
        #expect(weighted.isSingular == plain.isSingular)
        for (a, b) in zip(weighted.coefficients, plain.coefficients) {
          #expect(isClose(a, b, relative: 1e-6, absolute: 1e-7))
        }
        for (a, b) in zip(weighted.standardErrors, plain.standardErrors) {
          #expect(isClose(a, b, relative: 1e-6))
        }
        for (a, b) in zip(weighted.terms, plain.terms) {
          for (x, y) in zip(a.standardDeviations, b.standardDeviations) {
            #expect(isClose(x, y, relative: 1e-5, absolute: 1e-5))
          }
        }
      }
    }
  }
}
