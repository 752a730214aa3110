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

  private func checkMemberships(_ asked: String) throws(EstimationError) {
    if let factor = problem.structure.factors.first(where: { $0.memberships != nil }) {
      throw .structure(.multipleMembership(factor: factor.name, asked: asked))
    }
  }
}
