import Foundation
import Imputation
import LinearAlgebra
import Tables
import TestSupport
import Testing

@Suite("Pooling of imputed estimates")
struct PoolingTests {
  /// R's arithmetic in another order: 10⁻¹² relative, p-values 10⁻¹⁰.
  @Test("follows Rubin, Barnard and Li", arguments: 0..<5)
  func fixture(_ index: Int) throws {
    let all = try JSON(
      parsing: String(
        contentsOf: fixturesFolder.appendingPathComponent("imputation/pooling.json"),
        encoding: .utf8))
    let reference = try #require(all[index])
    func numbers(_ key: String, of json: JSON? = nil) -> [Double] {
      ((json ?? reference)[key]?.array ?? []).compactMap(\.number)
    }
    let estimates = (reference["estimates"]?.array ?? []).map {
      $0.array?.compactMap(\.number) ?? []
    }
    let covariances = (reference["covariances"]?.array ?? []).map {
      Matrix(rows: 4, columns: 4, elements: $0.array?.compactMap(\.number) ?? [])
    }
    let complete = reference["dfcom"]?.number ?? .infinity
    try #require(estimates.count == reference["m"]?.number.map { Int($0) })
    for k in 0..<4 {
      let pooled = try PooledEstimate(
        estimates: estimates.map { $0[k] }, variances: covariances.map { $0[k, k] },
        completeDegreesOfFreedom: estimates.map { _ in complete })
      let found = [
        pooled.estimate, pooled.within, pooled.between, pooled.relativeIncrease,
        pooled.missingShare, pooled.degreesOfFreedom, pooled.missingInformation,
      ]
      let expected = ["estimate", "within", "between", "riv", "lambda", "df", "fmi"].map {
        numbers($0)[k]
      }
      #expect(largestDifference(found, expected) <= 1e-12)
      #expect(isClose(pooled.test().pValue, numbers("p")[k], relative: 1e-10))
    }
    let vector = try PooledVector(estimates: estimates, covariances: covariances)
    #expect(largestDifference(vector.covariance.elements, numbers("total")) <= 1e-11)
    for joint in reference["joint"]?.array ?? [] {
      let test = try vector.jointTest(of: numbers("positions", of: joint).map { Int($0) })
      let expected = ["statistic", "numerator", "denominator", "riv"].compactMap {
        joint[$0]?.number
      }
      #expect(
        largestDifference(
          [test.statistic, test.numerator, test.denominator, test.relativeIncrease], expected)
          <= 1e-11)
      #expect(isClose(test.pValue, joint["p"]?.number ?? .nan, relative: 1e-10))
      guard let reiter = joint["reiter"]?.number else { continue }
      let small = try vector.jointTest(
        of: numbers("positions", of: joint).map { Int($0) }, completeDegreesOfFreedom: complete)
      #expect(isClose(small.denominator, reiter, relative: 1e-10))
      #expect(small.denominator < complete)
    }
  }

  @Test("estimates that do not differ keep their own degrees of freedom")
  func nothingMissing() throws {
    let pooled = try PooledEstimate(
      estimates: [2, 2, 2], variances: [1, 1, 1], completeDegreesOfFreedom: [7, 7, 7])
    #expect(pooled.variance == 1)
    #expect(pooled.degreesOfFreedom == 7)
    #expect(pooled.missingInformation == 0)
    let vector = try PooledVector(
      estimates: [[1, 2], [1, 2]], covariances: [.identity(2), .identity(2)])
    let test = try vector.jointTest(of: [0, 1])
    #expect(test.statistic == 2.5)
    #expect(test.denominator == .infinity)
  }

  @Test("says why estimates cannot be pooled")
  func problems() {
    func reason(_ work: () throws -> Void) -> String {
      do {
        try work()
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      reason {
        _ = try PooledEstimate(estimates: [1], variances: [1], completeDegreesOfFreedom: [3])
      }.contains("two or more"))
    #expect(
      reason {
        _ = try PooledEstimate(
          estimates: [1, .nan], variances: [1, 1], completeDegreesOfFreedom: [3, 3])
      }.contains("not finite"))
    #expect(
      reason {
        _ = try PooledVector(estimates: [[1], [1, 2]], covariances: [.identity(1), .identity(2)])
      }.contains("different shape"))
    #expect(
      reason {
        _ = try PooledVector(
          estimates: [[1, 2], [1, 3]],
          covariances: [Matrix(rows: 2, columns: 2), Matrix(rows: 2, columns: 2)]
        ).jointTest(of: [0, 1])
      }.contains("singular"))
  }
}
