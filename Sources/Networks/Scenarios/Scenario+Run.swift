public import Probability
internal import Tables

extension Scenario {
  /// Runs the replicates, block by block, and summarises them.
  ///
  /// - Parameters:
  ///   - seed: of the step.
  ///   - threads: of influence on time alone.
  ///   - progress: called after each block with the number of blocks done and the largest number there
  ///     may be.
  /// - Throws: ``ScenarioError/runaway(policy:year:meanDegree:)``
  public func run(
    _ replications: Replications, seed: Seed, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ScenarioError) -> ScenarioResult {
    let block = Replications.block
    let blocks = (replications.atMost + block - 1) / block
    var runs: [[Double]] = []
    for done in 0..<blocks {
      let first = done * block
      runs += try replicate(min(block, replications.atMost - first), threads: threads) {
        (index) throws(ScenarioError) in
        try simulate(replicate: UInt32(first + index), seed: seed)
      }
      progress(done + 1, blocks)
      if let target = replications.target, reached(target, runs) { break }
    }
    return summary(runs, replications)
  }

  /// Where a value stands in a replicate's results.
  private func position(policy: Int, year: Int, column: Int) -> Int {
    (policy * (horizon + 1) + year) * width + column
  }

  /// Names of the columns that a policy yields each year.
  private var columns: [(measure: String, group: String)] {
    measures.flatMap { measure in measure.groups.map { (measure.name, $0) } }
  }

  private func contrast(_ runs: [[Double]], policy: Int, year: Int, column: Int) -> ReplicateSummary
  {
    let (a, b) = (
      position(policy: policy, year: year, column: column),
      position(policy: 0, year: year, column: column)
    )
    return ReplicateSummary(runs.map { $0[a] - $0[b] })
  }

  private func reached(_ target: Replications.Target, _ runs: [[Double]]) -> Bool {
    for policy in policies.indices.dropFirst() {
      for (column, name) in columns.enumerated()
      where name.group == "all" && target.measures.contains(name.measure) {
        let summary = contrast(runs, policy: policy, year: horizon, column: column)
        if !(summary.mcse <= target.mcse) { return false }
      }
    }
    return true
  }

  private func summary(_ runs: [[Double]], _ replications: Replications) -> ScenarioResult {
    var outcomes: [OutcomeRow] = []
    var contrasts: [ContrastRow] = []
    var fans: [FanPoint] = []
    for (p, policy) in policies.enumerated() {
      for (column, name) in columns.enumerated() {
        for year in 0...horizon {
          let place = position(policy: p, year: year, column: column)
          let summary = ReplicateSummary(runs.map { $0[place] })
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
              summary: contrast(runs, policy: p, year: year, column: column)))
        }
      }
    }
    var diagnostics = policies.flatMap { policy in
      policy.actions.flatMap { $0.diagnostics(policy: policy.name, horizon: horizon) }
    }
    if let target = replications.target, !reached(target, runs) {
      diagnostics.append(
        Diagnostic(
          .warning, code: "mcse-not-reached",
          "after \(runs.count) replicates the Monte Carlo standard error of some contrast is still "
            + "above \(target.mcse): raise `at-most`"))
    }
    if let effect, effect.source == .assumption {
      diagnostics.append(
        Diagnostic(
          .note, code: "effect-assumed",
          "what partnership does to the outcome is an assumption of the study, not an estimate"))
    }
    return ScenarioResult(
      tables: [TidyTable("outcomes", outcomes), TidyTable("contrasts", contrasts)],
      diagnostics: diagnostics, fans: fans, replicates: runs.count)
  }
}
