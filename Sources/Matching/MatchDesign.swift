internal import Designs
internal import LinearAlgebra
public import Probability
internal import Regression
internal import StudyFiles
internal import Tables

/// Everything that decides who is matched with whom: a study's `match` step without its names.
public struct MatchDesign: Sendable {
  public let estimand: Estimand
  public let method: any MatchingMethod
  public let distance: any MatchingDistance
  /// A second distance by which comparators are chosen inside a propensity caliper, over the named
  /// covariates.
  public let within: (distance: any MatchingDistance, covariates: [String])?
  /// The caliper on the propensity score.
  public let propensityCaliper: CaliperWidth?
  /// Calipers on variables, by name.
  public let calipers: [(name: String, width: CaliperWidth)]
  /// The least distance, in kilometres, of a comparator from every treated unit.
  public let apart: Double?
  public let discard: CommonSupport
  /// The largest distance of partners on the map, in kilometres.
  public let farthest: Double?
  /// The propensities that units must have to be matched (Crump, Hotz, Imbens & Mitnik 2009,
  /// DOI 10.1093/biomet/asn055); `nil` for all.
  public let admitted: ClosedRange<Double>?

  public init(
    estimand: Estimand = .att, method: any MatchingMethod = NearestNeighbour(),
    distance: any MatchingDistance = PropensityScore(),
    within: (distance: any MatchingDistance, covariates: [String])? = nil,
    propensityCaliper: CaliperWidth? = nil, calipers: [(name: String, width: CaliperWidth)] = [],
    apart: Double? = nil, discard: CommonSupport = .none, farthest: Double? = nil,
    admitted: ClosedRange<Double>? = nil
  ) {
    self.estimand = estimand
    self.method = method
    self.distance = distance
    self.within = within
    self.propensityCaliper = propensityCaliper
    self.calipers = calipers
    self.apart = apart
    self.discard = discard
    self.farthest = farthest
    self.admitted = admitted
  }

  /// The score's model, where the distance, a caliper or the common support needs one.
  var propensity: PropensityScore? {
    guard distance.scoreColumn == nil, needsScore else { return nil }
    return distance.propensity ?? PropensityScore()
  }

  /// Whether anything asks for a score.
  private var needsScore: Bool {
    let isBasis =
      switch type(of: method).basis {
      case .score: true
      case .distance: distance.isScore
      case .covariates: false
      }
    return isBasis || propensityCaliper != nil || discard != .none
      || admitted != nil
  }

  /// The score of a column, on the scale of the match and as a probability; NaN for incomplete units.
  private func givenScore(
    _ column: ScoreColumn, of candidates: Candidates, over units: [Int]
  ) throws(MatchingError) -> (score: [Double], probabilities: [Double]) {
    guard case .numbers(let values)? = candidates.score?.values else {
      throw .noGivenScore(column: column.column)
    }
    var score = [Double](repeating: .nan, count: candidates.count)
    var probabilities = score
    for unit in units {
      guard let found = column.scores(of: values[unit]) else {
        throw .notAProbability(column: column.column, value: values[unit])
      }
      (score[unit], probabilities[unit]) = found
    }
    return (score, probabilities)
  }

  /// Matches the candidates and proves that the result keeps every declared constraint.
  ///
  /// Units leave in this order: missing values, common support, `apart`, exact strata without one of the
  /// arms; then the method chooses. Scores are fitted on all complete candidates; the covariance of a
  /// distance and the spread of a caliper come from those in common support, all strata together.
  public func match(_ candidates: Candidates, seed: Seed) throws(MatchingError) -> MatchOutcome {
    try match(candidates, seed: seed, joint: nil)
  }

  /// The same, with a fitter for a score whose intercept varies between groups.
  public func match(
    _ candidates: Candidates, seed: Seed, fitter: any MixedPropensityFitter
  ) throws(MatchingError) -> MatchOutcome {
    try match(candidates, seed: seed, joint: nil, fitter: fitter)
  }

