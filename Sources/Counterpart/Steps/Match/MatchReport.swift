internal import Matching
internal import Reports
internal import Tables

/// What the report says of a matched comparison: who was compared, how alike they are, what the design
/// itself shows.
struct MatchReport {
  let step: String
  /// What the units are called: the name of their table.
  let noun: String
  let result: MatchResult
  let labels: Labels
  private let balanceTable: BalanceTable

  init(step: String, noun: String, result: MatchResult, labels: Labels) {
    self.step = step
    self.noun = noun
    self.result = result
    self.labels = labels
    balanceTable = BalanceTable(result.outcome)
  }

  var section: ReportSection {
    ReportSection(
      "Who is compared with whom", anchor: "match-\(step)",
      [.paragraph(opening)] + [flow, sizes, representation].compactMap { $0 } + balance
        + [gate, calipers, checks].compactMap { $0 } + effect + further)
  }

  /// The design's own estimate, where it has an outcome.
  var answer: Answer? {
    guard let effect = result.effect else { return nil }
    let direction = effect.estimate < 0 ? "below" : "above"
    return Answer(
      """
      On \(labels.prose(effect.outcome)), treated \(noun) come out \
      \(strong: NumberFormat.significant(3).text(abs(effect.estimate))) \(direction) their matched \
      comparators\(adjustment(effect)).
      """,
      interval: "95% interval "
        + NumberFormat.significant(3).interval(
          effect.interval.lowerBound, effect.interval.upperBound),
      details: [
        """
        The design could have found an effect of \(effect.minimumDetectable, .decimals(2)) standard \
        deviations with power 80%.
        """
      ])
  }

  private func adjustment(_ effect: DesignEffect) -> String {
    effect.adjusted.isEmpty
      ? "" : ", adjusted for " + effect.adjusted.map(labels.text).joined(separator: ", ")
  }

  private var opening: Prose {
    let treated = result.arm(.treated)
    let control = result.arm(.control)
    return """
      \(strong: "\(treated.used)") of \(treated.total) treated \(noun) were matched with \
      \(strong: "\(control.used)") of \(control.total) possible comparators. The comparators weigh as \
      much as \(control.effectiveSize, .decimals(1)) of equal weight. Balance is the difference between the arms in \
      standard deviations; below 0.1 is usually called good.
      """
  }

  private var flow: Block {
    let treated = result.arm(.treated)
    let control = result.arm(.control)
    let reasons = result.table("reasons")
    let arms = reasons?.column("arm") ?? []
    let names = reasons?.column("reason") ?? []
    let counts = reasons?.column("units") ?? []
    let places = reasons?.column("stage") ?? []
    var exclusions: [String: [Int?]] = [:]
    var order: [(stage: String, reason: String)] = []
    for (index, name) in names.enumerated() {
      guard case .text(let reason) = name, case .text(let arm) = arms[index],
        case .text(let stage) = places[index], case .count(let count) = counts[index]
      else { continue }
      if exclusions[reason] == nil { order.append((stage, reason)) }
      exclusions[reason, default: [0, 0]][arm == "treated" ? 0 : 1] = count
    }
    var stages = [FlowDiagram.Stage("In the population", [treated.total, control.total])]
    var left = [treated.total, control.total]
    for (stage, label) in Self.stages {
      let own = order.filter { $0.stage == stage }.map {
        FlowDiagram.Exclusion($0.reason, exclusions[$0.reason] ?? [])
      }
      if own.isEmpty, stage != Self.stages.last?.stage { continue }
      for exclusion in own {
        for (arm, count) in exclusion.counts.enumerated() { left[arm] -= count ?? 0 }
      }
      stages.append(FlowDiagram.Stage(label, left.map { $0 }, excluding: own))
    }
    return .figure(
      Figure(
        name: "\(step).flow", caption: "From the population to the matched sample",
        FlowDiagram(stages, arms: ["Treated", "Comparators"], noun: noun),
        table: reasons.map {
          TableView($0, caption: "Why units left", file: "tables/\(step).reasons.csv")
        }))
  }

  /// What units passed on their way to the sample, by the stage at which others left.
  private static let stages: [(stage: String, label: String)] = [
    ("data", "With all covariates"), ("common support", "In common support"),
    ("apart", "Far enough from every treated unit"),
    ("exact strata", "In a stratum with both arms"),
    ("calipers", "With a partner within every caliper"), ("matching", "Matched"),
  ]

  /// Whom the estimate speaks about beside those whom it was meant for.
  private var representation: Block? {
    guard let table = result.table("representation"), !table.rows.isEmpty else { return nil }
    return .table(
      TableView(
        table, caption: "Whom the estimate speaks about, beside those whom it was meant for",
        columns: [
          TableColumn("covariate", "Covariate"), TableColumn("level", "Level"),
          TableColumn("mean_meant", "Meant for", .significant(4)),
          TableColumn("mean_represented", "In the sample", .significant(4)),
          TableColumn("smd", "Difference", unit: "SD", .decimals(3)),
        ], rowLimit: 40, file: "tables/\(step).representation.csv"))
  }

