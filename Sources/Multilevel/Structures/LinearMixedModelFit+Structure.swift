extension LinearMixedModelFit {
  /// - Throws: ``EstimationError/structure(_:)`` where degrees of freedom by `method` are not offered for the
  ///   model's covariance structure.
  func checkStructure(for method: DegreesOfFreedomMethod) throws(EstimationError) {
    if method == .betweenWithin { try checkStructureForRows("between-within degrees of freedom") }
  }

  /// - Throws: ``EstimationError/structure(_:)`` where rows belong to several groups, so that what needs each
  ///   row's one group cannot be had.
  func checkStructureForRows(_ asked: String) throws(EstimationError) {
    if let factor = problem.structure.factors.first(where: { $0.memberships != nil }) {
      throw .structure(.multipleMembership(factor: factor.name, asked: asked))
    }
  }
}
