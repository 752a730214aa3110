import Designs
import LinearAlgebra
import Multilevel
import Probability
import TestSupport
import Testing

@Suite("Large crossed models")
struct CrossedTests {
  /// Pupils of primaries that send them to schools near by, or anywhere.
  private func frame(
    rows: Int, primaries: Int, schools: Int, anywhere: Double, areas: Int? = nil,
    schoolSpread: Double = 0.5
  ) -> ModelFrame {
    var random = RandomStream(Seed(31)["crossed"])
    let primaryEffect = (0..<primaries).map { _ in 0.3 * random.normal() }
    let areaEffect = (0..<(areas ?? 1)).map { _ in 0.4 * random.normal() }
    let schoolEffect = (0..<schools).map { _ in schoolSpread * random.normal() }
    var (primary, school, area) = ([Int32](), [Int32](), [Int32]())
    var (x, y) = ([Double](), [Double]())
    for row in 0..<rows {
      let p = row < primaries ? row : random.index(below: primaries)
      let near = p * schools / primaries + random.index(below: 4)
      let s =
        row < schools
        ? row
        : random.uniform() < anywhere ? random.index(below: schools) : min(schools - 1, near)
      primary.append(Int32(p))
      school.append(Int32(s))
      area.append(Int32(s * (areas ?? 1) / schools))
      x.append(random.normal())
      y.append(
        0.5 * x[row] + primaryEffect[p] + schoolEffect[s] + areaEffect[Int(area[row])]
          + random.normal())
    }
    var terms = [
      RandomTerm(factor: RandomDesign.factor("primary", primary), columns: [0]),
      RandomTerm(factor: RandomDesign.factor("school", school), columns: [0]),
    ]
    if areas != nil {
      terms.append(RandomTerm(factor: RandomDesign.factor("area", area), columns: [0]))
    }
    return ModelFrame(
      selection: nil, rowCount: rows,
      columns: [
        .init("(Intercept)", .constant(1)), .init("x", .values(x)), .init("y", .values(y)),
      ], fixed: [0, 1], response: 2, random: terms)
  }

