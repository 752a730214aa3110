internal import Designs
internal import LinearAlgebra

/// A trial as a model: whose groups there are, who is treated, and which columns the analysis has.
///
/// Rows are never formed: those of one lowest group in one arm are a cell, and products of cells are all that an
/// evaluation needs.
struct DesignSkeleton: Sendable {
  /// A set of rows that share everything but their own covariate and residual.
  struct Cell: Sendable {
    let rows: Int
    let treated: Double
    /// The unit of each level above the rows.
    let units: [Int]
    /// The pair, where clusters are paired.
    let pair: Int
  }

  /// A random term of the analysis and the truth about it.
  struct Term: Sendable {
    /// The level, or the pairs where `nil`.
    let level: Int?
    let onTreatment: Bool
    let variance: Double
  }

  /// The most groups that are simulated.
  static let limit = 200_000.0

  let design: TrialDesign
  let cells: [Cell]
  let terms: [Term]
  /// Levels with a covariate, and its coefficient on a standard normal covariate; the last level's is the rows'.
  let covariates: [(level: Int, coefficient: Double)]
  /// Units at each level above the rows.
  let unitCounts: [Int]
  let rowCount: Int
  let share: Double
  let residualVariance: Double

  /// - Throws: ``PowerError`` where rounding to whole units leaves an arm empty or the sites are fixed.
  init(_ design: TrialDesign) throws(PowerError) {
    guard !design.fixedSites else { throw .fixedSitesNotSimulated }
    self.design = design
    let groups = design.levels.dropLast().reduce(1) { $0 * $1.remaining }
    guard groups <= Self.limit else { throw .tooManyGroups(groups, limit: Int(Self.limit)) }
    let counts = design.levels.map { max(1, Int($0.remaining.rounded())) }
    let depth = counts.count
    var cells: [Cell] = []
    var units = [Int](repeating: 0, count: depth - 1)
    let top = design.kind == .pairs ? counts[0] / 2 * 2 : counts[0]
    func treatedUnits(_ count: Int) -> Int { Int((design.treated * Double(count)).rounded()) }
    for first in 0..<top {
      var path = [first]
      func add(rows: Int, treated: Double) {
        cells.append(
          Cell(rows: rows, treated: treated, units: path, pair: first / 2))
      }
      let ownArm: Double =
        design.kind == .pairs ? Double(first % 2) : first < treatedUnits(top) ? 1 : 0
      if depth == 2 {
        if design.kind == .multisite {
          let treated = treatedUnits(counts[1])
          if treated > 0 { add(rows: treated, treated: 1) }
          if counts[1] > treated { add(rows: counts[1] - treated, treated: 0) }
        } else {
          add(rows: counts[1], treated: ownArm)
        }
      } else {
        for second in 0..<counts[1] {
          path = [first, units[1]]
          units[1] += 1
          let arm: Double =
            design.kind == .multisite ? (second < treatedUnits(counts[1]) ? 1 : 0) : ownArm
          add(rows: counts[2], treated: arm)
        }
      }
      units[0] += 1
    }
    self.cells = cells
    unitCounts = units
    rowCount = cells.reduce(0) { $0 + $1.rows }
    let treatedRows = cells.reduce(0.0) { $0 + $1.treated * Double($1.rows) }
    share = treatedRows / Double(rowCount)
    guard share > 0, share < 1 else { throw .emptyArm(treated: design.treated, units: top) }
    var terms: [Term] = []
    var covariates: [(level: Int, coefficient: Double)] = []
    for (position, level) in design.levels.enumerated() {
      if level.explained > 0 {
        covariates.append((position, (level.icc * level.explained).squareRoot()))
      }
      guard position < depth - 1 else { continue }
      let left = level.icc * (1 - level.explained)
      if design.kind == .pairs, position == 0 {
        terms.append(Term(level: nil, onTreatment: false, variance: left * design.pairing))
        terms.append(
          Term(level: 0, onTreatment: false, variance: left * (1 - design.pairing)))
      } else {
        terms.append(Term(level: position, onTreatment: false, variance: left))
      }
      if position < design.assigned, level.heterogeneity > 0 {
        terms.append(
          Term(
            level: position, onTreatment: true,
            variance: level.icc * level.heterogeneity * (1 - level.explainedEffect)))
      }
    }
    self.terms = terms
    self.covariates = covariates
    residualVariance = design.levels[depth - 1].icc * (1 - design.levels[depth - 1].explained)
    guard residualVariance > 0 else { throw .noResidualVariance }
  }

  func unit(_ cell: Cell, of term: Term) -> Int { term.level.map { cell.units[$0] } ?? cell.pair }

  func unitCount(of term: Term) -> Int {
    term.level.map { unitCounts[$0] } ?? unitCounts[0] / 2
  }

  /// The columns of *X*: constant, treatment, covariates.
  var coefficientCount: Int { 2 + covariates.count }
}

/// A power question that has no answer.
public enum PowerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A simulation was asked for with sites that are all there are.
  case fixedSitesNotSimulated
  /// Whole units put everyone into one arm.
  case emptyArm(treated: Double, units: Int)
  /// More groups than a simulation should draw again and again.
  case tooManyGroups(Double, limit: Int)
  /// Covariates explain all variance between rows.
  case noResidualVariance
  /// Too few units to test anything.
  case noDegreesOfFreedom(Double)
  /// No simulated data set could be fitted.
  case everyReplicateFailed(Int)
  /// The model could not be prepared.
  case estimation(EstimationError)

  public var description: String {
    switch self {
    case .fixedSitesNotSimulated:
      "designs with fixed sites are not simulated: drop `simulate`, or write `sites: random`"
    case .emptyArm(let treated, let units):
      "a share treated of \(treated) leaves an arm without any of \(units) units: "
        + "change `treated` or the number of units"
    case .tooManyGroups(let groups, let limit):
      "\(groups) groups are more than the \(limit) that a simulation draws: drop `simulate`, the formula "
        + "holds with so many"
    case .noResidualVariance:
      "covariates explain all variance between rows: lower `explained` at the lowest level"
    case .noDegreesOfFreedom(let degrees):
      "the design leaves \(degrees) degrees of freedom for the effect: it needs more groups or fewer "
        + "covariates"
    case .everyReplicateFailed(let count):
      "none of \(count) simulated data sets could be fitted: are there at least three groups?"
    case .estimation(let error): "\(error)"
    }
  }
}
