import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Multiple membership")
struct MultipleMembershipTests {
  private func theta(_ probe: CriterionProbe, _ seed: UInt64) -> [Double] {
    var random = RandomStream(Seed(seed)["theta"])
    return probe.isDiagonal.map { isDiagonal in
      let value = random.normal()
      return isDiagonal ? (seed % 3 == 0 && random.uniform() < 0.5 ? 0 : abs(value)) : 0.5 * value
    }
  }

  @Test("criterion agrees with dense matrices", arguments: RandomMemberships.Kind.allCases)
  func dense(_ kind: RandomMemberships.Kind) throws {
    for seed in UInt64(1)...5 {
      let frame = RandomMemberships.frame(kind, seed: seed)
      for criterion in LikelihoodCriterion.allCases {
        let probe = try CriterionProbe(frame, criterion: criterion)
        let theta = theta(probe, seed)
        let value = try probe.value(at: theta)
        let oracle = try DenseStructure(
          frame, criterion: criterion, relative: probe.relativeCovariances(at: theta))
        #expect(
          abs(value.criterion - oracle.deviance) < 1e-8, "\(kind) seed \(seed) \(criterion)")
        for k in theta.indices {
          func difference(_ h: Double) throws -> Double {
            var (up, down) = (theta, theta)
            up[k] += h
            down[k] -= h
            return try (probe.value(at: up).criterion - probe.value(at: down).criterion) / (2 * h)
          }
          let numeric = try (4 * difference(5e-4) - difference(1e-3)) / 3
          #expect(
            isClose(value.gradient[k], numeric, relative: 1e-6, absolute: 1e-6),
            "\(kind) seed \(seed) parameter \(k): \(value.gradient[k]) against \(numeric)")
        }
      }
    }
  }

  @Test("what meets is eliminated last, by connected component")
  func plans() throws {
    let crossed = try CriterionProbe(
      RandomMemberships.frame(.nestedBelow, seed: 1), criterion: .ml)
    // Pupils one by one; areas, met by the same pupils, with the schools.
    #expect(crossed.plan.sparse == 1)
    #expect(crossed.plan.dense == [17])
    let single = try CriterionProbe(RandomMemberships.frame(.single, seed: 1), criterion: .ml)
    #expect(single.plan.dense == Array(repeating: 1, count: 12))
  }

  @Test("one group a row is an ordinary factor, with its modes, errors and degrees of freedom")
  func single() throws {
    let frame = RandomMemberships.frame(.single, seed: 3)
    let memberships = try #require(frame.random[0].factor.memberships)
    let plain = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns, fixed: frame.fixed,
      response: frame.response,
      random: [
        RandomTerm(
          factor: GroupingFactor(
            name: "school", codes: memberships.levels, levels: frame.random[0].factor.levels),
          columns: [0])
      ])
    let (a, b) = (try LinearMixedModel().fit(frame), try LinearMixedModel().fit(plain))
    #expect(isClose(a.deviance, b.deviance, absolute: 1e-9))
    #expect(isClose(a.totalVariance, b.totalVariance, relative: 1e-8))
    for level in 0..<12 {
      #expect(isClose(a.factors[0].modes[level, 0], b.factors[0].modes[level, 0], absolute: 1e-7))
      #expect(
        isClose(
          a.factors[0].predictionErrorVariance(level: level, column: 0),
          b.factors[0].predictionErrorVariance(level: level, column: 0), relative: 1e-6))
    }
    for method in [DegreesOfFreedomMethod.satterthwaite, .kenwardRoger] {
      for (ours, theirs) in try zip(a.tests(method), b.tests(method)) {
        #expect(isClose(ours.degreesOfFreedom, theirs.degreesOfFreedom, relative: 1e-5))
        #expect(isClose(ours.standardError, theirs.standardError, relative: 1e-6))
      }
    }
  }

  @Test("what needs one group a row is refused by name")
  func refused() throws {
    let fit = try LinearMixedModel().fit(RandomMemberships.frame(.alone, seed: 2))
    func error(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return ""
    }
    #expect(error { _ = try fit.clusterRobust() }.contains("several groups of `school`"))
    #expect(error { _ = try fit.tests(.betweenWithin) }.contains("between-within"))
    #expect(
      error {
        _ = try GeneralisedMixedModel(.poisson).fit(RandomMemberships.frame(.alone, seed: 2))
      }.contains("one group a row"))
  }

  private struct Fixture {
    let json: JSON
    let data: ReferenceData

    init() throws {
      let folder = fixturesFolder.appendingPathComponent("structures")
      json = try JSON(
        parsing: String(
          contentsOf: folder.appendingPathComponent("memberships.json"), encoding: .utf8))
      data = try ReferenceData(
        folder.appendingPathComponent("memberships.csv"), categories: ["area": []])
    }
  }

  @Test(
    "the likelihood written out in R", arguments: ["intercept", "slope"],
    LikelihoodCriterion.allCases)
  func fixture(_ name: String, _ criterion: LikelihoodCriterion) throws {
    let fixture = try Fixture()
    let json = try #require(fixture.json["\(name)_\(criterion.rawValue.lowercased())"])
    let formula =
      name == "intercept"
      ? "y ~ x + (1 | mm(school1:school3, w1:w3))"
      : "y ~ x + (1 | area) + (1 + x | mm(school1:school3, w1:w3))"
    let frame = try fixture.data.frame(formula)
    let fit = try LinearMixedModel(criterion: criterion).fit(frame)
    func numbers(_ key: String) throws -> [Double] {
      guard let list = json[key]?.array else { return [try #require(json[key]?.number)] }
      return try list.map { try #require($0.number) }
    }
    #expect(isClose(fit.deviance, try #require(json["deviance"]?.number), absolute: 1e-7))
    #expect(isClose(fit.sigma, try #require(json["sigma"]?.number), relative: 1e-7))
    for (ours, theirs) in try zip(fit.theta, numbers("theta")) {
      #expect(isClose(abs(ours), abs(theirs), relative: 1e-6, absolute: 1e-6))
    }
    for (k, beta) in try numbers("beta").enumerated() {
      #expect(isClose(fit.coefficients[k], beta, relative: 1e-7, absolute: 1e-8))
      let error = try #require(json["vcov"]?[k]?[k]?.number).squareRoot()
      #expect(isClose(fit.standardErrors[k], error, relative: 1e-7))
    }
    if name == "intercept" {
      for (level, mode) in try numbers("modes").enumerated() {
        #expect(isClose(fit.factors[0].modes[level, 0], mode, absolute: 1e-6))
      }
      for (level, variance) in try numbers("conditional").enumerated() {
        #expect(
          isClose(
            fit.factors[0].conditionalVariance(level: level, column: 0), variance, relative: 1e-6))
      }
    }
    #expect(fit.certificate.holds)
  }

  /// lme4 with its *Z* replaced, 4,000 pupils in 80 schools.
  @Test(
    "the shared reference",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)),
    arguments: LikelihoodCriterion.allCases)
  func shared(_ criterion: LikelihoodCriterion) throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("multilevel")
    let all = try JSON(
      parsing: String(
        contentsOf: folder.appendingPathComponent("fits/INF_multiple_membership.json"),
        encoding: .utf8))
    let json = try #require(all[criterion.rawValue])
    let data = try ReferenceData(
      folder.appendingPathComponent("data/mm_synthetic.csv"), categories: [:])
    let fit = try LinearMixedModel(criterion: criterion).fit(
      data.frame("y ~ x + (1 | mm(school1:school3, w1:w3))"))
    func number(_ key: String) throws -> Double { try #require(json[key]?.number) }
    #expect(isClose(fit.deviance, try number("criterion"), absolute: 1e-7))
    #expect(isClose(fit.theta[0], try number("theta"), absolute: 1e-6))
    #expect(isClose(fit.sigma, try number("sigma"), relative: 1e-7))
    for (k, name) in ["(Intercept)", "x"].enumerated() {
      #expect(
        isClose(
          fit.coefficients[k], try #require(json["beta"]?[name]?.number), relative: 1e-7))
      #expect(
        isClose(
          fit.covariance[k, k], try #require(json["vcov"]?[k]?[k]?.number), relative: 2e-7))
    }
    for level in 0..<80 {
      #expect(
        isClose(
          fit.factors[0].modes[level, 0], try #require(json["condmode"]?[level]?.number),
          absolute: 1e-6))
      #expect(
        isClose(
          fit.factors[0].conditionalVariance(level: level, column: 0),
          try #require(json["condvar"]?[level]?.number), relative: 1e-6))
    }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let frame = RandomMemberships.frame(.crossed, seed: 9, rows: 120_000)
    let one = try LinearMixedModel().fit(frame, threads: 1)
    let two = try LinearMixedModel().fit(frame, threads: 2)
    #expect(one.coefficients == two.coefficients)
    #expect(one.theta == two.theta)
    #expect(one.factors.map(\.modes) == two.factors.map(\.modes))
  }
}
