internal import Designs
internal import Probability

/// How far apart two matched units may be in one variable, or on the map.
public struct Caliper: Sendable, Hashable {
  /// `propensity`, or a covariate's name.
  public let name: String
  /// One value a unit; empty for a distance on the map.
  public let values: [Double]
  /// In the variable's own units; a pair is kept when its difference is at most this.
  public let limit: Double
  /// How it was asked for; `nil` where the limit itself was given.
  public let asked: CaliperWidth?
  /// One a unit where the caliper is in kilometres between them.
  let places: [Place?]?

  public init(name: String, values: [Double], limit: Double, asked: CaliperWidth? = nil) {
    self.name = name
    self.values = values
    self.limit = limit
    self.asked = asked
    places = nil
  }

  /// A largest distance of partners, in kilometres.
  init(places: [Place?], limit: Double) {
    name = Self.distanceName
    values = []
    self.limit = limit
    asked = nil
    self.places = places
  }

  /// What a caliper on the map is called.
  static let distanceName = "distance on the map"

  /// How far apart two units are; infinite where a place is unknown.
  public func gap(_ a: Int, _ b: Int) -> Double {
    guard let places else { return abs(values[a] - values[b]) }
    guard let here = places[a], let there = places[b] else { return .infinity }
    return here.distance(to: there) ?? .infinity
  }

  func admits(_ a: Int, _ b: Int) -> Bool { isWithin(gap(a, b), limit) }
}

/// How a caliper was asked for.
public struct CaliperWidth: Sendable, Hashable {
  public enum Unit: Sendable, Hashable {
    /// The variable's own units.
    case own
    /// Standard deviations √((s₁² + s₀²)/2) of the two arms (Rosenbaum & Rubin 1985,
    /// DOI 10.1080/00031305.1985.10479383).
    case withinArms
    /// Standard deviations over both arms together, as MatchIt does.
    case overall
  }

  public let value: Double
  public let unit: Unit

  public init(_ value: Double, _ unit: Unit) {
    self.value = value
    self.unit = unit
  }

  /// How it is written: `0.2 sd`.
  var words: String {
    switch unit {
    case .own: "\(value)"
    case .withinArms: "\(value) sd"
    case .overall: "\(value) sd, over all"
    }
  }

  /// The width in the variable's own units, to ten significant digits.
  ///
  /// - Parameter units: those whose spread counts: complete and not discarded.
  func limit(of values: [Double], treated: [Bool], units: [Int]) -> Double {
    func variance(_ chosen: [Int]) -> Double { sampleVariance(chosen.map { values[$0] }) }
    switch unit {
    case .own: return value
    case .withinArms:
      let mean =
        (variance(units.filter { treated[$0] }) + variance(units.filter { !treated[$0] })) / 2
      return tenDigits(value * mean.squareRoot())
    case .overall: return tenDigits(value * variance(units).squareRoot())
    }
  }
}

/// Σ(x − x̄)²/(n − 1); 0 for fewer than two values.
func sampleVariance(_ values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  var sum = 0.0
  for value in values { sum += value }
  let mean = sum / Double(values.count)
  var squares = 0.0
  for value in values { squares += (value - mean) * (value - mean) }
  return squares / Double(values.count - 1)
}
