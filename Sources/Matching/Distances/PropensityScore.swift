internal import LinearAlgebra
internal import Probability
public import Regression
public import Tables

/// The difference in propensity scores, P(treated | covariates) (Rosenbaum & Rubin 1983,
/// DOI 10.1093/biomet/70.1.41).
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | link | logit | logit, probit | the binomial model's link |
/// | groups | none | a column | groups between which the intercept varies: a multilevel model |
/// | scale | logit | logit, probability | where differences are taken: the linear predictor or the probability |
public struct PropensityScore: MatchingDistance, Hashable {
  public enum Scale: String, Sendable, Hashable, CaseIterable {
    /// The linear predictor (with the probit link, the probit).
    case logit
    case probability
  }

  public let link: BinomialLink
  public let scale: Scale
  /// The column of groups, such as authorities, between which the intercept varies.
  public let groups: String?

  public init(link: BinomialLink = .logit, scale: Scale = .logit, groups: String? = nil) {
    self.link = link
    self.scale = scale
    self.groups = groups
  }

  public var propensity: PropensityScore? { self }

  /// The fitted score of each member, to ten significant digits, with the model it comes from.
  public func fit(_ units: MatchingUnits) throws(MatchingError) -> FittedPropensity {
    let varying = units.covariates.filter { !$0.isConstant(over: units.members) }
    guard !varying.isEmpty else { throw .nothingVaries(covariates: units.covariates.map(\.name)) }
    var design = Design(interceptFor: units.members.count)
    for covariate in varying {
      let indicators = covariate.indicators(for: units.members)
      // A factor's first level is the reference.
      for indicator in indicators
      where indicator.level == nil || indicator.name != indicators[0].name {
        design.add(indicator.name, indicator.values)
      }
    }
    guard design.columns.count < units.members.count else {
      let widest = varying.map { ($0.name, $0.indicators(for: units.members).count) }.max {
        $0.1 < $1.1
      }
      throw .tooManyCoefficients(
        count: design.columns.count, candidates: units.members.count,
        widest: widest.flatMap { $0.1 > 2 ? $0.0 : nil }, categories: widest?.1 ?? 0)
    }
    let response = units.members.map { units.treated[$0] ? 1.0 : 0.0 }
    do throws(RegressionError) {
      let model = try BinomialModel(design, response: response, link: link)
      let score = scale == .logit ? model.linearPredictor : model.probabilities
      return FittedPropensity(
        score: score.map(tenDigits), model: model, members: units.members,
        columns: model.names.compactMap { name in
          design.columns.first { $0.name == name }?.values
        },
        diagnostics: constantDiagnostics(units) + model.diagnostics)
    } catch { throw .propensity(error) }
  }

  public func embed(_ units: MatchingUnits) throws(MatchingError) -> Embedding {
    let fitted = try fit(units)
    return Embedding(
      coordinates: Matrix(rows: 1, columns: fitted.score.count, elements: fitted.score),
      diagnostics: fitted.diagnostics)
  }
}

/// A propensity model with each member's score on the scale of the match.
public struct FittedPropensity: Sendable {
  public let score: [Double]
  public let model: BinomialModel
  /// The units that it was fitted to, ascending.
  let members: [Int]
  /// The model's columns, one for each of its coefficients; a value for each member.
  let columns: [[Double]]
  public let diagnostics: [Diagnostic]
}

/// A note for each covariate that has one value in all members and so cannot matter.
func constantDiagnostics(_ units: MatchingUnits) -> [Diagnostic] {
  units.covariates.filter { $0.isConstant(over: units.members) }.map {
    Diagnostic(
      .warning, code: "constant-covariate",
      "`\($0.name)` has the same value in all \(units.members.count) candidates and takes no part")
  }
}
