public import Designs

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension Locations {
  /// The places of a table on one plane; `nil` where some are on the globe and others on a grid.
  ///
  /// A grid is taken as it is. The globe is projected by the transverse Mercator projection of the sphere about
  /// the middle meridian (Snyder 1987, doi:10.3133/pp1395, equations 8-1 and 8-3), whose distances are 0.05 %
  /// too long 200 km from it. Coordinates are rounded to a millimetre, so that the C library's last digit
  /// decides nothing.
  public init?(_ places: Places) {
    var globe: [(latitude: Double, longitude: Double)] = []
    for case .some(.globe(let latitude, let longitude)) in places.places {
      globe.append((latitude, longitude))
    }
    let known = places.places.count { $0 != nil }
    guard globe.isEmpty || globe.count == known else { return nil }
    let longitudes = globe.map(\.longitude)
    let middle = ((longitudes.min() ?? 0) + (longitudes.max() ?? 0)) / 2
    var (x, y): ([Double], [Double]) = ([], [])
    for place in places.places {
      switch place {
      case nil:
        x.append(.nan)
        y.append(.nan)
      case .grid(let easting, let northing)?:
        x.append(easting / 1000)
        y.append(northing / 1000)
      case .globe(let latitude, let longitude)?:
        let (phi, lambda) = (latitude * .pi / 180, (longitude - middle) * .pi / 180)
        let b = cos(phi) * sin(lambda)
        let east = Place.earthRadius * atanh(b)
        let north = Place.earthRadius * atan2(sin(phi), cos(phi) * cos(lambda))
        x.append((east * 1e6).rounded() / 1e6)
        y.append((north * 1e6).rounded() / 1e6)
      }
    }
    self.init(eastings: x, northings: y)
  }
}
