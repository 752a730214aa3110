public import LinearAlgebra

/// How the errors of a least-squares fit may vary and hang together.
public enum RobustErrors: Sendable, Hashable {
  /// Independent, of unequal variance: squared residuals over (1 − h)² (MacKinnon & White 1985,
  /// DOI 10.1016/0304-4076(85)90158-7).
  case hc3
  /// Correlated within clusters: G/(G − 1) · (n − 1)/(n − k) times the plain cluster sandwich
  /// (Liang & Zeger 1986, DOI 10.1093/biomet/73.1.13). One code a row of the given data.
  case cr1(clusters: [Int32])
  /// Correlated within clusters, residuals adjusted so that the sandwich is unbiased under independent
  /// errors of equal variance (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018,
  /// DOI 10.1080/07350015.2016.1247004). One code a row of the given data.
  case cr2(clusters: [Int32])
}

/// A linear combination of coefficients with its robust standard error.
public struct ContrastEstimate: Sendable, Hashable {
  public let estimate: Double
  public let standardError: Double
  /// For t: n − k with HC3, clusters − 1 with CR1, Satterthwaite's with CR2.
  public let degreesOfFreedom: Double
}

extension LeastSquares {
  /// The sandwich covariance of the coefficients, k × k.
  public func covariance(_ errors: RobustErrors) -> Matrix {
    let scores = scores(errors)
    return scaleFactor(errors, clusters: scores.rows) * scores.crossProduct
  }

  /// cᵀβ̂ with the standard error and degrees of freedom that `errors` asks for.
  ///
  /// - Parameter contrast: one entry for each of `names`.
  public func estimate(of contrast: [Double], errors: RobustErrors) -> ContrastEstimate {
    precondition(contrast.count == names.count, "a contrast of \(contrast.count) coefficients")
    let scores = scores(errors)
    let projected = scores * contrast
    var variance = 0.0
    for value in projected { variance += value * value }
    variance *= scaleFactor(errors, clusters: scores.rows)
    var value = 0.0
    for (c, b) in zip(contrast, coefficients) { value += c * b }
    let degreesOfFreedom =
      switch errors {
      case .hc3: Double(residualDegreesOfFreedom)
      case .cr1: Double(scores.rows - 1)
      case .cr2(let clusters): satterthwaite(contrast, clusters: clusters)
      }
    return ContrastEstimate(
      estimate: value, standardError: variance.squareRoot(), degreesOfFreedom: degreesOfFreedom)
  }

  private func scaleFactor(_ errors: RobustErrors, clusters: Int) -> Double {
    guard case .cr1 = errors else { return 1 }
    let (g, n, k) = (Double(clusters), Double(rows.count), Double(names.count))
    return g / (g - 1) * (n - 1) / (n - k)
  }

  /// One row for each cluster (each observation with HC3): its share of (XᵀWX)⁻¹XᵀWe, adjusted.
  private func scores(_ errors: RobustErrors) -> Matrix {
    switch errors {
    case .hc3:
      var scores = design
      for i in 0..<design.rows {
        let share = 1 - leverages[i]
        // A row that is fitted exactly whatever its value says nothing about the errors.
        let factor = share > 1e-10 ? weights[i] * residuals[i] / share : 0
        for j in 0..<design.columns { scores[i, j] *= factor }
      }
      return scores * inverseCrossProduct
    case .cr1(let clusters):
      let members = members(clusters)
      var scores = Matrix(rows: members.count, columns: names.count)
      for (g, group) in members.enumerated() {
        for i in group {
          for j in 0..<names.count { scores[g, j] += weights[i] * residuals[i] * design[i, j] }
        }
      }
      return scores * inverseCrossProduct
    case .cr2(let clusters):
      let members = members(clusters)
      let middle = weightedSquareCrossProduct
      var scores = Matrix(rows: members.count, columns: names.count)
      for (g, group) in members.enumerated() {
        let adjusted = adjustment(group, middle: middle) * group.map { residuals[$0] }
        for (i, e) in zip(group, adjusted) {
          for j in 0..<names.count { scores[g, j] += weights[i] * e * design[i, j] }
        }
      }
      return scores * inverseCrossProduct
    }
  }

