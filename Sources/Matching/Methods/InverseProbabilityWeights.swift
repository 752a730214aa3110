public import Probability
internal import Regression
internal import Tables

/// Inverse-probability weights: each unit weighs as many as it stands for.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | trim | none | 0 … 0.5 | units with a propensity below it, or above one less it, leave |
/// | cap | none | 0.5 … 1 | weights above this quantile of their arm's are set to it |
///
/// Weights are those of Lunceford & Davidian (2004, DOI 10.1002/sim.1903), scaled to mean one in each arm
/// (Hájek's form). Trimming changes whom the estimate is about (Crump et al. 2009, DOI 10.1093/biomet/asn055);
/// capping keeps everybody and lets a little bias in (Cole & Hernán 2008, DOI 10.1093/aje/kwn164). Either is
/// counted in a diagnostic, and trimming is checked again on the sample.
public struct InverseProbabilityWeights: MatchingMethod, Hashable {
  public let trim: Double?
  public let cap: Double?

  public init(trim: Double? = nil, cap: Double? = nil) {
    precondition(trim.map { (0..<0.5).contains($0) } ?? true, "a trim of \(trim ?? 0)")
    precondition(cap.map { (0.5...1).contains($0) } ?? true, "a cap of \(cap ?? 0)")
    self.trim = trim
    self.cap = cap
  }

  public static let estimands: [Estimand] = [.att, .atc, .ate, .ato]
  public static let basis = MatchingBasis.score
  public static let grouping = SampleGrouping.weights
  public static let unusedReason: DropReason? = .trimmed

  public var ratio: Int? { nil }

  public var reusesComparators: Bool { false }

  public var probabilityBounds: ClosedRange<Double>? { trim.map { $0...(1 - $0) } }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    guard let probabilities = problem.probabilities else { throw .noScore(method: Self.name) }
    let kernel = PropensityWeights(estimand: problem.estimand)
    var weights = [Double](repeating: 0, count: problem.count)
    var trimmed = [Arm.treated: 0, .control: 0]
    for unit in 0..<problem.count where problem.eligible[unit] {
      if let bounds = probabilityBounds, !bounds.contains(probabilities[unit]) {
        trimmed[Arm(treated: problem.treated[unit]), default: 0] += 1
        continue
      }
      weights[unit] = kernel.weight(probabilities[unit], isTreated: problem.treated[unit])
      guard weights[unit].isFinite else { throw .infiniteWeight(unit: unit) }
    }
    for arm in Arm.allCases
    where !weights.indices.contains(where: {
      weights[$0] > 0 && Arm(treated: problem.treated[$0]) == arm
    }) {
      throw .trimmedAway(arm: arm, bounds: probabilityBounds ?? 0...1)
    }
    var isCapped = [Bool](repeating: false, count: problem.count)
    if let cap {
      for arm in [true, false] {
        let units = weights.indices.filter { weights[$0] > 0 && problem.treated[$0] == arm }
        let limit = quantile(units.map { weights[$0] }.sorted(), cap)
        for unit in units where weights[unit] > limit {
          weights[unit] = limit
          isCapped[unit] = true
        }
      }
    }
    return MatchedSample(
      weights: MatchedSample.scaledToMeanOne(weights, treated: problem.treated),
      sets: [Int32](repeating: -1, count: problem.count), pairs: [], reusesComparators: false,
      grouping: .weights, diagnostics: notes(trimmed: trimmed, capped: isCapped.count { $0 }),
      equations: problem.propensity.flatMap {
        kernel.equations($0, problem: problem, isFixed: isCapped)
      })
  }

  private func notes(trimmed: [Arm: Int], capped: Int) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    if let bounds = probabilityBounds {
      notes.append(
        Diagnostic(
          .note, code: "trimmed",
          "\(trimmed[.treated] ?? 0) treated units and \(trimmed[.control] ?? 0) comparators with a "
            + "propensity outside \(bounds.lowerBound) … \(bounds.upperBound) were trimmed"))
    }
    if let cap {
      notes.append(
        Diagnostic(
          .note, code: "capped-weights",
          "\(capped) weights above the \(cap) quantile of their arm were set to it"))
    }
    return notes
  }
}

/// The quantile of ascending values, linear between order statistics (type 7).
func quantile(_ sorted: [Double], _ p: Double) -> Double {
  guard let last = sorted.last else { return .nan }
  let place = p * Double(sorted.count - 1)
  let below = min(Int(place), sorted.count - 1)
  guard below + 1 < sorted.count else { return last }
  let share = place - Double(below)
  return sorted[below] + share * (sorted[below + 1] - sorted[below])
}
