internal import Probability

/// Bounds of Huber's M-statistic, or of the permutational t, in sets of one unit against one or more
/// (Rosenbaum 2007, DOI 10.1111/j.1541-0420.2006.00717.x).
///
/// Each unit scores Σ ψ((y − y′)/s) over the others y′ of its set, over the size of the set, with s the
/// median of all absolute differences within sets and ψ(d) = sign(d) min(1, |d|/2.5); the statistic is the
/// single units' total. The bound takes for each set the largest expectation and, of those that give it, the
/// largest variance (separable approximation: Gastwirth, Krieger & Rosenbaum 2000,
/// DOI 10.1111/1467-9868.00249). The t scores are the differences themselves over the number of others.
struct MStatisticBound: BiasedTest {
  enum Kind: Sendable { case huber, mean }

  static let name = "huber"

  let statistic: Double
  /// Each set's scores, ascending.
  private let scores: [[Double]]

  /// `nil` where half of all differences within sets are zero, which leaves no scale.
  init?(_ sets: [[Double]], kind: Kind = .huber) {
    var scale = 1.0
    if kind == .huber {
      var sizes: [Double] = []
      for set in sets {
        for (i, a) in set.enumerated() {
          for (j, b) in set.enumerated() where i != j { sizes.append(abs(a - b)) }
        }
      }
      scale = quantile(sizes.sorted(), 0.5)
      guard scale > 0 else { return nil }
    }
    var statistic = 0.0
    var scores: [[Double]] = []
    for set in sets where set.count > 1 {
      let divisor: Double =
        switch kind {
        case .huber: Double(set.count)
        case .mean: Double(set.count - 1) * Double(sets.count)
        }
      let scored = set.indices.map { i in
        var sum = 0.0
        for j in set.indices where j != i {
          let difference = (set[i] - set[j]) / scale
          switch kind {
          case .huber:
            let size = min(1, abs(difference) / 2.5)
            sum += difference < 0 ? -size : size
          case .mean: sum += difference
          }
        }
        return sum / divisor
      }
      statistic += scored[0]
      scores.append(scored.sorted())
    }
    guard scores.contains(where: { $0.last != $0.first }) else { return nil }
    self.statistic = statistic
    self.scores = scores
  }

  func pValue(_ gamma: Double) -> (upper: Double, lower: Double) {
    let (upper, lower) = (moments(gamma, sign: 1), moments(gamma, sign: -1))
    return (
      Normal().cumulative(-(statistic - upper.mean) / upper.variance.squareRoot()),
      Normal().cumulative(-(statistic - lower.mean) / lower.variance.squareRoot())
    )
  }

  /// Mean and variance of the statistic where assignment favours large scores (`sign` 1) or small ones (−1)
  /// as much as Γ allows.
  func moments(_ gamma: Double, sign: Double) -> (mean: Double, variance: Double) {
    var mean = 0.0
    var variance = 0.0
    for set in scores {
      let ordered = sign > 0 ? set : set.reversed().map { -$0 }
      let n = ordered.count
      var best = (mean: -Double.infinity, variance: 0.0)
      var below = (sum: 0.0, squares: 0.0)
      var above = (
        sum: ordered.reduce(0, +), squares: ordered.reduce(0) { $0 + $1 * $1 }
      )
      for a in 1..<n {
        let value = ordered[a - 1]
        below = (below.sum + value, below.squares + value * value)
        above = (above.sum - value, above.squares - value * value)
        let total = Double(a) + gamma * Double(n - a)
        let m = (below.sum + gamma * above.sum) / total
        let v = (below.squares + gamma * above.squares) / total - m * m
        // Equal to within rounding: the larger variance counts.
        if m > best.mean + 1e-13 * abs(best.mean) || best.mean == -.infinity {
          best = (m, v)
        } else if m >= best.mean - 1e-13 * abs(best.mean) {
          best.variance = max(best.variance, v)
        }
      }
      mean += sign * best.mean
      variance += best.variance
    }
    return (mean, variance)
  }
}
