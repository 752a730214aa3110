internal import Designs
public import StudyFiles
internal import Tables

/// The `members` of a match as they are written.
public struct MemberStep: Sendable {
  public let data: LocatedText
  public let covariates: [LocatedText]
  public let design: MemberDesign
  public let distance: any MatchingDistance
  /// What a unit of the members' mean distance counts beside one of the units' own, for `joint`.
  public let weight: Double
  /// The largest distance of two partners.
  public let caliper: Double?
  public let outcome: LocatedText?
  public let adjust: [LocatedText]
  public let path: String
}

/// Members of matched units, for the report and for later steps.
public struct MemberResult: Sendable {
  /// The members' table.
  public let table: String
  /// One row a member, in the order of the table.
  public let outcome: MatchOutcome
  public let effect: DesignEffect?

  /// The weight of each row of the members' table; zero where it is not in the sample.
  public var weights: [Double] { outcome.sample.weights }
}

/// The columns that `members` names, found in the data.
struct MemberColumns {
  let table: Table
  /// The row of the match's table for each member, −1 for none.
  let unit: [Int32]
  let covariates: [Covariate]
  let outcome: Covariate?
  let adjust: [Covariate]

  init(
    _ step: MemberStep, in data: DataSet, of units: String, problems: inout [SpecError]
  ) {
    let table = data[table: step.data.text]
    let rows = table.flatMap { _ in data.rowIndex(from: step.data.text, to: units) }
    if table == nil {
      problems.append(
        SpecError(
          .unknownName(step.data.text, kind: "table", known: data.tableNames),
          path: step.path + ".data", at: step.data.location))
    } else if rows == nil || step.data.text == units {
      problems.append(
        SpecError(
          .rule(
            "the rows of `\(step.data.text)` do not belong to rows of `\(units)`: declare a `link`"),
          path: step.path + ".data", at: step.data.location))
    }
    self.table = table ?? Table(name: step.data.text, columns: [])
    unit = rows ?? []
    var found: [Covariate] = []
    func column(_ name: LocatedText, key: String, _ problems: inout [SpecError]) -> Covariate? {
      guard let table, rows != nil else { return nil }
      do throws(NameError) {
        return Covariate(
          name.text,
          try data.resolve(name.text, from: table.name).values(rowCount: table.rowCount))
      } catch {
        problems.append(SpecError(error, at: name, path: "\(step.path).\(key)"))
        return nil
      }
    }
    for name in step.covariates {
      if let one = column(name, key: "covariates", &problems) { found.append(one) }
    }
    covariates = found
    outcome = step.outcome.flatMap { column($0, key: "outcome", &problems) }
    adjust = step.adjust.compactMap { column($0, key: "adjust", &problems) }
  }

  /// The members as points.
  func pool(
    _ step: MemberStep, candidate: [Int32], treated: [Bool]
  ) throws(MatchingError) -> MemberPool {
    try MemberPool(
      covariates: covariates, unit: unit.map { $0 < 0 ? -1 : candidate[Int($0)] },
      treated: treated, distance: step.distance, caliper: step.caliper)
  }
}

/// A row of `member_units`: every member with its weight.
struct MemberRow: TidyRow {
  let member: String
  let arm: Arm?
  let weight: Double
  let set: Int?
  let reason: DropReason?

  static let schema = [
    Field("member", "the member's key"),
    Field("arm", "treated or control, as its unit is; empty for units that are no candidates"),
    Field("weight", "weight in the matched sample; zero where not used"),
    Field("set", "pair or set of members, from one"),
    Field("dropped", "whether the member is not in the sample"),
    Field("reason", "why not"),
  ]

  var cells: [Cell] {
    [
      .text(member), .optional(arm?.rawValue), .number(weight), .optional(set),
      .flag(reason != nil), .optional(reason?.description),
    ]
  }
}

extension MemberMatch {
  /// CR2 needs a root of a matrix as large as a cluster: so large ones are taken.
  static let largestCluster = 400

  /// The members' tables; the effect's with errors clustered by what was assigned or matched together.
  func result(
    _ step: MemberStep, columns: MemberColumns, keys: [String]?
  ) throws(MatchingError) -> (
    result: MemberResult, tables: [TidyTable], diagnostics: [Diagnostic]
  ) {
    let sample = outcome.sample
    let rows = sample.weights.indices.map { member in
      MemberRow(
        member: keys?[member] ?? "\(member + 1)",
        arm: clusters[member] < 0 ? nil : Arm(treated: outcome.candidates.treated[member]),
        weight: sample.weights[member],
        set: sample.sets[member] < 0 ? nil : Int(sample.sets[member]) + 1,
        reason: outcome.reasons[member])
    }
    let balance = BalanceTable(members: outcome, clusters: clusters)
    let summaries = Arm.allCases.map { arm in
      let size = outcome.summary(arm)
      let total = clusters.indices.count {
        clusters[$0] >= 0 && Arm(treated: outcome.candidates.treated[$0]) == arm
      }
      return SummaryRow(arm: arm, total: total, used: size.used, ess: size.ess)
    }
    var tables = [
      TidyTable("member_balance", balance.rows), TidyTable("member_summary", summaries),
      TidyTable("member_checks", outcome.checks), TidyTable("member_units", rows),
    ]
    var effects: [DesignEffect] = []
    var diagnostics = outcome.diagnostics
    if let y = columns.outcome {
      var sizes: [Int32: Int] = [:]
      for member in clusters.indices where sample.isUsed(member) {
        sizes[clusters[member], default: 0] += 1
      }
      let largest = sizes.values.max() ?? 0
      let errors: EffectErrors = largest <= Self.largestCluster ? .cr2 : .cr1
      if errors == .cr1 {
        diagnostics.append(
          Diagnostic(
            .note, code: "large-clusters",
            "the largest cluster has \(largest) members: errors are `cr1`, which is a little small where "
              + "clusters are few"))
      }
      for adjust in columns.adjust.isEmpty ? [[]] : [[], columns.adjust] {
        let found = try DesignEffect.estimate(
          outcome, outcome: y, adjust: adjust, groups: clusters, errors: errors)
        effects.append(found.effect)
        diagnostics += found.diagnostics.filter { !diagnostics.contains($0) }
      }
      tables.append(TidyTable("member_effect", effects))
    }
    return (
      MemberResult(table: step.data.text, outcome: outcome, effect: effects.last), tables,
      diagnostics + balance.doubts.filter { !diagnostics.contains($0) }
    )
  }
}

extension BalanceTable {
  /// Balance of members of the candidate units alone.
  init(members: MatchOutcome, clusters: [Int32]) {
    let kept = clusters.indices.filter { clusters[$0] >= 0 }
    func selected<Value>(_ values: [Value]) -> [Value] { kept.map { values[$0] } }
    let rows = kept.map(Int32.init)
    self.init(
      MatchOutcome(
        candidates: Candidates(
          treated: selected(members.candidates.treated),
          covariates: members.candidates.covariates.map { $0.selecting(rows) }),
        estimand: members.estimand,
        sample: MatchedSample(
          weights: selected(members.sample.weights), sets: selected(members.sample.sets), pairs: [],
          reusesComparators: false),
        score: nil, propensity: nil, reasons: selected(members.reasons), calipers: [], checks: [],
        diagnostics: []))
  }
}
