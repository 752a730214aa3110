public import StudyFiles

extension Mahalanobis {
  public static let name = "mahalanobis"

  public static let documentation = ChoiceDocumentation(
    summary: "distance in units of the covariance within arms",
    formula: "√((x − y)ᵀ S⁻¹ (x − y))",
    reference: "Rubin 1980, DOI 10.2307/2529981")

  public static let keys: [AnyKey] = []

  public init(from section: Section) throws(SpecErrors) { self.init() }
}
