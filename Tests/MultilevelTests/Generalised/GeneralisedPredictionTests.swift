import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

/// Predictions, marginal effects and explained shares.
@Suite struct GeneralisedPredictionTests {
  /// Differences of a figure of refitted objects are not at hand, so the delta method is checked against a
  /// margin written out by hand: parameters moved, integral by a fine sum.
  private func population(_ eta: Double, _ deviation: Double, _ mean: (Double) -> Double) -> Double
  {
    var (sum, total) = (0.0, 0.0)
    for k in -4000...4000 {
      let z = Double(k) * 0.002
      let weight = exp(-0.5 * z * z)
      sum += weight * mean(eta + deviation * z)
      total += weight
    }
    return sum / total
  }

  private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  @Test func averagesAndEffectsAreWhatTheirDefinitionSays() throws {
    let model = RandomGeneralisedModel(.slope, .binomial(.logit), seed: 2, rows: 150)
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(model.frame, trials: model.trials)
    let margins = try fit.margins()
    #expect(margins.skipped.isEmpty)
    let n = model.response.count

    /// By hand at any (θ, β): the average, the effect of w, and the slope of x.
    func byHand(_ parameters: [Double], _ scale: PredictionScale) -> [Double] {
      let (theta, beta) = (Array(parameters[..<3]), Array(parameters[3...]))
      func average(_ change: (Double, Double) -> (Double, Double)) -> Double {
        var sum = 0.0
        for i in 0..<n {
          let (x, w) = change(model.fixed[1][i], model.fixed[2][i])
          let eta = model.offset[i] + beta[0] + beta[1] * x + beta[2] * w
          let first = theta[0] + theta[1] * x
          let deviation = (first * first + theta[2] * theta[2] * x * x).squareRoot()
          sum += scale == .typical ? logistic(eta) : population(eta, deviation, logistic)
        }
        return sum / Double(n)
      }
      return [
        average { ($0, $1) }, average { x, _ in (x, 1) } - average { x, _ in (x, 0) },
        (average { ($0 + 1e-3, $1) } - average { ($0 - 1e-3, $1) }) / 2e-3,
      ]
    }
    for scale in PredictionScale.allCases {
      let parameters = fit.theta + fit.coefficients.map(\.estimate)
      let expected = byHand(parameters, scale)
      var gradients = [[Double]](repeating: [], count: 3)
      for k in parameters.indices {
        func moved(_ step: Double) -> [Double] {
          var other = parameters
          other[k] += step
          return byHand(other, scale)
        }
        let (above, below) = (moved(1e-4), moved(-1e-4))
        for m in 0..<3 { gradients[m].append((above[m] - below[m]) / 2e-4) }
      }
      let errors = gradients.map { dot($0, fit.jointCovariance * $0).squareRoot() }
      let overall = try #require(
        margins.outcomes.first { $0.scale == scale && $0.covariate == nil })
      let w = try #require(margins.effects.first { $0.scale == scale && $0.term == "w" })
      let x = try #require(margins.effects.first { $0.scale == scale && $0.term == "x" })
      #expect(w.isDifference)
      #expect(!x.isDifference)
      for (m, (estimate, error)) in [
        (overall.estimate, overall.standardError), (w.estimate, w.standardError),
        (x.estimate, x.standardError),
      ].enumerated() {
        #expect(isClose(estimate, expected[m], absolute: 1e-6))
        #expect(isClose(error, errors[m], relative: 1e-4))
      }
      #expect(overall.low > 0)
      #expect(overall.high < 1)
    }
  }

  @Test func categoriesAddUpToOneAndEffectsToZero() throws {
    for link in BinomialLink.allCases {
      let model = RandomGeneralisedModel(.crossed, .cumulative(link), seed: 4, rows: 250)
      let fit = try GeneralisedMixedModel(.cumulative(link)).fit(model.frame)
      let margins = try fit.margins()
      for scale in PredictionScale.allCases {
        let all = margins.outcomes.filter { $0.scale == scale && $0.covariate == nil }
        #expect(all.map(\.category) == ["1", "2", "3", "4"])
        #expect(isClose(all.reduce(0) { $0 + $1.estimate }, 1, absolute: 1e-12))
        #expect(all.allSatisfy { $0.low < $0.estimate && $0.estimate < $0.high })
        for term in ["x", "w"] {
          let effects = margins.effects.filter { $0.scale == scale && $0.term == term }
          #expect(effects.count == 4)
          #expect(abs(effects.reduce(0) { $0 + $1.estimate }) < 1e-10)
        }
      }
      // Averaged over the random effects the model reproduces the shares that it was fitted to.
      for (k, outcome) in margins.outcomes.prefix(4).enumerated() {
        var (count, total) = (0.0, 0.0)
        for i in model.response.indices {
          total += model.exposures[i]
          if model.response[i] == Double(k + 1) { count += model.exposures[i] }
        }
        #expect(abs(outcome.estimate - count / total) < 0.06)
      }
    }
  }

  @Test func countsHaveTheirMeanInClosedForm() throws {
    let model = RandomGeneralisedModel(.intercept, .poisson, seed: 1, rows: 200)
    let fit = try GeneralisedMixedModel(.poisson).fit(model.frame)
    let overall = try #require(try fit.margins().outcomes.first)
    let beta = fit.coefficients.map(\.estimate)
    let n = model.response.count
    let mean =
      (0..<n).reduce(0.0) { sum, i in
        sum
          + exp(
            model.offset[i] + beta[0] + beta[1] * model.fixed[1][i] + beta[2] * model.fixed[2][i]
              + 0.5 * fit.theta[0] * fit.theta[0])
      } / Double(n)
    #expect(overall.scale == .population)
    #expect(isClose(overall.estimate, mean, relative: 1e-12))
  }

  @Test func interactionsAndFactorLevelsMoveTogether() throws {
    var random = RandomStream(Seed(51)["margins"])
    let n = 600
    let x = (0..<n).map { _ in random.normal() }
    let w = (0..<n).map { _ in random.uniform() < 0.5 ? 1.0 : 0 }
    let codes = (0..<n).map { _ in Int32(random.index(below: 3)) }
    let y = (0..<n).map { i in
      random.uniform() < logistic(0.3 * x[i] + 0.6 * w[i] * x[i] + 0.4 * Double(codes[i])) ? 1.0 : 0
    }
    func indicator(_ level: Int) -> ModelColumn {
      .contrast(codes: codes, coefficients: (0..<3).map { $0 == level ? 1 : 0 })
    }
    let columns: [ModelFrame.NamedColumn] = [
      .init("y", .values(y)), .init("(Intercept)", .constant(1)), .init("x", .values(x)),
      .init("w", .values(w)), .init("x:w", .product(.values(x), .values(w))),
      .init("fb", indicator(1)), .init("fc", indicator(2)),
      .init("I(z^2)", .values(x.map { $0 * $0 })),
      .init("z", .values(x.map { $0 + 0.1 * sin(9 * $0) })),
    ]
    let frame = ModelFrame(
      selection: nil, rowCount: n, columns: columns, fixed: [1, 2, 3, 4, 5, 6, 7, 8], response: 0,
      random: [
        RandomTerm(
          factor: GroupingFactor("g", codes: (0..<n).map { $0 % 20 }, levels: 20), columns: [1])
      ])
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(frame)
    let margins = try fit.margins()
    #expect(Set(margins.effects.map(\.term)) == ["x", "w", "fb", "fc"])
    #expect(margins.skipped == ["I(z^2)", "z"])
    let b = Dictionary(uniqueKeysWithValues: fit.coefficients.map { ($0.name, $0.estimate) })
    func eta(_ i: Int, w: Double, level: Int) -> Double {
      let z = x[i] + 0.1 * sin(9 * x[i])
      var sum = b["(Intercept)"] ?? 0
      sum += (b["x"] ?? 0) * x[i] + (b["w"] ?? 0) * w
      sum += (b["x:w"] ?? 0) * x[i] * w
      sum += (b["I(z^2)"] ?? 0) * x[i] * x[i] + (b["z"] ?? 0) * z
      if level == 1 { sum += b["fb"] ?? 0 }
      if level == 2 { sum += b["fc"] ?? 0 }
      return sum
    }
    func mean(_ value: (Int) -> Double) -> Double {
      (0..<n).reduce(0) { $0 + value($1) } / Double(n)
    }
    let expected: [String: Double] = [
      "w": mean {
        logistic(eta($0, w: 1, level: Int(codes[$0])))
          - logistic(eta($0, w: 0, level: Int(codes[$0])))
      },
      "fb": mean { logistic(eta($0, w: w[$0], level: 1)) - logistic(eta($0, w: w[$0], level: 0)) },
    ]
    for (term, value) in expected {
      let effect = try #require(
        margins.effects.first { $0.term == term && $0.scale == .typical })
      #expect(isClose(effect.estimate, value, absolute: 1e-12))
    }
  }

  @Test func linearPredictorsAreFixedPartAndModes() throws {
    let model = RandomGeneralisedModel(.partlyNested, .binomial(.logit), seed: 3, rows: 200)
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(model.frame, trials: model.trials)
    let (all, typical) = (
      try fit.linearPredictors(), try fit.linearPredictors(includingModes: false)
    )
    let beta = fit.coefficients.map(\.estimate)
    for i in model.response.indices {
      let fixed = model.offset[i] + zip(beta, model.fixed).reduce(0) { $0 + $1.0 * $1.1[i] }
      #expect(isClose(typical[i], fixed, absolute: 1e-12))
      var eta = fixed
      for term in model.frame.random {
        guard let modes = fit.modes.first(where: { $0.factor == term.factor.name }) else {
          continue
        }
        let code = Int(term.factor.codes[i])
        guard code >= 0, let level = modes.levels.firstIndex(of: term.factor.levels[code]) else {
          continue
        }
        let isSlope = modes.columns == ["w"]
        eta += modes.values[level, 0] * (isSlope ? model.fixed[2][i] : 1)
      }
      #expect(isClose(all[i], eta, absolute: 1e-12))
    }
    // The deviance at the modes is that of the fit.
    var conditional = 0.0
    for i in model.response.indices {
      let (y, m, p) = (model.response[i], model.exposures[i], logistic(all[i]))
      if y > 0 { conditional += 2 * y * log(y / (m * p)) }
      if y < m { conditional += 2 * (m - y) * log((m - y) / (m * (1 - p))) }
    }
    #expect(isClose(conditional, fit.conditionalDeviance, relative: 1e-9))
  }

  @Test func predictionVariancesCoverTheTruth() throws {
    // Ten groups of forty: the intercept is as uncertain as the groups are.
    var (covered, narrow, all) = (0.0, 0.0, 0.0)
    for replicate in 0..<60 as Range<UInt32> {
      var random = RandomStream(Seed(52)["coverage"], replicate: replicate)
      let truth = (0..<10).map { _ in 0.6 * random.normal() }
      var (y, g): ([Double], [Int]) = ([], [])
      for group in 0..<10 {
        for _ in 0..<40 {
          var count = 0.0
          var time = random.exponential(rate: exp(1 + truth[group]))
          while time < 1 {
            count += 1
            time += random.exponential(rate: exp(1 + truth[group]))
          }
          y.append(count)
          g.append(group)
        }
      }
      var draft = FrameDraft(response: y)
      draft.addIntercept()
      draft.addTerm(["(Intercept)"], by: GroupingFactor("g", codes: g, levels: 10))
      let fit = try GeneralisedMixedModel(.poisson).fit(draft.frame)
      let variances = fit.predictionVariances[0]
      for group in 0..<10 {
        let error = fit.modes[0].values[group, 0] - truth[group]
        let (own, whole) = (fit.modes[0].variances[group, 0], variances[group, 0])
        #expect(whole > own)
        if error * error < 3.84 * whole { covered += 1 }
        if error * error < 3.84 * own { narrow += 1 }
        all += 1
      }
    }
    // Groups of a replicate share the intercept's error, so that shares vary by about 0.02; maximum
    // likelihood is a little too sure with ten groups.
    #expect(covered / all > 0.87)
    #expect(covered / all < 0.98)
    #expect(narrow / all < 0.7)
  }

  @Test func explainedSharesOfNakagawa() throws {
    let model = RandomGeneralisedModel(.slope, .binomial(.logit), seed: 2, rows: 150)
    let fit = try GeneralisedMixedModel(.binomial(.logit)).fit(model.frame, trials: model.trials)
    let shares = try fit.explainedShares()
    #expect(shares.map(\.variant) == [.latent, .delta])
    let n = model.response.count
    let beta = fit.coefficients.map(\.estimate)
    let fixed = (0..<n).map { i in beta[1] * model.fixed[1][i] + beta[2] * model.fixed[2][i] }
    let mean = fixed.reduce(0, +) / Double(n)
    let variance = fixed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)
    let sigma = fit.variances[0].covariance
    let random =
      model.fixed[1].reduce(0.0) { sum, x in
        sum + sigma[0, 0] + 2 * x * sigma[0, 1] + x * x * sigma[1, 1]
      } / Double(n)
    let share = model.response.reduce(0, +) / model.exposures.reduce(0, +)
    let level = [Double.pi * Double.pi / 3, 1 / (share * (1 - share))]
    for (k, value) in shares.enumerated() {
      let total = variance + random + level[k]
      #expect(isClose(value.marginal, variance / total, relative: 1e-10))
      #expect(isClose(value.conditional, (variance + random) / total, relative: 1e-10))
    }
    let ordered = RandomGeneralisedModel(.intercept, .cumulative(.probit), seed: 2, rows: 150)
    let other = try GeneralisedMixedModel(.cumulative(.probit)).fit(ordered.frame)
    #expect(try other.explainedShares().map(\.variant) == [.latent])
    #expect(try other.explainedShares()[0].distributionVariance == 1)
  }
}
