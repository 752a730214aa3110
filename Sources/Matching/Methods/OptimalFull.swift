internal import LinearAlgebra
public import Probability
internal import Tables

/// Full matching: every unit with a possible partner in a set of one unit against one or more of the other
/// arm, with the least total distance between the one and the others.
///
/// Nobody is dropped for want of a partner of their own, and no control is closer to another set's one unit
/// in a way that would lower the total. Sets can be uneven, which the effective sample size shows. The
/// prices of the units prove the total (``LineFull``, ``SpatialFull``; Hansen 2004,
/// DOI 10.1198/016214504000000647).
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | bounds | none | ``SetBounds`` | how uneven sets may be, and how many comparators take part |
/// | near-exact | none | covariates | partners are equal in these as far as that costs nobody a place |
///
/// With bounds or wishes the order is: as many treated units as possible, then as many comparators as wanted,
/// then near-exact wishes, then distance (``BoundedFull``).
public struct OptimalFull: MatchingMethod, Hashable {
  public let bounds: SetBounds
  /// Covariates in which partners are to be equal where that is possible.
  public let nearExact: [String]

  public init(bounds: SetBounds = .none, nearExact: [String] = []) {
    self.bounds = bounds
    self.nearExact = nearExact
  }

  public var setBounds: SetBounds? { bounds == .none ? nil : bounds }

  public var namedCovariates: [(key: String, name: String)] {
    nearExact.map { ("near-exact", $0) }
  }

  public static let estimands: [Estimand] = [.att, .atc, .ate]

  public var ratio: Int? { nil }

  public var reusesComparators: Bool { false }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    let arms = AssignmentArms(problem, asking: true)
    guard bounds == .none, nearExact.isEmpty else { return try bounded(arms) }
    let found = try arms.solve { rules throws(AssignmentError) in
      if problem.isLine {
        return try LineFull(
          treated: arms.askingPoints.elements, controls: arms.askedPoints.elements, rules: rules
        ).solve()
      }
      return try SpatialFull(
        treated: arms.askingPoints, controls: arms.askedPoints, rules: rules
      ).solve()
    }
    return try sample(of: found, arms)
  }

  /// The sample of an assignment, whose proof is checked.
  func sample(
    of found: FullAssignment, _ arms: AssignmentArms, diagnostics: [Diagnostic] = []
  ) throws(MatchingError) -> MatchedSample {
    let problem = arms.problem
    try arms.check(found.certificate)
    var sets = [Int32](repeating: -1, count: problem.count)
    var links = 0
    for (number, set) in found.sets.enumerated() {
      for unit in set.treated { sets[arms.asking[unit]] = Int32(number) }
      for unit in set.controls { sets[arms.asked[unit]] = Int32(number) }
      links += max(set.treated.count, set.controls.count)
    }
    return MatchedSample(
      weights: MatchedSample.setWeights(
        sets, treated: problem.treated, estimand: problem.estimand),
      sets: sets, pairs: [], reusesComparators: false,
      optimum: MatchedSample.Optimum(
        objective: found.totalDistance, dual: found.certificate.dual, pairs: links,
        isUnique: found.isUnique), diagnostics: diagnostics)
  }
}
