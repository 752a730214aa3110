/// The groups of rows that may each belong to several, and with what weight.
///
/// A random effect *u_j* of group *j* enters row *i* as Σ *w_ij u_j* (times the row's random-effect columns):
/// Browne, Goldstein & Rasbash (2001), doi:10.1177/1471082X0100100202.
public struct Memberships: Sendable, Hashable {
  /// The memberships of used row *r* are `starts[r] ..< starts[r + 1]`: one more than there are rows.
  public let starts: [Int32]
  /// Positions in the factor's levels, ascending within a row, none twice.
  public let levels: [Int32]
  /// None is zero.
  public let weights: [Double]

  public init(starts: [Int32], levels: [Int32], weights: [Double]) {
    precondition(
      levels.count == weights.count && Int(starts.last ?? 0) == levels.count,
      "\(levels.count) levels and \(weights.count) weights for \(starts.last ?? 0) memberships")
    self.starts = starts
    self.levels = levels
    self.weights = weights
  }
}

extension GroupingFactor {
  /// A factor whose rows may belong to several groups: every code is −1.
  public init(name: String, memberships: Memberships, levels: [String]) {
    self.init(
      name: name,
      codes: [Int32](repeating: -1, count: max(0, memberships.starts.count - 1)), levels: levels,
      memberships: memberships)
  }
}
