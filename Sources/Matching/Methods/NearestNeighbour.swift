internal import LinearAlgebra
public import Probability
internal import Tables

/// Greedy matching: each focal unit in turn takes the nearest comparator that is left.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | ratio | 1 | ≥ 1 | comparators for each focal unit; everyone gets a first before anyone a second |
/// | | | least, most, mean | everyone gets `least`; then the nearest pairs first, up to `most` or the mean |
/// | replace | false | | whether a comparator may be taken again |
/// | ties | first | first, all, a width | with `replace`: whether all as near as the last are taken |
/// | near-exact | none | covariates | a partner equal in these comes before a nearer one |
/// | order | largest score first, or row order without a score | | who chooses first |
///
/// Ties go to the earlier row; on a score, between a comparator on either side, to the lower score. The
/// first-come order costs optimality, never a constraint: strata and calipers hold for every pair.
public struct NearestNeighbour: MatchingMethod, Hashable {
  /// Who chooses first.
  public enum Order: String, Sendable, Hashable, CaseIterable {
    /// The largest propensity score, whose comparators are fewest.
    case largest
    case smallest
    /// At every step the pair that is nearest of all.
    case closest
    /// Who has the farthest to their nearest comparator before anybody chooses.
    case farthest
    case random
    /// The order of the rows.
    case data
  }

  public let matches: MatchRatio
  public let reusesComparators: Bool
  /// `nil`: by the score, from the end where comparators are fewest; by row where there is none.
  public let order: Order?

  /// Covariates in which partners are to be equal where one can be found: before distance.
  public let nearExact: [String]

  /// Where comparators may serve again: those whose squared distance is at most this above the last one's are taken as
  /// well, and share its weight; `nil` takes the earliest of several as near.
  public let tieWidth: Double?

  /// - Parameter tieWidth: only with `replace`.
  public init(
    ratio: Int = 1, replace: Bool = false, order: Order? = nil, nearExact: [String] = [],
    tieWidth: Double? = nil
  ) {
    precondition(ratio >= 1, "a ratio of \(ratio)")
    precondition(tieWidth == nil || replace, "ties that are all taken without replacement")
    self.tieWidth = tieWidth
    matches = .fixed(ratio)
    reusesComparators = replace
    self.order = order
    self.nearExact = nearExact
  }

  public init(ratio: MatchRatio, order: Order? = nil, nearExact: [String] = []) {
    matches = ratio
    reusesComparators = false
    tieWidth = nil
    self.order = order
    self.nearExact = nearExact
  }

  public var namedCovariates: [(key: String, name: String)] {
    nearExact.map { ("near-exact", $0) }
  }

  public static let estimands: [Estimand] = [.att, .atc]

