import Designs
import LinearAlgebra
import Multilevel
import Probability
import TestSupport
import Testing

@Suite("Criterion and gradient")
struct CriterionTests {
  static let cases = RandomDesign.Structure.allCases

  /// θ with some diagonals at zero every third time: the gradient must be exact there too.
  private func theta(_ probe: CriterionProbe, _ seed: UInt64) -> [Double] {
    var random = RandomStream(Seed(seed)["theta"])
    return probe.isDiagonal.map { isDiagonal in
      let value = random.normal()
      return isDiagonal ? (seed % 3 == 0 && random.uniform() < 0.5 ? 0 : abs(value)) : 0.5 * value
    }
  }

  @Test("agrees with dense matrices on every structure", arguments: cases)
  func dense(_ structure: RandomDesign.Structure) throws {
    // A covariate a million units from zero is beyond the oracle's digits, not beyond ours: see below.
    guard structure != .farAway else { return }
    for seed in UInt64(1)...6 {
      let design = RandomDesign(structure, seed: seed)
      for criterion in LikelihoodCriterion.allCases {
        let probe = try CriterionProbe(design.frame, criterion: criterion)
        let theta = theta(probe, seed)
        let value = try probe.value(at: theta).criterion
        let oracle = try DenseOracle(
          design, criterion: criterion, relative: probe.relativeCovariances(at: theta))
        #expect(
          abs(value - oracle.deviance) < 1e-8,
          "\(structure) seed \(seed) \(criterion): \(value) against \(oracle.deviance)")
      }
    }
  }

  @Test("gradient agrees with differences on every structure", arguments: cases)
  func gradient(_ structure: RandomDesign.Structure) throws {
    for seed in UInt64(1)...6 {
      let design = RandomDesign(structure, seed: seed)
      for criterion in LikelihoodCriterion.allCases {
        let probe = try CriterionProbe(design.frame, criterion: criterion)
        let theta = theta(probe, seed)
        let gradient = try probe.value(at: theta).gradient
        for k in theta.indices {
          func difference(_ h: Double) throws -> Double {
            var (up, down) = (theta, theta)
            up[k] += h
            down[k] -= h
            return try (probe.value(at: up).criterion - probe.value(at: down).criterion) / (2 * h)
          }
          // Richardson's combination: errors of order h⁴.
          let numeric = try (4 * difference(5e-4) - difference(1e-3)) / 3
          #expect(
            isClose(gradient[k], numeric, relative: 1e-6, absolute: 1e-6),
            "\(structure) seed \(seed) parameter \(k): \(gradient[k]) against \(numeric)")
        }
      }
    }
  }

  @Test("keeps its digits where a covariate stands far from zero")
  func farAway() throws {
    let design = RandomDesign(.slope, seed: 5)
    let near = try CriterionProbe(design.frame, criterion: .reml)
    let far = try CriterionProbe(
      design.transformed(column: 2, by: 1, plus: 1e6).frame, criterion: .reml)
    let theta = [0.7, -0.2, 0.4]
    let (a, b) = (try near.value(at: theta), try far.value(at: theta))
    #expect(isClose(a.criterion, b.criterion, absolute: 1e-6))
    for k in theta.indices {
      #expect(isClose(a.gradient[k], b.gradient[k], relative: 1e-7, absolute: 1e-6))
    }
  }

  @Test("nested factors need no dense matrix, crossed ones as little as can be")
  func plans() throws {
    func plan(_ structure: RandomDesign.Structure) throws -> (sparse: Int, dense: [Int]) {
      try CriterionProbe(RandomDesign(structure, seed: 4).frame, criterion: .ml).plan
    }
    #expect(try plan(.nestedSlope) == (2, []))
    #expect(try plan(.fourLevels) == (3, []))
    #expect(try plan(.crossed) == (1, [12]))
    // Three areas that do not mix: four schools with two effects each and the area itself.
    #expect(try plan(.crossedInAreas) == (1, [9, 9, 9]))
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    for structure in [RandomDesign.Structure.nestedSlope, .crossedSlopes, .weighted] {
      let design = RandomDesign(structure, seed: 9, rows: 150_000)
      let one = try LinearMixedModel().fit(design.frame, threads: 1)
      let two = try LinearMixedModel().fit(design.frame, threads: 2)
      #expect(one.coefficients == two.coefficients)
      #expect(one.theta == two.theta)
      #expect(one.deviance == two.deviance)
      #expect(one.covariance == two.covariance)
      #expect(one.factors.map(\.modes) == two.factors.map(\.modes))
    }
  }

  @Test("large crossed models give the same bits on any number of threads too")
  func crossedThreads() throws {
    var random = RandomStream(Seed(12)["large crossed"])
    let n = 2_500
    let primary = RandomDesign.factor(
      "primary", (0..<n).map { _ in Int32(random.index(below: 260)) })
    let school = RandomDesign.factor("school", (0..<n).map { _ in Int32(random.index(below: 220)) })
    let effects = (0..<260).map { _ in random.normal() }
    let x = (0..<n).map { _ in random.normal() }
    let y = (0..<n).map { x[$0] + effects[Int(primary.codes[$0])] + random.normal() }
    let frame = ModelFrame(
      selection: nil, rowCount: n,
      columns: [
        .init("(Intercept)", .constant(1)), .init("x", .values(x)), .init("y", .values(y)),
      ], fixed: [0, 1], response: 2,
      random: [
        RandomTerm(factor: primary, columns: [0]), RandomTerm(factor: school, columns: [0]),
      ])
    #expect(try CriterionProbe(frame, criterion: .reml).plan == (1, [220]))
    let one = try LinearMixedModel().fit(frame, threads: 1)
    let two = try LinearMixedModel().fit(frame, threads: 2)
    #expect(one.theta == two.theta)
    #expect(one.covariance == two.covariance)
    #expect(one.trace == two.trace)
  }

  @Test("the search by average information ends where the general one does")
  func averageInformation() throws {
    for structure in [RandomDesign.Structure.crossed, .nested, .threeCrossed, .oneFactor] {
      for seed in UInt64(1)...4 {
        let design = RandomDesign(structure, seed: seed, rows: 2_000)
        for criterion in LikelihoodCriterion.allCases {
          let probe = try CriterionProbe(design.frame, criterion: criterion)
          // A variance at zero is left to the general search.
          guard let found = try probe.climbed() else { continue }
          let fit = try LinearMixedModel(criterion: criterion).fit(design.frame)
          #expect(
            isClose(try probe.value(at: found.theta).criterion, fit.deviance, relative: 1e-12))
          #expect(found.evaluations <= 16, "\(structure) seed \(seed): \(found.evaluations)")
        }
      }
    }
  }
}
