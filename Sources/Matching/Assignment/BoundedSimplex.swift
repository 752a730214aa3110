/// max cᵀx subject to Ax ≤ b with b ≥ 0 and 0 ≤ x ≤ 1: few rows, many columns.
///
/// The primal simplex method for bounded variables, with the inverse of the basis kept whole (Dantzig 1963;
/// Chvátal 1983, chapter 8). It starts at x = 0 with the slacks as basis. The entering column is the one of the
/// largest reduced cost, or the first after many steps without progress (Bland), which cannot cycle. The dual
/// prices bound every answer, whole-numbered ones included: Σ bᵢyᵢ + Σ max(0, cⱼ − yᵀAⱼ).
///
/// - Complexity: O(rows · columns) a step.
struct BoundedSimplex {
  /// One a column; at most as many as there are rows are neither 0 nor 1.
  let values: [Double]
  /// What no answer can exceed.
  let bound: Double

  /// - Parameters:
  ///   - columns: one array of rows' entries for each variable.
  ///   - bounds: b.
  ///   - gains: c.
  init(columns: [[Double]], bounds: [Double], gains: [Double]) {
    let m = bounds.count
    let n = columns.count
    // Variables n ..< n + m are slacks without an upper bound.
    var inverse = [Double](repeating: 0, count: m * m)
    for i in 0..<m { inverse[i * m + i] = 1 }
    var basis = (0..<m).map { n + $0 }
    var inBasis = [Bool](repeating: false, count: n)
    var isUpper = [Bool](repeating: false, count: n)
    // Bounds of zero would make every first step one of no length: they are loosened a little, each by its
    // own amount. The prices then bound the problem as it was given all the same.
    var levels = bounds.enumerated().map { $1 + 1e-7 * (1 + Double(($0 * 37) % 101) / 101) }
    var stalled = 0
    var prices = [Double](repeating: 0, count: m)
    var step = 0
    let limit = 50 * (n + m) + 1000
    while step < limit {
      step += 1
      // y = c_Bᵀ B⁻¹.
      for i in 0..<m { prices[i] = 0 }
      for r in 0..<m where basis[r] < n {
        let gain = gains[basis[r]]
        for i in 0..<m { prices[i] += gain * inverse[r * m + i] }
      }
      var entering = -1
      var largest = 1e-10
      for j in 0..<n where !inBasis[j] {
        var reduced = gains[j]
        for i in 0..<m { reduced -= prices[i] * columns[j][i] }
        let gain = isUpper[j] ? -reduced : reduced
        if gain > largest {
          entering = j
          largest = gain
          if stalled > 200 { break }
        }
      }
      if entering < 0 || stalled <= 200 {
        for i in 0..<m where !basis.contains(n + i) {
          // A slack's reduced cost is −y; it rises from zero where that is positive.
          if -prices[i] > largest {
            entering = n + i
            largest = -prices[i]
          }
        }
      }
      guard entering >= 0 else { break }
      var direction = [Double](repeating: 0, count: m)
      for r in 0..<m {
        if entering >= n {
          direction[r] = inverse[r * m + entering - n]
        } else {
          for i in 0..<m { direction[r] += inverse[r * m + i] * columns[entering][i] }
        }
      }
      let falls = entering < n && isUpper[entering]
      let sign = falls ? -1.0 : 1.0
      var length = entering < n ? 1.0 : Double.infinity
      var leaving = -1
      var leavesAtUpper = false
      for r in 0..<m {
        let rate = sign * direction[r]
        if rate > 1e-11 {
          let room = max(0, levels[r]) / rate
          if room < length {
            (length, leaving, leavesAtUpper) = (room, r, false)
          }
        } else if rate < -1e-11, basis[r] < n {
          let room = max(0, 1 - levels[r]) / -rate
          if room < length {
            (length, leaving, leavesAtUpper) = (room, r, true)
          }
        }
      }
      stalled = length > 1e-12 ? 0 : stalled + 1
      for r in 0..<m { levels[r] -= sign * length * direction[r] }
      guard leaving >= 0 else {
        // From one of its bounds to the other.
        isUpper[entering].toggle()
        continue
      }
      let gone = basis[leaving]
      if gone < n {
        inBasis[gone] = false
        isUpper[gone] = leavesAtUpper
      }
      basis[leaving] = entering
      if entering < n { inBasis[entering] = true }
      levels[leaving] = falls ? 1 - length : length
      let pivot = direction[leaving]
      for i in 0..<m { inverse[leaving * m + i] /= pivot }
      for r in 0..<m where r != leaving && direction[r] != 0 {
        let factor = direction[r]
        for i in 0..<m { inverse[r * m + i] -= factor * inverse[leaving * m + i] }
      }
    }
    var values = isUpper.map { $0 ? 1.0 : 0 }
    for r in 0..<m where basis[r] < n { values[basis[r]] = min(1, max(0, levels[r])) }
    self.values = values
    var bound = 0.0
    let usable = prices.map { max(0, $0) }
    for i in 0..<m { bound += usable[i] * bounds[i] }
    for j in 0..<n {
      var reduced = gains[j]
      for i in 0..<m { reduced -= usable[i] * columns[j][i] }
      bound += max(0, reduced)
    }
    self.bound = bound
  }
}
