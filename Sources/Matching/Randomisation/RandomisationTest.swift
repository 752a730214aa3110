public import Probability
internal import Regression
public import Tables

/// Randomisation inference for a matched design: how the estimate would be distributed if treatment had
/// fallen otherwise within the matched sets, and nothing else had changed.
///
/// Under the hypothesis of a constant effect τ the estimate less τ has the distribution of the same
/// statistic of y − τz over all assignments (Fisher; Rosenbaum 2002, section 2.3,
/// DOI 10.1007/978-1-4757-3692-2). All assignments are gone through where they are few; otherwise `draws` of
/// them, each from its own stream, and the actual one counts among them (Phipson & Smyth 2010,
/// DOI 10.2202/1544-6115.1585).
///
/// The interval holds every τ that neither one-sided test rejects at 2.5 %. Since the statistic is linear in
/// y, assignment b rejects against τ ≥ (T − T_b)/(1 − C_b), with C_b the statistic of z itself: the limits
/// are order statistics of these, and no search is needed.
public struct RandomisationTest: TidyRow, Hashable {
  public let outcome: String
  public let estimate: Double
  public let interval: ClosedRange<Double>
  /// Against a positive effect.
  public let upperTail: Double
  /// Against a negative effect.
  public let lowerTail: Double
  /// Twice the smaller tail, at most one.
  public let pValue: Double
  /// Equally likely assignments; infinite beyond what a double counts.
  public let assignments: Double
  /// Assignments looked at.
  public let draws: Int
  public let isExact: Bool

  public static let schema = [
    Field("outcome", "the outcome"),
    Field("estimate", unit: "outcome", "treated less comparators, over matched sets"),
    Field("ci_low", unit: "outcome", "lower end of the 95 % interval of a constant effect"),
    Field("ci_high", unit: "outcome", "upper end of the interval"),
    Field("p_greater", "one-sided, against a positive effect"),
    Field("p_less", "one-sided, against a negative effect"),
    Field("p_value", "twice the smaller of both"),
    Field("assignments", "equally likely assignments within matched sets"),
    Field("draws", "assignments looked at"),
    Field("exact", "whether these are all of them"),
  ]

  public var cells: [Cell] {
    [
      .text(outcome), .number(estimate), .number(interval.lowerBound),
      .number(interval.upperBound), .number(upperTail), .number(lowerTail), .number(pValue),
      .number(assignments), .count(draws), .flag(isExact),
    ]
  }

  /// All assignments are gone through where there are at most so many.
  static let mostExact = 65_536.0

  /// - Parameters:
  ///   - outcome: one value a candidate; NaN is missing and leaves its unit out.
  ///   - groups: the group that each candidate was assigned with, below zero for none; groups move whole.
  ///   - draws: where not all assignments are gone through.
  public static func of(
    _ match: MatchOutcome, outcome: Covariate, groups: [Int32]? = nil, draws: Int = 9999,
    seed: Seed
  ) throws(MatchingError) -> RandomisationTest {
    guard case .numbers(let values) = outcome.values else {
      throw .effect(.notFinite(outcome.name))
    }
    let assignments = try SetAssignments(match, groups: groups) { values[$0].isFinite }
    // Missing values never count; a shift that changes nothing keeps sums short.
    let known = assignments.sets.flatMap(\.units)
    var centre = 0.0
    for unit in known { centre += values[unit] / Double(known.count) }
    let y = values.map { $0.isFinite ? $0 - centre : 0 }
    let z = match.candidates.treated.map { $0 ? 1.0 : 0 }
    var coefficients = [Double](repeating: 0, count: y.count)
    func statistic(_ coefficients: [Double], _ v: [Double]) -> Double {
      var sum = 0.0
      for unit in known { sum += coefficients[unit] * v[unit] }
      return sum
    }
    assignments.actual(into: &coefficients)
    let actual = statistic(coefficients, y)
    var others: [(statistic: Double, ofTreatment: Double)] = []
    let isExact = assignments.count <= mostExact
    if isExact {
      assignments.forEach(coefficients: &coefficients) {
        others.append((statistic($0, y), statistic($0, z)))
      }
    } else {
      others.append((actual, 1))
      for draw in 0..<draws {
        var stream = RandomStream(seed, replicate: UInt32(truncatingIfNeeded: draw))
        assignments.draw(using: &stream, into: &coefficients)
        others.append((statistic(coefficients, y), statistic(coefficients, z)))
      }
    }
    let size = others.reduce(0) { max($0, abs($1.statistic)) }
    let slack = 1e-10 * size
    let total = Double(others.count)
    let upper = Double(others.count { $0.statistic >= actual - slack }) / total
    let lower = Double(others.count { $0.statistic <= actual + slack }) / total
    let bounds = others.filter { $0.ofTreatment < 1 - 1e-10 }.map {
      (actual - $0.statistic) / (1 - $0.ofTreatment)
    }.sorted()
    // Assignments equal to the actual one reject nothing.
    let same = others.count - bounds.count
    let first = bounds.indices.first { Double($0 + 1 + same) / total > 0.025 }
    let interval: ClosedRange<Double> =
      if let first, Double(same) / total <= 0.025 {
        bounds[first]...max(bounds[first], bounds[bounds.count - 1 - first])
      } else {
        -.infinity ... .infinity
      }
    return RandomisationTest(
      outcome: outcome.name, estimate: actual, interval: interval, upperTail: upper,
      lowerTail: lower, pValue: min(1, 2 * min(upper, lower)), assignments: assignments.count,
      draws: others.count, isExact: isExact)
  }
}
