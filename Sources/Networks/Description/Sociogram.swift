internal import Probability

/// Where to draw each actor of a network: tied actors near each other, all others apart.
///
/// Forces of Fruchterman & Reingold (1991), doi:10.1002/spe.4380211102, from a spiral of equal spacing, with a fixed
/// number of steps and rounded coordinates: the same network is always drawn alike.
public struct Sociogram: Sendable, Hashable {
  /// Between 0 and 1.
  public let x: [Double]
  public let y: [Double]

  /// - Complexity: O(steps · *n*²); meant for networks that can be read as a picture.
  public init(_ network: Network, steps: Int = 200) {
    let n = network.actorCount
    var (x, y): ([Double], [Double]) = ([], [])
    // The golden angle keeps neighbours in number apart from each other.
    for k in 0..<n {
      let radius = 0.5 * ((Double(k) + 0.5) / Double(max(1, n))).squareRoot()
      let (sine, cosine) = Self.turn(Double(k) * 0.381966011250105)
      x.append(0.5 + radius * cosine)
      y.append(0.5 + radius * sine)
    }
    let ideal = (1 / Double(max(1, n))).squareRoot()
    for step in 0..<steps {
      let heat = 0.1 * (1 - Double(step) / Double(steps))
      var dx = [Double](repeating: 0, count: n)
      var dy = dx
      for i in 0..<n {
        for j in 0..<i {
          let (a, b) = (x[i] - x[j], y[i] - y[j])
          let squared = max(1e-9, a * a + b * b)
          let push = ideal * ideal / squared
          dx[i] += a * push
          dy[i] += b * push
          dx[j] -= a * push
          dy[j] -= b * push
        }
        for k in 0..<network.degree(i) {
          let j = Int(network.partner(k, of: i))
          let (a, b) = (x[i] - x[j], y[i] - y[j])
          let pull = (a * a + b * b).squareRoot() / ideal * (network.isDirected ? 1 : 0.5)
          dx[i] -= a * pull
          dy[i] -= b * pull
          dx[j] += a * pull
          dy[j] += b * pull
        }
        // A little towards the middle, so that components stay in sight.
        dx[i] -= (x[i] - 0.5) * 0.3
        dy[i] -= (y[i] - 0.5) * 0.3
      }
      for i in 0..<n {
        let length = max(1e-9, (dx[i] * dx[i] + dy[i] * dy[i]).squareRoot())
        x[i] += dx[i] / length * min(length, heat)
        y[i] += dy[i] / length * min(length, heat)
      }
    }
    self.x = Self.scaled(x)
    self.y = Self.scaled(y)
  }

  /// Sine and cosine of a number of turns, by their series: the C library's last digit is not everywhere the same.
  private static func turn(_ turns: Double) -> (sine: Double, cosine: Double) {
    let angle = (turns - turns.rounded()) * 2 * .pi
    var (sine, cosine, term) = (0.0, 1.0, 1.0)
    for k in 1...30 {
      term *= angle / Double(k)
      switch k % 4 {
      case 1: sine += term
      case 2: cosine -= term
      case 3: sine -= term
      default: cosine += term
      }
    }
    return (sine, cosine)
  }

  private static func scaled(_ values: [Double]) -> [Double] {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let span = high > low ? high - low : 1
    return values.map { ((high > low ? ($0 - low) / span : 0.5) * 1e6).rounded() / 1e6 }
  }
}
