public import StudyFiles

extension OptimalFull {
  public static let name = "full"

  public static let documentation = ChoiceDocumentation(
    summary:
      "every unit in a set of one against one or more, with the least total distance, proved",
    formula: "min Σ d(i, j) over edge covers of the pairs that exact strata and calipers allow",
    reference: "Rosenbaum 1991, DOI 10.1111/j.2517-6161.1991.tb01848.x; Hansen 2004, "
      + "DOI 10.1198/016214504000000647")

  public static let keys: [AnyKey] = []

  public init(from section: Section) throws(SpecErrors) {
    self.init()
  }
}
