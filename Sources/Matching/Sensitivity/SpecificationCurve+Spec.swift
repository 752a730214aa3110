public import StudyFiles
internal import Tables

extension SpecificationCurve {
  public static let name = "specification-curve"

  public static let documentation = ChoiceDocumentation(
    summary:
      "the estimate under every declared way of making the design, with one test of them together",
    formula: "median, share of one sign and number significant, against redistributed residuals",
    reference: "Simonsohn, Simmons & Nelson 2020, DOI 10.1038/s41562-020-0912-z")

  static let varyKey = Key(
    "vary", ValueFormat<[Named<[Node]>]>.named(alternatives), default: [],
    shown: "adjust: none or all; distance: propensity or mahalanobis",
    "for each key of the match a list of values to try")
  static let drawsKey = Key(
    "draws", .integer("a whole number from 99", atLeast: 99, atMost: 100_000), default: 999,
    shown: "999", "redistributed outcomes")
  static let alphaKey = Key(
    "alpha", .number("a number between 0 and 1", in: 1e-9...0.5), default: 0.05, shown: "0.05",
    "level at which a specification counts as significant")

  public static let keys = [AnyKey(varyKey), AnyKey(drawsKey), AnyKey(alphaKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      vary: try section.read(Self.varyKey).map { ($0.name, $0.value) },
      draws: try section.read(Self.drawsKey), alpha: try section.read(Self.alphaKey))
  }

  /// A list of values of whatever kind the key has, unread; the match itself reads them.
  private static var alternatives: ValueFormat<[Node]> {
    let expectation = "a list of values"
    return ValueFormat(expectation, schema: ["type": "array"]) { (node) throws(SpecErrors) in
      guard case .sequence(let values) = node.content, !values.isEmpty else {
        throw node.wrongType(expected: expectation)
      }
      return values
    }
  }

  public func problems(_ setting: SensitivitySetting) -> [SpecError] {
    var problems: [SpecError] = []
    for (key, _) in vary where Self.fixedKeys.contains(key.text) {
      problems.append(
        SpecError(
          .rule("`\(key.text)` says what is estimated: specifications can differ only in how"),
          path: setting.path, at: key.location))
    }
    guard problems.isEmpty, !vary.isEmpty else { return problems }
    let count = vary.reduce(1) { $0 * $1.values.count }
    if count > Self.mostSpecifications {
      return [
        SpecError(
          .rule("\(count) specifications, and at most \(Self.mostSpecifications) are run"),
          path: setting.path, at: vary[0].key.location)
      ]
    }
    for specification in specifications(of: setting.match) {
      do throws(SpecErrors) {
        try specification.step().check(in: setting.data)
      } catch {
        problems += error.problems.filter { !problems.contains($0) }
      }
    }
    return problems
  }
}
