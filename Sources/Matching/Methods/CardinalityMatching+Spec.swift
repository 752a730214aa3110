public import StudyFiles

extension CardinalityMatching {
  public static let name = "cardinality"

  public static let documentation = ChoiceDocumentation(
    summary:
      "the largest sample whose covariates' means differ by at most a tolerance, with its bound",
    formula:
      "max pairs subject to |mean of treated − mean of comparators| ≤ tolerance · sd, each covariate",
    reference: "Zubizarreta, Paredes & Rosenbaum 2014, DOI 10.1214/13-AOAS713")

  static let toleranceKey = Key(
    "tolerance", .number("a number from 0", in: 0...10), default: 0.1, shown: "0.1",
    "largest difference of means, in standard deviations (root mean of both arms' variances)")

  static let fineKey = Key(
    "fine", .list(of: .text("the name of a covariate")), default: [], shown: "none",
    "covariates in whose categories, all of them together, both arms have the same number")

  public static let keys = [AnyKey(toleranceKey), AnyKey(fineKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      tolerance: try section.read(Self.toleranceKey),
      fine: try section.read(Self.fineKey).map(\.text))
  }
}
