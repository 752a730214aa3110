public import StudyFiles

extension RobustMahalanobis {
  public static let name = "robust-mahalanobis"

  public static let documentation = ChoiceDocumentation(
    summary: "Mahalanobis distance of ranks, for long tails and rare binary covariates",
    formula: "√((r − s)ᵀ V⁻¹ (r − s)), V the covariance of ranks at the variance of untied ranks",
    reference: "Rosenbaum 2010, section 8.3, DOI 10.1007/978-1-4419-1213-8")

  public static let keys: [AnyKey] = []

  public init(from section: Section) throws(SpecErrors) { self.init() }
}
