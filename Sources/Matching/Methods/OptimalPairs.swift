internal import LinearAlgebra
public import Probability

/// As many pairs as the constraints allow and, among all ways to have that many, the least total distance.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | ratio | 1 | ≥ 1 | comparators for each focal unit; as many as possible get a first, then a second |
/// | | | least, most, mean | as many as possible get `least`; beyond, up to `most`, the mean is kept |
/// | fine | none | covariates | comparators have the same shares of these, then of these together |
/// | near-exact | none | covariates | partners are equal in these as far as that costs no pair |
///
/// With `fine`, `near-exact` or a ratio that varies, pairs come before fine balance, that before near-exact
/// wishes, and these before distance, by one minimum-cost flow (``BalancedPairs``).
///
/// On a score by a dynamic programme (``LinePairs``), otherwise by shortest augmenting paths
/// (``SpatialPairs``). Either way the prices of the units prove the total, which is printed beside the
/// bound they give, with whether other pairs would do as well. Distances are not rounded to a tolerance of
/// the whole, so "optimal" holds at every scale of the distance.
public struct OptimalPairs: MatchingMethod, Hashable {
  public let matches: MatchRatio
  /// Covariates whose joint shares are to be the same, each refining those before it.
  public let fine: [String]
  /// Covariates in which partners are to be equal where that is possible.
  public let nearExact: [String]

  public init(ratio: Int = 1) {
    precondition(ratio >= 1, "a ratio of \(ratio)")
    self.init(ratio: .fixed(ratio))
  }

  public init(ratio: MatchRatio, fine: [String] = [], nearExact: [String] = []) {
    matches = ratio
    self.fine = fine
    self.nearExact = nearExact
  }

  public var namedCovariates: [(key: String, name: String)] {
    fine.map { ("fine", $0) } + nearExact.map { ("near-exact", $0) }
  }

  public static let estimands: [Estimand] = [.att, .atc]

  public var ratio: Int? { matches.most }

  public var reusesComparators: Bool { false }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    guard let treatedAreFocal = problem.estimand.treatedAreFocal else {
      throw .unsupportedEstimand(
        method: Self.name, estimand: problem.estimand, supported: Self.estimands)
    }
    if let owners = problem.owners {
      return try owned(problem, owners: owners, treatedAreFocal: treatedAreFocal)
    }
    guard case .fixed(let number) = matches, fine.isEmpty, nearExact.isEmpty,
      problem.joint == nil
    else {
      return try balanced(problem, treatedAreFocal: treatedAreFocal)
    }
    // The kernels know treated units, which ask, and controls; for the ATC the controls ask.
    let arms = AssignmentArms(problem, asking: treatedAreFocal)
    let found = try arms.solve { rules throws(AssignmentError) in
      if problem.isLine, rules.permits == nil {
        return try LinePairs(
          treated: arms.askingPoints.elements, controls: arms.askedPoints.elements,
          ratio: number, rules: rules
        ).solve()
      }
      return try SpatialPairs(
        treated: arms.askingPoints, controls: arms.askedPoints, ratio: number, rules: rules
      ).solve()
    }
    try arms.check(found.certificate)
    var pairs: [MatchedSample.Pair] = []
    var k = 0
    var last = -1
    for pair in found.pairs {
      k = pair.treated == last ? k + 1 : 1
      last = pair.treated
      let focal = arms.asking[pair.treated]
      let other = arms.asked[pair.control]
      pairs.append(
        MatchedSample.Pair(
          treated: treatedAreFocal ? focal : other, control: treatedAreFocal ? other : focal, k: k,
          distance: problem.distance(focal, other)))
    }
    return MatchedSample.disjoint(
      pairs, in: problem,
      optimum: MatchedSample.Optimum(
        objective: found.totalDistance, dual: found.certificate.dual, pairs: pairs.count,
        isUnique: found.isUnique))
  }
}
