public import StudyFiles

extension ScaledEuclidean {
  public static let name = "scaled-euclidean"

  public static let documentation = ChoiceDocumentation(
    summary: "distance in standard deviations within arms, covariates taken alone",
    formula: "√Σ((x − y)/s)²",
    reference: "Stuart 2010, DOI 10.1214/09-STS313")

  public static let keys: [AnyKey] = []

  public init(from section: Section) throws(SpecErrors) { self.init() }
}
