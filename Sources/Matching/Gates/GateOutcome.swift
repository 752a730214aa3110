public import Tables

/// A row of `gate`: one thing that was asked of the sample.
public struct GateRow: TidyRow, Hashable {
  public let gate: String
  /// Empty for what is asked of the sample as a whole.
  public let variable: String?
  public let level: String?
  public let value: Double
  public let limit: String
  public let verdict: GateVerdict
  /// Whether the design's own estimate adjusts for the variable; `nil` where that does not matter or is for
  /// the outcome's model to say.
  public let isAdjusted: Bool?

  public static let schema = [
    Field("gate", "what was asked"),
    Field("variable", "of which variable; empty where of the whole sample"),
    Field("level", "the level of a factor"),
    Field("value", "what was found"),
    Field("limit", "what was allowed"),
    Field("verdict", "satisfied, adjust (satisfied only if adjusted for) or failed"),
    Field("adjusted", "whether the design's own estimate adjusts for it"),
  ]

  public var cells: [Cell] {
    [
      .text(gate), .optional(variable), .optional(level), .number(value), .text(limit),
      .text(verdict.rawValue), isAdjusted.map(Cell.flag) ?? .missing,
    ]
  }
}

/// What a gate found: the sample does not pass where there are failures.
public struct GateOutcome: Sendable, Hashable {
  public let rows: [GateRow]
  public let failures: [GateFailure]

  public var passes: Bool { failures.isEmpty }

  /// Variables that every model of the outcome must adjust for.
  public var mustAdjust: [String] {
    var seen: Set<String> = []
    return rows.filter { $0.verdict == .adjust }.compactMap(\.variable).filter {
      seen.insert($0).inserted
    }
  }
}

/// A variable whose baseline difference is asked for, at the level of the matched units or below it.
struct BaselineVariable {
  let name: String
  let covariate: Covariate
  /// The position among the candidates of each of the variable's rows, −1 for none.
  let unit: [Int32]
  /// Whether the rows are the matched units themselves, so that `adjust` can name it.
  let isOwn: Bool
}

