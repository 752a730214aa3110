import Probability

/// The distribution of a continuous-time Markov chain at a time (Jensen 1953).
enum Uniformisation {
  /// - Parameter rows: of each state, others with the rates of going there.
  static func distribution(
    _ rows: [[(Int, Double)]], from initial: [Double], time: Double
  ) -> [Double] {
    let exits = rows.map { $0.reduce(0) { $0 + $1.1 } }
    let bound = (exits.max() ?? 0) * 1.0001
    var current = initial
    var result = [Double](repeating: 0, count: rows.count)
    // Poisson weights of the number of jumps of the uniformised chain.
    var (logWeight, covered, jumps) = (-bound * time, 0.0, 0)
    while covered < 1 - 1e-14, jumps < 10_000 {
      let weight = PortableMath.exp(logWeight)
      covered += weight
      var next = [Double](repeating: 0, count: rows.count)
      for s in current.indices where current[s] > 0 {
        result[s] += weight * current[s]
        next[s] += current[s] * (1 - exits[s] / bound)
        for (target, rate) in rows[s] { next[target] += current[s] * rate / bound }
      }
      current = next
      jumps += 1
      logWeight += PortableMath.log(bound * time) - PortableMath.log(Double(jumps))
    }
    return result
  }
}
