import Designs
import Tables
import TestSupport
import Testing

@Suite struct PlaceTests {
  @Test func greatCircles() throws {
    let quarter = Place.earthRadius * .pi / 2
    func distance(_ a: (Double, Double), _ b: (Double, Double)) throws -> Double {
      let (first, second) = (
        Place.globe(latitude: a.0, longitude: a.1), Place.globe(latitude: b.0, longitude: b.1)
      )
      let there = try #require(first.distance(to: second))
      let back = try #require(second.distance(to: first))
      #expect(isClose(there, back, relative: 1e-12))
      return there
    }
    #expect(isClose(try distance((0, 0), (0, 90)), quarter, relative: 1e-15))
    #expect(isClose(try distance((90, 0), (0, 33)), quarter, relative: 1e-15))
    #expect(isClose(try distance((10, 20), (-10, -160)), 2 * quarter, relative: 1e-15))
    #expect(try distance((51.5, -0.1), (51.5, -0.1)) == 0)
    // A metre is resolved: 1 / 111 195.08 of a degree of latitude.
    #expect(
      isClose(
        try distance((53, -2), (53 + 1e-5, -2)), Place.earthRadius * 1e-5 * .pi / 180,
        relative: 1e-9))
    // Manchester and London: haversine sin²½Δφ + cos φ₁ cos φ₂ sin²½Δλ gives 261.98317 km.
    #expect(abs(try distance((53.4808, -2.2426), (51.5074, -0.1278)) - 261.9831702090368) < 1e-9)
    #expect(
      isClose(try distance((0, 179.5), (0, -179.5)), Place.earthRadius * .pi / 180, relative: 1e-12)
    )
  }

  @Test func gridsAreInMetresAndDistancesInKilometres() {
    let a = Place.grid(easting: 400_000, northing: 300_000)
    let b = Place.grid(easting: 403_000, northing: 304_000)
    #expect(a.distance(to: b) == 5)
    #expect(a.distance(to: .globe(latitude: 0, longitude: 0)) == nil)
  }

  @Test func rowsWithoutCoordinatesAreNowhere() {
    let places = Places(
      latitude: Column("lat", numbers: [51, .nan, 95]),
      longitude: Column("lon", numbers: [0, 0, 0]))
    #expect(places.count == 3)
    #expect(places.distance(0, 0) == 0)
    #expect(places.distance(0, 1) == nil)
    #expect(places.distance(0, 2) == nil)
  }
}
