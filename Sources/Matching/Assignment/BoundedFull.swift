public import LinearAlgebra

/// Optimal full matching in which sets are bounded, comparators may be left out, or partners should be equal in
/// something: as many treated units as possible, then as many controls as wanted, then the fewest unlike
/// partners, then the least total distance.
///
/// A circulation: from the hub to every treated unit, on to controls, and back, with bounds on what passes
/// each (Hansen & Klopfer 2006, DOI 10.1198/106186006X137047). ``NetworkSimplex`` solves it over near pairs
/// alone; then every other pair is compared with the prices, through search trees, those that would help are
/// added, and so on until none is left. No dense matrix is formed, and the prices prove the total.
public struct BoundedFull: Sendable {
  let treated: Matrix
  let controls: Matrix
  let rules: PairRules
  let bounds: SetBounds
  /// In how many wishes a treated unit and a control differ, from zero to `wishes`.
  let unlike: (@Sendable (_ treated: Int, _ control: Int) -> Int)?
  let wishes: Int

  /// - Parameters:
  ///   - treated: a column of coordinates for each treated unit.
  ///   - controls: a column of as many coordinates for each control.
  ///   - wishes: the most that `unlike` gives.
  public init(
    treated: Matrix, controls: Matrix, rules: PairRules, bounds: SetBounds, wishes: Int = 0,
    unlike: (@Sendable (_ treated: Int, _ control: Int) -> Int)? = nil
  ) throws(AssignmentError) {
    guard treated.rows == controls.rows else {
      throw .dimensions(treated: treated.rows, controls: controls.rows)
    }
    try treated.checkFinite(.treated)
    try controls.checkFinite(.control)
    try rules.check(treated: treated.columns, controls: controls.columns)
    self.treated = treated
    self.controls = controls
    self.rules = rules
    self.bounds = bounds
    self.wishes = wishes
    self.unlike = unlike
  }

  public struct Solution: Sendable, Hashable {
    public let assignment: FullAssignment
    /// Treated units with a possible partner that lack comparators up to the minimum, in all.
    public let missing: Int
    /// Controls that were wanted beyond those used.
    public let short: Int
    /// Pairs that differ in something wished for, each wish counted.
    public let unlike: Int
  }

  public func solve() -> Solution {
    var cover = BoundedCover(self)
    cover.solve()
    return cover.solution()
  }
}
