internal import Probability

/// What is known of a number: its value, or how its value is distributed.
public enum Spread: Sendable, Hashable {
  case fixed(Double)
  case normal(mean: Double, sd: Double)
  case uniform(low: Double, high: Double)
  /// ln *x* is normal with mean ln `median` and standard deviation `sd`.
  case lognormal(median: Double, sd: Double)

  /// The value at a standard normal number: its quantile Φ(*z*), so that one normal draw gives one value, in
  /// ascending order.
  public func value(at z: Double) -> Double {
    switch self {
    case .fixed(let value): value
    case .normal(let mean, let sd): mean + sd * z
    case .uniform(let low, let high): low + (high - low) * Normal().cumulative(z)
    case .lognormal(let median, let sd): median * PortableMath.exp(sd * z)
    }
  }

  /// The value in the middle.
  public var median: Double { value(at: 0) }

  /// The standard deviation.
  public var sd: Double {
    switch self {
    case .fixed: 0
    case .normal(_, let sd): sd
    case .uniform(let low, let high): (high - low) / 12.0.squareRoot()
    case .lognormal(let median, let sd):
      median
        * ((PortableMath.exp(sd * sd) - 1) * PortableMath.exp(sd * sd)).squareRoot()
    }
  }

  public var isFixed: Bool { sd == 0 }
}

extension Spread: CustomStringConvertible {
  public var description: String {
    switch self {
    case .fixed(let value): "\(value)"
    case .normal(let mean, let sd): "normal with mean \(mean) and sd \(sd)"
    case .uniform(let low, let high): "uniform from \(low) to \(high)"
    case .lognormal(let median, let sd): "lognormal with median \(median) and log sd \(sd)"
    }
  }
}
