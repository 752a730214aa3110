import Foundation
import Multilevel
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// Monte Carlo checks at fixed seeds; four standard errors are exceeded by chance once in 16,000.
@Suite("Power by simulation")
struct SimulatedPowerTests {
  private func design(_ kind: AssignmentKind) -> TrialDesign {
    switch kind {
    case .clusters:
      TrialDesign(
        .clusters,
        levels: [
          DesignLevel(name: "schools", count: 40, icc: 0.15, explained: 0.5),
          DesignLevel(name: "pupils", count: 25, icc: 0.85, explained: 0.4),
        ], covariates: 1)
    case .multisite:
      TrialDesign(
        .multisite,
        levels: [
          DesignLevel(name: "areas", count: 20, icc: 0.1, heterogeneity: 0.3),
          DesignLevel(name: "schools", count: 6, icc: 0.15, explained: 0.3),
          DesignLevel(name: "pupils", count: 30, icc: 0.75, explained: 0.4),
        ])
    case .pairs:
      TrialDesign(
        .pairs,
        levels: [
          DesignLevel(name: "schools", count: 40, icc: 0.2),
          DesignLevel(name: "pupils", count: 20, icc: 0.8, explained: 0.3),
        ], pairing: 0.5)
    }
  }

  @Test(
    "meets the formula, without bias, with intervals that hold", arguments: AssignmentKind.allCases)
  func formula(_ kind: AssignmentKind) throws {
    let design = design(kind)
    let effect = try #require(design.minimumDetectable(power: 0.7))
    let found = try design.simulatedPower(
      effect: effect, replicates: 600, seed: Seed(11), threads: 2)
    #expect(found.failed == 0)
    // The formula takes variances as known but for degrees of freedom, and covariates as balanced.
    #expect(abs(found.power - 0.7) <= 4 * found.powerError + 0.02)
    #expect(abs(found.bias) <= 4 * found.biasError)
    #expect(abs(found.coverage - 0.95) <= 4 * (0.95 * 0.05 / 600).squareRoot() + 0.005)
    #expect(isClose(found.deviation, design.standardError, relative: 0.12))
    #expect(isClose(found.meanStandardError, design.standardError, relative: 0.08))
  }

  @Test("holds its level without an effect, and repeats on any number of threads")
  func level() throws {
    let design = design(.clusters)
    let one = try design.simulatedPower(effect: 0, replicates: 800, seed: Seed(5))
    let two = try design.simulatedPower(effect: 0, replicates: 800, seed: Seed(5), threads: 2)
    #expect(one == two)
    #expect(abs(one.power - 0.05) <= 4 * (0.05 * 0.95 / 800).squareRoot())
    #expect(one.power + one.coverage == 1)
  }

