/// Schools divided into families of similar intake, no two of one family too near each other, with a proof of how far
/// from the best the division can be.
///
/// The families of the City Challenge (Ainscow 2012, doi:10.1007/s10833-012-9182-5): 12 to 20 schools alike in prior
/// attainment and background, not sharing a neighbourhood.
public struct Families: Sendable {
  /// The family of each school, from 0, in the order of their first school.
  public let familyOf: [Int32]
  public let members: [[Int32]]
  /// Σ_f Σ_{i in f} |*x_i* − *x̄_f*|², in standardised covariates.
  public let objective: Double
  /// No division has less; without regard to who must keep apart.
  public let bound: Double
  /// How often all schools were looked at.
  public let passes: Int

  /// How far the objective can be above the best, as a share of it.
  public var gap: Double { objective > 0 ? max(0, objective - bound) / objective : 0 }

  /// - Throws: ``FamilyError/noArrangement(conflicts:schools:families:)``
  public init(_ problem: FamilyProblem, passes most: Int = 60) throws(FamilyError) {
    var search = FamilySearch(problem)
    search.improve(passes: most)
    let conflicts = search.conflicting
    guard conflicts.isEmpty else {
      let worst = conflicts.sorted { ($1.count, $0.school) < ($0.count, $1.school) }.prefix(5)
      throw .noArrangement(
        conflicts: conflicts.reduce(0) { $0 + $1.count } / 2, schools: worst.map(\.school),
        families: search.members.count)
    }
    objective = search.objective
    var shares = [Double](repeating: 0, count: problem.count)
    for family in search.members.indices {
      let share = search.squares(family) / Double(search.members[family].count)
      for school in search.members[family] { shares[Int(school)] = share }
    }
    bound = FamilyBound.bound(problem, shares: shares)
    passes = search.passes
    let order = search.members.indices.sorted {
      (search.members[$0].first ?? 0) < (search.members[$1].first ?? 0)
    }
    members = order.map { search.members[$0] }
    var familyOf = [Int32](repeating: 0, count: problem.count)
    for (family, schools) in members.enumerated() {
      for school in schools { familyOf[Int(school)] = Int32(family) }
    }
    self.familyOf = familyOf
  }
}
