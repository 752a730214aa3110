/// Where actors are, on a plane, in kilometres.
public struct Locations: Sendable, Hashable {
  public let eastings: [Double]
  public let northings: [Double]

  /// - Parameters:
  ///   - eastings: kilometres east of any origin, one an actor; NaN where unknown.
  ///   - northings: kilometres north of it.
  public init(eastings: [Double], northings: [Double]) {
    precondition(
      eastings.count == northings.count, "\(eastings.count) eastings, \(northings.count) northings")
    self.eastings = eastings
    self.northings = northings
  }

  public var count: Int { eastings.count }

  /// How many actors have no place.
  public var missing: [Int] {
    (0..<count).filter { !(eastings[$0].isFinite && northings[$0].isFinite) }
  }

  /// The straight distance of two actors, in kilometres.
  @inline(__always)
  public func distance(_ a: Int, _ b: Int) -> Double {
    let (dx, dy) = (eastings[a] - eastings[b], northings[a] - northings[b])
    return (dx * dx + dy * dy).squareRoot()
  }
}
