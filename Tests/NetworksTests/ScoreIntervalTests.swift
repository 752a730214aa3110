import Foundation
import Networks
import Probability
import StudyFiles
import TestSupport
import Testing

/// Intervals of the score-type test against a model whose moments have a closed form: pairs of actors that can be tied to
/// each other alone, so that every ordered pair is a chain of two states.
@Suite struct ScoreIntervalTests {
  /// Ordered pairs by what they were and became.
  private struct Pairs {
    let absent: Double
    let present: Double
    let made: Double
    let ended: Double

    /// The probabilities that a tie is there at the end where it was absent, and gone where it was present.
    private func chances(_ rate: Double, _ density: Double) -> (made: Double, ended: Double) {
      let share = 1 / (1 + exp(-density))
      let changed = 1 - exp(-rate)
      return (share * changed, (1 - share) * changed)
    }

    /// Expected changes and ties less observed ones.
    private func deviation(_ x: [Double]) -> [Double] {
      let p = chances(x[0], x[1])
      let (made, ended) = (absent * p.made - self.made, present * p.ended - self.ended)
      return [made + ended, made - ended]
    }

    private func derivative(_ f: ([Double]) -> [Double], at x: [Double]) -> [[Double]] {
      var result = [[0.0, 0], [0, 0]]
      for k in 0...1 {
        var (up, down) = (x, x)
        up[k] += 1e-5
        down[k] -= 1e-5
        for (i, pair) in zip(f(up), f(down)).enumerated() {
          result[i][k] = (pair.0 - pair.1) / 2e-5
        }
      }
      return result
    }

    private func inverse(_ a: [[Double]]) -> [[Double]] {
      let d = a[0][0] * a[1][1] - a[0][1] * a[1][0]
      return [[a[1][1] / d, -a[0][1] / d], [-a[1][0] / d, a[0][0] / d]]
    }

    private func solve(_ f: ([Double]) -> [Double], from start: [Double]) -> [Double] {
      var x = start
      for _ in 0..<200 {
        let (b, inverse) = (f(x), inverse(derivative(f, at: x)))
        for k in 0...1 { x[k] -= 0.5 * (inverse[k][0] * b[0] + inverse[k][1] * b[1]) }
      }
      return x
    }

    /// Of the rate and of density.
    var estimate: [Double] { solve(deviation, from: [1, -1]) }

    /// Of one parameter, with *D* at x.
    private func error(of k: Int, _ x: [Double], _ inverse: [[Double]]) -> Double {
      let p = chances(x[0], x[1])
      let (made, ended) = (
        absent * p.made * (1 - p.made), present * p.ended * (1 - p.ended)
      )
      let covariance = [[made + ended, made - ended], [made - ended, made + ended]]
      var sum = 0.0
      for i in 0...1 {
        for j in 0...1 { sum += inverse[k][i] * covariance[i][j] * inverse[k][j] }
      }
      return sum.squareRoot()
    }

    var errors: [Double] {
      let x = estimate
      let inverse = inverse(derivative(deviation, at: x))
      return [error(of: 0, x, inverse), error(of: 1, x, inverse)]
    }

    func end(of k: Int, side: Double) -> Double {
      solve(
        { x in
          let inverse = self.inverse(derivative(deviation, at: x))
          var b = deviation(x)
          b[k] -= side * 1.959963984540054 * error(of: k, x, inverse) / inverse[k][k]
          return b
        }, from: estimate)[k]
    }
  }

  private static let actors = 60

  /// Whether an ordered pair has a tie before and after.
  private static func panel(_ ties: [(before: Bool, after: Bool)]) throws -> Panel {
    var waves = [Network(actors: actors, directed: true), Network(actors: actors, directed: true)]
    for (i, tie) in ties.enumerated() {
      let other = i % 2 == 0 ? i + 1 : i - 1
      if tie.before { waves[0].toggle(i, other) }
      if tie.after { waves[1].toggle(i, other) }
    }
    let fixed = (0..<actors).flatMap { i in
      (0..<actors).filter { $0 != i && $0 / 2 != i / 2 }.map { (from: i, to: $0) }
    }
    return try Panel(
      waves: waves.map { PanelState($0) },
      constraints: [PeriodConstraints(actors: actors, directed: true, fixed: fixed)])
  }

