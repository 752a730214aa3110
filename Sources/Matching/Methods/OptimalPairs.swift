public import Probability

/// As many pairs as the constraints allow and, among all ways to have that many, the least total distance.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | ratio | 1 | ≥ 1 | comparators for each focal unit |
///
/// Shortest augmenting paths with prices on units (Jonker & Volgenant 1987, DOI 10.1007/BF02278710), over
/// lists of neighbours that grow only where a path needs them; no table of all distances is ever formed.
/// The prices are kept: they prove the total, which is printed beside the bound they give. Distances are
/// exact, not rounded to a tolerance of the whole, so "optimal" holds at every scale of the distance.
/// On a score a dynamic programme over the sorted units does the same, and its last cell is the bound.
public struct OptimalPairs: MatchingMethod, Hashable {
  public let matches: Int

  public init(ratio: Int = 1) {
    precondition(ratio >= 1, "a ratio of \(ratio)")
    matches = ratio
  }

  public static let estimands: [Estimand] = [.att, .atc]

  public var ratio: Int? { matches }

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
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    let focal = eligible.filter { problem.treated[$0] == treatedAreFocal }
    let others = eligible.filter { problem.treated[$0] != treatedAreFocal }
    let (found, optimum) =
      solveOnLine(problem, focal: focal, others: others)
      ?? solveBySearch(problem, focal: focal, others: others)
    guard abs(optimum.objective - optimum.dual) <= 1e-9 * max(1, optimum.objective) else {
      throw .brokenConstraint(
        name: "optimum", declared: "\(optimum.dual)", found: "\(optimum.objective)")
    }
    var pairs: [MatchedSample.Pair] = []
    for (unit, matches) in found {
      for (k, match) in matches.enumerated() {
        pairs.append(
          MatchedSample.Pair(
            treated: treatedAreFocal ? unit : match.unit,
            control: treatedAreFocal ? match.unit : unit, k: k + 1, distance: match.distance))
      }
    }
    return MatchedSample.disjoint(pairs, in: problem, optimum: optimum)
  }

  private func solveBySearch(
    _ problem: MatchingProblem, focal: [Int], others: [Int]
  ) -> (matches: [(unit: Int, matches: [Neighbour])], optimum: MatchedSample.Optimum) {
    var assignment = Assignment(
      problem, rows: focal.flatMap { Array(repeating: $0, count: matches) }, columns: others)
    assignment.solve()
    return (assignment.matches, assignment.optimum)
  }
}
