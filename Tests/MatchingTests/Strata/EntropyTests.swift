import Matching
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("Entropy balancing")
struct EntropyTests {
  private func error(_ covariate: Covariate, treated: [Bool]) -> MatchingError? {
    do throws(MatchingError) {
      _ = try MatchDesign(method: EntropyBalancing()).match(
        Candidates(treated: treated, covariates: [covariate]), seed: Seed(1))
      return nil
    } catch { return error }
  }

  @Test("one covariate of two values: weights in closed form")
  func closedForm() throws {
    // Half of the treated have 1, a quarter of the comparators.
    let treated = [true, true, false, false, false, false]
    let x = Covariate("x", .numbers([0, 1, 0, 0, 0, 1]))
    let match = try MatchDesign(method: EntropyBalancing()).match(
      Candidates(treated: treated, covariates: [x]), seed: Seed(1))
    let expected = [1, 1, 2.0 / 3, 2.0 / 3, 2.0 / 3, 2]
    #expect(largestDifference(match.sample.weights, expected, scale: 1) < 1e-12)
    #expect(match.sample.sets.allSatisfy { $0 == -1 })
    #expect(match.checks.contains { $0.constraint == "balance" && $0.holds })
  }

  @Test("means, and with two moments variances, are those of the focal arm", arguments: [1, 2])
  func balances(_ moments: Int) throws {
    var done = 0
    for seed in 0..<20 {
      let candidates = RandomCandidates(seed: 40 + seed, ties: seed % 2 == 0).candidates
      for estimand in [Estimand.att, .atc, .ate] {
        let design = MatchDesign(estimand: estimand, method: EntropyBalancing(moments: moments))
        guard let match = try? design.match(candidates, seed: Seed(1)) else { continue }
        done += 1
        let all = candidates.treated.indices
        for covariate in candidates.covariates {
          guard case .numbers(let x) = covariate.values else { continue }
          func moment(_ power: Int, over units: [Int], weighted: Bool) -> Double {
            let weights = units.map { weighted ? match.sample.weights[$0] : 1 }
            let sum = zip(units, weights).map { power == 1 ? x[$0] * $1 : x[$0] * x[$0] * $1 }
            return sum.reduce(0, +) / weights.reduce(0, +)
          }
          let focal = all.filter { unit in
            estimand == .ate || candidates.treated[unit] == (estimand == .att)
          }
          for arm in [true, false] {
            let units = all.filter { candidates.treated[$0] == arm }
            for power in 1...moments {
              #expect(
                isClose(
                  moment(power, over: units, weighted: true),
                  moment(power, over: Array(focal), weighted: false), relative: 1e-8,
                  absolute: 1e-8))
            }
          }
        }
      }
    }
    #expect(done >= 5)
  }

  @Test("what cannot be balanced is named")
  func infeasible() {
    let treated = [true, true, false, false, false]
    #expect(
      error(Covariate("x", .numbers([5, 6, 1, 2, 3])), treated: treated)
        == .cannotBalance(column: "x", arm: .control))
    #expect(
      error(
        Covariate("kind", .factor(codes: [0, 1, 0, 0, 0], levels: ["a", "b"])), treated: treated)
        == .cannotBalance(column: "kind = b", arm: .control))
  }

  @Test("exact strata weigh the same in both arms")
  func exactStrata() throws {
    let candidates = RandomCandidates(seed: 5, ties: false, strata: 2).candidates
    let match = try MatchDesign(method: EntropyBalancing()).match(candidates, seed: Seed(1))
    #expect(match.checks.contains { $0.constraint == "equal shares of exact strata" && $0.holds })
    #expect(throws: MatchingError.exactNotKept(method: "weighting")) {
      _ = try MatchDesign(method: InverseProbabilityWeights()).match(candidates, seed: Seed(1))
    }
  }

  @Test("the effect says what it leaves out")
  func honesty() throws {
    let treated = [true, true, false, false, false, false]
    let match = try MatchDesign(method: EntropyBalancing()).match(
      Candidates(treated: treated, covariates: [Covariate("x", .numbers([0, 1, 0, 0, 0, 1]))]),
      seed: Seed(1))
    let y = Covariate("y", .numbers([3, 5, 1, 2, 3, 4]))
    let (effect, doubts) = try DesignEffect.estimate(match, outcome: y, errors: .hc3)
    #expect(doubts.contains { $0.code == "estimated-weights" })
    #expect(isClose(effect.estimate, 4 - (2 + 4) / 2, relative: 1e-12))
  }
}
