public import LinearAlgebra
internal import Probability

/// Which cluster-robust covariance.
public enum ClusterRobustKind: String, Sendable, Hashable, CaseIterable {
  /// The sandwich of cluster scores times m / (m − 1) for m clusters.
  case cr1
  /// Bell and McCaffrey's: scores adjusted so that the covariance is unbiased where the model is right.
  case cr2
}

/// A covariance of the coefficients that holds whatever the variances and correlations within clusters, with
/// Satterthwaite's degrees of freedom for each contrast.
///
/// Clusters are the sets of rows whose groups hang together, so they nest every random effect: the
/// top-level groups of a nested model, the areas that no group crosses of a crossed one. With
/// *V_j* = σ²*I* + *Z_jGZ_jᵀ* = *LLᵀ*, *H_j* = *X_j*Φ*X_jᵀ* and residuals *e_j*, CR2 is
/// Φ(Σ *s_js_jᵀ*)Φ with *s_j* = *X_jᵀV_j*⁻¹*A_je_j* and *A_j* = *L*(*Lᵀ*(*V_j* − *H_j*)*L*)^(−1/2)*Lᵀ*,
/// pseudo-inverse where a cluster determines a coefficient alone. *A_j* is the same for every square root *L*
/// and the identity outside the span of [*Z_j X_j*], so it is computed in an orthonormal basis of that span,
/// from cross-products: nothing of a cluster's number of rows is formed.
///
/// With precision weights rows are scaled by the roots of their weights first. That adjustment too is unbiased
/// where the model is right; where weights differ within a cluster it is not clubSandwich's, which adjusts
/// unscaled rows.
///
/// Bell & McCaffrey (2002), *Survey Methodology* 28(2), 169–181; Pustejovsky & Tipton (2018),
/// doi:10.1080/07350015.2016.1247004.
public struct ClusterRobust: Sendable {
  public let kind: ClusterRobustKind
  public let clusterCount: Int
  /// Of the coefficients, in the units of the data.
  public let covariance: Matrix
  let parts: [ClusterPart]
  /// Φ of the standardised coefficients.
  let model: Matrix
  let back: Matrix

  /// The most effects that may hang together.
  static let limit = 3_000

  init(
    _ fit: LinearMixedModelFit, _ kind: ClusterRobustKind, threads: Int
  ) throws(EstimationError) {
    try fit.checkStructureForRows("errors robust to clusters")
    if fit.isStreamed { throw .needsRows("`errors: \(kind.rawValue)`") }
    let problem = fit.problem
    let clusters = try RobustClusters(problem, CellProducts(problem, fit.frame))
    var work = Workspace(problem.plan, order: problem.order)
    let value = try problem.evaluate(fit.standardizedTheta, &work)
    let variance = fit.curvature.sigma * fit.curvature.sigma
    let phi = variance * fit.curvature.inverse
    let lambda = problem.structure.triangles(fit.standardizedTheta)
    let count = clusters.members.count
    let scale = kind == .cr1 ? (Double(count) / Double(count - 1)).squareRoot() : nil
    parts = try replicate(count, threads: threads) {
      (index) throws(EstimationError) -> ClusterPart in
      try clusters.part(
        index, lambda: lambda, variance: variance, phi: phi, coefficients: value.coefficients,
        scale: scale)
    }
    let p = problem.coefficientCount
    var meat = Matrix(rows: p, columns: p)
    for part in parts {
      for i in 0..<p { for j in 0..<p { meat[i, j] += part.score[i] * part.score[j] } }
    }
    self.kind = kind
    clusterCount = count
    model = phi
    back = fit.curvature.back
    covariance = (back * (phi * meat * phi)).timesTransposed(back)
  }

  /// (tr *P*)² / tr *P*² of the matrix *P* whose quadratic form in independent normal numbers is the
  /// estimated variance of the contrast where the model is right.
  public func degreesOfFreedom(_ contrast: [Double]) -> Double {
    let own = back.transposedTimes(contrast)
    let p = own.count
    // P = diag(d) − LΦLᵀ; rows of L are the clusters'.
    var (trace, squares, mixed) = (0.0, 0.0, 0.0)
    var gram = Matrix(rows: p, columns: p)
    for part in parts {
      let d = dot(own, part.variance * own)
      let row = part.projection.transposedTimes(own)
      let image = dot(row, model * row)
      trace += d - image
      squares += d * d
      mixed += d * image
      for i in 0..<p { for j in 0..<p { gram[i, j] += row[i] * row[j] } }
    }
    let product = model * gram
    var last = 0.0
    for i in 0..<p { for j in 0..<p { last += product[i, j] * product[j, i] } }
    return trace * trace / (squares - 2 * mixed + last)
  }
}

extension LinearMixedModelFit {
  /// The covariance of the coefficients that is robust to how rows hang together within clusters.
  ///
  /// - Throws: ``EstimationError/oneCluster(factors:)``, ``EstimationError/rowsWithoutCluster(_:)``, or
  ///   ``EstimationError/tooLarge(effects:limit:)`` where more than 3,000 random effects hang together.
  /// - Complexity: one pass over the rows, then the cubes of the clusters' random effects.
  public func clusterRobust(
    _ kind: ClusterRobustKind = .cr2, threads: Int = 1
  ) throws(EstimationError) -> ClusterRobust {
    try ClusterRobust(self, kind, threads: threads)
  }
}
