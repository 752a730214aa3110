public import Tables

/// A row of `units`: every candidate, its weight, and why it is not in the sample.
struct UnitRow: TidyRow {
  let unit: String
  let arm: Arm
  let weight: Double
  let set: Int?
  let score: Double?
  let reason: DropReason?

  static let schema = [
    Field("unit", "the unit's key"),
    Field("arm", "treated or control"),
    Field("weight", "weight in the matched sample, mean one in each arm; zero where not used"),
    Field("set", "matched set, from one; empty where comparators are reused"),
    Field("score", "propensity score on the scale of the match"),
    Field("dropped", "whether the unit is not in the matched sample"),
    Field("stage", "at which stage it left"),
    Field("reason", "why not"),
  ]

  var cells: [Cell] {
    [
      .text(unit), .text(arm.rawValue), .number(weight), .optional(set), .optional(score),
      .flag(reason != nil), .optional(reason?.stage), .optional(reason?.description),
    ]
  }
}

/// A row of `pairs`.
struct PairRow: TidyRow {
  let treated: String
  let control: String
  let k: Int
  let distance: Double

  static let schema = [
    Field("treated", "key of the treated unit"),
    Field("control", "key of its comparator"),
    Field("k", "which of its matches, from one"),
    Field("distance", "distance by which they were matched"),
  ]

  var cells: [Cell] { [.text(treated), .text(control), .count(k), .number(distance)] }
}

/// The row of `overall`.
struct OverallRow: TidyRow {
  let pairs: Int
  let largestDifference: Double
  let essTreated: Double
  let essControl: Double
  let droppedTreated: Int
  let caliper: Double?

  static let schema = [
    Field("pairs", "matched pairs; sets for methods that make no pairs"),
    Field("max_abs_smd", unit: "sd", "largest absolute standardised difference after matching"),
    Field("ess_treated", "effective number of treated units, (Σw)²/Σw²"),
    Field("ess_control", "effective number of comparators"),
    Field("dropped_treated", "treated units that are not in the sample"),
    Field("caliper", "the caliper on the score, in score units"),
  ]

  var cells: [Cell] {
    [
      .count(pairs), .number(largestDifference), .number(essTreated), .number(essControl),
      .count(droppedTreated), .optional(caliper),
    ]
  }
}

/// A row of `summary`: one arm.
struct SummaryRow: TidyRow {
  let arm: Arm
  let total: Int
  let used: Int
  let ess: Double

  static let schema = [
    Field("arm", "treated or control"),
    Field("total", "candidates"),
    Field("used", "of them in the matched sample"),
    Field("ess", "effective sample size, (Σw)²/Σw²"),
    Field("dropped", "candidates that are not in the sample"),
  ]

  var cells: [Cell] {
    [.text(arm.rawValue), .count(total), .count(used), .number(ess), .count(total - used)]
  }
}

/// A row of `reasons`: how many units of an arm left for one reason.
struct ReasonRow: TidyRow {
  let arm: Arm
  let stage: String
  let reason: String
  let units: Int

  static let schema = [
    Field("arm", "treated or control"),
    Field("stage", "at which stage they left"),
    Field("reason", "why units are not in the sample"),
    Field("units", "how many of them"),
  ]

  var cells: [Cell] { [.text(arm.rawValue), .text(stage), .text(reason), .count(units)] }
}

/// A row of `calipers`: each caliper in the variable's own units.
struct CaliperRow: TidyRow {
  let caliper: Caliper

  static let schema = [
    Field("variable", "the score or covariate"),
    Field("limit", "largest difference within a pair, in the variable's own units"),
    Field(
      "asked",
      "as it was asked for: a number in these units, or in standard deviations, √((s₁² + s₀²)/2) of the two arms or "
        + "that over all units"),
  ]

  var cells: [Cell] {
    [
      .text(caliper.name), .number(caliper.limit),
      .text(caliper.asked?.words ?? "\(caliper.limit) km"),
    ]
  }
}

