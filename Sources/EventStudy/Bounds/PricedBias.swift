internal import LinearAlgebra

/// Weights that make the variance of an estimate small where bias has a price:
///
///     minimise ½ zᵀQz + lᵀz + μ Σ_w |c_w + C_w z|
///
/// The optimality conditions are Qz + l + Cᵀu = 0, |u_w| ≤ μ, and u_w = ±μ wherever c_w + C_w z is not zero. Written with
/// c + Cz = p − n they are met by a primal-dual interior-point method (Mehrotra 1992, DOI 10.1137/0802028), which goes
/// through the inside of |u| ≤ μ and so does not mind which of the differences are zero together, as active-set
/// methods do. It stops when the gap between both problems' values is 1e-15 of the value, or no longer falls.
struct PricedBias {
  /// Q, positive semidefinite.
  let quadratic: Matrix
  /// l
  let linear: [Double]
  /// C, one row a difference.
  let shares: Matrix
  /// c
  let offset: [Double]

  /// - Complexity: O(k²w) an iteration for k weights and w differences; some twenty iterations.
  func minimiser(price: Double) -> [Double] {
    guard price > 0 else { return unpriced }
    let largest = offset.reduce(0) { max($0, abs($1)) }
    let size = largest > 0 ? largest : 1
    var z = [Double](repeating: 0, count: linear.count)
    var u = [Double](repeating: 0, count: offset.count)
    var p = offset.map { max($0, 0) + size }
    var n = offset.map { max(-$0, 0) + size }
    var best = (z: z, value: value(z, price))
    for _ in 0..<100 {
      let gap = u.indices.reduce(0) { $0 + p[$1] * (price - u[$1]) + n[$1] * (price + u[$1]) }
      let now = value(z, price)
      if now < best.value { best = (z, now) }
      guard gap > 1e-15 * abs(now) else { break }
      let mean = gap / Double(2 * u.count)
      // A predictor that aims at the solution, then a step that aims where it says the gap can go.
      guard let ahead = step(z, u, p, n, price, aim: 0, second: nil) else { break }
      let reach = ahead.reach(u, p, n, price)
      let left = ahead.gap(u, p, n, price, by: reach) / gap
      let aim = max(1e-8, left * left * left) * mean
      guard let real = step(z, u, p, n, price, aim: aim, second: ahead) else { break }
      let share = min(1, 0.995 * real.reach(u, p, n, price))
      guard share > 1e-10 else { break }
      for k in z.indices { z[k] += share * real.z[k] }
      for w in u.indices {
        u[w] += share * real.u[w]
        p[w] += share * real.p[w]
        n[w] += share * real.n[w]
      }
    }
    return best.z
  }

  private func value(_ z: [Double], _ price: Double) -> Double {
    var sum = 0.0
    for (a, (q, l)) in zip(z, zip(quadratic * z, linear)) { sum += a * (0.5 * q + l) }
    for (c, d) in zip(offset, shares * z) { sum += price * abs(c + d) }
    return sum
  }

  /// The weights of least variance: no price but for what decides between equal ones.
  private var unpriced: [Double] {
    var ridged = quadratic
    let most = quadratic.diagonal.max() ?? 0
    for k in linear.indices { ridged[k, k] += 1e-14 * most }
    guard let factor = (try? Cholesky(quadratic)) ?? (try? Cholesky(ridged)) else {
      return linear.map { _ in 0 }
    }
    return factor.solve(linear).map { -$0 }
  }

  private struct Step {
    let z: [Double]
    let u: [Double]
    let p: [Double]
    let n: [Double]

    /// How far all that must stay above zero does.
    func reach(_ u: [Double], _ p: [Double], _ n: [Double], _ price: Double) -> Double {
      var share = 1 / 0.995
      for w in u.indices {
        if self.p[w] < 0 { share = min(share, -p[w] / self.p[w]) }
        if self.n[w] < 0 { share = min(share, -n[w] / self.n[w]) }
        if self.u[w] > 0 { share = min(share, (price - u[w]) / self.u[w]) }
        if self.u[w] < 0 { share = min(share, (price + u[w]) / -self.u[w]) }
      }
      return share
    }

    func gap(
      _ u: [Double], _ p: [Double], _ n: [Double], _ price: Double, by share: Double
    ) -> Double {
      let share = min(1, share)
      var sum = 0.0
      for w in u.indices {
        let moved = u[w] + share * self.u[w]
        sum += (p[w] + share * self.p[w]) * (price - moved)
        sum += (n[w] + share * self.n[w]) * (price + moved)
      }
      return max(0, sum)
    }
  }

  /// Newton's step to p(μ − u) = aim and n(μ + u) = aim, with the products of `second` taken off.
  private func step(
    _ z: [Double], _ u: [Double], _ p: [Double], _ n: [Double], _ price: Double, aim: Double,
    second: Step?
  ) -> Step? {
    let moved = shares * z
    let dual = zip(zip(quadratic * z, linear), shares.transposedTimes(u)).map { $0.0 + $0.1 + $1 }
    var (target, widths, shiftP, shiftN): ([Double], [Double], [Double], [Double]) = (
      [], [], [], []
    )
    for w in u.indices {
      let (above, below) = (price - u[w], price + u[w])
      // dp = shiftP + p/above · du and dn = shiftN − n/below · du
      let correction = second.map { ($0.p[w] * $0.u[w], $0.n[w] * $0.u[w]) } ?? (0, 0)
      shiftP.append((aim + correction.0) / above - p[w])
      shiftN.append((aim - correction.1) / below - n[w])
      widths.append(p[w] / above + n[w] / below)
      target.append(shiftP[w] - shiftN[w] - (offset[w] + moved[w] - p[w] + n[w]))
    }
    // C dz − (p/above + n/below) du = target, Q dz + Cᵀ du = −dual
    let hessian = quadratic + shares.weightedCrossProduct(widths.map { 1 / $0 })
    guard let factor = try? Cholesky(hessian) else { return nil }
    let pull = shares.transposedTimes(zip(target, widths).map { $0 / $1 })
    let dz = factor.solve(zip(dual, pull).map { $1 - $0 })
    let du = zip(zip(shares * dz, target), widths).map { ($0.0 - $0.1) / $1 }
    guard dz.allSatisfy(\.isFinite), du.allSatisfy(\.isFinite) else { return nil }
    return Step(
      z: dz, u: du,
      p: u.indices.map { shiftP[$0] + p[$0] / (price - u[$0]) * du[$0] },
      n: u.indices.map { shiftN[$0] - n[$0] / (price + u[$0]) * du[$0] })
  }
}
