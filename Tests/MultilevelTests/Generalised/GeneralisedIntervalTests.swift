import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

/// Second derivatives, profiles of all parameters, the parametric bootstrap, comparisons with smaller models and
/// effects of groups, where the response is not normal.
@Suite struct GeneralisedIntervalTests {
  private func herds(
    period: Bool = true, random: Bool = true
  ) throws -> (frame: ModelFrame, trials: Int) {
    let data = try #require(try Self.fixture("fits.json")["cbpp"])
    func numbers(_ name: String) throws -> [Double] {
      try #require(data[name]?.array).map { $0.number ?? .nan }
    }
    func text(_ name: String) throws -> [String] {
      try #require(data[name]?.array).map { cell in
        cell.string ?? cell.number.map { "\(Int($0))" } ?? ""
      }
    }
    var draft = FrameDraft(response: try numbers("incidence"))
    draft.addIntercept()
    for level in ["2", "3", "4"] where period {
      draft.addFixed("period\(level)", try text("period").map { $0 == level ? 1 : 0 })
    }
    if random {
      draft.addTerm(["(Intercept)"], by: GroupingFactor("herd", labels: try text("herd")))
    }
    let trials = draft.add("size", try numbers("size"))
    return (draft.frame, trials)
  }

  private func women(slope: Bool = true) throws -> ModelFrame {
    let data = try #require(try Self.fixture("fits.json")["contraception"])
    func text(_ name: String) throws -> [String] {
      try #require(data[name]?.array).map { cell in
        cell.string ?? cell.number.map { "\(Int($0))" } ?? ""
      }
    }
    var draft = FrameDraft(response: try text("use").map { $0 == "Y" ? 1 : 0 })
    draft.addIntercept()
    let age = try #require(data["age"]?.array).map { $0.number ?? .nan }
    draft.addFixed("age", age)
    draft.addFixed("age2", age.map { $0 * $0 })
    draft.addFixed("urbanY", try text("urban").map { $0 == "Y" ? 1 : 0 })
    for level in ["1", "2", "3+"] {
      draft.addFixed("livch\(level)", try text("livch").map { $0 == level ? 1 : 0 })
    }
    draft.addTerm(
      slope ? ["(Intercept)", "urbanY"] : ["(Intercept)"],
      by: GroupingFactor("district", labels: try text("district")))
    return draft.frame
  }

  private static func fixture(_ name: String) throws -> JSON {
    try JSON(
      parsing: String(
        contentsOf: fixturesFolder.appendingPathComponent("generalised/\(name)"), encoding: .utf8))
  }

  private func name(_ parameter: FitParameter) -> String {
    switch parameter.kind {
    case .deviation: "sd_\(parameter.term ?? "")|\(parameter.group ?? "")"
    case .correlation:
      "cor_\(parameter.other ?? "").\(parameter.term ?? "")|\(parameter.group ?? "")"
    default: parameter.term ?? ""
    }
  }

  /// lme4 finds the ends to about a thousandth of a standard error.
  @Test func profilesAgreeWithLme4() throws {
    let expected = try Self.fixture("inference.json")
    let (frame, trials) = try herds()
    let herds = try GeneralisedMixedModel(.binomial(.logit)).fit(frame, trials: trials)
    let found = try herds.profileIntervals(threads: 2)
    let wanted = try #require(expected["cbpp"]?.array)
    #expect(wanted.count == found.count)
    for interval in found {
      let own = name(interval.parameter)
      let other = try #require(wanted.first { $0["name"]?.string == own }, "\(own)")
      let (low, high) = (try #require(interval.low), try #require(interval.high))
      let width = high - low
      #expect(isClose(low, try #require(other["low"]?.number), absolute: 1e-3 * width), "\(own)")
      #expect(isClose(high, try #require(other["high"]?.number), absolute: 1e-3 * width), "\(own)")
    }
  }

  /// At an end of an interval of a slope's standard deviation, and of a correlation, the deviance of all else's
  /// optimum is the quantile of χ² above its minimum: found here by Newton's method on other coordinates.
  @Test func profilesOfASlopeRiseByTheQuantile() throws {
    let model = RandomGeneralisedModel(.slope, .binomial(.logit), seed: 3, rows: 400)
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(model.frame, trials: model.trials)
    let intervals = try fit.profileIntervals(threads: 2)
    let beta = fit.coefficients.map(\.estimate)
    func rise(_ start: [Double], _ full: ([Double]) -> [Double]) throws -> Double {
      var objective = try GeneralisedObjective(fit.model, model.frame, trials: model.trials)
      func evaluate(_ x: [Double]) -> (value: Double, gradient: [Double]) {
        let point = full(x)
        let found = objective.evaluate(theta: Array(point[..<3]), coefficients: Array(point[3...]))
        let own = found.thetaGradient + found.coefficientGradient
        let gradient = x.indices.map { k -> Double in
          var (up, down) = (x, x)
          up[k] += 1e-6
          down[k] -= 1e-6
          let slope = zip(full(up), full(down)).map { ($0 - $1) / 2e-6 }
          return zip(slope, own).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return (found.value, gradient)
      }
      var x = start
      for _ in 0..<12 {
        var hessian = Matrix(rows: x.count, columns: x.count)
        for k in x.indices {
          var (up, down) = (x, x)
          up[k] += 1e-4
          down[k] -= 1e-4
          let (above, below) = (evaluate(up).gradient, evaluate(down).gradient)
          for i in x.indices { hessian[i, k] = (above[i] - below[i]) / 2e-4 }
        }
        for i in x.indices {
          for j in 0..<i { hessian[j, i] = hessian[i, j] }
        }
        let step = try Cholesky(hessian).solve(evaluate(x).gradient)
        x = zip(x, step).map { $0 - $1 }
      }
      return evaluate(x).value - fit.deviance
    }
    let (a, b, c) = (fit.theta[0], fit.theta[1], fit.theta[2])
    let size = (b * b + c * c).squareRoot()
    let slope = try #require(
      intervals.first { $0.parameter.kind == .deviation && $0.parameter.term == "x" })
    #expect(isClose(try #require(slope.estimate), size, relative: 1e-9))
    for end in [try #require(slope.low), try #require(slope.high)] where end > 0 {
      let found = try rise([a, atan2(b, c)] + beta) {
        [$0[0], end * sin($0[1]), end * cos($0[1])] + $0[2...]
      }
      #expect(isClose(found, 3.841458820694124, absolute: 1e-4))
    }
    let correlation = try #require(intervals.first { $0.parameter.kind == .correlation })
    for end in [try #require(correlation.low), try #require(correlation.high)] where abs(end) < 1 {
      let found = try rise([a, size] + beta) {
        [$0[0], end * $0[1], (1 - end * end).squareRoot() * $0[1]] + $0[2...]
      }
      #expect(isClose(found, 3.841458820694124, absolute: 1e-4))
    }
  }

  /// Both models are one with parameters held at zero; apart they are fits of their own, and without random terms
  /// R's `glm`. lme4's own falls are within a thousandth: its deviance of these herds is 0.0006 above the least one.
  @Test func comparisonsAgreeWithFitsApart() throws {
    let expected = try #require(try Self.fixture("inference.json")["comparisons"])
    func lme4(_ name: String) throws -> Double {
      try #require(expected[name]?["statistic"]?.number)
    }
    let model = GeneralisedMixedModel(.binomial(.logit))
    let (frame, trials) = try herds()
    let herds = try model.fit(frame, trials: trials)
    let variance = try herds.comparison(to: try self.herds(random: false).frame)
    // −2 log likelihood of glm(cbind(incidence, size - incidence) ~ period, binomial, cbpp)
    #expect(isClose(variance.statistic, 198.05839898 - herds.deviance, absolute: 1e-7))
    #expect(isClose(variance.statistic, try lme4("herd"), absolute: 1e-3))
    #expect(variance.mixtureText == "0.5 chi2(0) + 0.5 chi2(1)")
    #expect(
      isClose(
        variance.pValue, 0.5 * ChiSquared(degreesOfFreedom: 1).upperTail(variance.statistic),
        relative: 1e-12))
    let (small, smallTrials) = try self.herds(period: false)
    let period = try herds.comparison(to: small)
    let apart = try model.fit(small, trials: smallTrials)
    #expect(isClose(period.statistic, apart.deviance - herds.deviance, absolute: 1e-8))
    #expect(isClose(period.statistic, try lme4("period"), absolute: 1e-3))
    #expect(period.mixtureText == "chi2(3)")
    let women = try model.fit(try self.women())
    let slope = try women.comparison(to: try self.women(slope: false))
    let simple = try model.fit(try self.women(slope: false))
    #expect(isClose(slope.statistic, simple.deviance - women.deviance, absolute: 1e-8))
    #expect(slope.mixtureText == "0.5 chi2(1) + 0.5 chi2(2)")
    #expect(throws: ComparisonError.sameModel) { try herds.comparison(to: frame) }
    #expect(throws: ComparisonError.fixedNotNested(column: "period2")) {
      let small = try GeneralisedMixedModel(.binomial(.logit)).fit(
        try self.herds(period: false).frame, trials: trials - 3)
      return try small.comparison(to: frame)
    }
  }

  @Test(arguments: [ResponseFamily.binomial(.logit), .poisson], [1, 2] as [UInt32])
  func secondDerivativesAgreeWithDifferencesOfTheGradient(
    _ family: ResponseFamily, _ seed: UInt32
  ) throws {
    let model = RandomGeneralisedModel(.intercept, family, seed: seed, rows: 200)
    let fit = try GeneralisedMixedModel(family).fit(model.frame, trials: model.trials)
    var objective = try GeneralisedObjective(fit.model, model.frame, trials: model.trials)
    let point = fit.theta + fit.coefficients.map(\.estimate)
    var hessian = Matrix(rows: point.count, columns: point.count)
    for k in point.indices {
      func gradient(_ step: Double) -> [Double] {
        var x = point
        x[k] += step
        let found = objective.evaluate(theta: [x[0]], coefficients: Array(x[1...]))
        return found.thetaGradient + found.coefficientGradient
      }
      let h = 0.01 * fit.jointCovariance[k, k].squareRoot()
      let (near, far) = (
        zip(gradient(h), gradient(-h)).map { ($0 - $1) / (2 * h) },
        zip(gradient(2 * h), gradient(-2 * h)).map { ($0 - $1) / (4 * h) }
      )
      for i in point.indices { hessian[i, k] = (4 * near[i] - far[i]) / 3 }
    }
    let covariance = 2 * (try Cholesky(hessian).inverse)
    for i in point.indices {
      for j in point.indices {
        let scale = (covariance[i, i] * covariance[j, j]).squareRoot()
        #expect(
          isClose(fit.jointCovariance[i, j], covariance[i, j], absolute: 1e-7 * scale),
          "\(i), \(j)")
      }
    }
  }

  @Test(arguments: [
    (RandomGeneralisedModel.Structure.intercept, ResponseFamily.binomial(.logit)),
    (.slope, .poisson), (.crossed, .binomial(.probit)), (.intercept, .cumulative(.logit)),
    (.intercept, .negativeBinomial(size: 3)),
  ])
  func bootstrapSpreadIsLikeTheStandardErrors(
    _ structure: RandomGeneralisedModel.Structure, _ family: ResponseFamily
  ) throws {
    let model = RandomGeneralisedModel(structure, family, seed: 4, rows: 600)
    let fit = try GeneralisedMixedModel(family).fit(model.frame, trials: model.trials)
    let found = try fit.bootstrap(ParametricBootstrap(replicates: 200, seed: Seed(9)), threads: 2)
    #expect(found.failures < 10)
    // Nine groups: the spread of the intercept follows the uncertain variance, so x and w are looked at.
    for name in ["x", "w"] where structure == .intercept || name == "w" {
      let k = try #require(
        found.parameters.firstIndex { $0.term == name && $0.kind == .coefficient })
      let own = try #require(fit.coefficients.first { $0.name == name })
      let draws = found.draws.column(k)
      let mean = draws.reduce(0, +) / Double(draws.count)
      // Monte Carlo error of a standard deviation from 200 draws is 5 %.
      #expect(isClose(found.standardDeviations[k], own.standardError, relative: 0.2), "\(name)")
      #expect(isClose(mean, own.estimate, absolute: 0.35 * own.standardError), "\(name)")
    }
    #expect(found.estimates.count == found.parameters.count)
    let again = try fit.bootstrap(ParametricBootstrap(replicates: 200, seed: Seed(9)))
    #expect(again.draws.elements.map(\.bitPattern) == found.draws.elements.map(\.bitPattern))
  }

  @Test func bootstrapOfABoundaryGivesAPValue() throws {
    // Responses without any variance between groups: the p-value is roughly uniform, and not near zero.
    var random = RandomStream(Seed(12)["boundary"])
    var (y, x, g): ([Double], [Double], [Int]) = ([], [], [])
    for row in 0..<400 {
      let value = random.normal()
      x.append(value)
      g.append(row % 20)
      y.append(random.uniform() < PortableMath.logistic(0.2 + 0.5 * value) ? 1 : 0)
    }
    var draft = FrameDraft(response: y)
    draft.addIntercept()
    draft.addFixed("x", x)
    let smaller = draft.frame
    draft.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: g, levels: 20))
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(draft.frame)
    let test = try fit.comparison(
      to: smaller, bootstrap: ParametricBootstrap(replicates: 200, seed: Seed(3)), threads: 2)
    let p = try #require(test.bootstrapPValue)
    #expect(p > 0.01)
    // Half of the mixture stands at zero, and so do about half of the draws.
    if test.statistic == 0 {
      #expect(p == 1)
    } else {
      #expect(isClose(p, test.pValue, absolute: 0.1))
    }
  }

  @Test func drawsOfCountsHaveTheirMoments() {
    var stream = RandomStream(Seed(5)["counts"])
    let n = 20_000
    for (trials, p) in [(5, 0.3), (40, 0.05), (1000, 0.4)] {
      let draws = (0..<n).map { _ in Double(stream.binomial(trials: trials, probability: p)) }
      let (mean, variance) = (Double(trials) * p, Double(trials) * p * (1 - p))
      expectMoments(draws, mean: mean, variance: variance)
      #expect(draws.allSatisfy { $0 >= 0 && $0 <= Double(trials) })
    }
    for mean in [0.2, 12, 300] {
      let draws = (0..<n).map { _ in Double(stream.poisson(mean: mean)) }
      expectMoments(draws, mean: mean, variance: mean)
    }
  }

  private func expectMoments(_ draws: [Double], mean: Double, variance: Double) {
    let n = Double(draws.count)
    let found = draws.reduce(0, +) / n
    let spread = draws.reduce(0) { $0 + ($1 - found) * ($1 - found) } / (n - 1)
    // Four Monte Carlo standard errors.
    #expect(isClose(found, mean, absolute: 4 * (variance / n).squareRoot()))
    #expect(isClose(spread, variance, relative: 4 * (3 / n).squareRoot()))
  }

  @Test func effectsOfGroupsAreTheModesInOrder() throws {
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(try women())
    let found = try #require(try fit.groupEffects(of: ["district"], threads: 2).first)
    #expect(found.effects.count == 2 * fit.modes[0].levels.count)
    for (column, term) in fit.modes[0].columns.enumerated() {
      let own = found.effects.filter { $0.term == term }
      #expect(own.map(\.mode) == own.map(\.mode).sorted())
      let added = fit.predictionVariances[0]
      for effect in own {
        let level = try #require(fit.modes[0].levels.firstIndex(of: effect.level))
        #expect(effect.mode == fit.modes[0].values[level, column])
        let conditional = fit.modes[0].variances[level, column].squareRoot()
        let half = (effect.comparativeHigh - effect.comparativeLow) / 2
        #expect(isClose(half, found.multipliers[column] * conditional, relative: 1e-10))
        #expect(
          isClose(
            effect.standardError,
            added[level, column].squareRoot(), relative: 1e-12))
        #expect(effect.rank.low <= effect.rank.median && effect.rank.median <= effect.rank.high)
      }
    }
    // With the uncertain ranks of sixty districts the table says so.
    #expect(found.diagnostics.contains { $0.code == "ranks-uncertain" })
    #expect(throws: GeneralisedModelError.unknownFactor("school", known: ["district"])) {
      try fit.groupEffects(of: ["school"])
    }
  }

  /// Draws have the conditional covariance with what the parameters add: the spread of ranks follows it.
  @Test(arguments: [RandomGeneralisedModel.Structure.intercept, .crossed, .slope])
  func drawsOfErrorsHaveThePredictionVariances(
    _ structure: RandomGeneralisedModel.Structure
  ) throws {
    let model = RandomGeneralisedModel(structure, .binomial(.logit), seed: 4, rows: 400)
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(model.frame, trials: model.trials)
    let draws = fit.errorDraws(4_000, seed: Seed(2))
    for (position, wanted) in fit.predictionVariances.enumerated() {
      for level in 0..<wanted.rows {
        for column in 0..<wanted.columns {
          let values = draws.map { $0[position][level, column] }
          let mean = values.reduce(0, +) / Double(values.count)
          let variance =
            values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
          #expect(isClose(variance, wanted[level, column], relative: 0.12))
        }
      }
    }
  }
}
