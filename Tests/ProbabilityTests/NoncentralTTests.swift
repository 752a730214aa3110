import Foundation
import Probability
import Tables
import TestSupport
import Testing

@Suite("Noncentral t against R and its limits")
struct NoncentralTTests {
  /// R's `pt` with a noncentrality says of itself that full precision may not be reached: 10⁻¹⁰.
  @Test("probabilities of R")
  func reference() throws {
    let file = fixturesFolder.appendingPathComponent("power/power.json")
    let json = try JSON(parsing: String(contentsOf: file, encoding: .utf8))
    let rows = try #require(json["noncentral"]?.array)
    #expect(rows.count == 378)
    for row in rows {
      let numbers = (row.array ?? []).compactMap(\.number)
      let ours = NoncentralT(degreesOfFreedom: numbers[1], noncentrality: numbers[2])
        .cumulative(numbers[0])
      #expect(isClose(ours, numbers[3], absolute: 1e-10), "\(numbers): \(ours)")
    }
  }

  @Test("without noncentrality it is Student's, without end of degrees of freedom the normal")
  func limits() {
    for x in [-3.0, -0.5, 0, 0.7, 2.4, 9] {
      let central = NoncentralT(degreesOfFreedom: 7.5, noncentrality: 0).cumulative(x)
      #expect(
        isClose(central, StudentT(degreesOfFreedom: 7.5).cumulative(x), absolute: 1e-14))
      let normal = NoncentralT(degreesOfFreedom: .infinity, noncentrality: 1.3).cumulative(x)
      #expect(isClose(normal, Normal().cumulative(x - 1.3), absolute: 1e-15))
    }
  }

  @Test("mirrored, and rising in x, with a far noncentrality too")
  func laws() {
    for delta in [-30.0, -2, 0.4, 12, 36] {
      var before = 0.0
      for step in -20...60 {
        let x = Double(step) * 0.9
        let p = NoncentralT(degreesOfFreedom: 6, noncentrality: delta).cumulative(x)
        let mirrored = NoncentralT(degreesOfFreedom: 6, noncentrality: -delta).cumulative(-x)
        #expect(isClose(p + mirrored, 1, absolute: 1e-12))
        #expect(p >= before - 1e-13)
        before = p
      }
    }
  }
}
