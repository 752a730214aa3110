import LinearAlgebra
import Probability
import Regression
import Tables
import TestSupport
import Testing

@Suite("Binomial models")
struct BinomialModelTests {
  @Test("coefficients, standard errors and deviance as R's glm", arguments: BinomialLink.allCases)
  func reference(_ link: BinomialLink) throws {
    let fixture = try SchoolFixture()
    let expected = try #require(fixture.regression[link.rawValue])
    let model = try BinomialModel(
      fixture.design(SchoolFixture.covariates), response: fixture.column("treat"), link: link)
    #expect(model.method == .maximumLikelihood)
    #expect(model.diagnostics.isEmpty)
    #expect(
      largestDifference(model.coefficients, try SchoolFixture.numbers(expected["coefficients"]))
        < 1e-10)
    #expect(
      largestDifference(
        model.covariance.diagonal.map { $0.squareRoot() },
        try SchoolFixture.numbers(expected["se"])) < 1e-8)
    #expect(isClose(model.deviance, try #require(expected["deviance"]?.number), relative: 1e-12))
  }

  @Test("Firth's fit of separated classes")
  func firth() throws {
    let expected = try #require(SchoolFixture().regression["firth"])
    var design = Design(interceptFor: 12)
    design.add("x1", try SchoolFixture.numbers(expected["x1"]))
    design.add("x2", try SchoolFixture.numbers(expected["x2"]))
    let model = try BinomialModel(design, response: SchoolFixture.numbers(expected["y"]))
    #expect(model.method == .firth)
    #expect(model.diagnostics.map(\.code) == ["separation"])
    #expect(
      largestDifference(model.coefficients, try SchoolFixture.numbers(expected["coefficients"]))
        < 1e-9)
  }

  @Test(
    "complete and quasi-complete separation are found, near-separation is not",
    arguments: BinomialLink.allCases)
  func separation(_ link: BinomialLink) throws {
    func method(_ x: [Double], _ y: [Double]) throws -> BinomialModel.Method {
      var design = Design(interceptFor: x.count)
      design.add("x", x)
      return try BinomialModel(design, response: y, link: link).method
    }
    let y: [Double] = [0, 0, 0, 0, 1, 1, 1, 1]
    #expect(try method([1, 2, 3, 4, 5, 6, 7, 8], y) == .firth)
    #expect(try method([1, 2, 3, 4, 4, 6, 7, 8], y) == .firth)
    #expect(try method([0, 0, 0, 0, 0, 0, 1, 1], y) == .firth)
    #expect(try method([1, 2, 3, 4.5, 4, 6, 7, 8], y) == .maximumLikelihood)
    #expect(try method([1, 2, 3, 4.0001, 4, 6, 7, 8], y) == .maximumLikelihood)
  }

  @Test("the score equations hold at the fit", arguments: 0..<30)
  func scoreEquations(_ seed: Int) throws {
    var stream = RandomStream(Seed(UInt64(seed))["binomial"])
    let n = 60 + 10 * (seed % 5)
    let x = (0..<n).map { _ in stream.normal() }
    let z = (0..<n).map { _ in 1000 + 50 * stream.normal() }
    let y = x.map { stream.uniform() < PortableMath.logistic($0 - 0.3) ? 1.0 : 0 }
    var design = Design(interceptFor: n)
    design.add("x", x)
    design.add("z", z)
    let model = try BinomialModel(design, response: y)
    for column in [x.map { _ in 1 }, x, z] {
      let score = zip(column, zip(y, model.probabilities)).map { $0 * ($1.0 - $1.1) }
      let size = column.map(abs).reduce(0, +)
      #expect(abs(score.reduce(0, +)) < 1e-9 * size)
    }
  }

  @Test("collinear columns are named and leave the fit as it is")
  func collinear() throws {
    let fixture = try SchoolFixture()
    var design = try fixture.design(["mean_ses"])
    design.add("again", try fixture.column("mean_ses").map { 1 - 3 * $0 })
    let model = try BinomialModel(design, response: fixture.column("treat"))
    let plain = try BinomialModel(fixture.design(["mean_ses"]), response: fixture.column("treat"))
    #expect(model.dropped == ["again"])
    #expect(model.diagnostics.map(\.code) == ["collinear-columns"])
    #expect(largestDifference(model.probabilities, plain.probabilities) < 1e-12)
  }

  @Test("one class, a third value and no rows are errors")
  func errors() {
    #expect(throws: RegressionError.oneClass(value: 1, rows: 3)) {
      try BinomialModel(Design(interceptFor: 3), response: [1, 1, 1])
    }
    #expect(throws: RegressionError.notBinary(value: 2)) {
      try BinomialModel(Design(interceptFor: 3), response: [1, 2, 0])
    }
    #expect(throws: RegressionError.noRows) {
      try BinomialModel(Design(interceptFor: 0), response: [])
    }
  }
}
