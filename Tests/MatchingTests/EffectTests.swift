import LinearAlgebra
import Matching
import Probability
import Regression
import TestSupport
import Testing

@Suite("A design's own effect")
struct EffectTests {
  private func example() throws -> (match: MatchOutcome, outcome: Covariate) {
    let candidates = RandomCandidates(seed: 11, ties: false).candidates
    var stream = RandomStream(Seed(2))
    let outcome = Covariate(
      "outcome", .numbers(candidates.treated.map { stream.normal() + ($0 ? 0.5 : 0) }))
    return (try MatchDesign().match(candidates, seed: Seed(1)), outcome)
  }

  @Test("where groups are assigned, pairs of one group make one cluster")
  func assignedGroups() throws {
    let (match, outcome) = try example()
    let groups = match.candidates.treated.enumerated().map { unit, isTreated in
      isTreated ? Int32(unit % 4) : -1
    }
    let plain = try DesignEffect.estimate(match, outcome: outcome).effect
    let grouped = try DesignEffect.estimate(match, outcome: outcome, groups: groups).effect
    #expect(plain.estimate == grouped.estimate)
    #expect(grouped.degreesOfFreedom < 4)
    #expect(plain.degreesOfFreedom > grouped.degreesOfFreedom)

    guard case .numbers(let y) = outcome.values else { return }
    var cluster = [Int32](repeating: -1, count: y.count)
    for pair in match.sample.pairs {
      cluster[pair.treated] = groups[pair.treated]
      cluster[pair.control] = groups[pair.treated]
    }
    var design = Design(interceptFor: y.count)
    design.add("treated", match.candidates.treated.map { $0 ? 1 : 0 })
    let expected = try LeastSquares(design, response: y, weights: match.sample.weights).estimate(
      of: [0, 1], errors: .cr2(clusters: cluster))
    #expect(isClose(grouped.standardError, expected.standardError, relative: 1e-12))
    #expect(isClose(grouped.degreesOfFreedom, expected.degreesOfFreedom, relative: 1e-10))
  }

  @Test("interval, p value, g and detectable effect follow from estimate, error and t")
  func consistency() throws {
    let (match, outcome) = try example()
    let effect = try DesignEffect.estimate(match, outcome: outcome).effect
    let t = StudentT(degreesOfFreedom: effect.degreesOfFreedom)
    #expect(
      isClose(
        effect.interval.upperBound,
        effect.estimate + t.quantile(0.975) * effect.standardError, relative: 1e-12))
    #expect(
      isClose(
        effect.pValue, t.twoSidedTail(effect.estimate / effect.standardError), relative: 1e-12))
    let spread = effect.estimate * (1 - 3 / (4 * effect.degreesOfFreedom - 1)) / effect.hedgesG
    #expect(
      isClose(
        effect.minimumDetectable * spread,
        (t.quantile(0.975) + t.quantile(0.8)) * effect.standardError, relative: 1e-12))
  }

  @Test("adjusting for a covariate that predicts the outcome exactly leaves its effect")
  func exactAdjustment() throws {
    let (match, _) = try example()
    let x = match.candidates.covariates[0]
    let values = match.candidates.numbers(x)
    let outcome = Covariate(
      "outcome",
      .numbers(zip(values, match.candidates.treated).map { 2 * $0 + ($1 ? 0.75 + $0 : 0) }))
    let effect = try DesignEffect.estimate(match, outcome: outcome, adjust: [x]).effect
    let treated = match.candidates.treated.indices.filter {
      match.candidates.treated[$0] && match.sample.isUsed($0)
    }
    let mean = treated.map { values[$0] }.reduce(0, +) / Double(treated.count)
    #expect(isClose(effect.estimate, 0.75 + mean, relative: 1e-10))
  }
}
