public import StudyFiles

extension EntropyBalancing {
  public static let name = "entropy"

  public static let documentation = ChoiceDocumentation(
    summary:
      "weights of the other arm, as even as can be, that give it the focal arm's covariate means",
    formula: "min Σ w_i log w_i subject to Σ w_i x_i = mean of the focal arm, Σ w_i = 1",
    reference: "Hainmueller 2012, DOI 10.1093/pan/mpr025")

  static let momentsKey = Key(
    "moments", .integer("1 or 2", atLeast: 1, atMost: 2), default: 1, shown: "1",
    "1: means are balanced; 2: the variances of numbers as well")

  public static let keys = [AnyKey(momentsKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(moments: try section.read(Self.momentsKey))
  }
}
