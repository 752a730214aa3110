import Probability
import Testing

/// Poisson counts against their law: each |z| < 4 and each chi-squared below its 1e-4 quantile; seeds are fixed.
@Suite struct PoissonDrawTests {
  @Test(arguments: [0.3, 4, 9.9, 10, 33.3, 300, 12_000])
  func moments(_ mean: Double) {
    let count = 100_000
    var random = RandomStream(Seed(1)["\(mean)"])
    let draws = (0..<count).map { _ in Double(random.poisson(mean: mean)) }
    let average = draws.reduce(0, +) / Double(count)
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    let root = Double(count).squareRoot()
    #expect(abs(average - mean) / (mean.squareRoot() / root) < 4)
    // The fourth central moment of a Poisson number is m + 3 m².
    #expect(abs(variance - mean) / ((mean + 2 * mean * mean).squareRoot() / root) < 4)
  }

  @Test(arguments: [2.5, 12, 25])
  func law(_ mean: Double) {
    let count = 200_000
    var random = RandomStream(Seed(2)["\(mean)"])
    var seen = [Double](repeating: 0, count: 100)
    for _ in 0..<count { seen[min(99, random.poisson(mean: mean))] += 1 }
    var (probability, statistic, cells) = (PortableMath.exp(-mean), 0.0, 0)
    for k in 0..<100 {
      let expected = probability * Double(count)
      if expected > 20 {
        statistic += (seen[k] - expected) * (seen[k] - expected) / expected
        cells += 1
      }
      probability *= mean / Double(k + 1)
    }
    #expect(ChiSquared(degreesOfFreedom: Double(cells)).upperTail(statistic) > 1e-4)
  }

  @Test func none() {
    var random = RandomStream(Seed(3))
    #expect(random.poisson(mean: 0) == 0)
  }
}