  @Test("of a fitted model: its own standard errors, also with weights and crossed factors")
  func fitted() throws {
    for structure in [RandomDesign.Structure.slope, .crossed, .weighted] {
      let fit = try LinearMixedModel().fit(RandomDesign(structure, seed: 31, rows: 200).frame)
      let effect = 2.5 * fit.standardErrors[1]
      let found = try fit.simulatedPower(
        of: "x1", effect: effect, replicates: 400, seed: Seed(2), threads: 2)
      #expect(found.failed == 0)
      #expect(abs(found.bias) <= 4 * found.biasError)
      #expect(abs(found.coverage - 0.95) <= 4 * (0.95 * 0.05 / 400).squareRoot())
      // A standard deviation of 400 estimates is off by 3.5 % of itself.
      #expect(isClose(found.deviation, fit.standardErrors[1], relative: 0.16))
      #expect(abs(found.power - 0.68) < 0.15)
    }
    let fit = try LinearMixedModel().fit(RandomDesign(.slope, seed: 31).frame)
    #expect(throws: PowerError.self) {
      try fit.simulatedPower(of: "(Intercept)", effect: 1, replicates: 5, seed: Seed(1))
    }
  }

  @Test("chi-squared numbers have their distribution")
  func chiSquared() {
    for degrees in [0, 1, 2, 3, 7, 40] {
      var stream = RandomStream(Seed(9)["chi"], entity: UInt32(degrees))
      let values = (0..<4_000).map { _ in stream.chiSquared(degreesOfFreedom: degrees) }.sorted()
      guard degrees > 0 else {
        #expect(values.allSatisfy { $0 == 0 })
        continue
      }
      // Kolmogorov's distance: 1.95/√n is exceeded once in a thousand.
      let law = ChiSquared(degreesOfFreedom: Double(degrees))
      let distance =
        values.enumerated().map { k, value in
          abs(law.cumulative(value) - (Double(k) + 0.5) / 4_000)
        }.max() ?? 1
      #expect(distance < 1.95 / 4_000.0.squareRoot())
    }
  }

  private func step(_ yaml: String) throws -> PowerStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(PowerStep.keys)
    return try PowerStep(from: section)
  }

  private func problem(_ yaml: String) -> String {
    do {
      _ = try step(yaml)
      return ""
    } catch { return "\(error)" }
  }

  @Test("reads a step and leaves its tables")
  func step() throws {
    let step = try step(
      """
      design: {clusters: {schools: 40, pupils: 25}}
      icc: {schools: 0.15}
      explained: {schools: 0.5, pupils: 0.4}
      covariates: 1
      effect: 0.2
      simulate: {replicates: 50}
      """)
    #expect(step.design == design(.clusters))
    let result = try step.run(seed: Seed(1))
    #expect(result.tables.map(\.name) == ["power", "power_curve", "power_simulated"])
    #expect(isClose(result.power.standardError, 0.097672923576598236, relative: 1e-12))
    #expect(isClose(try #require(result.power.power), 0.51376166400365364, relative: 1e-9))
    #expect(result.diagnostics.contains { $0.code == "underpowered" })
    #expect(result.tables[1].rows.count == 7)
    let rates = try self.step(
      """
      design: {clusters: {schools: 60, pupils: 30}}
      icc: {schools: 0.05}
      rates: {comparison: 0.6, treated: 0.7}
      """)
    let binary = try rates.run(seed: Seed(1)).power
    // (0.7 − 0.6) / √((0.24 + 0.21) / 2)
    #expect(isClose(try #require(binary.effect), 0.1 / 0.225.squareRoot(), relative: 1e-12))
    let rate = try #require(binary.detectableRate)
    #expect(
      isClose(
        BinaryOutcome(comparison: 0.6, treated: rate).effect, binary.minimumDetectable,
        relative: 1e-9))
  }

  @Test("refuses what does not go together, by name")
  func refuses() throws {
    let base = "design: {clusters: {schools: 40, pupils: 25}}\nicc: {schools: 0.15}\n"
    #expect(problem(base) == "")
    #expect(problem(base + "pairing: 0.4").contains("`pairing` goes with `pairs`"))
    #expect(problem(base + "sites: fixed").contains("goes with `multisite`"))
    #expect(
      problem(base + "effect: 0.2\nrates: {comparison: 0.5, treated: 0.6}").contains("not both"))
    #expect(problem(base + "explained: {school: 0.4}").contains("did you mean `schools`"))
    #expect(problem(base.replacingOccurrences(of: "0.15", with: "1.2")).contains("a share from 0"))
    #expect(
      problem("design: {clusters: {schools: 40}}\nicc: {}").contains("two or three levels"))
    #expect(
      problem("design: {clusters: {a: 9, b: 2}, pairs: {a: 9, b: 2}}\nicc: {a: 0.1}")
        .contains("give one of"))
    let few = try step("design: {clusters: {schools: 2, pupils: 25}}\nicc: {schools: 0.15}")
    #expect(throws: PowerError.noDegreesOfFreedom(0)) { try few.run(seed: Seed(1)) }
    let empty = TrialDesign(
      .clusters,
      levels: [
        DesignLevel(name: "a", count: 4, icc: 0.2), DesignLevel(name: "b", count: 5, icc: 0.8),
      ], treated: 0.05)
    #expect(throws: PowerError.emptyArm(treated: 0.05, units: 4)) {
      try empty.simulatedPower(effect: 0.2, replicates: 5, seed: Seed(1))
    }
  }
}
