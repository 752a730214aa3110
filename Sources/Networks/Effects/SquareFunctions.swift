/// The sender's distance from the mean, squared: (*v_i* − mean)².
public struct EgoSquare: PairFunction {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func value(_ own: Double, _ other: Double) -> Double { (own - centre) * (own - centre) }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    own.square(about: ValueRange(low: centre, high: centre))
  }
}

/// The receiver's distance from the mean, squared: (*v_j* − mean)².
public struct AlterSquare: PairFunction {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func value(_ own: Double, _ other: Double) -> Double {
    (other - centre) * (other - centre)
  }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    other.square(about: ValueRange(low: centre, high: centre))
  }
}

/// How far the two are apart, squared: (*v_j* − *v_i*)².
public struct SquaredDifference: PairFunction {
  public init() {}
  public func value(_ own: Double, _ other: Double) -> Double { (other - own) * (other - own) }
  public func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange {
    own.square(about: other)
  }
}

extension ValueRange {
  /// The least and the greatest squared difference from any value of another range.
  fileprivate func square(about other: ValueRange) -> ValueRange {
    let (least, most) = (gap(to: other), span(with: other))
    return ValueRange(low: least * least, high: most * most)
  }
}
