public import Tables

/// The places of the rows of a table.
public struct Places: Sendable {
  /// One a row; `nil` where a coordinate is missing or off the globe.
  public let places: [Place?]

  public init(_ places: [Place?]) { self.places = places }

  /// - Parameters:
  ///   - latitude: degrees north.
  ///   - longitude: degrees east.
  public init(latitude: Column, longitude: Column) {
    self.init(latitude, longitude) { .globe(latitude: $0, longitude: $1) }
  }

  /// - Parameters:
  ///   - easting: metres.
  ///   - northing: metres.
  public init(easting: Column, northing: Column) {
    self.init(easting, northing) { .grid(easting: $0, northing: $1) }
  }

  private init(_ first: Column, _ second: Column, _ place: (Double, Double) -> Place) {
    guard case .numbers(let a) = first.storage, case .numbers(let b) = second.storage else {
      places = Array(repeating: nil, count: first.count)
      return
    }
    places = zip(a, b).map { x, y in
      guard x.isFinite, y.isFinite else { return nil }
      let found = place(x, y)
      return found.isValid ? found : nil
    }
  }

  public var count: Int { places.count }

  /// Kilometres between two rows; `nil` where either is nowhere.
  public func distance(_ row: Int, _ other: Int) -> Double? {
    guard let a = places[row], let b = places[other] else { return nil }
    return a.distance(to: b)
  }
}