  /// Rows of `design` by cluster, clusters in the order of their first row.
  private func members(_ clusters: [Int32]) -> [[Int]] {
    var position: [Int32: Int] = [:]
    var members: [[Int]] = []
    for (i, row) in rows.enumerated() {
      if let g = position[clusters[row]] {
        members[g].append(i)
      } else {
        position[clusters[row]] = members.count
        members.append([i])
      }
    }
    return members
  }

  /// M XᵀW²X M with M = (XᵀWX)⁻¹: the covariance of β̂ under independent errors of variance one.
  private var weightedSquareCrossProduct: Matrix {
    var scaled = design
    for j in 0..<design.columns { for i in 0..<design.rows { scaled[i, j] *= weights[i] } }
    return inverseCrossProduct * scaled.crossProduct * inverseCrossProduct
  }

  /// A = B^{+1/2}, where B is the covariance of the group's residuals under independent errors of variance
  /// one: I − X M XᵀW − W X M Xᵀ + X (M XᵀW²X M) Xᵀ.
  private func adjustment(_ group: [Int], middle: Matrix) -> Matrix {
    let x = design.selecting(rows: group, columns: Array(0..<design.columns))
    let hat = (x * inverseCrossProduct).timesTransposed(x)
    var b = (x * middle).timesTransposed(x)
    for j in group.indices {
      for i in group.indices {
        b[i, j] -= hat[i, j] * (weights[group[i]] + weights[group[j]])
        if i == j { b[i, j] += 1 }
      }
    }
    guard let eigen = try? SymmetricEigen(b) else { return .identity(group.count) }
    // A direction that the fit takes out altogether leaves a residual of zero: its root stays zero.
    return eigen.mapped { $0 > 1e-10 ? 1 / $0.squareRoot() : 0 }
  }

  /// Bell and McCaffrey's degrees of freedom: (tr Ω)² / tr Ω², where Ω[g, h] = p_gᵀp_h and
  /// p_g = (I − H)ᵀ_g A_g W_g X_g M c.
  ///
  /// Ω is a diagonal plus a matrix of rank 2k, so neither it nor any p is ever formed:
  /// with s_g = A_g W_g X_g M c, u_g = X_gᵀs_g, v_g = M X_gᵀW_g s_g and K = M XᵀW²X M,
  /// Ω[g, h] = δ s_gᵀs_g − v_gᵀu_h − u_gᵀv_h + u_gᵀK u_h.
  private func satterthwaite(_ contrast: [Double], clusters: [Int32]) -> Double {
    let members = members(clusters)
    let middle = weightedSquareCrossProduct
    let direction = inverseCrossProduct * contrast
    let k = names.count
    var diagonal: [Double] = []
    // Row g of `z` is (u_g, v_g).
    var z = Matrix(rows: members.count, columns: 2 * k)
    for (g, group) in members.enumerated() {
      let fitted = group.map { i in
        var sum = 0.0
        for j in 0..<k { sum += design[i, j] * direction[j] }
        return weights[i] * sum
      }
      let s = adjustment(group, middle: middle) * fitted
      var u = [Double](repeating: 0, count: k)
      var weighted = [Double](repeating: 0, count: k)
      var square = 0.0
      for (i, value) in zip(group, s) {
        square += value * value
        for j in 0..<k {
          u[j] += design[i, j] * value
          weighted[j] += weights[i] * design[i, j] * value
        }
      }
      let v = inverseCrossProduct * weighted
      diagonal.append(square)
      for j in 0..<k {
        z[g, j] = u[j]
        z[g, k + j] = v[j]
      }
    }
    var core = Matrix(rows: 2 * k, columns: 2 * k)
    for j in 0..<k {
      for i in 0..<k { core[i, j] = middle[i, j] }
      core[j, k + j] = -1
      core[k + j, j] = -1
    }
    let spread = z * core
    var trace = 0.0
    var squares = 0.0
    for g in members.indices {
      var low = 0.0
      for j in 0..<2 * k { low += spread[g, j] * z[g, j] }
      trace += diagonal[g] + low
      squares += diagonal[g] * diagonal[g] + 2 * diagonal[g] * low
    }
    let inner = core * z.crossProduct
    for j in 0..<2 * k { for i in 0..<2 * k { squares += inner[i, j] * inner[j, i] } }
    return trace * trace / squares
  }
}
