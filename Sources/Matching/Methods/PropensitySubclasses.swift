public import Probability
internal import Tables

/// Subclassification on the propensity score: strata between quantiles of the score.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | subclasses | 6 | ≥ 2 | strata, each with about as many focal units |
///
/// The bounds are quantiles (type 7: linear between order statistics) of the scores of those whom the
/// estimand speaks about: the treated, the comparators, or both. A unit on a bound belongs to the upper
/// stratum; units beyond the outer bounds belong to the outer strata. Where a stratum lacks an arm, the
/// nearest units of that arm move over (``SubclassFilling``), so that everybody stays in the sample. Exact
/// strata are divided one by one. Five strata remove most of the bias that comes from one variable
/// (Cochran 1968, DOI 10.2307/2528036; Rosenbaum & Rubin 1984, DOI 10.1080/01621459.1984.10478078).
public struct PropensitySubclasses: MatchingMethod, Hashable {
  public let subclasses: Int

  public init(subclasses: Int = 6) {
    precondition(subclasses >= 2, "\(subclasses) subclasses")
    self.subclasses = subclasses
  }

  public static let estimands: [Estimand] = [.att, .atc, .ate]
  public static let basis = MatchingBasis.score
  public static let grouping = SampleGrouping.strata

  public var ratio: Int? { nil }

  public var reusesComparators: Bool { false }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    guard let score = problem.score else { throw .noScore(method: Self.name) }
    var sets = [Int32](repeating: -1, count: problem.count)
    var next: Int32 = 0
    var moved = 0
    var fewest = subclasses
    for units in problem.eligibleByStratum {
      let treated = units.count { problem.treated[$0] }
      let focal = units.filter { unit in
        problem.estimand.treatedAreFocal.map { $0 == problem.treated[unit] } ?? true
      }
      let wanted = min(subclasses, treated, units.count - treated)
      guard wanted > 0 else { continue }
      let bounds = Self.quantiles(of: focal.map { score[$0] }, parts: wanted)
      var filling = SubclassFilling(
        classes: units.map { Self.interval(of: score[$0], bounds) },
        scores: units.map { score[$0] })
      for arm in [true, false] {
        moved += filling.fill(units.indices.filter { problem.treated[units[$0]] == arm })
      }
      for (unit, place) in zip(units, filling.classes) { sets[unit] = next + Int32(place) }
      next += Int32(filling.count)
      fewest = min(fewest, filling.count)
    }
    return .strata(sets, in: problem, diagnostics: diagnostics(moved: moved, fewest: fewest))
  }

  private func diagnostics(moved: Int, fewest: Int) -> [Diagnostic] {
    var found: [Diagnostic] = []
    if moved > 0 {
      found.append(
        Diagnostic(
          .warning, code: "filled-subclasses",
          "\(moved) \(moved == 1 ? "unit was" : "units were") moved to a neighbouring subclass that had "
            + "nobody of their arm: the arms hardly overlap there; use fewer subclasses or `discard`"
        ))
    }
    if fewest < subclasses {
      found.append(
        Diagnostic(
          .warning, code: "fewer-subclasses",
          "only \(fewest) of \(subclasses) subclasses could be made where units are fewest or their "
            + "scores the same"))
    }
    return found
  }

  /// The bounds of `parts` parts of equal probability, ascending; the least and the largest value are the
  /// outer ones.
  static func quantiles(of values: [Double], parts: Int) -> [Double] {
    let sorted = values.sorted()
    return (0...parts).map { part in
      let place = (sorted.count - 1) * part
      let below = sorted[place / parts]
      guard place % parts > 0 else { return below }
      let share = Double(place % parts) / Double(parts)
      return tenDigits((1 - share) * below + share * sorted[place / parts + 1])
    }
  }

  /// The part that a value lies in, from zero, closed below.
  static func interval(of value: Double, _ bounds: [Double]) -> Int {
    let passed = bounds.count { $0 <= value }
    return min(max(passed, 1), bounds.count - 1) - 1
  }
}

extension MatchingProblem {
  /// The eligible units of each stratum, ascending; strata in the order of their numbers.
  var eligibleByStratum: [[Int]] {
    var members = [[Int]](repeating: [], count: Int(strata.max() ?? -1) + 1)
    for unit in 0..<count where eligible[unit] { members[Int(strata[unit])].append(unit) }
    return members
  }
}
