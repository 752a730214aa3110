internal import Designs
internal import Reports
internal import StudyFiles
public import Tables

/// Everything short of computing: the plan with every name resolved, the data dictionary, and the rows
/// that each population rule keeps.
public struct StudyCheck: Sendable {
  let study: Study
  let loaded: LoadedStudy

  /// Reads the study's data and resolves every name; computes no outcome.
  ///
  /// - Throws: ``RunError``
  public init(
    _ study: Study, _ notify: @Sendable (RunEvent) -> Void = { _ in }
  ) throws(RunError) {
    self.study = study
    loaded = try LoadedStudy(study, notify)
  }

  /// The plan in the order in which it will run.
  public var plan: [PlanRow] {
    StepOrder.sorted(study.steps).flatMap { named in
      named.section.resolved(named.keys).map { setting in
        PlanRow(
          step: named.name.text, kind: named.kind, key: setting.key, value: setting.value,
          isDefault: setting.isDefault)
      }
    }
  }

  public var tables: [TidyTable] {
    [
      TidyTable("plan", plan), TidyTable("dictionary", loaded.dictionary),
      TidyTable("population", loaded.flows.flatMap(\.rows)),
    ]
  }

  public var json: JSON {
    .object(
      Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.json) })
        .merging(["title": .string(study.title)]) { first, _ in first })
  }

  /// The check for a reader.
  ///
  /// - Parameter resolved: whether to show settings that the study leaves at their defaults.
  public func text(resolved: Bool) -> String {
    var lines = [study.title]
    if let question = study.question { lines.append(question) }
    lines += ["", "Data"]
    for table in loaded.data.tables {
      let rows =
        loaded.flows.first { $0.table == table.name }?.start.all
        ?? loaded.rowCount(of: table.name)
      lines.append("  \(table.name): \(rows) rows")
      lines += TextTable.lines(
        headings: ["column", "type", "missing", "by code", "range"],
        rows: loaded.dictionary.filter { $0.table == table.name }.map {
          [$0.column, $0.type.rawValue, "\($0.missing)", $0.codes, $0.range]
        }, indent: 4)
    }
    if !loaded.flows.isEmpty {
      lines += ["", "Population"]
      lines += TextTable.lines(
        headings: ["table", "rule", "kept", "treated", "control", "undecided"],
        rows: loaded.flows.flatMap(\.rows).map { row in
          [
            row.table, row.rule, "\(row.kept.all)", row.kept.treated.map(String.init) ?? "",
            row.kept.control.map(String.init) ?? "", "\(row.undecided)",
          ]
        }, indent: 2)
    }
    lines += ["", "Plan"]
    for (position, named) in StepOrder.sorted(study.steps).enumerated() {
      let needs = named.step.needs.map { "`\($0.step.text)`" }
      lines.append(
        "  \(position + 1). \(named.name.text) (\(named.kind))"
          + (needs.isEmpty ? "" : ", after " + needs.joined(separator: ", ")))
      for row in plan where row.step == named.name.text && (resolved || !row.isDefault) {
        lines.append("       \(row.key): \(row.value)" + (row.isDefault ? "   (default)" : ""))
      }
    }
    let doubts = loaded.diagnostics
    if !doubts.isEmpty {
      lines += ["", "Read with care"]
      lines += doubts.map { "  \($0.severity.rawValue): \($0.message)" }
    }
    lines += ["", "Nothing was computed. Run it with: counterpart run \(study.file)"]
    return lines.joined(separator: "\n")
  }
}

/// A setting of a step as it will be run.
public struct PlanRow: TidyRow, Hashable {
  public let step: String
  public let kind: String
  public let key: String
  public let value: String
  public let isDefault: Bool

  public static let schema = [
    Field("step", "the step, in the order of the run"),
    Field("kind", "what the step does"),
    Field("key", "the setting"),
    Field("value", "its value as written, or its default"),
    Field("is_default", "whether the study leaves it at its default"),
  ]

  public var cells: [Cell] {
    [.text(step), .text(kind), .text(key), .text(value), .flag(isDefault)]
  }
}
