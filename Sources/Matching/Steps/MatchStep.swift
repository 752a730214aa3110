public import StudyFiles
internal import Tables

/// The `match` step of a study, with its names as written.
public struct MatchStep: Sendable {
  /// The match's table; `nil` where the study says it elsewhere.
  public let data: LocatedText?
  /// The column of 0/1 or logical values; `nil` where the study says it elsewhere.
  public let treated: LocatedText?
  public let covariates: [LocatedText]
  public let estimand: Estimand
  public let method: any MatchingMethod
  public let distance: any MatchingDistance
  public let within: Within?
  public let exact: [LocatedText]
  public let calipers: [NamedCaliper]
  /// Kilometres.
  public let apart: Double?
  public let discard: CommonSupport
  /// Kilometres that partners may be apart at most.
  public let farthest: Double?
  /// The propensities that units must have.
  public let admitted: ClosedRange<Double>?
  /// What becomes of units with a missing covariate.
  public let missing: MissingCovariates
  public let outcome: LocatedText?
  public let adjust: [LocatedText]
  public let errors: EffectErrors?
  /// What the sample must satisfy.
  public let gate: GateStep?
  /// The outcome that a prognostic score is fitted to.
  public let prognostic: LocatedText?
  /// The assignments to draw for randomisation inference; `nil` where none is asked for.
  public let randomisation: Int?
  /// The bound of an equivalence test.
  public let equivalence: EquivalenceTest.Bound?
  /// Members of the units, such as pupils of schools, that are matched as well.
  public let members: MemberStep?
  /// The section as it is written, for steps that ask what another setting would have found.
  public let written: Section
  /// Where the section stands, for errors about what it lacks.
  public let location: SourceLocation
  public let path: String

  /// A second distance inside a propensity caliper.
  public struct Within: Sendable {
    public let distance: any MatchingDistance
    public let covariates: [LocatedText]
  }

  /// A caliper by the name of its variable.
  public struct NamedCaliper: Sendable {
    public let name: LocatedText
    public let width: CaliperWidth
  }

  /// The keys that lead to one of this step's.
  func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The study's words for table and treatment, where the step does not give its own.
  ///
  /// - Throws: ``StudyFiles/SpecErrors`` where neither says it.
  public func completed(data: LocatedText?, treated: LocatedText?) throws(SpecErrors) -> MatchStep {
    var problems: [SpecError] = []
    func missing(_ key: String, _ what: String) {
      problems.append(SpecError(.missingKey(key, expected: what), path: path, at: location))
    }
    if self.data == nil, data == nil { missing("data", "the name of a table") }
    if self.treated == nil, treated == nil { missing("treated", "a column of 0 and 1") }
    guard problems.isEmpty else { throw SpecErrors(problems) }
    return MatchStep(
      data: self.data ?? data, treated: self.treated ?? treated, covariates: covariates,
      estimand: estimand, method: method, distance: distance, within: within, exact: exact,
      calipers: calipers, apart: apart, discard: discard, farthest: farthest, admitted: admitted,
      missing: self.missing, outcome: outcome, adjust: adjust,
      errors: errors, gate: gate, prognostic: prognostic, randomisation: randomisation,
      equivalence: equivalence, members: members, written: written, location: location, path: path)
  }

  /// The settings without names.
  public var design: MatchDesign {
    MatchDesign(
      estimand: estimand, method: method, distance: distance,
      within: within.map { ($0.distance, $0.covariates.map(\.text)) },
      propensityCaliper: calipers.first { $0.name.text == BalanceTable.scoreName }?.width,
      calipers: calipers.filter { $0.name.text != BalanceTable.scoreName }.map {
        ($0.name.text, $0.width)
      },
      apart: apart, discard: discard, farthest: farthest, admitted: admitted)
  }
}
