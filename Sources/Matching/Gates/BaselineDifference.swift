internal import Probability

/// The baseline difference of two groups by the What Works Clearinghouse (Standards Handbook 4.1, 2020,
/// sections II.A.3 and VI).
///
/// Numbers: Hedges' g = ω (x̄₁ − x̄₀)/s with s the standard deviation pooled over both groups and
/// ω = 1 − 3/(4N − 9). Shares: Cox's index ω (logit p₁ − logit p₀)/1.65; infinite where a group has a share
/// of 0 or 1 and the other has not. Means and shares take the weights of the sample; s and N are those of
/// the units in it. To 0.05 the groups are equivalent at baseline; above, to 0.25, they are if the outcome's
/// model adjusts for the variable; beyond, they are not.
public struct BaselineDifference: Sendable, Hashable {
  public let value: Double

  public static let satisfied = 0.05
  public static let largest = 0.25

  /// - Parameter weights: zero for units that do not count; values that are not finite do not count either.
  public init(_ values: [Double], treated: [Bool], weights: [Double], isBinary: Bool) {
    let arms = [true, false].map { arm in
      values.indices.filter { treated[$0] == arm && weights[$0] > 0 && values[$0].isFinite }
    }
    let means = arms.map { units in
      var sum = 0.0
      var total = 0.0
      for unit in units {
        sum += weights[unit] * values[unit]
        total += weights[unit]
      }
      return sum / total
    }
    let n = Double(arms[0].count + arms[1].count)
    let factor = 1 - 3 / (4 * n - 9)
    guard !isBinary else {
      guard means[0] != means[1] else {
        value = 0
        return
      }
      value = factor * (Self.logit(means[0]) - Self.logit(means[1])) / 1.65
      return
    }
    var squares = 0.0
    for units in arms where units.count > 1 {
      squares += Double(units.count - 1) * sampleVariance(units.map { values[$0] })
    }
    let deviation = (squares / (n - 2)).squareRoot()
    let difference = means[0] - means[1]
    value = difference == 0 ? 0 : factor * difference / deviation
  }

  private static func logit(_ share: Double) -> Double {
    PortableMath.log(share) - PortableMath.log(1 - share)
  }

  public var verdict: GateVerdict {
    let size = abs(value)
    if isWithin(size, Self.satisfied) { return .satisfied }
    return isWithin(size, Self.largest) ? .adjust : .failed
  }
}
