internal import Probability
internal import Regression
internal import Tables

/// A binomial model of treatment whose intercept varies between groups, such as schools in authorities.
public struct MixedPropensityProblem: Sendable {
  public struct Column: Sendable {
    public let name: String
    public let values: [Double]
  }

  /// Covariates of the fixed part, without an intercept; one value a unit.
  public let columns: [Column]
  /// 1 for the treated, 0 for the others.
  public let response: [Double]
  /// The column of groups.
  public let groupName: String
  /// The group of each unit, a position in `groups`.
  public let codes: [Int32]
  public let groups: [String]
  /// Whether the link is probit rather than logit.
  public let isProbit: Bool
}

/// A fitted score of units in groups.
public struct MixedPropensity: Sendable {
  /// The linear predictor of each unit, the conditional mode of its group's intercept included.
  public let linearPredictor: [Double]
  /// The standard deviation of intercepts between groups, on the scale of the link.
  public let deviation: Double

  public init(linearPredictor: [Double], deviation: Double) {
    self.linearPredictor = linearPredictor
    self.deviation = deviation
  }
}

/// Fits scores of units in groups. Mixed models are another module's: whoever has it gives it to the match.
public protocol MixedPropensityFitter: Sendable {
  /// - Throws: ``MixedPropensityFailure`` where there is no fit.
  func fit(_ problem: MixedPropensityProblem) throws(MixedPropensityFailure) -> MixedPropensity
}

/// Why a mixed model gave no score.
public struct MixedPropensityFailure: Error, Sendable, Hashable {
  public let reason: String

  public init(_ reason: String) { self.reason = reason }
}

extension PropensityScore {
  /// The score with intercepts that vary between groups (Arpino & Mealli 2011,
  /// DOI 10.1016/j.csda.2010.11.008; Li, Zaslavsky & Landrum 2013, DOI 10.1002/sim.5786).
  ///
  /// Where the covariates alone tell the arms apart, or every group holds one arm only, a mixed model has no
  /// finite answer: the fit without groups stands in, Firth's where that one is separated, and a diagnostic
  /// says so.
  ///
  /// - Returns: for each member the score on the scale of the match and the probability, both to ten digits;
  ///   and the plain model where that was used.
  func fit(
    _ units: MatchingUnits, groups: Covariate, by fitter: any MixedPropensityFitter
  ) throws(MatchingError) -> (
    score: [Double], probabilities: [Double], model: FittedPropensity?, diagnostics: [Diagnostic]
  ) {
    let plain = try fit(units)
    func fallback(
      _ because: String
    ) -> (
      score: [Double], probabilities: [Double], model: FittedPropensity?, diagnostics: [Diagnostic]
    ) {
      (
        plain.score, plain.model.probabilities.map(tenDigits), plain,
        plain.diagnostics + [
          Diagnostic(
            .warning, code: "multilevel-score-left-out",
            "the score takes no account of `\(groups.name)`: \(because)")
        ]
      )
    }
    guard plain.model.method == .maximumLikelihood else {
      return fallback(
        "the covariates separate the arms, so a multilevel model has no finite answer either; Firth's "
          + "penalised fit without groups is used")
    }
    let (codes, names) = groups.groupCodes(of: units.members)
    let response = units.members.map { units.treated[$0] ? 1.0 : 0 }
    var arms = [(Bool, Bool)](repeating: (false, false), count: names.count)
    for (code, value) in zip(codes, response) {
      if value == 1 { arms[Int(code)].0 = true } else { arms[Int(code)].1 = true }
    }
    guard arms.contains(where: { $0.0 && $0.1 }) else {
      return fallback(
        "each of its \(names.count) groups holds one arm only, so it tells the arms apart; the fit without "
          + "groups is used")
    }
    guard names.count > 1 else { return fallback("there is one group only") }
    let mixed: MixedPropensity
    do throws(MixedPropensityFailure) {
      mixed = try fitter.fit(
        MixedPropensityProblem(
          columns: zip(plain.model.names, plain.columns).filter { $0.0 != "(Intercept)" }.map {
            MixedPropensityProblem.Column(name: $0, values: $1)
          }, response: response, groupName: groups.name, codes: codes, groups: names,
          isProbit: link == .probit))
    } catch {
      return fallback("\(error.reason); the fit without groups is used")
    }
    let eta = mixed.linearPredictor
    let probabilities = eta.map { tenDigits(link.mean($0)) }
    var diagnostics = constantDiagnostics(units)
    diagnostics.append(
      Diagnostic(
        .note, code: "multilevel-score",
        "the score's intercept varies between \(names.count) groups of `\(groups.name)` with standard "
          + "deviation \(threeDigits(mixed.deviation)) on the scale of the link"))
    return (
      scale == .logit ? eta.map(tenDigits) : probabilities, probabilities, nil, diagnostics
    )
  }
}

extension Covariate {
  /// The group of each given unit, numbered in order of first appearance, and the groups' names.
  fileprivate func groupCodes(of units: [Int]) -> (codes: [Int32], names: [String]) {
    var numbers: [String: Int32] = [:]
    var names: [String] = []
    let codes = units.map { unit in
      let name = text(unit)
      if let known = numbers[name] { return known }
      let next = Int32(names.count)
      numbers[name] = next
      names.append(name)
      return next
    }
    return (codes, names)
  }
}
