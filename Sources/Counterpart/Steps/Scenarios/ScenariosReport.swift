internal import Networks
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of simulated policies: each outcome over the years, and each policy against the
/// first.
struct ScenariosReport {
  let step: String
  /// The settings as written.
  let section: Section
  let horizon: Int
  let result: ScenarioResult
  let labels: Labels

  var reportSection: ReportSection {
    ReportSection(
      "What would happen under other policies", anchor: "scenarios-\(step)",
      backCast + [.paragraph(opening), .definitions(premises)] + measures.map(fan) + [contrasts]
        + AskedTables(step: step, tables: result.tables, captions: Self.captions).blocks)
  }

  /// The last year's contrasts of the first reported outcome: the policy that changes it most leads.
  var answer: Answer? {
    guard let measure = measures.first else { return nil }
    let contrasts = lastContrasts(of: measure)
    guard let lead = contrasts.max(by: { abs($0.difference) < abs($1.difference) }) else {
      return nil
    }
    let format = NumberFormat.significant(2)
    let others = contrasts.filter { $0.policy != lead.policy }.map { other -> Prose in
      """
      Policy \(labels.prose(other.policy)) changes it by \(other.difference, format) \
      (95% interval \(interval: other.low, other.high, format)).
      """
    }
    return Answer(
      """
      After \(horizon) simulated years, policy \(labels.prose(lead.policy)) changes \
      \(labels.prose(measure)) by \(strong: format.text(lead.difference)) against \
      \(labels.prose(lead.against)).
      """,
      interval: "95% interval \(format.interval(lead.low, lead.high))",
      details: others + [
        """
        The interval holds the uncertainty of the estimates and assumptions that went in; chance in the \
        simulation itself adds a standard error of \(lead.mcse, format).
        """
      ])
  }

  private var opening: Prose {
    """
    Each policy was simulated \(result.replicates) times over \(horizon) years with the same \
    random numbers, so that policies differ by what they do and not by chance. The shaded bands hold 95% \
    of the simulated futures: uncertainty about the parameters and chance together.
    """
  }

  /// What went in, each labelled by where it comes from.
  private var premises: [Fact] {
    var facts: [Fact] = []
    if let start = section.value("start")?.text {
      facts.append(
        Fact(
          "Formation (estimate of step \(start), with its covariance)",
          "Ties start as in the last wave of the step; its coefficients are drawn anew in each replicate."
        ))
    }
    if let formation = written("formation") {
      facts.append(Fact("Formation (assumption)", Prose([.code(formation.compact)])))
    }
    for (name, effect) in entries(of: "effects") {
      let source = effect.field("from").map { "estimate of step \($0), with its covariance" }
      let prior = effect.field("prior").flatMap { PriorTable.shipped[$0] }
      let label =
        source ?? effect.field("source") ?? prior.map { "\($0.label.rawValue): \($0.source)" }
        ?? "assumption"
      facts.append(Fact("Effect \(name) (\(label))", Prose([.code(effect.compact)])))
    }
    return facts
      + entries(of: "policies").map { name, actions in
        Fact("Policy \(name)", Prose([.code(actions.compact)]))
      }
  }

  /// Tables that are there where the study asks for them.
  private static let captions: [(name: String, caption: String)] = [
    ("unknowns", "What is not known for certain, and where each number comes from"),
    ("variance", "What the contrasts' uncertainty is made of"),
    ("sensitivity", "How much of a contrast's variance each unknown brings (Sobol indices)"),
    ("screening", "What each unknown does to the contrasts (Morris screening)"),
    ("runaways", "Replicates that were stopped because partnerships ran away"),
  ]

  /// What the first policy makes of an earlier wave, before any forecast.
  private var backCast: [Block] {
    guard result.tables.contains(where: { $0.name == "back-cast" }) else { return [] }
    return [
      .paragraph(
        """
        Before any forecast, the same model was started at an earlier wave and run to a later one that was         observed. Where what was observed lies outside the simulated interval, forecasts share the fault.
        """)
    ]
      + AskedTables(
        step: step, tables: result.tables,
        captions: [("back-cast", "From an earlier wave to what was then observed")]
      ).blocks
  }

  private func written(_ key: String) -> Node? { section.value(key) }

  private func entries(of key: String) -> [(name: String, value: Node)] {
    guard case .mapping(let pairs) = written(key)?.content else { return [] }
    return pairs.map { ($0.key.text, $0.value) }
  }

  private var measures: [String] {
    var seen: Set<String> = []
    return result.fans.map(\.outcome).filter { seen.insert($0).inserted }
  }

