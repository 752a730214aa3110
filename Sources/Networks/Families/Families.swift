internal import Probability

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
  /// No division has less. Of more than twelve schools, it takes account of who must keep apart as far as ``FamilyCliques``
  /// do, and of no quota.
  public let bound: Double
  /// How often all schools were looked at.
  public let passes: Int

  /// How far the objective can be above the best, as a share of it.
  public var gap: Double { objective > 0 ? max(0, objective - bound) / objective : 0 }

  /// Whether the division is known to be the best.
  public var isOptimal: Bool { gap < 1e-9 }

  /// Constructs a division, improves it by moves and exchanges, by chance moves, and along the fractional division of
  /// the linear relaxation, whose prices give the bound; of up to twelve schools all divisions are tried.
  ///
  /// - Throws: ``FamilyError/noArrangement(conflicts:schools:families:)``
  public init(_ problem: FamilyProblem, passes most: Int = 60) throws(FamilyError) {
    var search = FamilySearch(problem)
    search.improve(passes: most)
    if problem.count <= FamilyOptimum.most {
      if let familyOf = FamilyOptimum.division(problem) {
        search = FamilySearch(problem, familyOf, passes: search.passes)
      }
      try Self.refuse(search)
      (objective, bound, passes) = (search.objective, search.objective, search.passes)
    } else {
      if problem.dimensions == 1, let familyOf = FamilyLine.division(problem) {
        var line = FamilySearch(problem, familyOf, passes: search.passes)
        line.improve(passes: most)
        search = Self.better(search, line)
      }
      try Self.refuse(search)
      let alike = FamilyAnnealing.neighbours(problem)
      // Where there are fewer schools there is time to look longer.
      let isLarge = problem.count > 5000
      search = Self.annealed(problem, search, alike, from: 10, moves: isLarge ? 3000 : 6000)
      var dual = FamilyPrices(problem, shares: Self.shares(problem, search))
      dual.solve(rounds: isLarge ? 80 : 72)
      var rounded = FamilySearch(problem, beginning: dual.disjointFamilies)
      rounded.improve(passes: most)
      if rounded.conflicting.isEmpty {
        search = Self.better(
          search,
          Self.annealed(problem, rounded, alike, from: 0.4, moves: isLarge ? 2000 : 4000))
      }
      objective = search.objective
      bound = min(objective, FamilyBound.bound(problem, dual))
      passes = search.passes
    }
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

  /// The bound by the linear relaxation alone, however few schools there are.
  package static func relaxation(_ problem: FamilyProblem) -> Double {
    var search = FamilySearch(problem)
    search.improve(passes: 60)
    var dual = FamilyPrices(problem, shares: shares(problem, search))
    dual.solve(rounds: 48)
    return FamilyBound.bound(problem, dual)
  }

  private static func refuse(_ search: FamilySearch) throws(FamilyError) {
    let conflicts = search.conflicting
    guard !conflicts.isEmpty else { return }
    let worst = conflicts.sorted { ($1.count, $0.school) < ($0.count, $1.school) }.prefix(5)
    throw .noArrangement(
      conflicts: conflicts.reduce(0) { $0 + $1.count } / 2, schools: worst.map(\.school),
      families: search.members.count)
  }

  /// The one with fewer conflicts, then with the smaller sum of squares.
  private static func better(_ a: FamilySearch, _ b: FamilySearch) -> FamilySearch {
    let (ours, theirs) = (a.conflicting.count, b.conflicting.count)
    if ours != theirs { return ours < theirs ? a : b }
    return b.objective < a.objective ? b : a
  }

  /// - Parameter first: the temperature to begin with, in a mean school's share of the objective.
  private static func annealed(
    _ problem: FamilyProblem, _ search: FamilySearch, _ alike: [Int32], from first: Double,
    moves: Int
  ) -> FamilySearch {
    let share = search.objective / Double(problem.count)
    var annealing = FamilyAnnealing(
      problem, search.familyOf, families: search.members.count, alike: alike)
    annealing.run(
      moves: moves, from: first * share, to: 0.02 * share, seed: Seed(1)["families"])
    var found = FamilySearch(problem, annealing.familyOf, passes: search.passes)
    found.improve(passes: 20)
    return better(search, found)
  }

  /// Of each school in the objective.
  private static func shares(_ problem: FamilyProblem, _ search: FamilySearch) -> [Double] {
    var shares = [Double](repeating: 0, count: problem.count)
    for family in search.members.indices {
      let share = search.squares(family) / Double(search.members[family].count)
      for school in search.members[family] { shares[Int(school)] = share }
    }
    return shares
  }
}
