public import StudyFiles

extension ExactStrata {
  public static let name = "exact"

  public static let documentation = ChoiceDocumentation(
    summary: "strata of units that are equal in every covariate; units without an equal leave",
    formula: "i and j are in one stratum where x_i = x_j",
    reference: "Stuart 2010, DOI 10.1214/09-STS313")

  public static let keys: [AnyKey] = []

  public init(from section: Section) throws(SpecErrors) { self.init() }
}