  private func fan(_ measure: String) -> Block {
    let points = result.fans.filter { $0.outcome == measure && $0.group == Self.everyone }
    var seen: Set<String> = []
    let policies = points.map(\.policy).filter { seen.insert($0).inserted }
    let chart = FanChart(
      policies.map { policy in
        FanChart.Series(
          labels.text(policy),
          points.filter { $0.policy == policy }.map { point in
            FanChart.Moment(
              time: Double(point.time), mean: point.mean, low: point.low, high: point.high)
          })
      }, title: "\(labels.text(measure)) under each policy", valueTitle: labels.text(measure))
    return .figure(
      Figure(
        name: "\(step).\(measure)", caption: "\(labels.text(measure)) by year under each policy",
        chart,
        table: TableView(
          outcomes(of: measure), caption: "\(labels.text(measure)) by year",
          columns: [
            TableColumn("policy", "Policy"), TableColumn("time", "Year", .year),
            TableColumn("mean", "Mean", .significant(4)),
            TableColumn("mcse", "Monte Carlo error", .significant(2)),
            .interval("low", "high", "95% interval", .significant(4)),
          ], rowLimit: 60, file: "tables/\(step).outcomes.csv")))
  }

  private func outcomes(of measure: String) -> TidyTable {
    table("outcomes", of: measure)
  }

  private var contrasts: Block {
    let last = Cell.count(horizon)
    let all = result.tables.first { $0.name == "contrasts" }
    let rows = all.map { table in
      let time = table.fields.firstIndex { $0.name == "time" } ?? 0
      let group = table.fields.firstIndex { $0.name == "group" } ?? 0
      return TidyTable(
        "contrasts", fields: table.fields,
        rows: table.rows.filter { $0[time] == last && $0[group] == .text(Self.everyone) })
    }
    return .table(
      TableView(
        rows ?? TidyTable("contrasts", fields: [], rows: []),
        caption: "Each policy against the first, in year \(horizon)",
        columns: [
          TableColumn("policy", "Policy"), TableColumn("against", "Against"),
          TableColumn("outcome", "Outcome"), TableColumn("difference", "Difference"),
          TableColumn("mcse", "Monte Carlo error", .significant(2)),
          .interval("low", "high", "95% interval", .significant(3)),
        ], file: "tables/\(step).contrasts.csv"))
  }

  /// The rows of a table about one measure of all schools together; groups of schools stand in its file.
  private func table(_ name: String, of measure: String) -> TidyTable {
    guard let table = result.tables.first(where: { $0.name == name }),
      let outcome = table.fields.firstIndex(where: { $0.name == "outcome" }),
      let group = table.fields.firstIndex(where: { $0.name == "group" })
    else { return TidyTable(name, fields: [], rows: []) }
    return TidyTable(
      name, fields: table.fields,
      rows: table.rows.filter {
        $0[outcome] == .text(measure) && $0[group] == .text(Self.everyone)
      })
  }

  /// The group of all schools together.
  private static let everyone = "all"

  private struct Contrast {
    let policy: String
    let against: String
    let difference: Double
    let mcse: Double
    let low: Double
    let high: Double
  }

  private func lastContrasts(of measure: String) -> [Contrast] {
    guard let table = result.tables.first(where: { $0.name == "contrasts" }) else { return [] }
    func cell(_ row: [Cell], _ name: String) -> Cell {
      table.fields.firstIndex { $0.name == name }.map { row[$0] } ?? .missing
    }
    return table.rows.compactMap { row in
      guard cell(row, "outcome") == .text(measure), cell(row, "time") == .count(horizon),
        cell(row, "group") == .text(Self.everyone), case .text(let policy) = cell(row, "policy"),
        case .text(let against) = cell(row, "against"),
        case .number(let difference) = cell(row, "difference"),
        case .number(let mcse) = cell(row, "mcse"), case .number(let low) = cell(row, "low"),
        case .number(let high) = cell(row, "high")
      else { return nil }
      return Contrast(
        policy: policy, against: against, difference: difference, mcse: mcse, low: low, high: high)
    }
  }
}

extension Node {
  fileprivate var text: String? {
    guard case .scalar(let text) = content else { return nil }
    return text
  }

  /// The text of a key of this section, where it has one.
  fileprivate func field(_ key: String) -> String? {
    guard case .mapping(let pairs) = content,
      case .scalar(let text) = pairs.first(where: { $0.key.text == key })?.value.content
    else { return nil }
    return text
  }
}
