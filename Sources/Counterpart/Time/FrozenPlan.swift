internal import Designs
internal import FoundationEssentials
internal import LinearAlgebra
internal import Probability
internal import Reports
internal import StudyFiles
internal import Tables

/// A plan as it was before any outcome was looked at: every setting as written, and the design that it gave.
///
/// It stands beside the study as `NAME.plan.json`. A later run says which settings have changed since, and whether
/// the same units were matched.
public struct FrozenPlan: Sendable {
  /// Settings by their path, as they are written, in the order of the study.
  let settings: [(path: String, value: String)]
  /// The hash of the matched units of each `match` step.
  let designs: [String: String]
  /// The hash of each file that the design was made from, by its path in the study.
  let inputs: [String: String]
  /// SHA-256 of all together.
  public let hash: String
  public let file: String

  /// Sections that are no part of what was planned: where the files are, who signs, what things are called.
  private static let unplanned: Set<String> = ["counterpart", "assurance", "labels", "title"]

  /// Makes the designs of a study, without its outcomes, and writes the plan beside it.
  ///
  /// - Throws: ``RunError``; also where the plan is frozen already.
  public init(
    freezing study: Study, threads: Int, _ notify: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) throws(RunError) {
    let file = Self.path(of: study)
    guard !FileAccess.exists(file) else {
      throw .file(
        path: file,
        reason: "the plan is frozen already; a frozen plan is kept, and a run lists deviations")
    }
    let loaded = try LoadedStudy(study, notify)
    BLAS.useOneThread()
    let problems = study.steps.flatMap { Self.matches(of: $0) }.flatMap {
      $0.sealProblems(in: loaded.data, study: study)
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
    let sealed = study.sealed(loaded.data)
    var designs: [String: String] = [:]
    for named in StepOrder.sorted(study.steps) where !Self.matches(of: named).isEmpty {
      guard named.step.needs.isEmpty else { continue }
      let context = StepContext(
        name: named.name.text, study: study, data: sealed, streams: loaded.streams,
        places: loaded.places, calendar: loaded.calendar, seed: study.seed[named.name.text],
        threads: threads, earlier: [:], demanded: [], isSealed: true, progress: { _, _ in })
      designs[named.name.text] = Self.hash(of: try named.step.run(context))
    }
    self.file = file
    self.designs = designs
    inputs = loaded.inputHashes
    settings = Self.settings(of: study)
    hash = Self.hash(settings, designs, inputs)
    try FileAccess.write(json.text + "\n", to: file)
  }

  /// The plan beside a study; `nil` where none was frozen.
  ///
  /// - Throws: ``RunError/file(path:reason:)`` where it has been changed.
  init?(of study: Study) throws(RunError) {
    file = Self.path(of: study)
    guard FileAccess.exists(file) else { return nil }
    let text = try FileAccess.read(file)
    guard let json = try? JSON(parsing: text), let rows = json["settings"]?.array,
      let hash = json["sha256"]?.string
    else { throw .file(path: file, reason: "is damaged: expected the JSON that `freeze` writes") }
    settings = rows.compactMap { row in
      row["path"]?.string.flatMap { path in row["value"]?.string.map { (path, $0) } }
    }
    designs = (json["designs"]?.object ?? [:]).compactMapValues(\.string)
    inputs = (json["inputs"]?.object ?? [:]).compactMapValues(\.string)
    self.hash = hash
    guard Self.hash(settings, designs, inputs) == hash else {
      throw .file(path: file, reason: "has been changed since it was frozen: its hash is another")
    }
  }

  /// The match that a step is, or those that a loop repeats.
  private static func matches(of named: Study.NamedStep) -> [MatchStudyStep] {
    ((named.step as? LoopStudyStep)?.children.map(\.named.step) ?? [named.step]).compactMap {
      $0 as? MatchStudyStep
    }
  }

  static func path(of study: Study) -> String { "\(study.folder)/\(study.name).plan.json" }

  private var json: JSON {
    [
      "what": "a frozen plan; do not edit",
      "sha256": .string(hash),
      "designs": .object(designs.mapValues(JSON.string)),
      "inputs": .object(inputs.mapValues(JSON.string)),
      "settings": .array(
        settings.map { ["path": .string($0.path), "value": .string($0.value)] }),
    ]
  }

  private static func hash(
    _ settings: [(path: String, value: String)], _ designs: [String: String],
    _ inputs: [String: String]
  ) -> String {
    Digest.of(
      (settings.map { "\($0.path.utf8.count)\($0.path)=\($0.value)" }
        + designs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        + inputs.sorted { $0.key < $1.key }.map { "\($0.key.utf8.count)\($0.key) \($0.value)" })
        .joined(separator: "\n"))
  }

  static func hash(of result: StepResult) -> String {
    Digest.of(
      result.tables.filter { ["units", "pairs"].contains($0.name) }.map(\.csv).joined(
        separator: "\n"))
  }

  static func settings(of study: Study) -> [(path: String, value: String)] {
    var found: [(String, String)] = []
    func add(_ node: Node, _ path: String, depth: Int) {
      if case .mapping(let pairs) = node.content, depth > 0 {
        for pair in pairs { add(pair.value, "\(path).\(pair.key.text)", depth: depth - 1) }
      } else {
        found.append((path, node.compact))
      }
    }
    if case .mapping(let pairs) = study.root.content {
      for pair in pairs where !unplanned.contains(pair.key.text) {
        add(pair.value, pair.key.text, depth: pair.key.text == "steps" ? 3 : 2)
      }
    }
    return found
  }

  /// What a run did otherwise than planned: planned beside run.
  func deviations(
    of study: Study, results: [NamedResult], inputs now: [String: String]
  ) -> TidyTable {
    TidyTable(
      "deviations",
      fields: [
        Field("kind", "setting, design (who was matched) or data (a file that is another now)"),
        Field("setting", "where it stands in the study, or what differs"),
        Field("planned", "as it was frozen; missing where it was added since"),
        Field("run", "as it was run; missing where it was taken out"),
      ], rows: choices(of: study, results: results) + files(now))
  }

  /// Data are expected to change: outcomes come in after the plan is frozen. So files are told apart.
  private func files(_ now: [String: String]) -> [[Cell]] {
    inputs.sorted { $0.key < $1.key }.compactMap { file, planned in
      now[file] == planned
        ? nil
        : [.text("data"), .text("contents of \(file)"), .text(planned), .optional(now[file])]
    }
  }

  private func choices(of study: Study, results: [NamedResult]) -> [[Cell]] {
    let now = Self.settings(of: study)
    var rows: [[Cell]] = []
    for (path, planned) in settings {
      let run = now.first { $0.path == path }?.value
      if run != planned {
        rows.append([.text("setting"), .text(path), .text(planned), .optional(run)])
      }
    }
    for (path, run) in now where !settings.contains(where: { $0.path == path }) {
      rows.append([.text("setting"), .text(path), .missing, .text(run)])
    }
    for (step, planned) in designs.sorted(by: { $0.key < $1.key }) {
      guard let result = results.first(where: { $0.name == step })?.result else { continue }
      let run = Self.hash(of: result)
      if run != planned {
        rows.append(
          [.text("design"), .text("\(step): matched units"), .text(planned), .text(run)])
      }
    }
    return rows
  }

  func section(_ deviations: TidyTable) -> ReportSection {
    let files = deviations.rows.count { $0.first == .text("data") }
    let count = deviations.rows.count - files
    let frozen: Prose =
      "The plan was frozen before outcomes were looked at (SHA-256 \(code: hash))"
    let data: Prose =
      files == 0
      ? ""
      : " \(files) data file\(files == 1 ? " has" : "s have") changed since, as they do when outcomes are added."
    let verdict: Prose =
      count == 0
      ? ", and the run followed it: the same settings, and the same units matched."
      : ". The run deviates from it in \(strong: "\(count)") \(count == 1 ? "place" : "places")."
    return ReportSection(
      "Planned and run", anchor: "planned-and-run",
      [.paragraph(frozen + verdict + data)]
        + (deviations.rows.isEmpty
          ? []
          : [
            .table(
              TableView(
                deviations, caption: "Planned beside run",
                columns: [
                  TableColumn("kind", "Kind"), TableColumn("setting", "What"),
                  TableColumn("planned", "Planned"), TableColumn("run", "Run"),
                ], file: "tables/study.deviations.csv"))
          ]))
  }
}
