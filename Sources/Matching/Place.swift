#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Where a unit is.
public enum Place: Sendable, Hashable {
  /// Degrees north and east.
  case geographic(latitude: Double, longitude: Double)
  /// Metres on a national grid.
  case grid(easting: Double, northing: Double)

  /// Whether both coordinates are known.
  public var isKnown: Bool {
    switch self {
    case .geographic(let a, let b), .grid(let a, let b): a.isFinite && b.isFinite
    }
  }

  /// The great-circle distance (sphere of radius 6371.0088 km), or the straight line on a grid; NaN
  /// between the two kinds.
  public func kilometres(to other: Place) -> Double {
    switch (self, other) {
    case (.grid(let x, let y), .grid(let u, let v)):
      return ((x - u) * (x - u) + (y - v) * (y - v)).squareRoot() / 1000
    case (
      .geographic(let latitude, let longitude), .geographic(let otherLatitude, let otherLongitude)
    ):
      let radian = Double.pi / 180
      let a = sin((otherLatitude - latitude) * radian / 2)
      let b = sin((otherLongitude - longitude) * radian / 2)
      let h = a * a + cos(latitude * radian) * cos(otherLatitude * radian) * b * b
      return 2 * 6371.0088 * asin(min(1, h.squareRoot()))
    default: return .nan
    }
  }

  /// A point whose straight-line distances have the same order as ``kilometres(to:)``.
  var inSpace: [Double] {
    switch self {
    case .grid(let easting, let northing): return [easting / 1000, northing / 1000, 0]
    case .geographic(let latitude, let longitude):
      let radian = Double.pi / 180
      let parallel = cos(latitude * radian) * 6371.0088
      return [
        parallel * cos(longitude * radian), parallel * sin(longitude * radian),
        6371.0088 * sin(latitude * radian),
      ]
    }
  }
}
