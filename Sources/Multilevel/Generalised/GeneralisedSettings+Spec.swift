internal import StudyFiles
internal import Tables

/// How `family`, `link` and `quadrature` are written.
extension GeneralisedSettings {
  /// The distributions of a study file; `gaussian` is the linear model.
  enum FamilyName: String, Sendable, CaseIterable {
    case gaussian
    case binomial
    case poisson
    case negativeBinomial = "negative-binomial"
    case cumulative
  }

  static let familyKey = Key(
    "family", familyFormat, default: .gaussian, shown: "gaussian",
    "Distribution of the response given the random effects.")
  static let linkKey = Key<String?>.optional(
    "link", linkFormat, shown: "that of the family",
    "Link of a binomial or cumulative response: logit, probit or cloglog; counts have log.")
  static let quadratureKey = Key(
    "quadrature", pointsFormat, default: 1, shown: "1",
    "Points of adaptive Gauss–Hermite quadrature; 1 is Laplace's approximation.")

  private static let familyFormat = names(
    FamilyName.allCases.map(\.rawValue), kind: "family", later: []
  ).mapping { (name, node) throws(SpecErrors) in
    FamilyName(rawValue: name) ?? .gaussian
  }

  private static let linkFormat = names(
    BinomialLink.allCases.map(\.rawValue) + ["log", "identity"], kind: "link", later: [])

  private static let pointsFormat = ValueFormat<Int>(
    "a whole number from 1 to 100", schema: ["type": "integer", "minimum": 1, "maximum": 100]
  ) { (node) throws(SpecErrors) in
    guard case .scalar(let text) = node.content, let points = Int(text), (1...100).contains(points)
    else { throw node.wrongType(expected: "a whole number from 1 to 100") }
    return points
  }

  private static func names(
    _ names: [String], kind: String, later: [String]
  ) -> ValueFormat<String> {
    let expectation = names.map { "`\($0)`" }.joined(separator: " or ")
    return ValueFormat(expectation, schema: ["enum": .array(names.map(JSON.string))]) {
      (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content else {
        throw node.wrongType(expected: expectation)
      }
      if names.contains(text) { return text }
      if later.contains(text) { throw node.error(.notAvailable(text)) }
      throw node.error(.unknownName(text, kind: kind, known: names))
    }
  }

  /// Reads the settings of a step that has been checked; `nil` where its response is normal.
  ///
  /// - Throws: ``SpecErrors`` where a link does not go with the family, or quadrature with a normal
  ///   response.
  static func read(
    _ section: Section, frequency: LocatedText?
  ) throws(SpecErrors) -> GeneralisedSettings? {
    let family = try section.read(familyKey)
    let link = try section.read(linkKey)
    let points = try section.read(quadratureKey)
    func refuse(_ link: String, expected: String) -> SpecErrors {
      section.error(
        .rule("link `\(link)` does not go with family `\(family.rawValue)`: expected \(expected)"),
        at: "link")
    }
    switch family {
    case .gaussian:
      if let link, link != "identity" { throw refuse(link, expected: "`identity`") }
      if section.has("quadrature") {
        throw section.error(
          .rule("a normal response needs no quadrature: drop `quadrature`, or give a family"),
          at: "quadrature")
      }
      if frequency != nil {
        throw section.error(.rule("`frequency` weights need a family of counts"), at: "weights")
      }
      return nil
    case .binomial, .cumulative:
      guard let chosen = BinomialLink(rawValue: link ?? "logit") else {
        throw refuse(link ?? "", expected: "`logit`, `probit` or `cloglog`")
      }
      return GeneralisedSettings(
        model: GeneralisedMixedModel(
          family == .binomial ? .binomial(chosen) : .cumulative(chosen), quadraturePoints: points),
        frequency: frequency)
    case .poisson, .negativeBinomial:
      if let link, link != "log" { throw refuse(link, expected: "`log`") }
      return GeneralisedSettings(
        model: GeneralisedMixedModel(
          family == .poisson ? .poisson : .negativeBinomial(size: nil), quadraturePoints: points),
        frequency: frequency)
    }
  }
}
