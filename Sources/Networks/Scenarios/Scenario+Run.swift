public import Probability
internal import Tables

extension Scenario {
  /// Runs the replicates, block by block, and summarises them.
  ///
  /// A replicate in which partnerships run away under some policy is stopped, left out under every policy so that
  /// the others still are pairs, and named for replay.
  ///
  /// - Parameters:
  ///   - seed: of the step.
  ///   - threads: of influence on time alone.
  ///   - store: where blocks are kept while the run goes on, and found by the next one.
  ///   - progress: called after each block with the number of blocks done and the largest number there
  ///     may be.
  /// - Throws: ``ScenarioError/runaway(policy:year:meanDegree:)`` where neither of the first two replicates ends.
  public func run(
    _ replications: Replications, seed: Seed, threads: Int, store: (any BlockStore)? = nil,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ScenarioError) -> ScenarioResult {
    let block = Replications.block
    let blocks = (replications.atMost + block - 1) / block
    var runs: [ReplicateRun] = []
    var stopped: [Runaway] = []
    func simulated(_ range: Range<Int>) -> [ReplicateRun] {
      replicate(range.count, threads: threads) { index in
        let replicate = UInt32(range.lowerBound + index)
        return simulate(
          replicate: replicate, seed: seed, point: point(replicate, replications, seed))
      }
    }
    for done in 0..<blocks {
      let first = done * block
      let range = first..<min(first + block, replications.atMost)
      var more: [ReplicateRun] = []
      if let known = store?.block(done), known.holds(range) {
        more = known.runs
      } else {
        // A run-away costs far more than an ordinary replicate, so a few are enough to give up.
        let trial = first + (done == 0 ? min(2, range.count) : 0)
        more = simulated(first..<trial)
        if done == 0, more.allSatisfy({ $0.runaway != nil }), let first = more.first?.runaway {
          throw first.error
        }
        more += simulated(trial..<range.upperBound)
        store?.keep(ReplicateBlock(runs: more), number: done)
      }
      runs += more.filter { $0.runaway == nil }
      stopped += more.compactMap(\.runaway)
      progress(done + 1, blocks)
      if let target = replications.target,
        reached(target, Sample(self, runs, replications, seed))
      {
        break
      }
    }
    return summary(Sample(self, runs, replications, seed), stopped, replications)
  }

  /// The draw of the parameters of a replicate.
  func point(
    _ replicate: UInt32, _ replications: Replications, _ seed: Seed
  ) -> ParameterPoint {
    let draw = replicate / UInt32(replications.perDraw)
    switch replications.design {
    case .random: return point(seed, replicate: draw)
    case .sobol:
      return parameters.point(
        SobolPoints(dimensions: parameters.dimensions, seed: seed["effect"]), index: draw)
    }
  }

  /// Names of the columns that a policy yields each year.
  var columns: [(measure: String, group: String)] {
    measures.flatMap { measure in measure.groups.map { (measure.name, $0) } }
  }

  /// Where a value stands in a replicate's results.
  func position(policy: Int, year: Int, column: Int) -> Int {
    (policy * (horizon + 1) + year) * width + column
  }

  /// Replicates with what is known of their draws.
  private struct Sample {
    let runs: [ReplicateRun]
    let draws: [Int]?
    let controls: ControlVariates?

    init(
      _ scenario: Scenario, _ runs: [ReplicateRun], _ replications: Replications, _ seed: Seed
    ) {
      self.runs = runs
      draws =
        replications.perDraw > 1
        ? runs.map { Int($0.replicate) / replications.perDraw } : nil
      controls =
        replications.usesControls && replications.perDraw == 1
        ? ControlVariates(
          runs.map { run in
            let point = scenario.point(run.replicate, replications, seed)
            return scenario.parameters.unknowns.map { $0.value.standardised(at: point) }
          }) : nil
    }

    func summary(_ value: (ReplicateRun) -> Double) -> ReplicateSummary {
      ReplicateSummary(runs.map(value), draws: draws, controls: controls)
    }
  }

  private func contrast(
    _ sample: Sample, policy: Int, year: Int, column: Int
  ) -> ReplicateSummary {
    let (a, b) = (
      position(policy: policy, year: year, column: column),
      position(policy: 0, year: year, column: column)
    )
    return sample.summary { $0.values[a] - $0.values[b] }
  }

  private func reached(_ target: Replications.Target, _ sample: Sample) -> Bool {
    for policy in policies.indices.dropFirst() {
      for (column, name) in columns.enumerated()
      where name.group == "all" && target.measures.contains(name.measure) {
        let summary = contrast(sample, policy: policy, year: horizon, column: column)
        if !(summary.mcse <= target.mcse) { return false }
      }
    }
    return true
  }