  private static func model(_ terms: [PanelModel.NetworkTerm] = []) -> PanelModel {
    PanelModel(directed: true, terms: [PanelModel.NetworkTerm("density", Density())] + terms)
  }

  @Test func asInClosedForm() throws {
    let pairs = Pairs(absent: 48, present: 12, made: 6, ended: 3)
    let panel = try Self.panel(
      (0..<Self.actors).map { i in i < 12 ? (true, i >= 3) : (false, i < 18) })
    let estimate = try MomentEstimator(Self.model(), panel, replicates: 8000)
      .estimate(intervals: .score, seed: Seed(741), threads: 2)
    var farthest = 0.0
    for k in 0...1 {
      let (found, error) = (estimate.parameters[k], pairs.errors[k])
      #expect(abs(found.estimate - pairs.estimate[k]) < 0.05 * error)
      #expect(abs(found.standardError - error) < 0.06 * error)
      let (low, high) = try (#require(found.interval.low), #require(found.interval.high))
      let exact = [pairs.end(of: k, side: -1), pairs.end(of: k, side: 1)]
      #expect(abs(low - exact[0]) < 0.1 * error, "\(low), \(exact[0])")
      #expect(abs(high - exact[1]) < 0.1 * error, "\(high), \(exact[1])")
      let wald = FormationInterval.wald(
        pairs.estimate[k], standardError: error, isRate: false)
      for (a, b) in zip(exact, [wald.low ?? .nan, wald.high ?? .nan]) {
        farthest = max(farthest, abs(a - b) / error)
      }
    }
    // The case can tell them from those of standard errors.
    #expect(farthest > 0.3)
  }

  /// So much has changed that any larger rate agrees with it: were nothing of the first wave left in the second, 20.4
  /// changes would be expected, 1.5 standard deviations from the 16 observed.
  @Test func aRateWithoutHighEnd() throws {
    let panel = try Self.panel(
      (0..<Self.actors).map { i in i < 12 ? (true, i >= 7) : (false, i < 21) })
    let interval = try MomentEstimator(Self.model(), panel)
      .estimate(intervals: .score, seed: Seed(744), threads: 2).parameters[0].interval
    #expect(interval.high == nil)
    let exact = Pairs(absent: 48, present: 12, made: 9, ended: 7).end(of: 0, side: -1)
    #expect(abs(try #require(interval.low) - exact) < 0.1)
  }

  @Test func threadsChangeNothing() throws {
    let panel = try Self.panel(
      (0..<Self.actors).map { i in i < 12 ? (true, i >= 7) : (false, i < 21) })
    let estimator = try MomentEstimator(Self.model(), panel, replicates: 200)
    let all = try [1, 2].map {
      try estimator.estimate(intervals: .score, seed: Seed(742), threads: $0)
        .parameters.map(\.interval)
    }
    #expect(all[0] == all[1])
  }

  /// No tie is returned, though ties are made.
  @Test func withoutAFiniteEstimateOneEnd() throws {
    let panel = try Self.panel(
      (0..<Self.actors).map { i in
        i < 12 ? (i % 2 == 0, i % 2 == 0 && i >= 4) : (false, i < 30 && i % 2 == 1)
      })
    let model = Self.model([PanelModel.NetworkTerm("reciprocity", Reciprocity())])
    let estimator = try MomentEstimator(model, panel, replicates: 1000)
    let estimate = try estimator.estimate(intervals: .score, seed: Seed(743), threads: 2)
    #expect(estimate.unbounded == [2])
    let interval = estimate.parameters[2].interval
    #expect(interval.low == nil)
    let high = try #require(interval.high)
    #expect(high > estimate.parameters[2].estimate)
    // Less than one return is expected there by a wide margin less often than one time in forty, and more often where
    // returning is as likely as not.
    #expect(high < 2)
    let wald = try estimator.estimate(seed: Seed(743), threads: 2).parameters[2].interval
    #expect(wald == FormationInterval(low: nil, high: nil))
  }
}
