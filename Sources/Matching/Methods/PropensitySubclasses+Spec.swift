public import StudyFiles

extension PropensitySubclasses {
  public static let name = "subclass"

  public static let documentation = ChoiceDocumentation(
    summary: "strata between quantiles of the focal arm's propensity score; nobody leaves",
    formula: "unit i is in stratum s where q(s/S) ≤ score(i) < q((s + 1)/S)",
    reference: "Rosenbaum & Rubin 1984, DOI 10.1080/01621459.1984.10478078")

  static let subclassesKey = Key(
    "subclasses", .integer("a whole number from 2", atLeast: 2), default: 6, shown: "6",
    "strata of the score, each with about as many of those whom the estimand speaks about")

  public static let keys = [AnyKey(subclassesKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(subclasses: try section.read(Self.subclassesKey))
  }
}