  public var ratio: Int? { tieWidth == nil ? matches.most : nil }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    guard let treatedAreFocal = problem.estimand.treatedAreFocal else {
      throw .unsupportedEstimand(
        method: Self.name, estimand: problem.estimand, supported: Self.estimands)
    }
    var problem = problem
    problem.wishes = try nearExact.map { name throws(MatchingError) in
      try problem.codes(of: name, key: "near-exact")
    }
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    let focal = eligible.filter { problem.treated[$0] == treatedAreFocal }
    let others = eligible.filter { problem.treated[$0] != treatedAreFocal }
    if !reusesComparators { problem.gatherStandIns(among: others) }
    let found: [(focal: Int, match: Neighbour, k: Int)]
    if problem.isLine {
      let own = problem.calipers.first { $0.values == problem.coordinates.elements }
      var line = ScoreLine(problem, available: others, reach: own?.limit)
      found = choose(for: focal, in: problem, from: &line, using: &stream)
    } else {
      var forest = NearestForest(problem, available: others)
      found = choose(for: focal, in: problem, from: &forest, using: &stream)
    }
    let pairs = found.map { focal, match, k in
      MatchedSample.Pair(
        treated: treatedAreFocal ? focal : match.unit,
        control: treatedAreFocal ? match.unit : focal, k: k, distance: match.distance)
    }
    let sample =
      reusesComparators
      ? MatchedSample.reusing(pairs, in: problem) : MatchedSample.disjoint(pairs, in: problem)
    return sample.adding(
      zip(nearExact, problem.wishes).map { name, codes in
        Diagnostic(
          .note, code: "near-exact",
          "\(pairs.count { codes[$0.treated] != codes[$0.control] }) of \(pairs.count) pairs differ in "
            + "`\(name)`")
      })
  }

  private func choose<Search: NeighbourSearch>(
    for focal: [Int], in problem: MatchingProblem, from search: inout Search,
    using stream: inout RandomStream
  ) -> [(focal: Int, match: Neighbour, k: Int)] {
    if reusesComparators { return chooseWithReuse(for: focal, in: problem, from: &search) }
    var found: [(focal: Int, match: Neighbour, k: Int)] = []
    let queue = arranged(focal, in: problem, using: &stream)
    // Who found nobody in one round will find nobody in the next.
    var remaining = queue
    for k in 1...matches.least {
      let round: [(focal: Int, match: Neighbour)] =
        switch order {
        case .closest:
          byDistance(remaining, farthestFirst: false, in: problem, from: &search)
        case .farthest:
          byDistance(remaining, farthestFirst: true, in: problem, from: &search)
        default: inTurn(remaining, in: problem, from: &search)
        }
      if round.isEmpty { break }
      found += round.map { ($0.focal, $0.match, k) }
      var matched = [Bool](repeating: false, count: problem.count)
      for choice in round { matched[choice.focal] = true }
      remaining = remaining.filter { matched[$0] }
    }
    if case .variable = matches {
      let focal = found.count { $0.k == 1 }
      found += closestUpTo(
        remaining, pairs: matches.pairs(of: focal) - found.count, in: problem, from: &search)
    }
    return found
  }

  /// Focal units in the order in which they choose.
  func arranged(
    _ focal: [Int], in problem: MatchingProblem, using stream: inout RandomStream
  ) -> [Int] {
    let byScore: Order = problem.estimand == .atc ? .smallest : .largest
    switch (order ?? byScore, problem.score) {
    case (.largest, let score?): return focal.sorted { (-score[$0], $0) < (-score[$1], $1) }
    case (.smallest, let score?): return focal.sorted { (score[$0], $0) < (score[$1], $1) }
    case (.random, _):
      var shuffled = focal
      for i in stride(from: shuffled.count - 1, to: 0, by: -1) {
        shuffled.swapAt(i, stream.index(below: i + 1))
      }
      return shuffled
    default: return focal
    }
  }

  private func inTurn<Search: NeighbourSearch>(
    _ queue: [Int], in problem: MatchingProblem, from search: inout Search
  ) -> [(focal: Int, match: Neighbour)] {
    var found: [(focal: Int, match: Neighbour)] = []
    for unit in queue {
      guard let match = search.best(for: unit, in: problem) else { continue }
      for gone in problem.standIns(of: match.unit) { search.remove(gone) }
      found.append((unit, match))
    }
    return found
  }

  private func chooseWithReuse<Search: NeighbourSearch>(
    for focal: [Int], in problem: MatchingProblem, from search: inout Search
  ) -> [(focal: Int, match: Neighbour, k: Int)] {
    var found: [(focal: Int, match: Neighbour, k: Int)] = []
    for unit in focal {
      var chosen: [Int] = []
      var last: (square: Double, unlike: Int)?
      while let match = search.best(for: unit, in: problem, except: chosen) {
        let here = (
          square: match.distance * match.distance, unlike: problem.unlike(unit, match.unit)
        )
        if chosen.count >= matches.most {
          guard let tieWidth, let last, here.unlike == last.unlike,
            here.square <= last.square + tieWidth
          else { break }
        } else {
          last = here
        }
        chosen.append(match.unit)
        found.append((unit, match, chosen.count))
      }
    }
    return found
  }
}
