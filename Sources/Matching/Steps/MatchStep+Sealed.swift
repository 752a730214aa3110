extension MatchStep {
  /// The same design without an outcome, and so without anything that is asked of one.
  public var withoutOutcome: MatchStep {
    MatchStep(
      data: data, treated: treated, covariates: covariates, estimand: estimand, method: method,
      distance: distance, within: within, exact: exact, calipers: calipers, apart: apart,
      discard: discard, farthest: farthest, admitted: admitted, missing: missing, outcome: nil,
      adjust: [], errors: nil, gate: gate, prognostic: prognostic, randomisation: nil,
      equivalence: nil, members: members, written: written, location: location, path: path)
  }
}
