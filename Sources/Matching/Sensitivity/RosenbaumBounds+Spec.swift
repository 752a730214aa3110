public import StudyFiles

extension RosenbaumBounds {
  public static let name = "rosenbaum"

  public static let documentation = ChoiceDocumentation(
    summary: "how biased assignment within sets would have to be to explain the effect away",
    formula:
      "1/Γ ≤ odds of i over odds of j ≤ Γ in every set; Γ* where the largest p reaches alpha",
    reference: "Rosenbaum 2002, DOI 10.1007/978-1-4757-3692-2; 2007, "
      + "DOI 10.1111/j.1541-0420.2006.00717.x")

  static let gammaKey = Key(
    "gamma",
    .list(of: .number("a number from 1", in: 1 ... .greatestFiniteMagnitude), atLeast: 1),
    default: RosenbaumBounds().gammas, shown: "1, 1.1, 1.25, 1.5, 2, 3", "biases to look at")
  static let alphaKey = Key(
    "alpha", .number("a number between 0 and 1", in: 1e-9...0.5), default: 0.05, shown: "0.05",
    "level of the one-sided tests")

  static let zerosKey = Key(
    "zeros", ValueFormat<ZeroDifferences>.oneOf("treatment of zeros"), default: .dropped,
    shown: "dropped", "whether pairs that do not differ leave before or after ranking")

  public static let keys = [AnyKey(gammaKey), AnyKey(alphaKey), AnyKey(zerosKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      gammas: try section.read(Self.gammaKey), alpha: try section.read(Self.alphaKey),
      zeros: try section.read(Self.zerosKey))
  }
}
