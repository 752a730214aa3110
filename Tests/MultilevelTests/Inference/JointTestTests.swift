import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Joint tests of coefficients")
struct JointTestTests {
  private static let models: [String] = ["london", "catholic", "sleep", "sleep_slopes"]

  private func fit(_ name: String) throws -> (LinearMixedModelFit, JSON) {
    let file = fixturesFolder.appendingPathComponent("hypotheses/joint_tests.json")
    let all = try #require(
      try JSON(parsing: String(contentsOf: file, encoding: .utf8)).array)
    let json = try #require(all.first { $0["name"]?.string == name })
    var categories = ["school": [String](), "Subject": []]
    for (column, levels) in json["levels"]?.object ?? [:] {
      categories[column] = levels.array?.compactMap(\.string) ?? []
    }
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/\(json["data"]?.string ?? "").csv"),
      categories: categories)
    let fit = try LinearMixedModel().fit(data.frame(#require(json["formula"]?.string)))
    #expect(fit.coefficientNames == json["coefficients"]?.array?.compactMap(\.string))
    return (fit, json)
  }

  /// Against lmerTest (numerical derivatives: 10⁻⁵), pbkrtest (10⁻⁶) and clubSandwich (10⁻⁷).
  @Test("agree with lmerTest, pbkrtest and clubSandwich", arguments: models)
  func references(_ name: String) throws {
    let (fit, json) = try fit(name)
    let robust = [try fit.clusterRobust(.cr1), try fit.clusterRobust(.cr2)]
    for (key, test) in try #require(json["tests"]?.object) {
      let rows = try #require(test["L"]?.array).map {
        try #require($0.array).map { $0.number ?? .nan }
      }
      let values = try #require(test["rhs"]?.array).map { $0.number ?? .nan }
      func compare(
        _ kind: String, _ method: DegreesOfFreedomMethod, _ errors: ClusterRobust?,
        _ tolerance: Double
      ) throws {
        guard let expected = test[kind], let f = expected["f"]?.number else { return }
        let df = try #require(expected["df"]?.number)
        let p = try #require(expected["p"]?.number)
        let found = try fit.jointTest(rows, equal: values, named: key, method, errors: errors)
        let denominator = try #require(found.denominator)
        if ProcessInfo.processInfo.environment["COUNTERPART_SHOW_ERRORS"] != nil {
          print(name, key, kind, found.statistic / f - 1, denominator / df - 1)
        }
        #expect(isClose(found.statistic, f, relative: tolerance), "\(key) \(kind)")
        #expect(isClose(denominator, df, relative: tolerance), "\(key) \(kind)")
        let logarithm = PortableMath.log(try #require(found.pValue))
        #expect(
          isClose(logarithm, PortableMath.log(p), relative: tolerance, absolute: tolerance),
          "\(key) \(kind)")
      }
      try compare("satterthwaite", .satterthwaite, nil, 2e-5)
      try compare("kenward_roger", .kenwardRoger, nil, 2e-6)
      try compare("cr1", .satterthwaite, robust[0], 1e-7)
      try compare("cr2", .satterthwaite, robust[1], 1e-7)
    }
  }

  @Test("of one equation are the squares of its t test, by every method")
  func single() throws {
    let design = RandomDesign(.nestedSlope, seed: 3)
    let fit = try LinearMixedModel().fit(design.frame)
    let robust = try fit.clusterRobust()
    let weights = [0, 1, -0.5, 0]
    for method in DegreesOfFreedomMethod.allCases {
      for errors in [nil, robust] where !(method == .kenwardRoger && errors != nil) {
        let t = try fit.test(weights, named: "x", method, errors: errors)
        let f = try fit.jointTest([weights], equal: [0], named: "x", method, errors: errors)
        #expect(isClose(f.statistic, t.statistic * t.statistic, relative: 1e-9), "\(method)")
        let denominator = try #require(f.denominator)
        #expect(
          denominator == t.degreesOfFreedom
            || isClose(denominator, t.degreesOfFreedom, relative: 1e-8), "\(method)")
        #expect(isClose(try #require(f.pValue), t.pValue, relative: 1e-7), "\(method)")
      }
    }
  }

  @Test("do not depend on how the equations are written, and leave out what follows from others")
  func invariance() throws {
    let fit = try LinearMixedModel().fit(RandomDesign(.slope, seed: 3).frame)
    let robust = try fit.clusterRobust()
    for (method, errors) in [
      (DegreesOfFreedomMethod.satterthwaite, nil), (.kenwardRoger, nil), (.satterthwaite, robust),
      (.none, nil), (.betweenWithin, nil),
    ] {
      let a = try fit.jointTest(
        [[0, 1, 0, 0], [0, 0, 1, 0]], equal: [0.5, 0.1], named: "a", method, errors: errors)
      let b = try fit.jointTest(
        [[0, 2, 2, 0], [0, 1, -1, 0], [0, 1, 0, 0]], equal: [1.2, 0.4, 0.5], named: "b", method,
        errors: errors)
      #expect(a.numerator == 2 && b.numerator == 2)
      #expect(isClose(a.statistic, b.statistic, relative: 1e-8), "\(method)")
      // Satterthwaite's parts are eigenvectors of Lᵀ V L, which are those of the rows as written.
      if method != .satterthwaite || errors != nil {
        let (x, y) = (try #require(a.denominator), try #require(b.denominator))
        #expect(x == y || isClose(x, y, relative: 1e-8), "\(method)")
      }
    }
    #expect(throws: EstimationError.contradictoryHypotheses("c")) {
      try fit.jointTest([[0, 1, 0, 0], [0, 2, 0, 0]], equal: [0, 1], named: "c")
    }
  }

  @Test("are written as equations between names")
  func parsing() throws {
    let names = ["(Intercept)", "a", "b", "a:b", "I(x^2)", "type: two words", "factor(year)2019"]
    func weights(_ text: String) throws -> [Double] {
      try LinearHypothesis(parsing: text).weights(names)
    }
    #expect(try weights("a = b") == [0, 1, -1, 0, 0, 0, 0])
    #expect(try weights("a + 0.5 * a:b") == [0, 1, 0, 0.5, 0, 0, 0])
    #expect(try weights("b:a") == [0, 0, 0, 1, 0, 0, 0])
    #expect(try weights("-2*(a - b/4) == 1") == [0, -2, 0.5, 0, 0, 0, 0])
    #expect(try LinearHypothesis(parsing: "-2*(a - b/4) = 1 + 2").value == 3)
    #expect(try LinearHypothesis(parsing: "a + 1 = 1e-1").value == -0.9)
    #expect(try weights("(Intercept) + I(x^2)=factor(year)2019") == [1, 0, 0, 0, 1, 0, -1])
    #expect(try weights("`type: two words`-a") == [0, -1, 0, 0, 0, 1, 0])
    func error(_ text: String) -> HypothesisError? {
      do {
        _ = try weights(text)
        return nil
      } catch { return error as? HypothesisError }
    }
    #expect(error("a * b = 0") == HypothesisError(.notLinear, offset: 2))
    #expect(error("1 / a") == HypothesisError(.notLinear, offset: 2))
    #expect(error("a + c")?.offset == 4)
    #expect(error("a = a")?.reason == .noCoefficient)
    #expect(error("1 = 0")?.reason == .noCoefficient)
    #expect(error("a +")?.offset == 3)
    #expect(error("a = b = 0")?.offset == 6)
    #expect(error("(a = b")?.offset == 3)
    #expect(error("")?.offset == 0)
    #expect(error("`a")?.reason == .unexpected("```", expected: "a closing backquote"))
    #expect(error("a / 0")?.offset == 2)
    #expect(error(String(repeating: "(", count: 500))?.offset == 49)
  }
}
