import Designs
import LinearAlgebra
import Multilevel
import Probability
import TestSupport
import Testing

@Suite("Laws of a fit")
struct FitLawTests {
  static let cases = RandomDesign.Structure.allCases

  private func fit(
    _ design: RandomDesign, _ criterion: LikelihoodCriterion = .reml
  ) throws -> LinearMixedModelFit {
    try LinearMixedModel(criterion: criterion).fit(design.frame)
  }

  /// The same fit but for rounding: estimates within a millionth of their standard errors.
  private func expectSame(
    _ a: LinearMixedModelFit, _ b: LinearMixedModelFit, deviance shift: Double = 0, _ note: String
  ) {
    #expect(isClose(a.deviance + shift, b.deviance, absolute: 1e-7), "\(note): deviance")
    for k in a.coefficients.indices {
      #expect(
        abs(a.coefficients[k] - b.coefficients[k]) < 1e-5 * a.standardErrors[k],
        "\(note): coefficient \(k)")
      #expect(
        isClose(a.standardErrors[k], b.standardErrors[k], relative: 1e-5), "\(note): error \(k)")
    }
    #expect(isClose(a.sigma, b.sigma, relative: 1e-6), "\(note): sigma")
  }

  @Test("ends at a certified optimum that no other start beats", arguments: cases)
  func optimum(_ structure: RandomDesign.Structure) throws {
    for seed in UInt64(1)...5 {
      let design = RandomDesign(structure, seed: seed)
      for criterion in LikelihoodCriterion.allCases {
        let fit = try fit(design, criterion)
        #expect(fit.certificate.holds, "\(structure) seed \(seed)")
        #expect(fit.certificate.decrement < 1e-12)
        let probe = try CriterionProbe(design.frame, criterion: criterion)
        var random = RandomStream(Seed(seed)["other starts"])
        for _ in 0..<40 {
          let theta = probe.isDiagonal.map { $0 ? 1.5 * random.uniform() : 0.4 * random.normal() }
          #expect(try probe.value(at: theta).criterion >= fit.deviance - 1e-8)
        }
      }
    }
  }

  @Test("coefficients, covariance, σ and predictions agree with dense matrices", arguments: cases)
  func dense(_ structure: RandomDesign.Structure) throws {
    guard structure != .farAway else { return }
    let design = RandomDesign(structure, seed: 3)
    let fit = try fit(design)
    let relative = fit.factors.map { factor in
      let terms = fit.terms.filter { $0.group == factor.name }
      var covariance = factor.columns.map { _ in [Double](repeating: 0, count: factor.columns.count)
      }
      var start = 0
      for term in terms {
        for i in term.columns.indices {
          for j in term.columns.indices {
            covariance[start + i][start + j] = term.covariance[i, j] / (fit.sigma * fit.sigma)
          }
        }
        start += term.columns.count
      }
      return (
        factor: factor.name, columns: factor.columns.map { design.names.firstIndex(of: $0) ?? 0 },
        covariance: covariance
      )
    }
    let oracle = try DenseOracle(design, criterion: .reml, relative: relative)
    #expect(isClose(fit.deviance, oracle.deviance, absolute: 1e-7))
    #expect(isClose(fit.sigma, oracle.sigma, relative: 1e-8))
    for k in fit.coefficients.indices {
      #expect(abs(fit.coefficients[k] - oracle.coefficients[k]) < 1e-7 * fit.standardErrors[k])
      for j in fit.coefficients.indices {
        #expect(
          isClose(
            fit.covariance[k, j], oracle.covariance[k, j],
            absolute: 1e-7 * fit.standardErrors[k] * fit.standardErrors[j]))
      }
    }
    for row in 0..<design.rowCount {
      var predicted = 0.0
      for factor in fit.factors {
        let codes = design.random.first { $0.factor.name == factor.name }?.factor.codes ?? []
        guard codes[row] >= 0 else { continue }
        for (k, name) in factor.columns.enumerated() {
          let column = design.names.firstIndex(of: name) ?? 0
          predicted += factor.modes[Int(codes[row]), k] * design.columns[column][row]
        }
      }
      #expect(abs(predicted - oracle.predicted[row]) < 1e-6 * fit.sigma)
    }
  }

  @Test("does not depend on the order of rows or the names of groups", arguments: cases)
  func order(_ structure: RandomDesign.Structure) throws {
    let design = RandomDesign(structure, seed: 2)
    let base = try fit(design)
    var random = RandomStream(Seed(7)["order"])
    var order = Array(0..<design.rowCount)
    order.shuffle(using: &random)
    expectSame(base, try fit(design.permuted(order)), "rows of \(structure) permuted")
    expectSame(base, try fit(design.relabelled()), "groups of \(structure) relabelled")
  }

  @Test("shifting and scaling a covariate moves what it must", arguments: cases)
  func covariates(_ structure: RandomDesign.Structure) throws {
    let design = RandomDesign(structure, seed: 5)
    let base = try fit(design, .ml)
    // A shift leaves models alone whose slopes on it stand beside an intercept, or that have none.
    let hasFreeSlope = design.random.contains { $0.columns.contains(1) && !$0.columns.contains(0) }
    let moved = design.transformed(column: 1, by: 1e-6, plus: hasFreeSlope ? 0 : 1)
    let other = try fit(moved, .ml)
    #expect(isClose(base.deviance, other.deviance, absolute: 1e-6), "\(structure)")
    #expect(isClose(base.coefficients[1], other.coefficients[1] * 1e-6, relative: 1e-5))
    #expect(isClose(base.sigma, other.sigma, relative: 1e-6))
    let scaled = try fit(design.transformed(column: 1, by: 1, plus: 0, response: 1e9), .ml)
    #expect(isClose(base.sigma * 1e9, scaled.sigma, relative: 1e-6))
    for k in base.coefficients.indices {
      #expect(isClose(base.coefficients[k] * 1e9, scaled.coefficients[k], relative: 1e-5))
    }
    #expect(
      isClose(
        base.deviance + 2 * Double(design.rowCount) * PortableMath.log(1e9), scaled.deviance,
        absolute: 1e-6))
  }

  @Test("splitting every row's weight in two leaves the coefficients")
  func weights() throws {
    for structure in [RandomDesign.Structure.nestedSlope, .crossed, .weighted] {
      let design = RandomDesign(structure, seed: 8)
      let probe = try CriterionProbe(design.frame, criterion: .ml)
      let doubled = try CriterionProbe(design.split().frame, criterion: .ml)
      // The variances change (there are more rows), but at one θ V⁻¹ does not.
      let theta = probe.isDiagonal.map { $0 ? 0.6 : 0.1 }
      let a = try DenseOracle(
        design, criterion: .ml, relative: probe.relativeCovariances(at: theta))
      let b = try DenseOracle(
        design.split(), criterion: .ml, relative: doubled.relativeCovariances(at: theta))
      #expect(largestDifference(a.coefficients, b.coefficients) < 1e-8)
      #expect(isClose(try doubled.value(at: theta).criterion, b.deviance, absolute: 1e-8))
    }
  }

  @Test("balanced one-way analysis of variance has a closed form under REML")
  func anova() throws {
    var random = RandomStream(Seed(3)["anova"])
    for (groups, size) in [(8, 5), (20, 3), (6, 12)] {
      let effects = (0..<groups).map { _ in 1.5 * random.normal() }
      let codes = (0..<groups * size).map { Int32($0 % groups) }
      let y = codes.map { effects[Int($0)] + random.normal() }
      let mean = y.reduce(0, +) / Double(y.count)
      let means = (0..<groups).map { g in
        y.indices.filter { codes[$0] == g }.reduce(0) { $0 + y[$1] } / Double(size)
      }
      let between =
        Double(size) * means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(groups - 1)
      let within =
        y.indices.reduce(0) {
          $0 + (y[$1] - means[Int(codes[$1])]) * (y[$1] - means[Int(codes[$1])])
        }
        / Double(groups * (size - 1))
      #expect(between > within, "the closed form needs an inner optimum")
      let frame = ModelFrame(
        selection: nil, rowCount: y.count,
        columns: [.init("(Intercept)", .constant(1)), .init("y", .values(y))], fixed: [0],
        response: 1,
        random: [
          RandomTerm(
            factor: GroupingFactor(
              name: "g", codes: codes, levels: (0..<groups).map { "\($0)" }), columns: [0])
        ])
      let fit = try LinearMixedModel().fit(frame)
      #expect(isClose(fit.sigma * fit.sigma, within, relative: 1e-9))
      #expect(
        isClose(fit.terms[0].covariance[0, 0], (between - within) / Double(size), relative: 1e-8))
      #expect(isClose(fit.coefficients[0], mean, relative: 1e-10, absolute: 1e-12))
      #expect(
        isClose(
          fit.standardErrors[0], (between / Double(groups * size)).squareRoot(), relative: 1e-8))
      // The mean square between groups alone carries the intercept's variance.
      let test = try fit.tests(.satterthwaite)[0]
      #expect(isClose(test.degreesOfFreedom, Double(groups - 1), relative: 1e-6))
      #expect(try fit.tests(.betweenWithin)[0].degreesOfFreedom == Double(groups - 1))
    }
  }

  @Test("Kenward and Roger's method does not depend on units or names", arguments: cases)
  func kenwardRoger(_ structure: RandomDesign.Structure) throws {
    let design = RandomDesign(structure, seed: 4)
    let base = try fit(design)
    guard !base.isSingular else { return }
    let tests = try base.tests(.kenwardRoger)
    let other = try fit(design.relabelled()).tests(.kenwardRoger)
    let scaled = try fit(design.transformed(column: 1, by: 0.01, plus: 0, response: 1e4))
      .tests(.kenwardRoger)
    for k in tests.indices {
      #expect(isClose(tests[k].degreesOfFreedom, other[k].degreesOfFreedom, relative: 1e-4))
      #expect(isClose(tests[k].degreesOfFreedom, scaled[k].degreesOfFreedom, relative: 1e-4))
      #expect(isClose(tests[k].statistic, scaled[k].statistic, relative: 1e-4))
      // The adjustment can only be judged roughly: it adds what estimating the variances costs.
      #expect(tests[k].standardError > 0.9 * base.standardErrors[k])
    }
  }

  @Test("variance shares add up to one")
  func shares() throws {
    for structure in Self.cases {
      let fit = try fit(RandomDesign(structure, seed: 6))
      let total = fit.varianceShares.reduce(0) { $0 + $1.share }
      #expect(isClose(total, 1, relative: 1e-12))
      #expect(fit.varianceShares.allSatisfy { $0.share >= 0 })
    }
  }
}
