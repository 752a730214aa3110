/// The sender's value: *v_i* − mean.
public struct EgoValue: PairFunction {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func value(_ own: Double, _ other: Double) -> Double { own - centre }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(low: own.low - centre, high: own.high - centre)
  }
}

/// The receiver's value: *v_j* − mean.
public struct AlterValue: PairFunction {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func value(_ own: Double, _ other: Double) -> Double { other - centre }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(low: other.low - centre, high: other.high - centre)
  }
}

/// Both values: *v_i* + *v_j* − 2 mean.
public struct EgoPlusAlter: PairFunction {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func value(_ own: Double, _ other: Double) -> Double { own + other - 2 * centre }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(
      low: own.low + other.low - 2 * centre, high: own.high + other.high - 2 * centre)
  }
}

/// One value times the other: (*v_i* − mean)(*v_j* − mean).
public struct ValueProduct: PairFunction {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func value(_ own: Double, _ other: Double) -> Double { (own - centre) * (other - centre) }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    let corners = [
      value(own.low, other.low), value(own.low, other.high), value(own.high, other.low),
      value(own.high, other.high),
    ]
    return ValueRange(
      low: corners.reduce(.infinity, Swift.min), high: corners.reduce(-.infinity, Swift.max))
  }
}

/// How far the receiver is above the sender: *v_j* − *v_i*.
public struct ValueDifference: PairFunction {
  public init() {}
  public func value(_ own: Double, _ other: Double) -> Double { other - own }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(low: other.low - own.high, high: other.high - own.low)
  }
}

/// How far the two are apart: |*v_i* − *v_j*|.
public struct AbsoluteDifference: PairFunction {
  public init() {}
  public func value(_ own: Double, _ other: Double) -> Double { abs(own - other) }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(low: own.gap(to: other), high: own.span(with: other))
  }
}

/// Whether the sender is above the receiver; 1/2 where they are level.
public struct HigherValue: PairFunction {
  public init() {}
  public func value(_ own: Double, _ other: Double) -> Double {
    own > other ? 1 : own == other ? 0.5 : 0
  }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(low: value(own.low, other.high), high: value(own.high, other.low))
  }
}

/// Whether the two are equal.
public struct SameValue: PairFunction {
  public init() {}
  public func value(_ own: Double, _ other: Double) -> Double { own == other ? 1 : 0 }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    let constant = own.low == own.high && other.low == other.high
    return ValueRange(
      low: constant && own.low == other.low ? 1 : 0, high: own.gap(to: other) == 0 ? 1 : 0)
  }
}

/// Likeness: 1 − |*v_i* − *v_j*| / range − mean similarity.
public struct Likeness: PairFunction {
  let inverseRange: Double
  let centre: Double

  /// - Parameters:
  ///   - range: largest less smallest value; zero where all are equal.
  ///   - centre: the mean similarity.
  public init(range: Double, centre: Double) {
    inverseRange = range > 0 ? 1 / range : 0
    self.centre = centre
  }

  public func value(_ own: Double, _ other: Double) -> Double {
    1 - abs(own - other) * inverseRange - centre
  }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(
      low: 1 - own.span(with: other) * inverseRange - centre,
      high: 1 - own.gap(to: other) * inverseRange - centre)
  }
}

/// A strong and a weak partner: whether the two are at least `gap` apart.
public struct FarApart: PairFunction {
  let gap: Double

  public init(gap: Double) { self.gap = gap }
  public func value(_ own: Double, _ other: Double) -> Double { abs(own - other) >= gap ? 1 : 0 }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    ValueRange(
      low: own.gap(to: other) >= gap ? 1 : 0, high: own.span(with: other) >= gap ? 1 : 0)
  }
}

/// What effects of a covariate are centred and scaled by.
public struct Centring: Sendable, Hashable {
  /// The mean over actors, and waves where it changes.
  public let mean: Double
  /// The standard deviation over the same.
  public let sd: Double
  /// Largest less smallest value.
  public let range: Double
  /// The mean similarity over ordered pairs of different actors, averaged over the waves that a period starts
  /// from.
  public let similarity: Double

  /// Of a covariate that stays as it is.
  public init(_ values: [Double]) { self.init(means: [values], similarities: [values]) }

  /// Of a behaviour: its mean is over all waves, its mean similarity over all but the last.
  public init(waves: [[Double]]) {
    self.init(means: waves, similarities: Array(waves.dropLast()))
  }

  /// Of a covariate that changes: over all waves but the last, which start a period.
  public init(covariate waves: [[Double]]) {
    let used = waves.count > 1 ? Array(waves.dropLast()) : waves
    self.init(means: used, similarities: used, ranges: waves)
  }

  private init(means: [[Double]], similarities: [[Double]], ranges: [[Double]]? = nil) {
    let all = means.flatMap { $0 }
    let mean = all.reduce(0, +) / Double(max(1, all.count))
    self.mean = mean
    sd = (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, all.count - 1)))
      .squareRoot()
    let spread = (ranges ?? means).flatMap { $0 }
    let range = (spread.max() ?? 0) - (spread.min() ?? 0)
    self.range = range
    let parts = similarities.map { Self.meanSimilarity($0, range: range) }
    similarity = parts.reduce(0, +) / Double(max(1, parts.count))
  }

  private static func meanSimilarity(_ values: [Double], range: Double) -> Double {
    guard range > 0, values.count > 1 else { return 1 }
    let n = Double(values.count)
    var sum = 0.0
    for (k, value) in values.sorted().enumerated() { sum += value * (2 * Double(k) - n + 1) }
    return 1 - 2 * sum / (range * n * (n - 1))
  }
}