extension Gate {
  /// Judges a matched sample.
  ///
  /// - Parameters:
  ///   - baseline: variables for the standard of the What Works Clearinghouse.
  ///   - adjusted: what the design's own estimate adjusts for; `nil` where there is none.
  ///   - prognostic: one value a candidate.
  func judge(
    _ match: MatchOutcome, balance: BalanceTable, baseline: [BaselineVariable] = [],
    adjusted: [String]? = nil, joint: JointBalanceTest? = nil
  ) -> GateOutcome {
    var rows: [GateRow] = []
    var failures: [GateFailure] = []
    addBaseline(match, baseline, adjusted: adjusted, to: &rows, &failures)
    let after = balance.rows.filter { $0.stage == .after && $0.covariate != BalanceTable.scoreName }
    let covariates = after.filter { $0.covariate != PrognosticScore.name }
    func each(
      _ gate: String, _ limit: String, of rowsAsked: [BalanceRow], value: (BalanceRow) -> Double?,
      holds: (Double) -> Bool
    ) {
      var worse: [GateFailure.Variable] = []
      for row in rowsAsked {
        guard let found = value(row) else { continue }
        let isGood = holds(found)
        rows.append(
          GateRow(
            gate: gate, variable: row.covariate, level: row.level, value: found, limit: limit,
            verdict: isGood ? .satisfied : .failed, isAdjusted: nil))
        if !isGood {
          worse.append(
            GateFailure.Variable(
              name: row.covariate + (row.level.map { " \($0)" } ?? ""), value: found))
        }
      }
      if !worse.isEmpty {
        failures.append(.unbalanced(gate: gate, limit: limit, variables: worse))
      }
    }
    if let limit = largestDifference {
      each("max-smd", "at most \(limit)", of: covariates) {
        abs($0.standardisedDifference)
      } holds: {
        isWithin($0, limit)
      }
    }
    if let limit = varianceRatio {
      each("variance-ratio", "\(1 / limit) … \(limit)", of: covariates) {
        $0.varianceRatio
      } holds: {
        isWithin($0, limit) && isWithin(1 / limit, $0)
      }
    }
    if let limit = largestDistribution {
      each("ks", "at most \(limit)", of: covariates) {
        $0.ecdfMax
      } holds: {
        isWithin($0, limit)
      }
    }
    if let limit = leastOverlap {
      each("overlap", "at least \(limit)", of: covariates) {
        $0.overlap
      } holds: {
        isWithin(limit, $0)
      }
    }
    if let limit = prognostic {
      each(
        "prognostic", "at most \(limit)",
        of: after.filter { $0.covariate == PrognosticScore.name }
      ) {
        abs($0.standardisedDifference)
      } holds: {
        isWithin($0, limit)
      }
    }
    func whole(_ gate: String, _ what: String, _ value: Double, _ limit: String, _ isGood: Bool) {
      rows.append(
        GateRow(
          gate: gate, variable: nil, level: nil, value: value, limit: limit,
          verdict: isGood ? .satisfied : .failed, isAdjusted: nil))
      if !isGood { failures.append(.beyond(gate: gate, what: what, value: value, limit: limit)) }
    }
    if let limit = self.joint, let joint {
      whole(
        "joint", "the p-value of the joint test of balance", joint.pValue, "at least \(limit)",
        joint.pValue >= limit)
    }
    let sizes = Arm.allCases.map { ($0, match.summary($0)) }
    if let limit = effectiveSize {
      for (arm, size) in sizes {
        whole(
          "ess", "the effective number of \(arm.plural)", size.ess, "at least \(limit)",
          isWithin(limit, size.ess))
      }
    }
    if let limit = dropped {
      let focal = sizes.filter { arm, _ in
        match.estimand.treatedAreFocal.map { $0 == (arm == .treated) } ?? true
      }
      let total = focal.reduce(0) { $0 + $1.1.total }
      let share = 1 - Double(focal.reduce(0) { $0 + $1.1.used }) / Double(total)
      whole(
        "dropped", "the share of the estimand's units that left", share, "at most \(limit)",
        isWithin(share, limit))
    }
    return GateOutcome(rows: rows, failures: failures)
  }

  private func addBaseline(
    _ match: MatchOutcome, _ baseline: [BaselineVariable], adjusted: [String]?,
    to rows: inout [GateRow], _ failures: inout [GateFailure]
  ) {
    var large: [GateFailure.Variable] = []
    var unadjusted: [GateFailure.Variable] = []
    for variable in baseline {
      let used = variable.unit.indices.filter {
        variable.unit[$0] >= 0 && match.sample.isUsed(Int(variable.unit[$0]))
          && !variable.covariate.isMissing($0)
      }
      let treated = used.map { match.candidates.treated[Int(variable.unit[$0])] }
      let weights = used.map { match.sample.weights[Int(variable.unit[$0])] }
      let isAdjusted = variable.isOwn ? adjusted?.contains(variable.name) : nil
      for column in variable.covariate.indicators(for: used) {
        let difference = BaselineDifference(
          column.values, treated: treated, weights: weights,
          isBinary: column.values.allSatisfy { $0 == 0 || $0 == 1 })
        let found = GateFailure.Variable(
          name: variable.name + (column.level.map { " \($0)" } ?? ""), value: difference.value)
        switch difference.verdict {
        case .satisfied: break
        case .adjust: if isAdjusted == false { unadjusted.append(found) }
        case .failed: large.append(found)
        }
        rows.append(
          GateRow(
            gate: "wwc", variable: variable.name, level: column.level, value: difference.value,
            limit: "0.05; 0.25 if adjusted for", verdict: difference.verdict,
            isAdjusted: difference.verdict == .satisfied ? nil : isAdjusted))
      }
    }
    if !large.isEmpty {
      failures.append(.unbalanced(gate: "wwc", limit: "0.25", variables: large))
    }
    if !unadjusted.isEmpty { failures.append(.notAdjusted(variables: unadjusted)) }
  }
}