  private var sizes: Block {
    .keyFigures([
      KeyFigure(NumberFormat.whole.text(result.arm(.treated).used), "treated \(noun) used"),
      KeyFigure(NumberFormat.whole.text(result.arm(.control).used), "comparators used"),
      KeyFigure(
        NumberFormat.decimals(2).text(balanceTable.largestDifference),
        "largest difference after matching",
        detail: "standard deviations, over all covariates"),
    ])
  }

  private var balance: [Block] {
    guard let balance = result.table("balance") else { return [] }
    return [
      .figure(
        Figure(
          name: "\(step).love", caption: "Balance before and after matching", LovePlot(loveRows),
          table: TableView(
            balance, caption: "Balance of each covariate",
            columns: [
              TableColumn("covariate", "Covariate"), TableColumn("level", "Level"),
              TableColumn("stage", "Stage"),
              TableColumn("mean_treated", "Treated", .significant(4)),
              TableColumn("mean_control", "Comparators", .significant(4)),
              TableColumn("smd", "Difference", unit: "SD", .decimals(3)),
              TableColumn("variance_ratio", "Variance ratio", .decimals(2)),
            ], rowLimit: 80, file: "tables/\(step).balance.csv")))
    ]
  }

  private var loveRows: [LovePlot.Row] {
    let rows = balanceTable.rows
    return rows.filter { $0.stage == .before }.map { before in
      let after = rows.first {
        $0.stage == .after && $0.covariate == before.covariate && $0.level == before.level
      }
      return LovePlot.Row(
        labels.text(before.covariate) + (before.level.map { ": \($0)" } ?? ""),
        before: before.standardisedDifference, after: after?.standardisedDifference ?? .nan)
    }
  }

  /// What the study demands of the sample, and whether it holds.
  private var gate: Block? {
    guard let outcome = result.gate else { return nil }
    let grouped = Dictionary(grouping: outcome.rows, by: \.gate)
    var seen: Set<String> = []
    return .checklist(
      outcome.rows.map(\.gate).filter { seen.insert($0).inserted }.map { name in
        let rows = grouped[name] ?? []
        let failed = rows.filter { $0.verdict == .failed }
        let open = rows.filter { $0.verdict == .adjust && $0.isAdjusted != true }
        let words: Prose =
          if !failed.isEmpty {
            "\(code: name) (\(rows[0].limit)): \(failed.map { labels.text($0.variable ?? name) }.joined(separator: ", "))"
          } else if !open.isEmpty {
            "\(code: name): the outcome's model must adjust for \(open.map { labels.text($0.variable ?? name) }.joined(separator: ", "))"
          } else {
            "\(code: name) (\(rows[0].limit))"
          }
        let isAdjusted = open.allSatisfy { $0.isAdjusted == nil }
        return ChecklistItem(failed.isEmpty && isAdjusted ? .met : .notMet, words)
      })
  }

  private static let captions = [
    ("randomisation", "Randomisation inference within the matched sets"),
    ("equivalence", "Whether the effect is shown to be too small to matter"),
    ("joint", "Whether the arms differ in all covariates together"),
    ("equal_pairings", "The range of the effect over pairings that are as good as this one"),
  ]

  private var further: [Block] {
    AskedTables(step: step, tables: result.tables, captions: Self.captions).blocks
  }

  private var calipers: Block? {
    guard let table = result.table("calipers"), !table.rows.isEmpty else { return nil }
    return .table(
      TableView(
        table, caption: "Calipers in the variable's own units",
        columns: [
          TableColumn("variable", "Variable"), TableColumn("asked", "Asked for"),
          TableColumn("limit", "Largest difference"),
        ],
        file: "tables/\(step).calipers.csv"))
  }

  private var checks: Block? {
    guard let table = result.table("checks"), !table.rows.isEmpty else { return nil }
    return .table(
      TableView(
        table, caption: "Constraints, each checked again on the matched sample",
        file: "tables/\(step).checks.csv"))
  }

  private var effect: [Block] {
    guard let table = result.table("effect"), let effect = result.effect else { return [] }
    return [
      .table(
        TableView(
          table, caption: "The difference that the matched sample shows by itself",
          columns: [
            TableColumn("adjusted", "Adjusted for"), TableColumn("estimate", "Estimate"),
            TableColumn("std_error", "Standard error"),
            .interval("ci_low", "ci_high", "95% interval", .significant(3)),
            TableColumn("df", "Degrees of freedom", .decimals(1)),
            TableColumn("p_value", "p", .pValue), TableColumn("g", "Hedges' g", .decimals(3)),
            TableColumn("mdes", "Minimum detectable", unit: "SD", .decimals(2)),
          ], file: "tables/\(step).effect.csv",
          note: """
            Outcome \(effect.outcome), measured on \(noun): a difference in standard deviations of \
            \(noun) is not one of pupils, and no months of progress follow from it.
            """))
    ]
  }
}