  @Test(
    "the search by a surrogate ends where the general one does, with the same second derivatives")
  func agreement() throws {
    let frames = [
      frame(rows: 6_000, primaries: 900, schools: 300, anywhere: 0.05),
      frame(rows: 3_000, primaries: 260, schools: 220, anywhere: 1),
      frame(rows: 9_000, primaries: 900, schools: 260, anywhere: 0.02, areas: 13),
    ]
    for (index, frame) in frames.enumerated() {
      for criterion in LikelihoodCriterion.allCases {
        let probe = try CriterionProbe(frame, criterion: criterion)
        let found = try #require(try probe.corrected(), "frame \(index)")
        let plain = try probe.searched()
        for (a, b) in zip(found.theta, plain) {
          #expect(isClose(a, abs(b), absolute: 1e-8), "frame \(index)")
        }
        let (own, other) = (try probe.value(at: found.theta), try probe.value(at: plain))
        #expect(isClose(own.criterion, other.criterion, relative: 1e-12))
        #expect(found.evaluations <= 6, "frame \(index): \(found.evaluations)")
        let exact = try probe.hessian(at: found.theta)
        for i in exact.indices {
          for j in exact.indices {
            let size = (exact[i][i] * exact[j][j]).squareRoot()
            #expect(
              abs(found.hessian[i][j] - exact[i][j]) < 1e-5 * size, "frame \(index): \(i), \(j)")
          }
        }
      }
    }
  }

  @Test("a model large enough takes that way and holds its certificate")
  func fit() throws {
    let frame = frame(rows: 9_000, primaries: 3_000, schools: 800, anywhere: 1)
    let probe = try CriterionProbe(frame, criterion: .reml)
    #expect(probe.usesSurrogate)
    let fit = try LinearMixedModel().fit(frame)
    #expect(fit.certificate.holds)
    #expect(fit.certificate.evaluations <= 6)
    #expect(fit.certificate.decrement < 1e-12)
    #expect(fit.certificate.largestStep < 1e-6)
    let two = try LinearMixedModel().fit(frame, threads: 2)
    #expect(fit.theta == two.theta)
    #expect(fit.covariance == two.covariance)
  }

  @Test("the matrix of connected effects is stored sparsely where factors meet locally")
  func patterns() throws {
    let local = frame(rows: 6_000, primaries: 900, schools: 400, anywhere: 0.01)
    let probe = try CriterionProbe(local, criterion: .reml)
    #expect(probe.plan.dense == [400])
    #expect(probe.storedCount < 400 * 400 / 2)
    // Slopes are held whole: the same evaluation by another way, at a slope that does not vary.
    let wide = ModelFrame(
      selection: nil, rowCount: local.rowCount, columns: local.columns, fixed: local.fixed,
      response: local.response,
      random: [
        RandomTerm(factor: local.random[0].factor, columns: [0]),
        RandomTerm(factor: local.random[1].factor, columns: [0, 1]),
      ])
    let whole = try CriterionProbe(wide, criterion: .reml)
    #expect(whole.storedCount == 800 * 800)
    let (a, b) = (try probe.value(at: [0.4, 0.6]), try whole.value(at: [0.4, 0.6, 0, 0]))
    #expect(isClose(a.criterion, b.criterion, relative: 1e-12))
    #expect(isClose(a.gradient[0], b.gradient[0], relative: 1e-9, absolute: 1e-7))
    #expect(isClose(a.gradient[1], b.gradient[1], relative: 1e-9, absolute: 1e-7))
  }

  @Test("modes and their variances are those of a dense solution")
  func effects() throws {
    let local = frame(rows: 2_500, primaries: 500, schools: 240, anywhere: 0.02)
    let fit = try LinearMixedModel().fit(local)
    #expect(try CriterionProbe(local, criterion: .reml).storedCount < 240 * 240)
    let dense = try DenseEffects(local, fit)
    for factor in 0..<2 {
      for level in 0..<fit.factors[factor].levels.count {
        #expect(
          isClose(
            fit.factors[factor].modes[level, 0], dense.modes[factor][level], relative: 1e-8,
            absolute: 1e-9))
        #expect(
          isClose(
            fit.factors[factor].conditionalVariance(level: level, column: 0),
            dense.variances[factor][level], relative: 1e-8))
      }
    }
  }

  @Test("a variance that goes to zero is left to the general search")
  func singular() throws {
    let frame = frame(
      rows: 4_000, primaries: 400, schools: 220, anywhere: 1, schoolSpread: 0)
    let fit = try LinearMixedModel().fit(frame)
    #expect(fit.certificate.holds)
    let probe = try CriterionProbe(frame, criterion: .reml)
    if let found = try probe.corrected() {
      #expect(isClose(found.theta[1], fit.theta[1], relative: 1e-7))
    } else {
      #expect(fit.theta[1] < 0.01)
    }
  }
}

/// Modes and their variances given the coefficients, from the whole matrix of the mixed-model equations.
private struct DenseEffects {
  var modes: [[Double]] = []
  var variances: [[Double]] = []

  init(_ frame: ModelFrame, _ fit: LinearMixedModelFit) throws {
    let counts = fit.factors.map(\.levels.count)
    let size = counts.reduce(0, +)
    var x = [Double](repeating: 0, count: frame.rowCount)
    var y = x
    var covariates = x.mutableSpan
    frame.fill(1, rows: 0..<frame.rowCount, into: &covariates)
    var responses = y.mutableSpan
    frame.fill(2, rows: 0..<frame.rowCount, into: &responses)
    var system = Matrix(rows: size, columns: size)
    var right = [Double](repeating: 0, count: size)
    var first = 0
    for (factor, count) in counts.enumerated() {
      for level in 0..<count {
        system[first + level, first + level] = 1 / (fit.theta[factor] * fit.theta[factor])
      }
      first += count
    }
    for row in 0..<frame.rowCount {
      let places = [
        Int(frame.random[0].factor.codes[row]), counts[0] + Int(frame.random[1].factor.codes[row]),
      ]
      let residual = y[row] - fit.coefficients[0] - fit.coefficients[1] * x[row]
      for a in places {
        right[a] += residual
        for b in places { system[a, b] += 1 }
      }
    }
    let factor = try Cholesky(system)
    let (modes, inverse) = (factor.solve(right), factor.inverse)
    first = 0
    for count in counts {
      self.modes.append(Array(modes[first..<first + count]))
      variances.append((first..<first + count).map { fit.sigma * fit.sigma * inverse[$0, $0] })
      first += count
    }
  }
}
