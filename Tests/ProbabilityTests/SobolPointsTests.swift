import Probability
import Testing

@Suite struct SobolPointsTests {
  /// Scrambling keeps what Sobol's sequence promises: of the first 2^k points each of 2^k equal intervals of each
  /// coordinate holds one, whatever the dimension, those that are padded too.
  @Test func everyCoordinateIsStratified() {
    let points = SobolPoints(dimensions: 40, seed: Seed(3))
    for k in [4, 7, 10] {
      let all = (0..<(1 << k)).map { points.point(UInt32($0)) }
      for dimension in 0..<40 {
        let cells = Set(all.map { Int($0[dimension] * Double(1 << k)) })
        #expect(cells.count == 1 << k, "dimension \(dimension), \(1 << k) points")
      }
    }
  }

  /// The first two dimensions are a (0, 2)-sequence: each elementary interval of area 2^−k holds one of the first 2^k points.
  @Test func theFirstTwoFillElementaryIntervals() {
    let points = SobolPoints(dimensions: 2, seed: Seed(11))
    let all = (0..<256).map { points.point(UInt32($0)) }
    for bits in 0...8 {
      let cells = Set(
        all.map { Int($0[0] * Double(1 << bits)) << 8 | Int($0[1] * Double(1 << (8 - bits))) })
      #expect(cells.count == 256, "\(bits) digits of the first")
    }
  }

  /// Means over scrambled points are unbiased, and much closer than over random ones: the product of 1 + (u − 1/2) over eight
  /// dimensions has mean 1 and variance (13/12)⁸ − 1 = 0.897.
  @Test func meansAreCloserThanRandomOnes() {
    var (sum, squares) = (0.0, 0.0)
    for trial in 0..<50 {
      let points = SobolPoints(dimensions: 8, seed: Seed(UInt64(trial)))
      let mean =
        (0..<256).reduce(0.0) { sum, k in
          sum + points.point(UInt32(k)).reduce(1) { $0 * (0.5 + $1) }
        } / 256
      sum += mean - 1
      squares += (mean - 1) * (mean - 1)
    }
    let random = 0.897 / 256
    #expect(squares / 50 < random / 20)
    // The mean of fifty trials, within four of its standard errors.
    #expect(abs(sum / 50) < 4 * (squares / 50 / 50).squareRoot())
  }
}