  private func summary(
    _ sample: Sample, _ stopped: [Runaway], _ replications: Replications
  ) -> ScenarioResult {
    var outcomes: [OutcomeRow] = []
    var contrasts: [ContrastRow] = []
    var fans: [FanPoint] = []
    for (p, policy) in policies.enumerated() {
      for (column, name) in columns.enumerated() {
        for year in 0...horizon {
          let place = position(policy: p, year: year, column: column)
          let summary = sample.summary { $0.values[place] }
          outcomes.append(
            OutcomeRow(
              policy: policy.name, outcome: name.measure, group: name.group, time: year,
              summary: summary))
          fans.append(
            FanPoint(
              policy: policy.name, outcome: name.measure, group: name.group, time: year,
              mean: summary.mean, quantiles: summary.fan))
          guard p > 0 else { continue }
          contrasts.append(
            ContrastRow(
              policy: policy.name, against: policies[0].name, outcome: name.measure,
              group: name.group, time: year,
              summary: contrast(sample, policy: p, year: year, column: column)))
        }
      }
    }
    var tables = [TidyTable("outcomes", outcomes), TidyTable("contrasts", contrasts)]
    if !parameters.unknowns.isEmpty {
      tables.append(
        TidyTable(
          "unknowns",
          parameters.unknowns.map { UnknownRow(name: $0.name, value: $0.value, of: parameters) }))
    }
    if let draws = sample.draws { tables.append(varianceTable(sample.runs, draws)) }
    var diagnostics = policies.flatMap { policy in
      policy.actions.flatMap { $0.diagnostics(policy: policy.name, horizon: horizon) }
    }
    diagnostics += idleActions(sample.runs, known: diagnostics)
    if !stopped.isEmpty {
      tables.append(TidyTable("runaways", stopped.map(RunawayRow.init)))
      diagnostics.append(
        Diagnostic(
          .warning, code: "runaway",
          "\(stopped.count) of \(stopped.count + sample.runs.count) replicates were stopped because "
            + "partnerships ran away, first replicate \(stopped[0].replicate + 1) under policy "
            + "`\(stopped[0].policy)` in year \(stopped[0].year) with \(stopped[0].meanDegree.rounded()) partners "
            + "a school\(stopped[0].relation.map { " in relation `\($0)`" } ?? ""); they are left out, and `replay: \(stopped[0].replicate + 1)` shows one"
        ))
    }
    if let drift = driftOfBaseline(sample.runs) { diagnostics.append(drift) }
    if sample.runs.count < 100 {
      diagnostics.append(
        Diagnostic(
          .note, code: "few-replicates",
          "ranges are of \(sample.runs.count) replicates, so that their ends are rough: means are as sure as `mcse` says, "
            + "ranges want a hundred or more"))
    }
    if let target = replications.target, !reached(target, sample) {
      diagnostics.append(
        Diagnostic(
          .warning, code: "mcse-not-reached",
          "after \(sample.runs.count) replicates the Monte Carlo standard error of some contrast is still "
            + "above \(target.mcse): raise `at-most`"))
    }
    if replications.usesControls, sample.controls == nil {
      diagnostics.append(
        Diagnostic(
          .note, code: "no-control-variates",
          "means are not adjusted by the draws of the parameters: that takes one replicate a draw, "
            + "something unknown, and ten replicates for each unknown"))
    }
    if replications.design == .sobol {
      diagnostics.append(
        Diagnostic(
          .note, code: "sobol-draws",
          "draws of the parameters are scrambled Sobol points: means are closer than `mcse`, which takes draws "
            + "as independent, says"))
    }
    for kernel in model.kernels where kernel.effect.source == .assumption {
      diagnostics.append(
        Diagnostic(
          .note, code: "effect-assumed",
          "what partnership does to the outcome is an assumption of the study, not an estimate"
            + (model.kernels.count > 1 ? ": effect `\(kernel.name)`" : "")))
    }
    return ScenarioResult(
      tables: tables, diagnostics: diagnostics, fans: fans, replicates: sample.runs.count)
  }

  /// Says where ties of the start do not last, or multiply, though no policy touches them: formation as it is declared then
  /// does not describe the schools of the start.
  private func driftOfBaseline(_ runs: [ReplicateRun]) -> Diagnostic? {
    let start = Double(setting.start.tieCount)
    guard start > 0, policies[0].actions.isEmpty, !runs.isEmpty else { return nil }
    let end = runs.reduce(0) { $0 + Double($1.tiesOfBaseline) } / Double(runs.count)
    guard end < start / 2 || end > 2 * start else { return nil }
    let perSchool = (setting.start.isDirected ? 1 : 2) / Double(setting.count)
    func short(_ ties: Double) -> Double { (100 * perSchool * ties).rounded() / 100 }
    return Diagnostic(
      .warning, code: "ties-drift",
      "without any policy the mean number of partners goes from \(short(start)) to \(short(end)) in \(horizon) years: "
        + "`formation` does not keep what is there at the start, so that contrasts are of other networks than today's; "
        + "raise or lower `density`, or estimate it")
  }

  /// Actions that have changed nothing in any replicate, and have not said so already.
  private func idleActions(_ runs: [ReplicateRun], known: [Diagnostic]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for (p, policy) in policies.enumerated() {
      let isKnown = known.contains {
        ["policy-never-applies", "budget-zero"].contains($0.code)
          && $0.message.hasPrefix("policy `\(policy.name)`")
      }
      for (id, action) in policy.actions.enumerated() where !isKnown {
        if runs.allSatisfy({ $0.deeds[p][id] == 0 }) {
          found.append(
            Diagnostic(
              .warning, code: "policy-never-applies",
              "policy `\(policy.name)`: \(action.name) has changed nothing in any replicate"))
        }
      }
    }
    return found
  }

  /// How the variance of each contrast in the last year divides into what is unknown of the parameters and chance
  /// (law of total variance; analysis of variance with replicates in draws).
  private func varianceTable(_ runs: [ReplicateRun], _ draws: [Int]) -> TidyTable {
    var rows: [VarianceRow] = []
    for policy in policies.indices.dropFirst() {
      for (column, name) in columns.enumerated() where name.group == "all" {
        let (a, b) = (
          position(policy: policy, year: horizon, column: column),
          position(policy: 0, year: horizon, column: column)
        )
        rows.append(
          VarianceRow(
            policy: policies[policy].name, against: policies[0].name, outcome: name.measure,
            time: horizon,
            split: VarianceSplit(runs.map { $0.values[a] - $0.values[b] }, draws: draws)))
      }
    }
    return TidyTable("variance", rows)
  }
}
