public import Designs
internal import LinearAlgebra
internal import Tables

/// A linear mixed model: *y* ~ N(*Xβ* + offset, σ²(*ZΛΛᵀZᵀ* + *W*⁻¹)), by REML or maximum likelihood.
///
/// Any number of random terms on nested, crossed or partially nested factors, with correlated or
/// independent columns and precision weights. Rows are read once; after that an evaluation costs what the
/// groups cost. Factors that nest are eliminated group by group, the rest of a crossed model as matrices of
/// connected groups, sparse or dense; the criterion is minimised by Newton's method with an analytic gradient.
///
/// Bates, Mächler, Bolker & Walker (2015), doi:10.18637/jss.v067.i01; Lindstrom & Bates (1988),
/// doi:10.1080/01621459.1988.10478693.
///
/// Settings: `criterion`, REML by default, or ML where fits with different fixed parts are compared.
public struct LinearMixedModel: Sendable {
  public let criterion: LikelihoodCriterion

  public init(criterion: LikelihoodCriterion = .reml) {
    self.criterion = criterion
  }

  /// Fits the model to the rows of a frame.
  ///
  /// - Parameter threads: how many threads may work; the result has the same bits on any number.
  /// - Throws: ``EstimationError``
  /// - Complexity: one pass of O(rows · columns²), then per evaluation O(groups · columns) for nested
  ///   factors and at most O(m³) for *m* connected effects of the smaller crossed factors.
  public func fit(
    _ frame: ModelFrame, threads: Int = 1
  ) throws(EstimationError) -> LinearMixedModelFit {
    BLAS.useOneThread()
    guard frame.failures == nil else { throw .pairedResponse }
    let problem = try Problem(frame, criterion: criterion, threads: threads)
    var optimizer = Optimizer(problem, threads: threads)
    let optimum = try optimizer.minimize()
    return try LinearMixedModelFit(problem, optimum, frame)
  }
}
