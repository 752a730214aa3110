import Foundation
import Multilevel
import TestSupport
import Testing

/// The criterion itself, before anything is optimised.
@Suite struct GeneralisedObjectiveTests {
  static let families: [ResponseFamily] =
    BinomialLink.allCases.map(ResponseFamily.binomial) + [.poisson, .negativeBinomial(size: 1.7)]
    + BinomialLink.allCases.map(ResponseFamily.cumulative)

  @Test(arguments: families, RandomGeneralisedModel.Structure.allCases)
  func laplaceAgreesWithItsDefinition(
    _ family: ResponseFamily, _ structure: RandomGeneralisedModel.Structure
  ) throws {
    for seed in 0..<4 as Range<UInt32> {
      let model = RandomGeneralisedModel(structure, family, seed: seed)
      let expected = try DenseLaplace(model: model).deviance(
        theta: model.theta, beta: model.beta)
      for blocked in [false, true] {
        var objective = try GeneralisedObjective(
          GeneralisedMixedModel(family), model.frame, trials: model.trials,
          blocked: blocked)
        let value = objective.evaluate(theta: model.theta, coefficients: model.beta).value
        #expect(isClose(value, expected, relative: 1e-11))
      }
    }
  }

  @Test(arguments: families, RandomGeneralisedModel.Structure.allCases)
  func gradientAgreesWithDifferences(
    _ family: ResponseFamily, _ structure: RandomGeneralisedModel.Structure
  ) throws {
    for seed in 0..<3 as Range<UInt32> {
      let model = RandomGeneralisedModel(structure, family, seed: seed)
      let objective = try GeneralisedObjective(
        GeneralisedMixedModel(family), model.frame, trials: model.trials)
      try expectGradient(objective, model)
    }
  }

  @Test(arguments: families, [2, 3, 8, 15])
  func gradientOfQuadratureAgreesWithDifferences(_ family: ResponseFamily, _ points: Int) throws {
    for seed in 0..<3 as Range<UInt32> {
      let model = RandomGeneralisedModel(.intercept, family, seed: seed)
      let objective = try GeneralisedObjective(
        GeneralisedMixedModel(family, quadraturePoints: points), model.frame,
        trials: model.trials)
      try expectGradient(objective, model)
    }
  }

  /// Richardson's differences of the value, at the model's parameters and with a variance at zero.
  private func expectGradient(_ start: GeneralisedObjective, _ model: RandomGeneralisedModel) throws
  {
    for theta in [model.theta, [0] + model.theta.dropFirst()] {
      var objective = start
      let exact = objective.evaluate(theta: theta, coefficients: model.beta)
      let all = exact.thetaGradient + exact.coefficientGradient
      let point = theta + model.beta
      let scale = all.map(abs).max() ?? 1
      for k in point.indices {
        func value(_ step: Double) -> Double {
          var x = point
          x[k] += step
          return objective.evaluate(
            theta: Array(x[..<theta.count]), coefficients: Array(x[theta.count...])
          ).value
        }
        let h = 5e-4
        let near = (value(h) - value(-h)) / (2 * h)
        let far = (value(2 * h) - value(-2 * h)) / (4 * h)
        let farther = (value(4 * h) - value(-4 * h)) / (8 * h)
        let (first, second) = ((4 * near - far) / 3, (4 * far - farther) / 3)
        #expect(isClose(all[k], (16 * first - second) / 15, absolute: 2e-8 * max(1, scale)))
      }
    }
  }

  @Test(arguments: families)
  func quadratureSettlesAsPointsGrow(_ family: ResponseFamily) throws {
    let model = RandomGeneralisedModel(.intercept, family, seed: 4)
    func value(_ points: Int) throws -> Double {
      var objective = try GeneralisedObjective(
        GeneralisedMixedModel(family, quadraturePoints: points), model.frame,
        trials: model.trials)
      return objective.evaluate(theta: model.theta, coefficients: model.beta).value
    }
    let settled = try value(61)
    #expect(isClose(try value(40), settled, absolute: 1e-9))
    #expect(isClose(try value(25), settled, absolute: 1e-6))
    #expect(isClose(try value(100), settled, absolute: 1e-9))
    #expect(abs(try value(1) - settled) > 1e-4)
  }

  @Test func oneLambdaOfZeroIsTheModelWithoutGroups() throws {
    let model = RandomGeneralisedModel(.intercept, .poisson, seed: 1)
    var objective = try GeneralisedObjective(GeneralisedMixedModel(.poisson), model.frame)
    let dense = DenseLaplace(model: model)
    let plain = model.response.indices.reduce(0.0) { sum, i in
      let eta = model.offset[i] + zip(model.fixed, model.beta).reduce(0) { $0 + $1.0[i] * $1.1 }
      return sum - 2 * dense.row(eta, model.response[i], 1).value
    }
    let result = objective.evaluate(theta: [0], coefficients: model.beta)
    #expect(isClose(result.value, plain, relative: 1e-12))
    #expect(abs(result.thetaGradient[0]) < 1e-9)
  }
}
