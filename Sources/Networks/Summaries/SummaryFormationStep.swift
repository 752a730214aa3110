public import Designs
public import LinearAlgebra
public import Probability
public import StudyFiles
public import Tables

/// What a `formation-from-summaries` step leaves: tidy tables, doubts, and the posterior with its covariance.
public struct SummaryFormationResult: Sendable {
  /// `effects`, then `summaries`.
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]
  public let estimate: SummaryEstimate
  public let names: [String]

  public var values: [Double] { estimate.parameters.map(\.mean) }
  /// With next to no variance for parameters that were given, so that it can be drawn from.
  public var covariance: Matrix {
    var result = estimate.covariance
    for k in 0..<result.rows { result[k, k] = max(result[k, k], 1e-12) }
    return result
  }

  init(_ estimate: SummaryEstimate, names: [String]) {
    self.estimate = estimate
    self.names = names
    tables = [
      TidyTable(
        "effects",
        zip(names, estimate.parameters).map { PosteriorRow(effect: $0, parameter: $1) }),
      TidyTable("summaries", estimate.fits.map(SummaryRow.init)),
    ]
    var doubts: [Diagnostic] = []
    func short(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    for (name, parameter) in zip(names, estimate.parameters)
    where parameter.priorSD > 0 && parameter.sd > 0.8 * parameter.priorSD {
      doubts.append(
        Diagnostic(
          .warning, code: "prior-dominates",
          "the summaries say little about `\(name)`: its sd is \(short(parameter.sd)), of the prior "
            + "\(short(parameter.priorSD)); what a scenario makes of it is the prior's doing"))
    }
    for fit in estimate.fits where fit.observed < fit.low || fit.observed > fit.high {
      doubts.append(
        Diagnostic(
          .warning, code: "summary-not-reached",
          "simulated networks do not have the observed `\(fit.name)`, \(short(fit.observed)): 95 % of them lie from "
            + "\(short(fit.low)) to \(short(fit.high)); priors or effects leave it out"))
    }
    if estimate.effectiveDraws < 100 {
      doubts.append(
        Diagnostic(
          .warning, code: "few-draws",
          "the kept draws are worth \(Int(estimate.effectiveDraws)) of equal weight: raise `draws`")
      )
    }
    diagnostics = doubts
  }
}

/// A row of `effects`: what one parameter can be.
public struct PosteriorRow: TidyRow {
  let effect: String
  let parameter: SummaryEstimate.Parameter

  public static let schema = [
    Field("effect", "The effect as the study writes it."),
    Field("prior_mean", unit: "log odds", "The mean of its prior."),
    Field("prior_sd", unit: "log odds", "The standard deviation of its prior."),
    Field("estimate", unit: "log odds", "The mean over kept draws."),
    Field("std_error", unit: "log odds", "Their standard deviation."),
    Field("low", unit: "log odds", "2.5 % quantile."),
    Field("high", unit: "log odds", "97.5 % quantile."),
  ]

  public var cells: [Cell] {
    [
      .text(effect), .number(parameter.priorMean), .number(parameter.priorSD),
      .number(parameter.mean), .number(parameter.sd), .number(parameter.low),
      .number(parameter.high),
    ]
  }
}

/// A row of `summaries`: one summary, as observed and as simulated.
public struct SummaryRow: TidyRow {
  let fit: SummaryEstimate.Fit

  public static let schema = [
    Field("summary", "What is known of the network."),
    Field("observed", "Its value in the study file."),
    Field("mean", "The mean over networks of kept draws."),
    Field("low", "2.5 % quantile."),
    Field("high", "97.5 % quantile."),
  ]

  public var cells: [Cell] {
    [
      .text(fit.name), .number(fit.observed), .number(fit.mean), .number(fit.low),
      .number(fit.high),
    ]
  }
}

extension SummaryFormationStep {
  /// Finds every name that means nothing in the data.
  ///
  /// - Throws: ``SpecErrors``, located in the study file.
  public func check(in data: DataSet) throws(SpecErrors) {
    var problems: [SpecError] = []
    func table(_ name: LocatedText, _ key: String) {
      if let problem = tableProblem(name, path: "\(path).\(key)", in: data) {
        problems.append(problem)
      }
    }
    table(actors, "actors")
    if let priors { table(priors, "priors") }
    guard problems.isEmpty else { throw SpecErrors(problems) }
    for name in terms.flatMap(\.spec.columns) {
      if let problem = columnProblem(
        name, path: "\(path).effects", in: data, actors: actors.text)
      {
        problems.append(problem)
      }
    }
    for name in observed.within.map(\.name) {
      if let problem = columnProblem(
        name, path: "\(path).observed.within", in: data, actors: actors.text)
      {
        problems.append(problem)
      }
    }
    for term in terms { for name in term.spec.tables { table(name, "effects") } }
    if let known = try? priorTable(in: data) {
      problems += terms.compactMap { $0.prior.problem(among: known) }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  private func priorTable(in data: DataSet) throws(ScenarioError) -> PriorTable {
    guard let priors else { return .shipped }
    guard let table = data[table: priors.text] else { throw .unknownTable(priors.text) }
    return .shipped.adding(try PriorTable(table).priors)
  }

  /// Estimates the step's model.
  ///
  /// - Parameters:
  ///   - places: of the actors, in the order of their table.
  ///   - seed: of this step.
  ///   - threads: of influence on time alone.
  ///   - progress: called with parts done and parts expected.
  public func run(
    in data: DataSet, places: Places?, seed: Seed, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(SummaryProblem) -> SummaryFormationResult {
    let estimator: SummaryEstimator
    do throws(ScenarioError) {
      let actors = try ActorData(data, table: self.actors.text, places: places)
      let known = try priorTable(in: data)
      let model = PanelModel(
        directed: directed,
        consent: consent?.consent(among: actors.count)
          ?? ConfirmSpec().consent(among: actors.count),
        terms: try terms.map { (term) throws(ScenarioError) in
          PanelModel.NetworkTerm(term.text.text, try term.spec.effect(among: actors))
        })
      let priors = try terms.map { (term) throws(ScenarioError) -> Spread in
        switch term.prior.origin {
        case .number(let value): return .fixed(value)
        case .spread(let spread, _): return spread
        case .prior(let name):
          guard let prior = known[name.text] else {
            throw .unknownPrior(name.text, known: known.priors.map(\.name))
          }
          return prior.spread
        case .carried(let step, _):
          throw .rule(step.text, "a prior cannot be the result of a step")
        }
      }
      var values = observed.values
      for share in observed.within {
        values.append(
          (
            .within(column: share.name.text, codes: try actors.groups(share.name.text)), share.value
          ))
      }
      do throws(SummaryProblem) {
        estimator = try SummaryEstimator(
          model, priors: priors, summaries: values.map(\.summary), observed: values.map(\.value),
          actors: actors.count, opportunities: opportunities, particles: draws)
      } catch { throw ScenarioError.rule(path, "\(error)") }
    } catch { throw .data(error) }
    return SummaryFormationResult(
      try estimator.estimate(seed: seed, threads: threads, progress: progress),
      names: terms.map(\.text.text))
  }
}