  /// - Parameter joint: what the members of two units add to their distance.
  func match(
    _ candidates: Candidates, seed: Seed, joint: JointDistance?,
    fitter: (any MixedPropensityFitter)? = nil
  ) throws(MatchingError) -> MatchOutcome {
    let kind = type(of: method)
    try requireOwnersKept(candidates)
    if joint != nil, !(method is OptimalPairs) { throw .jointNotKept(method: kind.name) }
    if !kind.keepsCalipers, propensityCaliper != nil || !calipers.isEmpty || farthest != nil {
      throw .calipersNotKept(method: kind.name)
    }
    if !kind.keepsStrata, !candidates.exact.isEmpty {
      throw .exactNotKept(method: kind.name)
    }
    guard kind.estimands.contains(estimand) else {
      throw .unsupportedEstimand(
        method: kind.name, estimand: estimand, supported: kind.estimands)
    }
    var screening = try Screening(candidates, design: self)
    try screening.requireBothArms()
    let complete = screening.remaining
    var diagnostics: [Diagnostic] = []
    if kind.basis == .covariates {
      let units = MatchingUnits(
        covariates: candidates.covariates, treated: candidates.treated, members: complete)
      diagnostics = constantDiagnostics(units)
      if kind.grouping == .weights, diagnostics.count == candidates.covariates.count {
        throw .nothingVaries(covariates: candidates.covariates.map(\.name))
      }
    }
    var score: [Double]?
    var probabilities: [Double]?
    var model: FittedPropensity?
    if let propensity {
      let units = MatchingUnits(
        covariates: candidates.covariates, treated: candidates.treated, members: complete)
      let found: (score: [Double], probabilities: [Double])
      if let name = propensity.groups {
        guard let groups = candidates.scoreGroups, let fitter else {
          throw .noMixedPropensity(groups: name)
        }
        let fitted = try propensity.fit(units, groups: groups, by: fitter)
        diagnostics += fitted.diagnostics
        found = (fitted.score, fitted.probabilities)
        model = fitted.model
      } else {
        let fitted = try propensity.fit(units)
        diagnostics += fitted.diagnostics.filter { !diagnostics.contains($0) }
        found = (fitted.score, fitted.model.probabilities.map(tenDigits))
        model = fitted
      }
      score = spread(found.score, over: complete, count: candidates.count)
      probabilities = spread(found.probabilities, over: complete, count: candidates.count)
    } else if let column = distance.scoreColumn, needsScore {
      let given = try givenScore(column, of: candidates, over: complete)
      score = given.score
      probabilities = given.probabilities
    }
    if let score { try screening.keepCommonSupport(score, rule: discard) }
    if let probabilities, let admitted {
      try screening.keepPropensities(probabilities, within: admitted)
    }
    let inSupport = screening.remaining
    try screening.keepApart(apart)
    try screening.keepTwoSidedStrata()
    let (coordinates, found) = try coordinates(candidates, score: score, units: inSupport)
    diagnostics += found.filter { !diagnostics.contains($0) }
    var problem = MatchingProblem(
      treated: candidates.treated, eligible: screening.reasons.map { $0 == nil },
      strata: screening.strata, coordinates: coordinates, score: score,
      calipers: limits(candidates, score: score, units: inSupport),
      covariates: candidates.covariates, estimand: estimand, probabilities: probabilities,
      propensity: model, joint: joint)
    problem.owners = candidates.owners
    if let unit = problem.firstNotFinite { throw .notFiniteDistance(unit: unit) }
    var stream = RandomStream(seed["order"])
    let sample = try countingOwners(try method.match(problem, using: &stream), candidates)
    let explainer = DropExplainer(problem)
    var reasons = screening.reasons
    for unit in 0..<problem.count where reasons[unit] == nil && !sample.isUsed(unit) {
      reasons[unit] =
        kind.unusedReason
        ?? explainer.reason(unit, least: method.setBounds?.least ?? 1)
    }
    guard sample.weights.contains(where: { $0 > 0 }) else {
      throw explainer.nothingAdmitted(reasons)
    }
    let audit = ConstraintAudit(
      candidates: candidates, estimand: estimand, calipers: problem.calipers, apart: apart,
      ratio: method.ratio, balancedMoments: method.balancedMoments,
      means: method.meanTolerance.map { ($0, problem.eligible) },
      trims: [method.probabilityBounds, admitted].compactMap { bounds in
        bounds.flatMap { bounds in probabilities.map { ($0, bounds) } }
      },
      setBounds: method.setBounds,
      support: discard == .none ? nil : score.map { ($0, discard) })
    let checks = audit.checks(sample)
    if let broken = checks.first(where: { !$0.holds }) {
      throw .brokenConstraint(
        name: broken.constraint, declared: "\(broken.declared)", found: "\(broken.worst)")
    }
    return MatchOutcome(
      candidates: candidates, estimand: estimand, sample: sample, score: score,
      propensity: model, reasons: reasons, calipers: problem.calipers, checks: checks,
      diagnostics: diagnostics
        + screeningDoubts(screening.reasons, treated: candidates.treated)
        + sample.diagnostics + doubts(sample, problem: problem, reasons: reasons), problem: problem)
  }

  /// Values of some units at their places among all; NaN elsewhere.
  private func spread(_ values: [Double], over units: [Int], count: Int) -> [Double] {
    var result = [Double](repeating: .nan, count: count)
    for (value, unit) in zip(values, units) { result[unit] = value }
    return result
  }

