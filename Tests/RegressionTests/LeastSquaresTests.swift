import LinearAlgebra
import Probability
import Regression
import Tables
import TestSupport
import Testing

@Suite("Weighted least squares and sandwich errors")
struct LeastSquaresTests {
  @Test("coefficients, leverages, HC3, CR1, CR2 and Satterthwaite's degrees of freedom as R's")
  func reference() throws {
    let fixture = try SchoolFixture()
    let expected = try #require(fixture.regression["weighted"])
    let weights = try SchoolFixture.numbers(expected["weights"])
    let clusters = try SchoolFixture.numbers(expected["cluster"]).map { Int32($0) }
    let fit = try LeastSquares(
      fixture.design(["mean_ses", "sd_ses", "minority_share"]), response: fixture.column("mach"),
      weights: weights)
    let scale = 1e-3
    #expect(
      largestDifference(
        fit.coefficients, try SchoolFixture.numbers(expected["coefficients"]), scale: scale)
        < 1e-11)
    #expect(
      largestDifference(fit.leverages, try SchoolFixture.numbers(expected["leverages"])) < 1e-11)
    #expect(
      isClose(fit.residualVariance, try #require(expected["variance"]?.number), relative: 1e-12))
    for (name, errors) in [
      ("hc3", RobustErrors.hc3), ("cr1", .cr1(clusters: clusters)),
      ("cr2", .cr2(clusters: clusters)),
    ] {
      for j in 0..<4 {
        let reference = try #require(expected["robust"]?[name]?[j])
        var contrast = [0.0, 0, 0, 0]
        contrast[j] = 1
        let found = fit.estimate(of: contrast, errors: errors)
        #expect(
          isClose(
            found.standardError, try #require(reference["se"]?.number), relative: 1e-11))
        #expect(
          isClose(
            found.degreesOfFreedom, try #require(reference["df"]?.number), relative: 1e-10),
          "\(name) \(j)")
        #expect(
          isClose(
            fit.covariance(errors)[j, j].squareRoot(), found.standardError, relative: 1e-12))
      }
    }
  }

  @Test("a dependent column is the later one, named, and changes nothing else")
  func dependentColumns() throws {
    var stream = RandomStream(Seed(3))
    let x = (0..<40).map { _ in stream.normal() }
    let z = (0..<40).map { _ in stream.normal() }
    let y = (0..<40).map { _ in stream.normal() }
    var design = Design(interceptFor: 40)
    design.add("x", x)
    design.add("twice", x.map { 2 * $0 + 1 })
    design.add("z", z)
    design.add("zero", x.map { _ in 0 })
    var plain = Design(interceptFor: 40)
    plain.add("x", x)
    plain.add("z", z)
    let fit = try LeastSquares(design, response: y)
    #expect(fit.dropped == ["twice", "zero"])
    #expect(fit.names == ["(Intercept)", "x", "z"])
    #expect(
      largestDifference(fit.coefficients, try LeastSquares(plain, response: y).coefficients)
        < 1e-12)
  }

  @Test("a large mean does not hide a small spread")
  func largeMean() throws {
    let years = (0..<30).map { 1e9 + Double($0 % 7) }
    var design = Design(interceptFor: 30)
    design.add("time", years)
    let y = years.map { 3 * ($0 - 1e9) }
    let fit = try LeastSquares(design, response: y)
    #expect(fit.dropped.isEmpty)
    #expect(isClose(fit.coefficients[1], 3, relative: 1e-5))
  }

  @Test("rows of weight zero are as good as absent", arguments: 0..<20)
  func zeroWeights(_ seed: Int) throws {
    var stream = RandomStream(Seed(UInt64(seed)))
    let n = 30
    let x = (0..<n).map { _ in stream.normal() }
    let y = (0..<n).map { _ in stream.normal() }
    let w = (0..<n).map { $0 % 3 == 0 ? 0 : 0.2 + stream.uniform() }
    let kept = (0..<n).filter { w[$0] > 0 }
    var all = Design(interceptFor: n)
    all.add("x", x)
    var some = Design(interceptFor: kept.count)
    some.add("x", kept.map { x[$0] })
    let a = try LeastSquares(all, response: y, weights: w)
    let b = try LeastSquares(some, response: kept.map { y[$0] }, weights: kept.map { w[$0] })
    for errors in [RobustErrors.hc3, .cr2(clusters: (0..<Int32(n)).map { $0 / 4 })] {
      let other: RobustErrors =
        errors == .hc3 ? .hc3 : .cr2(clusters: kept.map { Int32($0) / 4 })
      let (p, q) = (
        a.estimate(of: [0, 1], errors: errors), b.estimate(of: [0, 1], errors: other)
      )
      #expect(isClose(p.estimate, q.estimate, relative: 1e-12))
      #expect(isClose(p.standardError, q.standardError, relative: 1e-12))
      #expect(isClose(p.degreesOfFreedom, q.degreesOfFreedom, relative: 1e-9))
    }
  }

  @Test("CR2 of a difference in paired means is the paired t test: df is pairs less one")
  func pairedMeans() throws {
    var stream = RandomStream(Seed(8))
    let pairs = 12
    let y = (0..<2 * pairs).map { _ in stream.normal() }
    var design = Design(interceptFor: 2 * pairs)
    design.add("treated", (0..<2 * pairs).map { Double($0 % 2) })
    let found = try LeastSquares(design, response: y).estimate(
      of: [0, 1], errors: .cr2(clusters: (0..<Int32(2 * pairs)).map { $0 / 2 }))
    let differences = (0..<pairs).map { y[2 * $0 + 1] - y[2 * $0] }
    let mean = differences.reduce(0, +) / Double(pairs)
    let variance =
      differences.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(pairs - 1)
    #expect(isClose(found.estimate, mean, relative: 1e-12))
    #expect(isClose(found.standardError, (variance / Double(pairs)).squareRoot(), relative: 1e-12))
    #expect(isClose(found.degreesOfFreedom, Double(pairs - 1), relative: 1e-9))
  }

  @Test("a row fitted exactly leaves HC3 finite")
  func leverageOne() throws {
    var design = Design(interceptFor: 5)
    design.add("first", [1, 0, 0, 0, 0])
    let fit = try LeastSquares(design, response: [7, 1, 2, 3, 5])
    #expect(fit.estimate(of: [1, 0], errors: .hc3).standardError.isFinite)
  }

  @Test("missing values, no rows and no weight are errors that say so")
  func errors() throws {
    var design = Design(interceptFor: 2)
    design.add("x", [1, .nan])
    #expect(throws: RegressionError.notFinite("x")) {
      try LeastSquares(design, response: [1, 2])
    }
    #expect(throws: RegressionError.notFinite("response")) {
      try LeastSquares(Design(interceptFor: 1), response: [.infinity])
    }
    #expect(throws: RegressionError.noRows) {
      try LeastSquares(Design(interceptFor: 2), response: [1, 2], weights: [0, 0])
    }
  }
}
