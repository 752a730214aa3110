import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

/// Comparisons, joint tests, profiles, and what the certificate says of data that hardly hold a model.
@Suite struct GeneralisedInferenceTests {
  private func fit(
    _ frame: ModelFrame, _ trials: Int? = nil, points: Int = 1
  ) throws -> GeneralisedMixedFit {
    try GeneralisedMixedModel(.binomial(.logit), quadraturePoints: points).fit(
      frame, trials: trials)
  }

  @Test func nestedModelsAreCompared() throws {
    let model = RandomGeneralisedModel(.slope, .binomial(.logit), seed: 5, rows: 300)
    let frame = model.frame
    let slope = try fit(frame, model.trials)
    let intercept = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns, fixed: frame.fixed,
      response: frame.response, offset: frame.offset,
      random: [RandomTerm(factor: frame.random[0].factor, columns: [1])])
    let smaller = try fit(intercept, model.trials)
    let test = try slope.compared(with: smaller)
    #expect(test.statistic == smaller.deviance - slope.deviance)
    #expect(test.degreesOfFreedom == 2)
    #expect(test.variancesAtZero == 1)
    let (one, two) = (
      ChiSquared(degreesOfFreedom: 1).upperTail(test.statistic),
      ChiSquared(degreesOfFreedom: 2).upperTail(test.statistic)
    )
    #expect(test.pValue == two)
    #expect(test.boundaryPValue == 0.5 * (one + two))
    #expect(throws: GeneralisedModelError.self) { try smaller.compared(with: slope) }
    let poisson = RandomGeneralisedModel(.intercept, .poisson, seed: 5, rows: 300)
    let other = try GeneralisedMixedModel(.poisson).fit(poisson.frame)
    #expect(throws: GeneralisedModelError.self) { try slope.compared(with: other) }
    let fixed = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns,
      fixed: [frame.fixed[0]], response: frame.response, offset: frame.offset,
      random: intercept.random)
    let none = try smaller.compared(with: try fit(fixed, model.trials))
    #expect(none.degreesOfFreedom == 2)
    #expect(none.boundaryPValue == nil)
    // The joint Wald test of the same two coefficients is near the likelihood-ratio test.
    let wald = try smaller.wald(["x", "w"])
    #expect(wald.degreesOfFreedom == 2)
    #expect(isClose(wald.statistic, none.statistic, relative: 0.25))
  }

  @Test func waldOfOneCoefficientIsItsSquaredStatistic() throws {
    let model = RandomGeneralisedModel(.crossed, .binomial(.logit), seed: 4, rows: 250)
    let fit = try fit(model.frame, model.trials)
    let test = try fit.wald(["x", "x"])
    #expect(test.terms == ["x"])
    #expect(isClose(test.statistic, fit.coefficients[1].z * fit.coefficients[1].z, relative: 1e-10))
    #expect(isClose(test.pValue, fit.coefficients[1].pValue, relative: 1e-8))
    #expect(
      throws: GeneralisedModelError.unknownCoefficient("z", known: ["(Intercept)", "x", "w"])
    ) { try fit.wald(["z"]) }
  }

  @Test func profilesRiseByTheQuantile() throws {
    let model = RandomGeneralisedModel(.intercept, .binomial(.logit), seed: 4, rows: 400)
    let fit = try fit(model.frame, model.trials, points: 5)
    let parameters = fit.theta + fit.coefficients.map(\.estimate)
    for (name, place) in [("g0.(Intercept)", 0), ("x", 2), ("w", 3)] {
      let interval = try fit.profileInterval(name)
      #expect(isClose(interval.estimate, parameters[place], relative: 1e-10))
      let error = fit.jointCovariance[place, place].squareRoot()
      #expect(interval.low < interval.estimate)
      #expect(isClose(interval.high - interval.low, 2 * 1.96 * error, relative: 0.25))
      // At an end the deviance of all others' optimum is 3.84 above its minimum: no other point is lower.
      for end in [interval.low, interval.high] where end > 0 {
        var objective = try GeneralisedObjective(fit.model, model.frame, trials: model.trials)
        var lowest = Double.infinity
        // Along the direction of the covariance, and off it.
        var start = parameters
        for k in start.indices {
          start[k] +=
            fit.jointCovariance[k, place] / fit.jointCovariance[place, place]
            * (end - parameters[place])
        }
        for k in start.indices where k != place {
          for step in [-0.3, 0, 0.3] {
            var other = start
            other[k] += step * fit.jointCovariance[k, k].squareRoot()
            lowest = min(
              lowest,
              objective.evaluate(theta: [other[0]], coefficients: Array(other[1...])).value)
          }
        }
        let rise = lowest - fit.deviance
        #expect(rise > 3.8414)
        #expect(rise < 4.1)
      }
    }
    #expect(throws: GeneralisedModelError.self) { try fit.profileInterval("(intercept)") }
  }

  @Test func aVarianceThatRunsAwayIsFlagged() throws {
    // Pairs that agree nearly always, as of two births of a mother.
    var random = RandomStream(Seed(71)["pairs"])
    var (y, x, g): ([Double], [Double], [Int]) = ([], [], [])
    for pair in 0..<300 {
      let first = random.uniform() < 0.5 ? 1.0 : 0
      for _ in 0..<2 {
        y.append(random.uniform() < 0.98 ? first : 1 - first)
        x.append(random.normal())
        g.append(pair)
      }
    }
    var draft = FrameDraft(response: y)
    draft.addIntercept()
    draft.addFixed("x", x)
    draft.addTerm(["(Intercept)"], by: GroupingFactor("mother", codes: g, levels: 300))
    let fit = try fit(draft.frame, points: 9)
    #expect(fit.diagnostics.contains { $0.code == "runaway-variance" })
    let calm = RandomGeneralisedModel(.intercept, .binomial(.logit), seed: 4, rows: 400)
    #expect(
      !(try self.fit(calm.frame, calm.trials).diagnostics.contains { $0.code == "runaway-variance" })
    )
  }

  @Test func theSameTermTwiceIsNamed() throws {
    let model = RandomGeneralisedModel(.intercept, .poisson, seed: 3, rows: 300)
    let frame = model.frame
    let twice = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns, fixed: frame.fixed,
      response: frame.response, offset: frame.offset, random: frame.random + frame.random)
    let once = try GeneralisedMixedModel(.poisson).fit(frame)
    let fit = try GeneralisedMixedModel(.poisson).fit(twice)
    #expect(isClose(fit.deviance, once.deviance, absolute: 1e-6))
    // Both start alike, so that neither goes to zero, with nothing to tell them apart.
    #expect(fit.theta.allSatisfy { $0 > 0.01 }, "\(fit.theta)")
    #expect(fit.diagnostics.contains { $0.code == "unidentified" })
    #expect(!fit.diagnostics.contains { $0.code == "singular-fit" })
    #expect(fit.certificate.unidentified == ["g0.(Intercept)", "g0.(Intercept)"])
  }

  /// The gap is a Newton step of nine points' deviance from Laplace's optimum, in standard errors.
  @Test(arguments: [ResponseFamily.binomial(.logit), .poisson])
  func theGapOfLaplaceIsMeasured(_ family: ResponseFamily) throws {
    let model = RandomGeneralisedModel(.intercept, family, seed: 2, rows: 60)
    let laplace = try GeneralisedMixedModel(family).fit(model.frame, trials: model.trials)
    let gap = try #require(laplace.certificate.gap)
    var nine = try GeneralisedObjective(
      GeneralisedMixedModel(family, quadraturePoints: 9), model.frame, trials: model.trials)
    let there = nine.evaluate(
      theta: laplace.theta, coefficients: laplace.coefficients.map(\.estimate))
    #expect(isClose(gap.deviance, there.value - laplace.deviance, absolute: 1e-9))
    let covariance = laplace.jointCovariance
    let step = (covariance * (there.thetaGradient + there.coefficientGradient)).map { 0.5 * $0 }
    // The intercept is measured at the covariates' means, so that its own coordinate is another one.
    let moved = step.indices.filter { $0 != 1 }.map {
      abs(step[$0]) / covariance[$0, $0].squareRoot()
    }
    let largest = try #require(moved.max())
    #expect(gap.shift >= largest * (1 - 1e-6))
    #expect(isClose(gap.shift, largest, relative: 1e-5))
    let finer = try GeneralisedMixedModel(family, quadraturePoints: 9).fit(
      model.frame, trials: model.trials)
    #expect(finer.certificate.gap == nil)
    // What the step promises is about what the finer optimum has.
    let after = finer.theta[0] - laplace.theta[0]
    #expect(isClose(-step[0], after, absolute: 0.1 * abs(after)))
  }
}