  private func coordinates(
    _ candidates: Candidates, score: [Double]?, units: [Int]
  ) throws(MatchingError) -> (Matrix, [Diagnostic]) {
    if type(of: method).basis != .distance {
      return (Matrix(rows: 0, columns: candidates.count, repeating: 0), [])
    }
    if let score, within == nil, distance.isScore {
      return (Matrix(rows: 1, columns: candidates.count, elements: score), [])
    }
    let covariates = within.map { within in
      candidates.covariates.filter { within.covariates.contains($0.name) }
    }
    let embedding = try (within?.distance ?? distance).embed(
      MatchingUnits(
        covariates: covariates ?? candidates.covariates, treated: candidates.treated,
        members: units))
    let p = embedding.coordinates.rows
    var all = Matrix(rows: p, columns: candidates.count, repeating: .nan)
    for (member, unit) in units.enumerated() {
      for k in 0..<p { all[k, unit] = embedding.coordinates[k, member] }
    }
    return (all, embedding.diagnostics)
  }

  private func limits(_ candidates: Candidates, score: [Double]?, units: [Int]) -> [Caliper] {
    var result: [Caliper] = []
    func add(_ name: String, _ values: [Double], _ width: CaliperWidth) {
      let limit = width.limit(of: values, treated: candidates.treated, units: units)
      result.append(Caliper(name: name, values: values, limit: limit, asked: width))
    }
    if let propensityCaliper, let score { add("propensity", score, propensityCaliper) }
    if let farthest, let places = candidates.places {
      result.append(Caliper(places: places, limit: farthest))
    }
    for caliper in calipers {
      for variable in candidates.measured where variable.name == caliper.name {
        if case .numbers(let values) = variable.values { add(caliper.name, values, caliper.width) }
      }
    }
    return result
  }

  private func doubts(
    _ sample: MatchedSample, problem: MatchingProblem, reasons: [DropReason?]
  ) -> [Diagnostic] {
    var doubts: [Diagnostic] = []
    guard let treatedAreFocal = estimand.treatedAreFocal else {
      let lost = (0..<problem.count).count { !sample.isUsed($0) }
      if lost > 0 {
        doubts.append(
          Diagnostic(
            .warning, code: "estimand-restated",
            "\(lost) of \(problem.count) units are not in the sample, so the estimate speaks only for "
              + "the other \(problem.count - lost), whom table `units` names"))
      }
      return doubts
    }
    let focal = (0..<problem.count).filter { problem.treated[$0] == treatedAreFocal }
    let others = problem.count - focal.count
    let (kind, other) =
      treatedAreFocal ? ("treated units", "comparators") : ("comparators", "treated units")
    if method.ratio != nil, !sample.reusesComparators, focal.count > others {
      doubts.append(
        Diagnostic(
          .warning, code: "more-focal-units",
          "\(focal.count) \(kind) for \(others) \(other): without reuse at least "
            + "\(focal.count - others) go unmatched; match with `replace` or change the estimand"))
    }
    let lost = focal.count { !sample.isUsed($0) }
    if lost > 0 {
      doubts.append(
        Diagnostic(
          .warning, code: "estimand-restated",
          "\(lost) of \(focal.count) \(kind) are not in the sample, so the estimate speaks only for "
            + "the other \(focal.count - lost), whom table `units` names"))
    }
    if sample.reusesComparators || sample.grouping != .matchedSets {
      let used = (0..<problem.count).filter {
        problem.treated[$0] != treatedAreFocal && sample.isUsed($0)
      }
      let ess = effectiveSampleSize(used.map { sample.weights[$0] })
      if ess < Double(used.count) / 2 {
        doubts.append(
          Diagnostic(
            .warning, code: "concentrated-weights",
            "\(used.count) \(other) are worth only \(oneDecimal(ess)): a few of them "
              + (sample.reusesComparators
                ? "serve most matches; try calipers, a ratio or matching without `replace`"
                : "carry most of the weight; fewer covariates or `discard` would even it out")))
      }
    }
    return doubts
  }
}

/// (Σw)² / Σw²; 0 where nothing weighs anything.
func effectiveSampleSize(_ weights: [Double]) -> Double {
  var sum = 0.0
  var squares = 0.0
  for weight in weights {
    sum += weight
    squares += weight * weight
  }
  return squares > 0 ? sum * sum / squares : 0
}

/// A number for a sentence, to one decimal.
func oneDecimal(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

extension MatchingProblem {
  /// The first eligible unit with a coordinate that is not a finite number.
  var firstNotFinite: Int? {
    (0..<count).first { unit in
      eligible[unit] && (0..<coordinates.rows).contains { !coordinates[$0, unit].isFinite }
    }
  }
}
