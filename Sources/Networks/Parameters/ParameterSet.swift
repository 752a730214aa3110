public import Probability

/// Everything a scenario does not know for certain, each with where its number comes from.
///
/// A **factor** is what varies together: one prior, one written distribution, or all coefficients of a fitted
/// step. A factor takes some standard normal numbers; values are computed from them. So the same numbers give
/// the same world under every policy, and a sensitivity design can move one factor and hold the others.
public struct ParameterSet: Sendable {
  /// Something unknown, and how many standard normal numbers it takes.
  public struct Factor: Sendable, Hashable {
    public let name: String
    public let dimensions: Int
    public let source: EvidenceSource
    /// In words: `normal with mean 0.02 and sd 0.03`.
    public let meaning: String
  }

  public private(set) var factors: [Factor] = []
  /// Each unknown number that is used, one a name.
  public private(set) var unknowns: [(name: String, value: ParameterValue)] = []

  public init() {}

  /// Adds a factor and returns its position.
  public mutating func add(_ factor: Factor) -> Int {
    factors.append(factor)
    return factors.count - 1
  }

  /// The position of the factor of that name, added where there is none.
  public mutating func position(
    of name: String, dimensions: Int, _ source: EvidenceSource, _ meaning: String
  ) -> Int {
    if let known = factors.firstIndex(where: { $0.name == name }) { return known }
    return add(Factor(name: name, dimensions: dimensions, source: source, meaning: meaning))
  }

  /// Notes a value in use.
  public mutating func note(_ name: String, _ value: ParameterValue) {
    guard !value.isFixed, !unknowns.contains(where: { $0.name == name }) else { return }
    unknowns.append((name, value))
  }

  /// One draw of all factors; the first factor has entity 0, the second 1.
  public func point(_ seed: Seed, replicate: UInt32) -> ParameterPoint {
    ParameterPoint(
      normals: factors.enumerated().map { position, factor in
        var random = RandomStream(seed, replicate: replicate, entity: UInt32(position))
        return (0..<factor.dimensions).map { _ in random.normal() }
      })
  }

  /// Draw number `index` of a set that covers what is unknown evenly.
  public func point(_ points: SobolPoints, index: UInt32) -> ParameterPoint {
    var rest = points.point(index)[...]
    return ParameterPoint(
      normals: factors.map { factor in
        let taken = rest.prefix(factor.dimensions).map(Normal.standardQuantile)
        rest = rest.dropFirst(factor.dimensions)
        return taken
      })
  }

  /// How many standard normal numbers a draw takes.
  public var dimensions: Int { factors.reduce(0) { $0 + $1.dimensions } }

  /// The point at which everything has its middle value.
  public var middle: ParameterPoint {
    ParameterPoint(normals: factors.map { [Double](repeating: 0, count: $0.dimensions) })
  }
}

/// Standard normal numbers, a list for each factor of a ``ParameterSet``.
public struct ParameterPoint: Sendable, Hashable {
  public var normals: [[Double]]

  public init(normals: [[Double]]) { self.normals = normals }
}

/// A number of a scenario: known, or computed from a factor's normal numbers.
public struct ParameterValue: Sendable, Hashable {
  private enum Origin: Sendable, Hashable {
    case spread(Spread, factor: Int)
    /// An estimate and its row of *L*, with *L* *Lᵀ* the covariance of the step's estimates.
    case estimate(Double, loadings: [Double], factor: Int)
  }

  private let origin: Origin
  /// What one unit of the origin is in the unit of use.
  public let scale: Double
  public let source: EvidenceSource

  public init(_ value: Double) {
    origin = .spread(.fixed(value), factor: -1)
    scale = 1
    source = .assumption
  }

  public init(_ spread: Spread, factor: Int, scale: Double = 1, source: EvidenceSource) {
    origin = .spread(spread, factor: factor)
    self.scale = scale
    self.source = source
  }

  public init(estimate: Double, loadings: [Double], factor: Int, scale: Double) {
    origin = .estimate(estimate, loadings: loadings, factor: factor)
    self.scale = scale
    source = .estimate
  }

  /// The position of its factor; `nil` for a number that is known.
  public var factor: Int? {
    switch origin {
    case .spread(_, let factor): factor < 0 ? nil : factor
    case .estimate(_, _, let factor): factor
    }
  }

  public var isFixed: Bool {
    switch origin {
    case .spread(let spread, _): spread.isFixed
    case .estimate: false
    }
  }

  /// The value at the middle of what is known.
  public var middle: Double {
    switch origin {
    case .spread(let spread, _): scale * spread.median
    case .estimate(let value, _, _): scale * value
    }
  }

  public func value(at point: ParameterPoint) -> Double {
    switch origin {
    case .spread(.fixed(let value), _): scale * value
    case .spread(let spread, let factor): scale * spread.value(at: point.normals[factor][0])
    case .estimate(let estimate, let loadings, let factor):
      scale * zip(loadings, point.normals[factor]).reduce(estimate) { $0 + $1.0 * $1.1 }
    }
  }

  /// Its standard normal number at a point: mean 0 and variance 1 over draws, which makes it a control variate.
  public func standardised(at point: ParameterPoint) -> Double {
    switch origin {
    case .spread(_, let factor): return factor < 0 ? 0 : point.normals[factor][0]
    case .estimate(_, let loadings, let factor):
      let length = loadings.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { return 0 }
      return zip(loadings, point.normals[factor]).reduce(0) { $0 + $1.0 * $1.1 } / length
    }
  }
}
