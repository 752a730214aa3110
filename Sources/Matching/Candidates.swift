public import Designs

/// The units of a population as a match sees them, before anything is left out.
public struct Candidates: Sendable {
  /// One flag a unit; everything else has the same length and order.
  public let treated: [Bool]
  public let covariates: [Covariate]
  /// Variables in which matched units must be equal.
  public let exact: [Covariate]
  /// Variables that have a caliper of their own, by the name the caliper uses.
  public let measured: [Covariate]
  /// A propensity score that was fitted elsewhere.
  public let score: Covariate?
  /// Groups between which the score's intercept varies.
  public let scoreGroups: Covariate?
  /// `nil` where nobody asks; an unknown place inside counts as missing.
  public let places: [Place?]?
  /// Places of treated units that are not candidates, from which comparators must keep apart as well.
  public let otherTreatedPlaces: [Place]

  /// Who stands behind each candidate, where one unit is a candidate at several base years and may be used at
  /// one of them; `nil` where each candidate is its own.
  public var owners: [Int32]? = nil

  public init(
    treated: [Bool], covariates: [Covariate], exact: [Covariate] = [],
    measured: [Covariate] = [], places: [Place?]? = nil, otherTreatedPlaces: [Place] = [],
    score: Covariate? = nil, scoreGroups: Covariate? = nil
  ) {
    for covariate in covariates + exact + measured + (score.map { [$0] } ?? []) {
      precondition(covariate.count == treated.count, "`\(covariate.name)` has other rows")
    }
    precondition(places.map { $0.count == treated.count } ?? true, "places of other rows")
    self.treated = treated
    self.covariates = covariates
    self.exact = exact
    self.measured = measured
    self.score = score
    self.scoreGroups = scoreGroups
    self.places = places
    self.otherTreatedPlaces = otherTreatedPlaces
  }

  public var count: Int { treated.count }

  /// The exact stratum of each unit, numbered by first appearance.
  var strata: [Int32] {
    guard !exact.isEmpty else { return [Int32](repeating: 0, count: count) }
    var numbers: [[UInt64]: Int32] = [:]
    return (0..<count).map { unit in
      let key = exact.map { covariate in
        switch covariate.values {
        // Adding zero makes −0 and 0 the same value.
        case .numbers(let numbers): (numbers[unit] + 0).bitPattern
        case .factor(let codes, _): UInt64(bitPattern: Int64(codes[unit]))
        }
      }
      if let known = numbers[key] { return known }
      let next = Int32(numbers.count)
      numbers[key] = next
      return next
    }
  }
}
