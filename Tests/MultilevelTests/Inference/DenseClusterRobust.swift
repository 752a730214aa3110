import Designs
import LinearAlgebra
import Multilevel

/// Cluster-robust covariance by its definition: *V_j* as matrices of rows, symmetric square roots, and
/// *P* as a matrix of clusters.
struct DenseClusterRobust {
  let clusterCount: Int
  let covariance: Matrix
  private let adjusted: [Matrix]
  private let x: [Matrix]
  private let v: [Matrix]
  private let phi: Matrix

  init(_ design: RandomDesign, _ fit: LinearMixedModelFit, _ kind: ClusterRobustKind) throws {
    let clusters = Self.clusters(design)
    let p = design.fixed.count
    var (xs, vs, inverses, residuals): ([Matrix], [Matrix], [Matrix], [[Double]]) = ([], [], [], [])
    var information = Matrix(rows: p, columns: p)
    for rows in clusters {
      // Rows count scaled by the roots of their weights.
      let roots = rows.map { (design.weights?[$0] ?? 1).squareRoot() }
      let x = Matrix(
        rows: rows.count,
        columns: design.fixed.map { c in zip(rows, roots).map { $1 * design.columns[c][$0] } })
      var v = Matrix(rows: rows.count, columns: rows.count)
      for (a, i) in rows.enumerated() {
        v[a, a] += fit.sigma * fit.sigma
        for (b, j) in rows.enumerated() {
          for term in fit.terms {
            let codes = design.random.first { $0.factor.name == term.group }?.factor.codes ?? []
            guard codes[i] >= 0, codes[i] == codes[j] else { continue }
            let columns = term.columns.map { name in design.names.firstIndex(of: name) ?? 0 }
            for (s, first) in columns.enumerated() {
              for (t, second) in columns.enumerated() {
                v[a, b] +=
                  roots[a] * design.columns[first][i] * term.covariance[s, t]
                  * design.columns[second][j] * roots[b]
              }
            }
          }
        }
      }
      let inverse = try Cholesky(v).inverse
      information = information + x.transposedTimes(inverse * x)
      let fitted = x * fit.coefficients
      residuals.append(
        rows.enumerated().map {
          roots[$0] * (design.response[$1] - (design.offset?[$1] ?? 0)) - fitted[$0]
        })
      xs.append(x)
      vs.append(v)
      inverses.append(inverse)
    }
    let phi = try Cholesky(information).inverse
    var meat = Matrix(rows: p, columns: p)
    var adjusted: [Matrix] = []
    let m = Double(clusters.count)
    for j in clusters.indices {
      let root = try SymmetricEigen(vs[j]).mapped { $0.squareRoot() }
      let b = root * (vs[j] - (xs[j] * phi).timesTransposed(xs[j])) * root
      let eigen = try SymmetricEigen(b)
      let floor = 1e-12 * (eigen.values.last ?? 0)
      let a =
        kind == .cr1
        ? (m / (m - 1)).squareRoot() * Matrix.identity(xs[j].rows)
        : root * eigen.mapped { $0 > floor ? 1 / $0.squareRoot() : 0 } * root
      let u = a * inverses[j] * xs[j] * phi
      adjusted.append(u)
      let score = u.transposedTimes(residuals[j])
      for i in 0..<p { for k in 0..<p { meat[i, k] += score[i] * score[k] } }
    }
    clusterCount = clusters.count
    covariance = meat
    self.adjusted = adjusted
    x = xs
    v = vs
    self.phi = phi
  }

  func degreesOfFreedom(_ contrast: [Double]) -> Double {
    let t = adjusted.map { $0 * contrast }
    let rows = t.indices.map { x[$0].transposedTimes(t[$0]) }
    var (trace, squares) = (0.0, 0.0)
    for i in t.indices {
      for j in t.indices {
        var entry = -dot(rows[i], phi * rows[j])
        if i == j { entry += dot(t[i], v[i] * t[i]) }
        if i == j { trace += entry }
        squares += entry * entry
      }
    }
    return trace * trace / squares
  }

  /// Rows that share a group, directly or through others.
  private static func clusters(_ design: RandomDesign) -> [[Int]] {
    var label = Array(0..<design.rowCount)
    var changed = true
    while changed {
      changed = false
      for term in design.random {
        var least: [Int32: Int] = [:]
        for (row, code) in term.factor.codes.enumerated() where code >= 0 {
          least[code] = min(least[code, default: .max], label[row])
        }
        for (row, code) in term.factor.codes.enumerated() where code >= 0 {
          let next = least[code, default: label[row]]
          if next != label[row] {
            label[row] = next
            changed = true
          }
        }
      }
    }
    return Set(label).sorted().map { value in label.indices.filter { label[$0] == value } }
  }
}
