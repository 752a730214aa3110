/// Where something is, on the globe or on a national grid.
public enum Place: Sendable, Hashable {
  /// Degrees, north and east positive.
  case globe(latitude: Double, longitude: Double)
  /// Metres on a plane grid, such as the British National Grid.
  case grid(easting: Double, northing: Double)

  /// The mean radius of the Earth R₁ in kilometres (IUGG; H. Moritz 2000, doi:10.1007/s001900050278).
  public static let earthRadius = 6371.0088

  /// Kilometres to another place; `nil` between the globe and a grid, which only a projection could join.
  ///
  /// On the globe the great circle of a sphere, from the angle between the two directions as
  /// atan2(|u × v|, u · v), which is exact to rounding for near and for opposite places alike; the Earth's
  /// flattening is left out, which is below 0.6 % anywhere. On a grid the straight line.
  public func distance(to other: Place) -> Double? {
    switch (self, other) {
    case (.grid(let e1, let n1), .grid(let e2, let n2)):
      CMath.hypotenuse(e1 - e2, n1 - n2) / 1000
    case (.globe(let latitude1, let longitude1), .globe(let latitude2, let longitude2)):
      Self.earthRadius
        * Self.angle(latitude1.radians, latitude2.radians, (longitude2 - longitude1).radians)
    default: nil
    }
  }

  /// The angle between two directions, in radians (T. Vincenty's form for the sphere).
  private static func angle(_ a: Double, _ b: Double, _ difference: Double) -> Double {
    let (sinA, cosA) = (CMath.sine(a), CMath.cosine(a))
    let (sinB, cosB) = (CMath.sine(b), CMath.cosine(b))
    let (sine, cosine) = (CMath.sine(difference), CMath.cosine(difference))
    // cosA sinB − sinA cosB cosΔ, written so that near places do not cancel.
    let half = CMath.sine(difference / 2)
    let north = CMath.sine(b - a) + 2 * sinA * cosB * half * half
    let east = cosB * sine
    return CMath.arcTangent(CMath.hypotenuse(east, north), sinA * sinB + cosA * cosB * cosine)
  }
}

extension Place {
  /// Whether both coordinates are numbers, and on the globe.
  public var isValid: Bool {
    switch self {
    case .globe(let latitude, let longitude): abs(latitude) <= 90 && abs(longitude) <= 360
    case .grid(let easting, let northing): easting.isFinite && northing.isFinite
    }
  }
}

extension Double {
  fileprivate var radians: Double { self * .pi / 180 }
}
