public import Probability

/// Coarsened exact matching: strata of units that are in the same bins of every covariate (Iacus, King &
/// Porro 2012, DOI 10.1093/pan/mpr013).
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | bins | ⌈log₂ n⌉ + 1 | ≥ 1 | bins of equal width over the range of the covariate |
/// | cutpoints | none | numbers | where bins begin, in the covariate's own units |
///
/// Bins are closed below, and the outer ones have no outer end. Factors are matched by level. n are the
/// units that may be matched (Sturges 1926, DOI 10.1080/01621459.1926.10502161). Values and bounds are
/// compared to ten significant digits, so that a value on a bound is above it on every machine.
public struct CoarsenedExact: MatchingMethod, Hashable {
  /// How one covariate is cut.
  public enum Coarsening: Sendable, Hashable {
    /// Into so many bins of equal width.
    case bins(Int)
    /// At these values, in any order.
    case cutpoints([Double])
  }

  /// A covariate by name with how it is cut.
  public struct Rule: Sendable, Hashable {
    public let covariate: String
    public let coarsening: Coarsening

    public init(_ covariate: String, _ coarsening: Coarsening) {
      self.covariate = covariate
      self.coarsening = coarsening
    }
  }

  /// Covariates that are not named are cut into Sturges' number of bins.
  public let rules: [Rule]

  public init(_ rules: [Rule] = []) {
    for case .bins(let bins) in rules.map(\.coarsening) { precondition(bins >= 1, "\(bins) bins") }
    self.rules = rules
  }

  public static let estimands: [Estimand] = [.att, .atc, .ate]
  public static let basis = MatchingBasis.covariates
  public static let grouping = SampleGrouping.strata
  public static let unusedReason: DropReason? = .emptyCell

  public var ratio: Int? { nil }

  public var reusesComparators: Bool { false }

  public var namedCovariates: [(key: String, name: String)] {
    rules.map { ($0.coarsening.key, $0.covariate) }
  }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    try checkNames(problem.covariates)
    let units = (0..<problem.count).filter { problem.eligible[$0] }
    let cells = problem.covariates.map { covariate in
      switch covariate.values {
      case .numbers(let numbers):
        let bounds = bounds(of: covariate.name, values: units.map { numbers[$0] })
        return numbers.map { value in
          let value = tenDigits(value)
          return Int64(bounds.count { $0 <= value })
        }
      case .factor(let codes, _): return codes.map(Int64.init)
      }
    }
    return .strata(try problem.strata(equalIn: cells), in: problem)
  }

  private func checkNames(_ covariates: [Covariate]) throws(MatchingError) {
    for rule in rules {
      let isCut = covariates.contains { covariate in
        guard case .numbers = covariate.values else { return false }
        return covariate.name == rule.covariate
      }
      guard isCut else {
        throw .notABinnedCovariate(setting: rule.coarsening.key, name: rule.covariate)
      }
    }
  }

  /// The values where a bin begins, the lowest bin excepted.
  func bounds(of name: String, values: [Double]) -> [Double] {
    let bins: Int
    switch rules.first(where: { $0.covariate == name })?.coarsening {
    case .cutpoints(let points): return points.map(tenDigits)
    case .bins(let number): bins = number
    case nil: bins = Self.sturges(values.count)
    }
    guard let low = values.min(), let high = values.max(), low < high else { return [] }
    let width = (high - low) / Double(bins)
    return (1..<max(bins, 1)).map { tenDigits(low + Double($0) * width) }
  }

  /// ⌈log₂ n⌉ + 1.
  static func sturges(_ n: Int) -> Int {
    var bits = 0
    while 1 << bits < n { bits += 1 }
    return bits + 1
  }
}

extension CoarsenedExact.Coarsening {
  /// The key that it is written under.
  var key: String {
    switch self {
    case .bins: "bins"
    case .cutpoints: "cutpoints"
    }
  }
}
