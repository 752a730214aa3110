public import StudyFiles

extension OptimalPairs {
  public static let name = "optimal"

  public static let documentation = ChoiceDocumentation(
    summary: "as many pairs as possible with the least total distance, proved",
    formula: "max pairs, then min Σ d(i, j), subject to exact strata and calipers",
    reference: "Rosenbaum 1989, DOI 10.1080/01621459.1989.10478868; Jonker & Volgenant 1987, "
      + "DOI 10.1007/BF02278710")

  static let ratioKey = Key(
    "ratio", .integer("a whole number from 1", atLeast: 1), default: 1, shown: "1",
    "comparators for each treated unit; as many as possible get a first, then a second")

  public static let keys = [AnyKey(ratioKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(ratio: try section.read(Self.ratioKey))
  }
}
