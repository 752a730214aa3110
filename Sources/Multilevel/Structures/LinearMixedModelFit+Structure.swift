extension LinearMixedModelFit {
  /// - Throws: ``EstimationError/structure(_:)`` where degrees of freedom by `method` are not offered for the
  ///   model's covariance structure.
  func checkStructure(for method: DegreesOfFreedomMethod) throws(EstimationError) {
    switch method {
    case .betweenWithin: try checkMemberships("between-within degrees of freedom")
    case .kenwardRoger:
      // Its adjustment holds for covariances linear in their parameters.
      if residual != nil {
        throw .structure(.residualCovariance(asked: "Kenward and Roger's degrees of freedom"))
      }
    case .satterthwaite, .none: break
    }
  }

  /// - Throws: ``EstimationError/structure(_:)`` where rows belong to several groups, or are correlated
  ///   beyond their groups, so that what goes by each row's one group cannot be had.
  func checkStructureForRows(_ asked: String) throws(EstimationError) {
    try checkMemberships(asked)
    for parameter in residual?.parameters ?? [] {
      if case .correlation = parameter.kind { throw .structure(.residualCovariance(asked: asked)) }
    }
  }

  /// - Throws: ``EstimationError/structure(_:)`` or ``EstimationError/needsRows(_:)`` where what is asked reads the
  ///   products of the rows of each group again, which is only right for rows of one group each with residual
  ///   variances that are known up to σ.
  func requirePlainRows(for asked: String) throws(EstimationError) {
    if isStreamed { throw .needsRows(asked) }
    try checkMemberships(asked)
    try requireKnownResiduals(for: asked)
  }

  /// - Throws: ``EstimationError/structure(_:)`` where the residual covariance was estimated: what refits from the
  ///   fit's cross-products would take it as known.
  func requireKnownResiduals(for asked: String) throws(EstimationError) {
    if residual != nil { throw .structure(.residualCovariance(asked: asked)) }
  }

  private func checkMemberships(_ asked: String) throws(EstimationError) {
    if let factor = problem.structure.factors.first(where: { $0.memberships != nil }) {
      throw .structure(.multipleMembership(factor: factor.name, asked: asked))
    }
  }
}