/// The row of `optimum`.
struct OptimumRow: TidyRow {
  let optimum: MatchedSample.Optimum

  static let schema = [
    Field("objective", "total distance of the match"),
    Field("dual", "a bound that no match of as many pairs can be below"),
    Field("pairs", "pairs, as many as the constraints allow"),
    Field("unique", "whether no other match has the same total"),
  ]

  var cells: [Cell] {
    [
      .number(optimum.objective), .number(optimum.dual), .count(optimum.pairs),
      optimum.isUnique.map(Cell.flag) ?? .missing,
    ]
  }
}

extension MatchOutcome {
  /// How many units each arm has, uses and is worth.
  func summary(_ arm: Arm) -> (total: Int, used: Int, ess: Double) {
    let units = (0..<candidates.count).filter { Arm(treated: candidates.treated[$0]) == arm }
    let used = units.filter { sample.isUsed($0) }
    return (units.count, used.count, effectiveSampleSize(used.map { sample.weights[$0] }))
  }

  /// The tidy tables of a match, the effect's excepted.
  ///
  /// - Parameter names: one a candidate.
  public func tables(names: [String]) -> [TidyTable] {
    tables(names: names, balance: BalanceTable(self))
  }

  func tables(names: [String], balance: BalanceTable) -> [TidyTable] {
    let treated = summary(.treated)
    let control = summary(.control)
    let sets = Int((sample.sets.max() ?? -1) + 1)
    let overall = OverallRow(
      pairs: sample.pairs.isEmpty ? sets : sample.pairs.count,
      largestDifference: balance.largestDifference, essTreated: treated.ess,
      essControl: control.ess, droppedTreated: treated.total - treated.used,
      caliper: calipers.first { $0.name == BalanceTable.scoreName }?.limit)
    let units = (0..<candidates.count).map { unit in
      UnitRow(
        unit: names[unit], arm: Arm(treated: candidates.treated[unit]),
        weight: sample.weights[unit],
        set: sample.sets[unit] < 0 ? nil : Int(sample.sets[unit]) + 1, score: score?[unit],
        reason: reasons[unit])
    }
    let pairs = sample.pairs.map {
      PairRow(
        treated: names[$0.treated], control: names[$0.control], k: $0.k, distance: $0.distance)
    }
    var tables = [
      TidyTable("overall", [overall]),
      TidyTable("balance", balance.rows),
      TidyTable(
        "summary",
        [
          SummaryRow(
            arm: .treated, total: treated.total, used: treated.used, ess: treated.ess),
          SummaryRow(
            arm: .control, total: control.total, used: control.used, ess: control.ess),
        ]),
      TidyTable("reasons", reasonCounts),
      TidyTable("checks", checks),
      TidyTable("calipers", calipers.map(CaliperRow.init)),
      TidyTable("units", units),
      TidyTable("pairs", pairs),
    ]
    tables.append(TidyTable("representation", representation))
    let strata = stratumBalance
    if !strata.isEmpty { tables.append(TidyTable("stratum_balance", strata)) }
    let lost = competition(names: names)
    if !lost.isEmpty { tables.append(TidyTable("competition", lost)) }
    if let optimum = sample.optimum {
      tables.append(TidyTable("optimum", [OptimumRow(optimum: optimum)]))
    }
    return tables
  }

  /// Units that left by arm and reason, in the order in which reasons first occur.
  var reasonCounts: [ReasonRow] {
    var rows: [ReasonRow] = []
    for arm in Arm.allCases {
      var order: [DropReason] = []
      var counts: [DropReason: Int] = [:]
      for unit in 0..<candidates.count where Arm(treated: candidates.treated[unit]) == arm {
        guard let reason = reasons[unit] else { continue }
        if counts[reason] == nil { order.append(reason) }
        counts[reason, default: 0] += 1
      }
      rows += order.map {
        ReasonRow(arm: arm, stage: $0.stage, reason: $0.description, units: counts[$0] ?? 0)
      }
    }
    return rows
  }
}
