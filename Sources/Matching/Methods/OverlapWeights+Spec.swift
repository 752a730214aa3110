public import StudyFiles

extension OverlapWeights {
  public static let name = "overlap"

  public static let documentation = ChoiceDocumentation(
    summary: "each unit weighs the probability of having been in the other arm; nobody leaves",
    formula: "w = 1 − e for the treated and e for comparators, e the propensity score",
    reference: "Li, Morgan & Zaslavsky 2018, DOI 10.1080/01621459.2016.1260466")

  public static let keys: [AnyKey] = []

  public init(from section: Section) throws(SpecErrors) { self.init() }
}
