import Designs
import LinearAlgebra
import Matching
import Probability
import StudyFiles
import TestSupport
import Testing

/// What optimal methods promise beside what each constraint promises: never worse than a search in some order,
/// and proved.
@Suite("Laws between matching methods")
struct MatchingOrderLawTests {
  static let greedy = LawCase.all.filter {
    $0.method is NearestNeighbour && !$0.method.reusesComparators && $0.method.ratio == 1
      && !$0.settings.contains("near-exact")
  }

  @Test("optimal pairs are at least as many and as near as any order's", arguments: greedy)
  func neverWorse(_ law: LawCase) throws {
    for seed in 0..<6 {
      let candidates = RandomCandidates(
        seed: 300 + seed, ties: seed % 2 == 0,
        strata: [.strata, .everything].contains(law.constraints) ? 3 : 1, places: true
      ).candidates
      let design = law.design(estimand: seed % 3 == 0 ? .atc : .att)
      let optimal = MatchDesign(
        estimand: design.estimand, method: OptimalPairs(), distance: design.distance,
        propensityCaliper: design.propensityCaliper, calipers: design.calipers,
        apart: design.apart, discard: design.discard, farthest: design.farthest,
        admitted: design.admitted)
      guard let near = try? design.match(candidates, seed: Seed(1)) else { continue }
      let best = try optimal.match(candidates, seed: Seed(1))
      #expect(best.sample.pairs.count >= near.sample.pairs.count)
      if best.sample.pairs.count == near.sample.pairs.count {
        let total = near.sample.pairs.reduce(0) { $0 + $1.distance }
        let optimum = try #require(best.sample.optimum)
        // Distances have ten digits.
        #expect(optimum.objective <= total * (1 + 1e-9) + 1e-9)
      }
    }
  }

  static let proved = LawCase.all.filter { $0.method is OptimalPairs || $0.method is OptimalFull }

  @Test("the certificate closes, and bounds on sets only cost", arguments: proved)
  func certificate(_ law: LawCase) throws {
    for seed in 0..<5 {
      let candidates = RandomCandidates(
        seed: 400 + seed, ties: seed % 2 == 0,
        strata: [.strata, .everything].contains(law.constraints) ? 3 : 1, places: true
      ).candidates
      for estimand in Estimand.allCases where type(of: law.method).estimands.contains(estimand) {
        guard let match = try? law.design(estimand: estimand).match(candidates, seed: Seed(1))
        else { continue }
        let optimum = try #require(match.sample.optimum)
        #expect(
          abs(optimum.objective - optimum.dual) <= 1e-9 * max(optimum.objective, 1e-3))
        #expect(optimum.isUnique != nil)
        guard let bounds = match.sample.sets.max().map({ Int($0) + 1 }),
          let full = law.method as? OptimalFull, full.bounds.use == .all
        else { continue }
        #expect(bounds > 0)
        let free = try MatchDesign(
          estimand: estimand, method: OptimalFull(), distance: law.distance,
          propensityCaliper: law.design(estimand: estimand).propensityCaliper,
          calipers: law.design(estimand: estimand).calipers,
          apart: law.design(estimand: estimand).apart,
          discard: law.design(estimand: estimand).discard,
          farthest: law.design(estimand: estimand).farthest,
          admitted: law.design(estimand: estimand).admitted
        ).match(candidates, seed: Seed(1))
        let isWhole = candidates.treated.indices.allSatisfy {
          free.sample.isUsed($0) == match.sample.isUsed($0)
        }
        if isWhole {
          #expect(
            optimum.objective >= (free.sample.optimum?.objective ?? 0) * (1 - 1e-9) - 1e-9)
        }
      }
    }
  }
}
