public import StudyFiles

extension EValue {
  public static let name = "e-value"

  public static let documentation = ChoiceDocumentation(
    summary:
      "how strongly an unseen covariate must go with treatment and outcome to explain it away",
    formula: "RR + √(RR(RR − 1)), with RR = exp(0.91 d) for a difference of d standard deviations",
    reference: "VanderWeele & Ding 2017, DOI 10.7326/M16-2607")

  public static let keys: [AnyKey] = []

  public init(from section: Section) throws(SpecErrors) { self.init() }
}
