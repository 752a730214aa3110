internal import Designs
public import Tables

/// A likelihood-ratio test of a model against one nested in it.
public struct ModelComparison: Sendable, Hashable {
  /// A χ² distribution and its share in a mixture; with 0 degrees of freedom all of it stands at zero.
  public struct Component: Sendable, Hashable {
    public let degreesOfFreedom: Int
    public let weight: Double
  }

  /// The fall in deviance from the smaller to the larger model.
  public let statistic: Double
  /// How many parameters the larger model has more.
  public let degreesOfFreedom: Int
  /// The statistic's distribution where the smaller model holds.
  public let mixture: [Component]
  public let pValue: Double
  /// The share of responses drawn from the smaller model whose statistic is as large, where it was asked for.
  public let bootstrapPValue: Double?
  public let diagnostics: [Diagnostic]

  /// `0.5 chi2(1) + 0.5 chi2(2)`.
  public var mixtureText: String {
    mixture.map { component in
      (component.weight == 1 ? "" : "\(component.weight) ") + "chi2(\(component.degreesOfFreedom))"
    }.joined(separator: " + ")
  }
}

/// What a larger random part adds to a smaller one, and where it stands on the edge of its range.
///
/// One more effect in a term with r effects adds r covariances and a variance on its edge: half of χ²(r) and half
/// of χ²(r + 1). Several variances on their edges in independent terms give the binomial mixture. Two or
/// more new effects in one correlated term have no closed mixture: all of χ² is used, which is conservative.
///
/// Self & Liang (1987), doi:10.1080/01621459.1987.10478472; Stram & Lee (1994), doi:10.2307/2533455.
struct RandomDifference: Sendable {
  /// Parameters inside their range.
  private(set) var free = 0
  /// Variances on their edge, one a term.
  private(set) var edges = 0
  private(set) var isConservative = false

  init(larger: ModelFrame, smaller: ModelFrame) throws(ComparisonError) {
    func names(_ frame: ModelFrame, _ term: RandomTerm) -> [String] {
      term.columns.map { frame.columns[$0].name }
    }
    // Which smaller terms each larger one contains.
    var inside = [[Int]](repeating: [], count: larger.random.count)
    for (position, term) in smaller.random.enumerated() {
      let wanted = Set(names(smaller, term))
      let home = larger.random.indices.first { candidate in
        let other = larger.random[candidate]
        return other.factor.codes == term.factor.codes
          && wanted.isSubset(of: names(larger, other))
          && inside[candidate].allSatisfy {
            wanted.isDisjoint(with: names(smaller, smaller.random[$0]))
          }
      }
      guard let home else { throw .randomNotNested(term: smaller.termName(position)) }
      inside[home].append(position)
    }
    for (position, term) in larger.random.enumerated() {
      let sizes = inside[position].map { smaller.random[$0].columns.count }
      let width = term.columns.count
      let added = width - sizes.reduce(0, +)
      let parameters = width * (width + 1) / 2 - sizes.reduce(0) { $0 + $1 * ($1 + 1) / 2 }
      switch added {
      case 0: free += parameters
      case 1:
        free += parameters - 1
        edges += 1
      default:
        free += parameters
        isConservative = true
      }
    }
  }

  /// The mixture with further parameters inside their range.
  func mixture(adding fixed: Int) -> [ModelComparison.Component] {
    var weights = [1.0]
    for _ in 0..<edges {
      let shifted = [0] + weights
      weights = zip(weights + [0], shifted).map { ($0 + $1) / 2 }
    }
    return weights.enumerated().map {
      ModelComparison.Component(degreesOfFreedom: free + fixed + $0.offset, weight: $0.element)
    }
  }
}
