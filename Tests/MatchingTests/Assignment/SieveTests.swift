import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

/// Full matching looks at distances in single precision first. No scale, offset or outlier may make it miss a pair.
@Suite struct SieveTests {
  enum Layout: CaseIterable {
    case plain, tiny, huge, farFromZero, outlier, grid, onePlace
  }

  private func points(
    _ layout: Layout, dimensions: Int, count: Int, from stream: inout RandomStream
  )
    -> Matrix
  {
    var result = Matrix(rows: dimensions, columns: count)
    for i in result.elements.indices {
      let value = stream.normal()
      result.elements[i] =
        switch layout {
        case .plain, .outlier: value
        case .tiny: value * 1e-140
        case .huge: value * 1e140
        case .farFromZero: 1e6 + value * 1e-3
        case .grid: (2 * value).rounded()
        case .onePlace: 3.5
        }
    }
    if layout == .outlier { result.elements[0] = 1e9 }
    return result
  }

  @Test(arguments: Layout.allCases, [1, 4, 8, 11])
  func missesNothing(_ layout: Layout, dimensions: Int) throws {
    for seed in 0..<3 {
      var stream = RandomStream(Seed(UInt64(seed))["sieve"])
      let (n, m) = [(40, 90), (70, 55), (1, 140)][seed]
      let treated = points(layout, dimensions: dimensions, count: n, from: &stream)
      let controls = points(layout, dimensions: dimensions, count: m, from: &stream)
      func distance(_ i: Int, _ j: Int) -> Double {
        var square = 0.0
        for k in 0..<dimensions {
          let gap = treated[k, i] - controls[k, j]
          square += gap * gap
        }
        return square.squareRoot()
      }
      let distances = (0..<n).map { i in (0..<m).map { j in distance(i, j) } }
      // An oracle in units in which nothing is lost.
      let unit = distances.joined().max() ?? 0
      let scaled: [[Double?]] = distances.map { row in row.map { unit > 0 ? $0 / unit : 0 } }
      let found = try SpatialFull(
        treated: treated, controls: controls, rules: try PairRules()
      ).solve()
      let best = CoverOracle.total(scaled, controls: m)
      let total = unit > 0 ? found.totalDistance / unit : found.totalDistance
      #expect(
        isClose(total, best, relative: 1e-8, absolute: 1e-12),
        "\(layout), \(dimensions) dimensions, seed \(seed)")
      #expect(found.certificate.relativeGap <= 1e-9)
      #expect(found.unmatchedTreated.isEmpty && found.unmatchedControls.isEmpty)
    }
  }
}
