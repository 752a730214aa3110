import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Tables
import TestSupport
import Testing

/// Coefficients at the joint mode, as `glmer(nAGQ = 0)`.
@Suite struct JointModeTests {
  @Test(
    "agrees with glmer",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
  func agreesWithGlmer() throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("multilevel")
    let frame = GeneralisedCase.contraception(
      try PlainCSV(folder.appendingPathComponent("data/Contraception.csv")), slope: false)
    let found = try GeneralisedMixedModel(.binomial(.logit)).jointModes(frame)
    let url = folder.appendingPathComponent("fits/GLMM_Contraception_ri_nAGQ0.json")
    let expected = try JSON(parsing: String(contentsOf: url, encoding: .utf8))
    let deviance = try #require(expected["devcomp"]?["dev"]?.number)
    #expect(isClose(found.deviance, deviance, absolute: 1e-7))
    #expect(
      isClose(
        found.theta[0], try #require(expected["theta"]?["district.(Intercept)"]?.number),
        absolute: 1e-6))
    for coefficient in found.coefficients {
      let value = try #require(expected["beta"]?[coefficient.name]?.number)
      let error = try #require(expected["se"]?[coefficient.name]?.number)
      #expect(isClose(coefficient.estimate, value, relative: 1e-7), "\(coefficient.name)")
      #expect(isClose(coefficient.standardError, error, relative: 1e-7), "\(coefficient.name)")
    }
  }

  /// The deviance is Laplace's own, whose maximum likelihood lies elsewhere.
  @Test func isNoMaximumOfLaplace() throws {
    for structure in [RandomGeneralisedModel.Structure.intercept, .slope, .crossed] {
      let model = RandomGeneralisedModel(structure, .poisson, seed: 5, rows: 300)
      let joint = try GeneralisedMixedModel(.poisson).jointModes(model.frame)
      let fit = try GeneralisedMixedModel(.poisson).fit(model.frame)
      #expect(joint.deviance > fit.deviance)
      var objective = try GeneralisedObjective(
        GeneralisedMixedModel(.poisson), model.frame, blocked: true)
      let there = objective.evaluate(
        theta: joint.theta, coefficients: joint.coefficients.map(\.estimate))
      #expect(isClose(there.value, joint.deviance, absolute: 1e-8))
    }
  }

  @Test func otherFamiliesAreRefused() throws {
    let model = RandomGeneralisedModel(.intercept, .poisson, seed: 5, rows: 60)
    #expect(
      throws: GeneralisedModelError.noJointModes(family: .negativeBinomial(size: nil))
    ) {
      try GeneralisedMixedModel(.negativeBinomial(size: nil)).jointModes(model.frame)
    }
  }
}
