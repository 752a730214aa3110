public import StudyFiles

extension RobustnessValue {
  public static let name = "robustness-value"

  public static let documentation = ChoiceDocumentation(
    summary:
      "how much of treatment and outcome an omitted covariate must explain, beside observed ones",
    formula: "½(√(f⁴ + 4f²) − f²), f = q|t|/√df",
    reference: "Cinelli & Hazlett 2020, DOI 10.1111/rssb.12348")

  static let benchmarksKey = Key(
    "benchmarks", .list(of: .text("the name of a column")), default: [],
    shown: "all that the estimate is adjusted for", "covariates to compare an omitted one with")
  static let timesKey = Key(
    "times", .list(of: .number("a number above 0", above: 0), atLeast: 1), default: [1, 2, 3],
    shown: "1, 2, 3", "how many times as strong as each")
  static let qKey = Key(
    "q", .number("a number above 0", above: 0), default: 1, shown: "1",
    "share of the estimate to be explained away")
  static let alphaKey = Key(
    "alpha", .number("a number between 0 and 1", in: 1e-9...0.5), default: 0.05, shown: "0.05",
    "level of the test")

  public static let keys = [
    AnyKey(benchmarksKey), AnyKey(timesKey), AnyKey(qKey), AnyKey(alphaKey),
  ]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      benchmarks: try section.read(Self.benchmarksKey).map(\.text),
      times: try section.read(Self.timesKey), q: try section.read(Self.qKey),
      alpha: try section.read(Self.alphaKey))
  }

  public func problems(_ setting: SensitivitySetting) -> [SpecError] {
    let known =
      setting.match.adjust.isEmpty ? setting.match.covariates : setting.match.adjust
    return benchmarks.filter { name in !known.contains { $0.text == name } }.map {
      SpecError(
        .unknownName($0, kind: "adjusted covariate", known: known.map(\.text)),
        path: setting.path, at: setting.match.location)
    }
  }
}
