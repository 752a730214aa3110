internal import StudyFiles

extension GateStep {
  private static let wwcKey = Key(
    "wwc", .list(of: .text("the name of a column")), default: [], shown: "none",
    "baseline standard of the What Works Clearinghouse: columns at the level of the pupils")
  private static func share(_ name: String, _ meaning: String) -> Key<Double?> {
    .optional(name, .number("a number from 0 to 1", in: 0...1), meaning)
  }
  private static func limit(_ name: String, _ meaning: String) -> Key<Double?> {
    .optional(name, .number("a number above 0", above: 0), meaning)
  }
  private static let largestDifferenceKey = limit(
    "max-smd", "largest absolute standardised difference of a covariate after matching")
  private static let varianceRatioKey = Key<Double?>.optional(
    "variance-ratio", .number("a number from 1", in: 1 ... .greatestFiniteMagnitude),
    "largest ratio, either way, of a covariate's variances after matching")
  private static let distributionKey = share(
    "ks", "largest difference of a covariate's distribution functions")
  private static let overlapKey = share("overlap", "least overlap of a covariate's densities")
  private static let prognosticKey = limit(
    "prognostic", "largest absolute standardised difference of the prognostic score")
  private static let jointKey = share("joint", "least p-value of the joint test of balance")
  private static let sizeKey = limit("ess", "least effective sample size of either arm")
  private static let droppedKey = share(
    "dropped", "largest share of the estimand's units that are not in the sample")

  static let keys = [
    AnyKey(wwcKey), AnyKey(largestDifferenceKey), AnyKey(varianceRatioKey),
    AnyKey(distributionKey), AnyKey(overlapKey), AnyKey(prognosticKey), AnyKey(jointKey),
    AnyKey(sizeKey), AnyKey(droppedKey),
  ]

  private enum Shorthand: String, CaseIterable, Sendable { case wwc }

  /// `wwc` for all covariates, or a section of thresholds.
  static var format: ValueFormat<GateStep> {
    let short = ValueFormat<Shorthand>.oneOf("gate").mapping { (_, _) throws(SpecErrors) in
      GateStep(gate: Gate(), baseline: [], baselineOfCovariates: true)
    }
    let long = ValueFormat<GateStep>.section(
      "a section of thresholds such as `{max-smd: 0.1, ess: 100}`", keys: keys
    ) { (section) throws(SpecErrors) in
      var gate = Gate()
      gate.largestDifference = try section.read(largestDifferenceKey)
      gate.varianceRatio = try section.read(varianceRatioKey)
      gate.largestDistribution = try section.read(distributionKey)
      gate.leastOverlap = try section.read(overlapKey)
      gate.prognostic = try section.read(prognosticKey)
      gate.joint = try section.read(jointKey)
      gate.effectiveSize = try section.read(sizeKey)
      gate.dropped = try section.read(droppedKey)
      return GateStep(
        gate: gate, baseline: try section.read(wwcKey), baselineOfCovariates: false)
    }
    return .shorthand(short, or: long)
  }
}
