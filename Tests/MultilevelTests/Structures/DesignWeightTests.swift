import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Design weights by pseudo-likelihood")
struct DesignWeightTests {
  private static func with(_ frame: ModelFrame, _ design: DesignWeights) -> ModelFrame {
    ModelFrame(
      selection: frame.selection, rowCount: frame.rowCount, columns: frame.columns,
      fixed: frame.fixed, response: frame.response, offset: frame.offset, random: frame.random,
      rows: RowStructure(design: design))
  }

  private static func level(_ factor: String?, _ weights: [Double]) -> DesignWeights.Level {
    DesignWeights.Level(factor: factor, column: "w", weights: weights)
  }

  private func same(_ a: DesignWeightedFit, _ b: LinearMixedModelFit) {
    for k in a.coefficients.indices {
      #expect(
        isClose(a.coefficients[k], b.coefficients[k], absolute: 1e-6 * b.standardErrors[k]))
    }
    for (ours, theirs) in zip(a.theta, b.theta) {
      #expect(isClose(ours, theirs, relative: 1e-5, absolute: 1e-5))
    }
    #expect(isClose(a.sigma, b.sigma, relative: 1e-7))
    for (ours, theirs) in zip(a.terms, b.terms) {
      for k in ours.columns.indices {
        #expect(isClose(ours.covariance[k, k], theirs.covariance[k, k], relative: 1e-5))
      }
    }
  }

  @Test(
    "equal weights are no weights",
    arguments: [
      RandomDesign.Structure.oneFactor, .slope, .twoSlopes, .nested, .nestedSlope, .fourLevels,
      .offset, .independentSlope,
    ], DesignWeights.Scaling.allCases)
  func equal(_ structure: RandomDesign.Structure, _ scaling: DesignWeights.Scaling) throws {
    let frame = RandomDesign(structure, seed: 4).frame
    let plain = try LinearMixedModel(criterion: .ml).fit(frame)
    // Other scalings than none make equal weights of any size one.
    let size = scaling == .none ? 1.0 : 3.7
    let ones = [Double](repeating: size, count: frame.rowCount)
    var levels = [Self.level(nil, ones)]
    for name in Set(frame.random.map(\.factor.name)).sorted() {
      levels.append(Self.level(name, ones))
    }
    let fit = try DesignWeightedModel().fit(
      Self.with(frame, DesignWeights(levels: levels, scaling: scaling)))
    same(fit, plain)
    // The weights of the coarsest groups are not scaled.
    #expect(isClose(fit.pseudoDeviance, size * plain.deviance, relative: 1e-10))
  }

  @Test("whole weights of rows are repeated rows, of groups repeated groups")
  func whole() throws {
    let design = RandomDesign(.nestedSlope, seed: 6)
    let school = design.random[0].factor
    let la = design.random[1].factor
    let n = design.rowCount
    let rowTimes = (0..<n).map { 1 + $0 % 3 }
    let laTimes = [2, 1, 3, 1]
    let schoolTimes = school.levels.indices.map { 1 + $0 % 2 }
    // Each copy of an authority has copies of its schools, each with copies of its rows.
    var rows: [Int] = []
    var schools: [Int32] = []
    var areas: [Int32] = []
    for row in 0..<n {
      let (s, a) = (Int(school.codes[row]), Int(la.codes[row]))
      for area in 0..<laTimes[a] {
        for copy in 0..<schoolTimes[s] {
          for _ in 0..<rowTimes[row] {
            rows.append(row)
            schools.append(Int32((s * 2 + copy) * 3 + area))
            areas.append(Int32(a * 3 + area))
          }
        }
      }
    }
    let repeated = design.permuted(rows)
    let base = repeated.frame
    let copies = ModelFrame(
      selection: nil, rowCount: base.rowCount, columns: base.columns, fixed: base.fixed,
      response: base.response,
      random: [
        RandomTerm(
          factor: RandomDesign.factor("school", schools), columns: design.random[0].columns),
        RandomTerm(factor: RandomDesign.factor("la", areas), columns: design.random[1].columns),
      ])
    let fit = try DesignWeightedModel().fit(
      Self.with(
        design.frame,
        DesignWeights(
          levels: [
            Self.level(nil, rowTimes.map(Double.init)),
            Self.level("school", school.codes.map { Double(schoolTimes[Int($0)]) }),
            Self.level("la", la.codes.map { Double(laTimes[Int($0)]) }),
          ], scaling: .none)))
    let plain = try LinearMixedModel(criterion: .ml).fit(copies)
    same(fit, plain)
    #expect(isClose(fit.pseudoDeviance, plain.deviance, relative: 1e-10))
  }

  /// The weighted pseudo-likelihood of a two-level model written out in R and maximised there, with numerical
  /// scores and Hessian in the sandwich.
  @Test(
    "the pseudo-likelihood written out in R", arguments: ["intercept", "slope"],
    DesignWeights.Scaling.allCases)
  func fixture(_ term: String, _ scaling: DesignWeights.Scaling) throws {
    let folder = fixturesFolder.appendingPathComponent("structures")
    let all = try JSON(
      parsing: String(contentsOf: folder.appendingPathComponent("design.json"), encoding: .utf8))
    let json = try #require(all["\(scaling.rawValue)_\(term)"])
    let data = try ReferenceData(
      folder.appendingPathComponent("design.csv"), categories: ["school": []])
    let frame = try data.frame(
      "y ~ x + (\(term == "slope" ? "1 + x" : "1") | school)",
      structure: RowStructureOptions(
        design: [(factor: nil, column: "wp"), (factor: "school", column: "ws")], scaling: scaling))
    let fit = try DesignWeightedModel().fit(frame)
    #expect(
      isClose(fit.pseudoDeviance, try #require(json["deviance"]?.number), relative: 1e-9))
    let sigma = try #require(json["sigma"]?.number)
    #expect(isClose(fit.sigma, sigma, relative: 1e-6))
    let lambda =
      try json["lambda"]?.array?.map { try #require($0.number) }
      ?? [#require(json["lambda"]?.number)]
    for (ours, theirs) in zip(fit.theta, lambda) {
      #expect(isClose(abs(ours) * fit.sigma, abs(theirs), absolute: 2e-6))
    }
    for k in 0..<2 {
      let error = try #require(json["vcov"]?[k]?[k]?.number).squareRoot()
      #expect(
        isClose(fit.coefficients[k], try #require(json["beta"]?[k]?.number), absolute: 1e-5 * error)
      )
      #expect(isClose(fit.standardErrors[k], error, relative: 1e-5))
    }
    #expect(fit.degreesOfFreedom == 39)
  }

  @Test("what does not go with design weights is refused by name")
  func refused() throws {
    let nested = RandomDesign(.nested, seed: 2).frame
    let n = nested.rowCount
    let ones = [Double](repeating: 1, count: n)
    func error(_ frame: ModelFrame, _ levels: [DesignWeights.Level]) -> String {
      do throws(EstimationError) {
        _ = try DesignWeightedModel().fit(Self.with(frame, DesignWeights(levels: levels)))
        return ""
      } catch { return "\(error)" }
    }
    let crossed = RandomDesign(.crossed, seed: 2).frame
    #expect(error(crossed, [Self.level(nil, ones)]).contains("groups within groups"))
    #expect(
      error(nested, [Self.level("county", ones)]).contains("`county`, which is no grouping factor"))
    var uneven = ones
    uneven[0] = 2
    #expect(error(nested, [Self.level("school", uneven)]).contains("differs between the rows of"))
    #expect(
      error(RandomMemberships.frame(.alone, seed: 1), [Self.level(nil, ones)])
        .contains("several groups"))
    let weighted = Self.with(nested, DesignWeights(levels: [Self.level(nil, ones)]))
    #expect(throws: EstimationError.structure(.designInLikelihood)) {
      _ = try LinearMixedModel().fit(weighted)
    }
    #expect(throws: EstimationError.structure(.noDesignWeights)) {
      _ = try DesignWeightedModel().fit(nested)
    }
  }

  /// Rows are sampled with probabilities that depend on the outcome; the weights undo it.
  @Test("weights undo a sampling that depends on the outcome")
  func recovers() throws {
    var random = RandomStream(Seed(5)["informative sampling"])
    var school: [Int32] = []
    var (y, w): ([Double], [Double]) = ([], [])
    for j in 0..<150 {
      let effect = 0.5 * random.normal()
      for _ in 0..<40 {
        let value = 1 + effect + random.normal()
        let chance = value > 1 ? 0.9 : 0.45
        if random.uniform() < chance {
          y.append(value)
          w.append(1 / chance)
          school.append(Int32(j))
        }
      }
    }
    let base = ModelFrame(
      selection: nil, rowCount: y.count,
      columns: [.init("(Intercept)", .constant(1)), .init("y", .values(y))], fixed: [0],
      response: 1,
      random: [RandomTerm(factor: RandomDesign.factor("school", school), columns: [0])])
    let plain = try LinearMixedModel(criterion: .ml).fit(base)
    let fit = try DesignWeightedModel().fit(
      Self.with(base, DesignWeights(levels: [Self.level(nil, w)])))
    // Four standard errors; the seed is fixed.
    #expect(abs(fit.coefficients[0] - 1) < 4 * fit.standardErrors[0])
    #expect(plain.coefficients[0] - 1 > 4 * plain.standardErrors[0])
  }
}
