public import Probability
internal import Regression

/// Overlap weights: each unit weighs the probability of having been in the other arm.
///
/// The treated weigh 1 − e, comparators e. The estimate speaks about those who could as well have been in
/// either arm (`ato`); nobody is trimmed, no weight can exceed one before scaling, and with a logit model
/// fitted by maximum likelihood every covariate of the model has exactly the same mean in both arms (Li,
/// Morgan & Zaslavsky 2018, theorem 3, DOI 10.1080/01621459.2016.1260466).
public struct OverlapWeights: MatchingMethod, Hashable {
  public init() {}

  public static let estimands: [Estimand] = [.ato]
  public static let basis = MatchingBasis.score
  public static let grouping = SampleGrouping.weights
  public static let unusedReason: DropReason? = .notChosen

  public var ratio: Int? { nil }

  public var reusesComparators: Bool { false }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    guard let probabilities = problem.probabilities else { throw .noScore(method: Self.name) }
    let kernel = PropensityWeights(estimand: .ato)
    let weights = (0..<problem.count).map { unit in
      problem.eligible[unit]
        ? kernel.weight(probabilities[unit], isTreated: problem.treated[unit]) : 0
    }
    return MatchedSample(
      weights: MatchedSample.scaledToMeanOne(weights, treated: problem.treated),
      sets: [Int32](repeating: -1, count: problem.count), pairs: [], reusesComparators: false,
      grouping: .weights,
      equations: problem.propensity.flatMap {
        kernel.equations(
          $0, problem: problem, isFixed: [Bool](repeating: false, count: problem.count))
      })
  }
}
