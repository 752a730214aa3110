import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

/// What must hold whatever the data are.
@Suite struct GeneralisedLawTests {
  static let models: [(ResponseFamily, RandomGeneralisedModel.Structure)] = [
    (.binomial(.logit), .intercept), (.binomial(.probit), .slope),
    (.binomial(.cloglog), .crossed), (.poisson, .nested), (.poisson, .crossedSlopes),
    (.binomial(.logit), .threeWay), (.binomial(.logit), .partlyNested),
  ]

  @Test(arguments: models)
  func everyFitIsAnOptimumWithFiniteFigures(
    _ family: ResponseFamily, _ structure: RandomGeneralisedModel.Structure
  ) throws {
    for seed in 0..<6 as Range<UInt32> {
      let model = RandomGeneralisedModel(structure, family, seed: seed, rows: 300)
      let fit = try GeneralisedMixedModel(family).fit(model.frame, trials: model.trials)
      #expect(fit.certificate.isOptimum)
      #expect(fit.certificate.innerStep <= 1e-10)
      #expect(fit.coefficients.allSatisfy { $0.estimate.isFinite && $0.standardError > 0 })
      #expect(fit.theta.allSatisfy { $0.isFinite })
      #expect(fit.modes.allSatisfy { $0.values.elements.allSatisfy { $0.isFinite } })
      #expect(fit.partition.allSatisfy { $0.share >= 0 && $0.share < 1 })
      // No point nearby is lower.
      var objective = try GeneralisedObjective(
        GeneralisedMixedModel(family), model.frame, trials: model.trials)
      let estimates = fit.coefficients.map(\.estimate)
      for k in estimates.indices {
        for sign in [-1.0, 1] {
          var moved = estimates
          moved[k] += sign * 0.2 * fit.coefficients[k].standardError
          #expect(
            objective.evaluate(theta: fit.theta, coefficients: moved).value > fit.deviance)
        }
      }
      for k in fit.theta.indices {
        var moved = fit.theta
        moved[k] += 0.05
        #expect(
          objective.evaluate(theta: moved, coefficients: estimates).value > fit.deviance - 1e-9)
      }
    }
  }

  @Test(arguments: models)
  func rowOrderAndLabelsDoNotMatter(
    _ family: ResponseFamily, _ structure: RandomGeneralisedModel.Structure
  ) throws {
    let model = RandomGeneralisedModel(structure, family, seed: 3, rows: 200)
    let fit = try GeneralisedMixedModel(family).fit(model.frame, trials: model.trials)
    let n = model.frame.rowCount
    var random = RandomStream(Seed(3)["order"])
    var order = Array(0..<n)
    for i in stride(from: n - 1, to: 0, by: -1) { order.swapAt(i, random.index(below: i + 1)) }
    let shuffled = model.frame.reordered(order)
    let other = try GeneralisedMixedModel(family).fit(shuffled, trials: model.trials)
    #expect(isClose(fit.deviance, other.deviance, absolute: 1e-9))
    for (a, b) in zip(fit.coefficients, other.coefficients) {
      #expect(isClose(a.estimate, b.estimate, absolute: 1e-5 * a.standardError))
      #expect(isClose(a.standardError, b.standardError, relative: 1e-6))
    }
  }

  @Test func unitsOfACovariateOnlyScaleItsCoefficient() throws {
    for family in [ResponseFamily.binomial(.logit), .poisson] {
      let model = RandomGeneralisedModel(.intercept, family, seed: 2, rows: 200)
      let fit = try GeneralisedMixedModel(family).fit(model.frame, trials: model.trials)
      let moved = model.frame.mapping("x") { 1e6 + 1000 * $0 }
      let other = try GeneralisedMixedModel(family).fit(moved, trials: model.trials)
      #expect(isClose(fit.deviance, other.deviance, absolute: 1e-7))
      let (a, b) = (fit.coefficients[1], other.coefficients[1])
      #expect(isClose(a.estimate, 1000 * b.estimate, absolute: 1e-5 * a.standardError))
      #expect(isClose(a.standardError, 1000 * b.standardError, relative: 1e-5))
    }
  }

  @Test func countsAndSingleTrialsGiveTheSameEstimates() throws {
    let csv = (0..<60).map { i in (group: i % 12, x: Double(i % 5), size: 3 + i % 7) }
    var random = RandomStream(Seed(9)["gather"])
    let counts = csv.map { row in
      (0..<row.size).reduce(0.0) { sum, _ in
        sum
          + (random.uniform() < 1 / (1 + exp(0.4 - 0.2 * row.x - 0.1 * Double(row.group % 4)))
            ? 1 : 0)
      }
    }
    var grouped = FrameDraft(response: counts)
    grouped.addIntercept()
    grouped.addFixed("x", csv.map(\.x))
    grouped.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: csv.map(\.group), levels: 12))
    let trials = grouped.add("size", csv.map { Double($0.size) })

    var y: [Double] = []
    var x: [Double] = []
    var g: [Int] = []
    for (row, count) in zip(csv, counts) {
      for trial in 0..<row.size {
        y.append(Double(trial) < count ? 1 : 0)
        x.append(row.x)
        g.append(row.group)
      }
    }
    var single = FrameDraft(response: y)
    single.addIntercept()
    single.addFixed("x", x)
    single.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: g, levels: 12))
    for points in [1, 7] {
      let model = GeneralisedMixedModel(.binomial(.logit), quadraturePoints: points)
      let a = try model.fit(grouped.frame, trials: trials)
      let b = try model.fit(single.frame)
      #expect(b.distinctRowCount == 60)
      #expect(b.rowCount == y.count)
      #expect(isClose(a.coefficients[1].estimate, b.coefficients[1].estimate, relative: 1e-8))
      #expect(isClose(a.theta[0], b.theta[0], absolute: 1e-8))
      #expect(
        isClose(
          a.deviance - a.perfectFitDeviance, b.deviance + 2 * saturated(counts, csv.map(\.size)),
          absolute: 1e-8))
    }
  }

  private func saturated(_ counts: [Double], _ sizes: [Int]) -> Double {
    zip(counts, sizes).reduce(0) { sum, pair in
      let (y, m) = (pair.0, Double(pair.1))
      return sum + (y > 0 ? y * log(y / m) : 0) + (y < m ? (m - y) * log(1 - y / m) : 0)
    }
  }

  @Test func hermiteRulesIntegratePolynomials() throws {
    // Through the model: with θ = 0 every rule gives the same, since the integrand is the normal density.
    let model = RandomGeneralisedModel(.intercept, .poisson, seed: 0)
    let values = try [1, 2, 3, 10, 33, 64, 100].map { points in
      var objective = try GeneralisedObjective(
        GeneralisedMixedModel(.poisson, quadraturePoints: points), model.frame)
      return objective.evaluate(theta: [0], coefficients: model.beta).value
    }
    for value in values { #expect(isClose(value, values[0], relative: 1e-12)) }
  }

  @Test func aVarianceThatIsNotThereIsSingularAndSaidSo() throws {
    var singular = 0
    for seed in 0..<12 as Range<UInt32> {
      var random = RandomStream(Seed(21)["flat"], replicate: seed)
      let x = (0..<400).map { _ in random.normal() }
      var draft = FrameDraft(
        response: x.map { random.uniform() < 1 / (1 + exp(-0.5 * $0)) ? 1 : 0 })
      draft.addIntercept()
      draft.addFixed("x", x)
      draft.addTerm(
        ["(Intercept)"], by: GroupingFactor("g", codes: (0..<400).map { $0 % 20 }, levels: 20))
      let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(draft.frame)
      #expect(fit.certificate.isOptimum)
      let isSaid = fit.diagnostics.contains { $0.code == "singular-fit" }
      #expect(isSaid == (fit.theta[0] == 0))
      if fit.theta[0] == 0 {
        singular += 1
        #expect(fit.certificate.boundary.count == 1)
        #expect(fit.certificate.boundary[0].slope > -1e-3)
        #expect(fit.coefficients[1].standardError > 0)
      }
    }
    // Half of them are expected at the boundary.
    #expect(singular >= 2)
    #expect(singular <= 11)
  }

  @Test func theTruthIsFoundAgain() throws {
    var estimates: [[Double]] = []
    for replicate in 0..<24 as Range<UInt32> {
      var random = RandomStream(Seed(30)["truth"], replicate: replicate)
      var (y, x, g): ([Double], [Double], [Int]) = ([], [], [])
      for group in 0..<100 {
        let u = 0.8 * random.normal()
        for _ in 0..<20 {
          x.append(random.normal())
          g.append(group)
          let eta = -0.5 + 0.7 * (x.last ?? 0) + u
          y.append(random.uniform() < 1 / (1 + exp(-eta)) ? 1 : 0)
        }
      }
      var draft = FrameDraft(response: y)
      draft.addIntercept()
      draft.addFixed("x", x)
      draft.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: g, levels: 100))
      let fit = try GeneralisedMixedModel(.binomial(.logit), quadraturePoints: 9).fit(draft.frame)
      estimates.append(fit.coefficients.map(\.estimate) + [fit.theta[0]])
      // False alarm rate below 10⁻⁶ for each: five standard errors.
      #expect(abs(fit.coefficients[1].estimate - 0.7) < 5 * fit.coefficients[1].standardError)
    }
    for (k, truth) in [-0.5, 0.7, 0.8].enumerated() {
      let values = estimates.map { $0[k] }
      let mean = values.reduce(0, +) / 24
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 23
      // Four and a half standard errors of the mean, and 0.01 for the bias of maximum likelihood.
      #expect(abs(mean - truth) < 4.5 * (variance / 24).squareRoot() + 0.01)
    }
  }

  @Test func theSizeOfANegativeBinomialIsFoundAgain() throws {
    var random = RandomStream(Seed(40)["size"])
    var (y, x, g): ([Double], [Double], [Int]) = ([], [], [])
    for group in 0..<60 {
      let u = 0.5 * random.normal()
      for _ in 0..<25 {
        x.append(random.normal())
        g.append(group)
        // A Poisson count whose mean is μ times a gamma variable of shape 2 and mean 1.
        let gamma = 0.5 * (random.exponential(rate: 1) + random.exponential(rate: 1))
        let mean = gamma * exp(1 + 0.4 * (x.last ?? 0) + u)
        var count = 0.0
        var time = random.exponential(rate: mean)
        while time < 1 {
          count += 1
          time += random.exponential(rate: mean)
        }
        y.append(count)
      }
    }
    var draft = FrameDraft(response: y)
    draft.addIntercept()
    draft.addFixed("x", x)
    draft.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: g, levels: 60))
    let fit = try GeneralisedMixedModel(.negativeBinomial(size: nil)).fit(draft.frame)
    guard case .negativeBinomial(let size?) = fit.model.family else {
      Issue.record("no size was estimated")
      return
    }
    // About five standard errors.
    #expect(size > 1.5)
    #expect(size < 2.7)
    #expect(fit.parameterCount == 4)
    for other in [0.9, 1.1] {
      let model = GeneralisedMixedModel(.negativeBinomial(size: other * size))
      #expect(try model.fit(draft.frame).deviance > fit.deviance)
    }
    #expect(abs(fit.coefficients[1].estimate - 0.4) < 5 * fit.coefficients[1].standardError)
    let poisson = try GeneralisedMixedModel(.poisson).fit(draft.frame)
    #expect(poisson.deviance > fit.deviance + 100)
  }

  @Test func twoRunsGiveTheSameBits() throws {
    let model = RandomGeneralisedModel(.crossed, .binomial(.probit), seed: 5, rows: 200)
    let a = try GeneralisedMixedModel(model.family).fit(model.frame, trials: model.trials)
    let b = try GeneralisedMixedModel(model.family).fit(model.frame, trials: model.trials)
    #expect(a.coefficients == b.coefficients)
    #expect(a.theta == b.theta)
    #expect(a.trace == b.trace)
  }
}

extension ModelFrame {
  func reordered(_ order: [Int]) -> ModelFrame {
    let columns = columns.map { column in
      guard case .values(let values) = column.values else { return column }
      return NamedColumn(column.name, .values(order.map { values[$0] }))
    }
    let random = random.map { term in
      // Labels change as well: the codes are mirrored.
      let last = Int32(term.factor.levels.count - 1)
      return RandomTerm(
        factor: GroupingFactor(
          name: term.factor.name,
          codes: order.map { term.factor.codes[$0] < 0 ? -1 : last - term.factor.codes[$0] },
          levels: term.factor.levels), columns: term.columns)
    }
    return ModelFrame(
      selection: nil, rowCount: rowCount, columns: columns, fixed: fixed, response: response,
      offset: offset, weights: weights, random: random)
  }

  func mapping(_ name: String, _ change: (Double) -> Double) -> ModelFrame {
    let columns = columns.map { column in
      guard column.name == name, case .values(let values) = column.values else { return column }
      return NamedColumn(column.name, .values(values.map(change)))
    }
    return ModelFrame(
      selection: nil, rowCount: rowCount, columns: columns, fixed: fixed, response: response,
      offset: offset, weights: weights, random: random)
  }
}
