public import LinearAlgebra
internal import Probability

/// What a matching method is given: who may be matched to whom, and how far apart they are.
public struct MatchingProblem: Sendable {
  /// One flag a unit; every other array has the same length.
  public let treated: [Bool]
  /// Units that may be matched: complete, in common support, far enough away.
  public let eligible: [Bool]
  /// Two units may be matched only within a stratum.
  public let strata: [Int32]
  /// Column i holds unit i's coordinates; the distance of two units is that of their coordinates.
  public let coordinates: Matrix
  /// The propensity score on the scale of the match, where one was fitted.
  public let score: [Double]?
  /// The probability of being treated, where there is a score: one a unit, NaN where unknown.
  public let probabilities: [Double]?
  /// The model of the score, where it was fitted here.
  public let propensity: FittedPropensity?
  public let calipers: [Caliper]
  public let covariates: [Covariate]
  public let estimand: Estimand

  /// What the members of two units add to their distance.
  let joint: JointDistance?
  /// Who stands behind each unit, where several units are one candidate at several base years.
  var owners: [Int32]? = nil
  /// The units that go together when one of them is taken, by owner; empty where each stands for itself.
  var standIns: [Int32: [Int]] = [:]
  /// Codes of covariates in which partners should be equal, one a unit each.
  var wishes: [[Int]] = []

  public init(
    treated: [Bool], eligible: [Bool], strata: [Int32], coordinates: Matrix, score: [Double]?,
    calipers: [Caliper], covariates: [Covariate], estimand: Estimand,
    probabilities: [Double]? = nil, propensity: FittedPropensity? = nil
  ) {
    self.init(
      treated: treated, eligible: eligible, strata: strata, coordinates: coordinates, score: score,
      calipers: calipers, covariates: covariates, estimand: estimand, probabilities: probabilities,
      propensity: propensity, joint: nil)
  }

  init(
    treated: [Bool], eligible: [Bool], strata: [Int32], coordinates: Matrix, score: [Double]?,
    calipers: [Caliper], covariates: [Covariate], estimand: Estimand, probabilities: [Double]?,
    propensity: FittedPropensity?, joint: JointDistance?
  ) {
    precondition(eligible.count == treated.count, "eligibility of other units")
    precondition(strata.count == treated.count, "strata of other units")
    precondition(coordinates.columns == treated.count, "coordinates of other units")
    self.treated = treated
    self.eligible = eligible
    self.strata = strata
    self.coordinates = coordinates
    self.score = score
    self.probabilities = probabilities
    self.propensity = propensity
    self.joint = joint
    self.calipers = calipers
    self.covariates = covariates
    self.estimand = estimand
  }

  public var count: Int { treated.count }

  /// Whether distances lie on a line, so that sorting finds neighbours.
  public var isLine: Bool { coordinates.rows == 1 }

  /// The distance of two units, to ten significant digits.
  public func distance(_ a: Int, _ b: Int) -> Double {
    let p = coordinates.rows
    if p == 1 { return tenDigits(abs(coordinates[0, a] - coordinates[0, b])) }
    var sum = 0.0
    for k in 0..<p {
      let difference = coordinates[k, a] - coordinates[k, b]
      sum += difference * difference
    }
    return tenDigits(sum.squareRoot())
  }

  /// The distance of two units with what their members add to it; `nil` where these make no pair.
  func jointDistance(_ a: Int, _ b: Int) -> Double? {
    guard let joint else { return distance(a, b) }
    return joint.pool.meanDistance(a, b).map { tenDigits(distance(a, b) + joint.weight * $0) }
  }

  /// In how many wishes two units differ.
  @inline(__always)
  func unlike(_ a: Int, _ b: Int) -> Int {
    var count = 0
    for codes in wishes where codes[a] != codes[b] { count += 1 }
    return count
  }

  /// Whether two eligible units of the same stratum keep every caliper.
  @inline(__always)
  func keepsCalipers(_ a: Int, _ b: Int) -> Bool {
    for caliper in calipers where !caliper.admits(a, b) { return false }
    return true
  }

  /// Whether the two may stand in one set: eligible, of different arms, in one stratum, within calipers.
  public func admits(_ a: Int, _ b: Int) -> Bool {
    treated[a] != treated[b] && eligible[a] && eligible[b] && strata[a] == strata[b]
      && keepsCalipers(a, b)
  }
}
