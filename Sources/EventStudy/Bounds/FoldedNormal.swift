internal import Probability

/// The absolute value of a normal number of variance one.
enum FoldedNormal {
  /// c with P(|N(bias, 1)| ≤ c) = level.
  static func quantile(_ level: Double, bias: Double) -> Double {
    let normal = Normal()
    let bias = abs(bias)
    func covered(_ c: Double) -> Double {
      normal.cumulative(c - bias) - normal.cumulative(-c - bias)
    }
    var (low, high) = (0.0, bias + Normal.standardQuantile(0.5 + level / 2) + 1)
    for _ in 0..<200 where high - low > 1e-14 * high {
      let middle = (low + high) / 2
      if covered(middle) < level { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// How the quantile c moves with the bias: with equal densities weighed, tanh(c · bias).
  static func slope(_ quantile: Double, bias: Double) -> Double {
    // tanh without a call that differs between machines.
    let e = PortableMath.exp(-2 * abs(quantile * bias))
    return (1 - e) / (1 + e)
  }
}
