public import Probability

/// Exact matching: strata of units that are equal in every covariate.
///
/// Nothing is left to balance; whoever has no equal in the other arm leaves. With many covariates or
/// numbers of many values few units have one: see ``CoarsenedExact``.
public struct ExactStrata: MatchingMethod, Hashable {
  public init() {}

  public static let estimands: [Estimand] = [.att, .atc, .ate]
  public static let basis = MatchingBasis.covariates
  public static let grouping = SampleGrouping.strata
  public static let unusedReason: DropReason? = .emptyCell

  public var ratio: Int? { nil }

  public var reusesComparators: Bool { false }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    let cells = problem.covariates.map { covariate in
      switch covariate.values {
      // Adding zero makes −0 and 0 the same value.
      case .numbers(let numbers): numbers.map { Int64(bitPattern: ($0 + 0).bitPattern) }
      case .factor(let codes, _): codes.map(Int64.init)
      }
    }
    return .strata(try problem.strata(equalIn: cells), in: problem)
  }
}

extension MatchingProblem {
  /// Eligible units numbered by their stratum and the values of `cells`, each with one value a unit; −1 for
  /// the others.
  ///
  /// - Throws: ``MatchingError/oneSidedStrata(strata:)`` where no stratum holds both arms.
  func strata(equalIn cells: [[Int64]]) throws(MatchingError) -> [Int32] {
    var numbers: [[Int64]: Int32] = [:]
    var arms: [(treated: Bool, control: Bool)] = []
    let result = (0..<count).map { unit -> Int32 in
      guard eligible[unit] else { return -1 }
      let key = [Int64(strata[unit])] + cells.map { $0[unit] }
      let number = numbers[key] ?? Int32(arms.count)
      if Int(number) == arms.count {
        numbers[key] = number
        arms.append((false, false))
      }
      if treated[unit] {
        arms[Int(number)].treated = true
      } else {
        arms[Int(number)].control = true
      }
      return number
    }
    guard arms.contains(where: { $0.treated && $0.control }) else {
      throw .oneSidedStrata(strata: arms.count)
    }
    return result
  }
}
