import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Tables
import TestSupport
import Testing

@Suite("Errors robust to clusters")
struct ClusterRobustTests {
  /// clubSandwich on lme4 fits at polished parameters. 10⁻⁸ for variances, 10⁻⁷ for degrees of freedom: what
  /// numerical derivatives leave of the polished optimum.
  @Test("agree with clubSandwich", arguments: 0..<4)
  func fixture(_ index: Int) throws {
    let all = try JSON(
      parsing: String(
        contentsOf: fixturesFolder.appendingPathComponent("inference/cluster_robust.json"),
        encoding: .utf8))
    let reference = try #require(all[index])
    var categories: [String: [String]] = [:]
    for (column, levels) in reference["levels"]?.object ?? [:] {
      categories[column] = levels.array?.compactMap(\.string) ?? []
    }
    for name in ["school", "Subject", "batch", "cask"] { categories[name] = [] }
    let name = try #require(reference["data"]?.string)
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/\(name).csv"), categories: categories)
    let fit = try LinearMixedModel().fit(data.frame(#require(reference["formula"]?.string)))
    #expect(fit.coefficientNames == reference["coefficients"]?.array?.compactMap(\.string))
    for kind in ClusterRobustKind.allCases {
      let expected = try #require(reference[kind.rawValue])
      let errors = try compare(fit, kind, expected["covariance"], expected["df"])
      #expect(errors.covariance <= 1e-8, "\(name) \(kind)")
      #expect(errors.degrees <= 1e-7, "\(name) \(kind)")
    }
  }

  @Test(
    "agree with the shared reference",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)),
    arguments: [
      ("lmer crtData: Posttest~Intervention+Prettest+(1|School)", "crtData"),
      ("lmer sleepstudy: Reaction~Days+(Days|Subject)", "sleepstudy"),
      ("lmer Exam: normexam~standLRT+schgend+(standLRT|school) REML", "Exam"),
    ])
  func shared(_ key: String, _ dataSet: String) throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("multilevel")
    let all = try JSON(
      parsing: String(
        contentsOf: folder.appendingPathComponent("fits/INF_cluster_robust.json"), encoding: .utf8))
    let reference = try #require(all[key])
    let formula = key.dropFirst("lmer \(dataSet): ".count).replacing(" REML", with: "")
    let fit = try LinearMixedModel().fit(
      ReferenceData.shared(dataSet, in: folder).frame(String(formula)))
    for kind in ClusterRobustKind.allCases {
      guard let expected = reference[kind == .cr1 ? "CR1" : "CR2"] else { continue }
      let errors = try compare(
        fit, kind, expected["vcov"]?["values"], expected["satterthwaite"]?["df"])
      #expect(errors.covariance <= 1e-8, "\(key) \(kind)")
      #expect(errors.degrees <= 1e-7, "\(key) \(kind)")
    }
  }

  /// Largest differences: covariances in products of standard errors, degrees of freedom relative.
  private func compare(
    _ fit: LinearMixedModelFit, _ kind: ClusterRobustKind, _ covariance: JSON?, _ degrees: JSON?
  ) throws -> (covariance: Double, degrees: Double) {
    let robust = try fit.clusterRobust(kind, threads: 2)
    let tests = try fit.tests(errors: robust)
    var errors = (covariance: 0.0, degrees: 0.0)
    for i in fit.coefficientNames.indices {
      for j in fit.coefficientNames.indices {
        let entry = try #require(covariance?[i]?[j]?.number)
        errors.covariance = max(
          errors.covariance,
          abs(robust.covariance[i, j] - entry) / (tests[i].standardError * tests[j].standardError))
      }
      let df = try #require(degrees?[i]?.number)
      errors.degrees = max(errors.degrees, abs(tests[i].degreesOfFreedom / df - 1))
    }
    if ProcessInfo.processInfo.environment["COUNTERPART_SHOW_ERRORS"] != nil {
      print(fit.coefficientNames.count, kind, errors)
    }
    return errors
  }

  /// The definition with n × n matrices and symmetric square roots, on every grouping structure that has
  /// several clusters.
  @Test(
    "agree with n × n matrices",
    arguments: [
      RandomDesign.Structure.oneFactor, .slope, .twoSlopes, .independentSlope, .slopeAlone, .nested,
      .nestedSlope, .fourLevels, .crossedInAreas, .weighted, .offset,
    ], [UInt64(1), 2, 3])
  func dense(_ structure: RandomDesign.Structure, _ seed: UInt64) throws {
    let design = RandomDesign(structure, seed: seed)
    let fit = try LinearMixedModel().fit(design.frame)
    for kind in ClusterRobustKind.allCases {
      let oracle = try DenseClusterRobust(design, fit, kind)
      let robust = try fit.clusterRobust(kind)
      #expect(robust.clusterCount == oracle.clusterCount)
      for i in fit.coefficients.indices {
        for j in fit.coefficients.indices {
          let unit = (oracle.covariance[i, i] * oracle.covariance[j, j]).squareRoot()
          #expect(abs(robust.covariance[i, j] - oracle.covariance[i, j]) <= 1e-8 * unit)
        }
        var contrast = [Double](repeating: 0, count: fit.coefficients.count)
        contrast[i] = 1
        #expect(
          isClose(
            robust.degreesOfFreedom(contrast), oracle.degreesOfFreedom(contrast), relative: 1e-7))
      }
    }
  }

  /// Where the model is right CR2 is unbiased, and with equal clusters and a between-cluster mean only it is
  /// the variance of cluster means over their number, on m − 1 degrees of freedom.
  @Test("of a balanced mean are those of the cluster means")
  func balanced() throws {
    let values = (0..<40).map { Double(($0 * 37) % 23) + Double($0 / 5) }
    let data = ReferenceData(
      Table(
        name: "data",
        columns: [
          Column("y", numbers: values),
          Column("g", categories: (0..<40).map { "g\($0 / 5)" }),
        ]))
    let fit = try LinearMixedModel().fit(data.frame("y ~ 1 + (1 | g)"))
    let means = (0..<8).map { g in values[5 * g..<5 * g + 5].reduce(0, +) / 5 }
    let mean = means.reduce(0, +) / 8
    let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
    for kind in ClusterRobustKind.allCases {
      let robust = try fit.clusterRobust(kind)
      #expect(isClose(robust.covariance[0, 0], variance / 8, relative: 1e-10))
      #expect(isClose(robust.degreesOfFreedom([1]), 7, relative: 1e-10))
    }
  }

  @Test("have the same bits on any number of threads")
  func threads() throws {
    let fit = try LinearMixedModel().fit(RandomDesign(.nestedSlope, seed: 4).frame)
    #expect(
      try fit.clusterRobust(threads: 1).covariance == fit.clusterRobust(threads: 7).covariance)
  }

  @Test("are refused where there is one cluster, or rows have none")
  func refusals() throws {
    let crossed = try LinearMixedModel().fit(RandomDesign(.crossed, seed: 1).frame)
    #expect(throws: EstimationError.oneCluster(factors: ["primary", "school"])) {
      try crossed.clusterRobust()
    }
    let design = RandomDesign(.partlyGrouped, seed: 1)
    let frame = design.frame
    let alone = ModelFrame(
      selection: nil, rowCount: frame.rowCount, columns: frame.columns, fixed: frame.fixed,
      response: frame.response, offset: nil, weights: nil, random: [frame.random[1]])
    let rows = frame.random[1].factor.codes.filter { $0 < 0 }.count
    let fit = try LinearMixedModel().fit(alone)
    #expect(throws: EstimationError.rowsWithoutCluster(rows)) { try fit.clusterRobust() }
    let robust = try LinearMixedModel().fit(RandomDesign(.slope, seed: 1).frame)
    #expect(throws: EstimationError.modelErrorsNeeded(.kenwardRoger)) {
      try robust.tests(.kenwardRoger, errors: robust.clusterRobust())
    }
  }
}
