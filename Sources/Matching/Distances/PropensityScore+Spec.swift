internal import Regression
public import StudyFiles

extension PropensityScore {
  public static let name = "propensity"

  public static let documentation = ChoiceDocumentation(
    summary: "difference in the probability of being treated, given the covariates",
    formula: "|η_i − η_j| with η the linear predictor of a binomial model, or |μ_i − μ_j|",
    reference: "Rosenbaum & Rubin 1983, DOI 10.1093/biomet/70.1.41")

  static let linkKey = Key(
    "link", ValueFormat<BinomialLink>.oneOf("link"), default: .logit, shown: "logit",
    "how the linear predictor gives the probability")
  static let scaleKey = Key(
    "scale", ValueFormat<Scale>.oneOf("scale"), default: .logit, shown: "logit",
    "where differences and calipers are taken: `logit` is the linear predictor")

  static let groupsKey = Key<LocatedText?>.optional(
    "groups", .text("the name of a column"),
    "groups, such as authorities, between which the intercept varies: a multilevel model")

  public static let keys = [AnyKey(linkKey), AnyKey(scaleKey), AnyKey(groupsKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      link: try section.read(Self.linkKey), scale: try section.read(Self.scaleKey),
      groups: try section.read(Self.groupsKey)?.text)
  }
}
