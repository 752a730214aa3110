internal import Designs
internal import Probability
internal import Tables

extension MatchStep {
  /// The design's own estimates, with randomisation inference and the equivalence test where asked for.
  func effects(
    _ match: MatchOutcome, columns: MatchColumns, rows: [Int32], groups: [Int32]?, seed: Seed
  ) throws(MatchingError) -> (effect: DesignEffect?, tables: [TidyTable], diagnostics: [Diagnostic])
  {
    guard let outcome = columns.outcome?.selecting(rows) else { return (nil, [], []) }
    let plain = try DesignEffect.estimate(match, outcome: outcome, groups: groups, errors: errors)
    var found = [plain.effect]
    var diagnostics = plain.diagnostics
    if !columns.adjust.isEmpty {
      let adjusted = try DesignEffect.estimate(
        match, outcome: outcome, adjust: columns.adjust.map { $0.selecting(rows) }, groups: groups,
        errors: errors)
      diagnostics += adjusted.diagnostics.filter { !diagnostics.contains($0) }
      found.append(adjusted.effect)
    }
    var tables = [TidyTable("effect", found)]
    if let randomisation {
      let test = try RandomisationTest.of(
        match, outcome: outcome, groups: groups, draws: randomisation, seed: seed["randomisation"])
      tables.append(TidyTable("randomisation", [test]))
    }
    var adjustments: [[Covariate]] = [[]]
    if !columns.adjust.isEmpty { adjustments.append(columns.adjust.map { $0.selecting(rows) }) }
    // Exchanges could spoil fine balance and wishes, which they do not look at.
    let isPlain =
      switch method {
      case let pairs as OptimalPairs: pairs.fine.isEmpty && pairs.nearExact.isEmpty
      case let full as OptimalFull:
        full.setBounds == nil && full.nearExact.isEmpty && match.candidates.owners == nil
      default: false
      }
    let ranges =
      isPlain
      ? try match.equalPairings(
        outcome: outcome, adjustments: adjustments, groups: groups, errors: errors) : []
    if let widest = ranges.first, widest.pairings > 1, widest.matters {
      tables.append(TidyTable("equal_pairings", ranges))
      let digits = { (range: ClosedRange<Double>) in
        "\(threeDigits(range.lowerBound)) … \(threeDigits(range.upperBound))"
      }
      diagnostics.append(
        Diagnostic(
          .note, code: "equal-pairings",
          "the optimum is not unique: over \(widest.pairings) matches of the same total distance the "
            + "estimate lies in \(digits(widest.estimates)) and its standard error in "
            + "\(digits(widest.standardErrors))"))
    }
    if let equivalence {
      tables.append(
        TidyTable("equivalence", found.map { EquivalenceTest($0, within: equivalence) }))
    }
    return (found.last, tables, diagnostics)
  }

  /// What the gate says of the sample.
  func judged(
    _ match: MatchOutcome, balance: BalanceTable, columns: MatchColumns, rows: [Int32],
    groups: [Int32]?, in data: DataSet, seed: Seed
  ) throws(MatchingError) -> (
    outcome: GateOutcome?, tables: [TidyTable], diagnostics: [Diagnostic]
  ) {
    guard let gate else { return (nil, [], []) }
    var candidate = [Int32](repeating: -1, count: columns.table.rowCount)
    for (position, row) in rows.enumerated() { candidate[Int(row)] = Int32(position) }
    let variables = gate.variables(self, in: data, table: columns.table, candidate: candidate)
    var tables: [TidyTable] = []
    var joint: JointBalanceTest?
    if gate.gate.joint != nil {
      let test = try JointBalanceTest(match, groups: groups, seed: seed["balance"])
      tables.append(TidyTable("joint", [test]))
      joint = test
    }
    let outcome = gate.gate.judge(
      match, balance: balance, baseline: variables.variables,
      adjusted: columns.outcome == nil ? nil : columns.adjust.map(\.name), joint: joint)
    tables.append(TidyTable("gate", outcome.rows))
    var diagnostics = outcome.failures.map {
      Diagnostic(.warning, code: "gate-failed", $0.description)
    }
    let open = outcome.rows.filter { $0.verdict == .adjust && $0.isAdjusted == nil }
    if !open.isEmpty {
      diagnostics.append(
        Diagnostic(
          .warning, code: "gate-adjust",
          "every model of the outcome must adjust for "
            + outcome.mustAdjust.map { "`\($0)`" }.joined(separator: ", ")
            + ": the baseline difference is above 0.05"))
    }
    return (outcome, tables, diagnostics)
  }
}

/// A number for a sentence, to three significant digits.
func threeDigits(_ value: Double) -> String {
  guard value != 0, value.isFinite else { return "\(value)" }
  var scale = 1.0
  while abs(value) * scale < 100 { scale *= 10 }
  while abs(value) * scale >= 1000 { scale /= 10 }
  return "\((value * scale).rounded() / scale)"
}
