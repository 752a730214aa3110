public import StudyFiles

extension InverseProbabilityWeights {
  public static let name = "weighting"

  public static let documentation = ChoiceDocumentation(
    summary: "weights by the inverse of the probability of the arm that a unit is in",
    formula: "att: 1 and e/(1 − e); atc: (1 − e)/e and 1; ate: 1/e and 1/(1 − e)",
    reference: "Lunceford & Davidian 2004, DOI 10.1002/sim.1903")

  static let trimKey = Key<Double?>.optional(
    "trim", .number("a probability below 0.5", in: 0...0.49),
    "units with a propensity below this, or above one less this, leave")
  static let capKey = Key<Double?>.optional(
    "cap", .number("a quantile from 0.5 to 1", in: 0.5...1),
    "weights above this quantile of their arm's are set to it")

  public static let keys = [AnyKey(trimKey), AnyKey(capKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(trim: try section.read(Self.trimKey), cap: try section.read(Self.capKey))
  }
}
