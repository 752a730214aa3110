internal import Designs

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Place {
  /// A point in kilometres whose straight-line distances have the same order as ``Place/distance(to:)``.
  var inSpace: [Double] {
    switch self {
    case .grid(let easting, let northing): return [easting / 1000, northing / 1000, 0]
    case .globe(let latitude, let longitude):
      let radian = Double.pi / 180
      let parallel = cos(latitude * radian) * Place.earthRadius
      return [
        parallel * cos(longitude * radian), parallel * sin(longitude * radian),
        Place.earthRadius * sin(latitude * radian),
      ]
    }
  }
}
