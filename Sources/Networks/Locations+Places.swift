public import Designs

extension Locations {
  /// Places on one plane: grids as they are, the globe projected about its mean latitude and longitude.
  ///
  /// The equirectangular projection keeps distances to 0.3 % over a country of 500 km; a study that needs
  /// more gives eastings and northings. `nil` places have no location here either.
  public init(_ places: [Place?]) {
    var latitudes: [Double] = []
    var longitudes: [Double] = []
    for case .globe(let latitude, let longitude) in places.compactMap({ $0 }) {
      latitudes.append(latitude)
      longitudes.append(longitude)
    }
    let count = Double(max(1, latitudes.count))
    let middle = Place.globe(
      latitude: latitudes.reduce(0, +) / count, longitude: longitudes.reduce(0, +) / count)
    let plane = places.map { place in place.flatMap { Self.onPlane($0, about: middle) } }
    self.init(
      eastings: plane.map { $0?.east ?? .nan }, northings: plane.map { $0?.north ?? .nan })
  }
}

extension Locations {
  /// Kilometres east and north.
  private static func onPlane(
    _ place: Place, about middle: Place
  ) -> (east: Double, north: Double) {
    switch (place, middle) {
    case (.grid(let easting, let northing), _): return (easting / 1000, northing / 1000)
    case (.globe(let latitude, let longitude), .globe(let middleLatitude, let middleLongitude)):
      let degree = Place.earthRadius * .pi / 180
      let shrinkage = cosine(ofDegrees: middleLatitude)
      return (
        (longitude - middleLongitude) * degree * shrinkage, (latitude - middleLatitude) * degree
      )
    default: return (.nan, .nan)
    }
  }

  /// cos x by its series: the C library's last bit may differ between machines, and choices hang on it.
  private static func cosine(ofDegrees degrees: Double) -> Double {
    let x = degrees * .pi / 180
    var term = 1.0
    var sum = 1.0
    for k in 1...14 {
      term *= -x * x / Double((2 * k - 1) * (2 * k))
      sum += term
    }
    return sum
  }
}
