internal import Designs
internal import Probability
internal import Reports
internal import StudyFiles
internal import Tables

/// Everything that a run found, ready to be written.
struct RunOutcome: Sendable {
  let study: Study
  let loaded: LoadedStudy
  let results: [NamedResult]
  /// The plan that was frozen, where there is one.
  var plan: FrozenPlan? = nil

  /// The tables by their file name in `tables/`, without its ending: `comparators.balance`.
  var tables: [(name: String, table: TidyTable)] {
    resultsFile.steps.flatMap { step in step.tables.map { ("\(step.name).\($0.name)", $0) } }
  }

  /// Doubts about the data and about each step's result, with where they belong.
  var diagnostics: [(step: String, diagnostic: Diagnostic)] {
    loaded.diagnostics.map { ("data", $0) }
      + results.flatMap { named in named.result.diagnostics.map { (named.name, $0) } }
  }

  /// Writes the report, the tables, the figures, `results.json` and the lock.
  func write(to folder: OutputFolder) throws(RunError) {
    var hashes: [String: String] = [:]
    for (name, table) in tables {
      let text = table.csv
      hashes[name] = Digest.of(text)
      try folder.write(text, to: "tables/\(name).csv")
    }
    let report = StudyReport(outcome: self).document
    for figure in report.figures { try folder.write(figure.wide.svg, to: figure.file) }
    try folder.write(HTMLReport(report).text, to: "report.html")
    try folder.write(MarkdownReport(report).text, to: "report.md")
    try folder.write(resultsFile.text, to: "results.json")
    try folder.write(lock(tables: hashes).json.text + "\n", to: "run.lock.json")
  }

  private var resultsFile: ResultsFile {
    let data = ResultsFile.Step(
      "data", kind: "data",
      tables: [
        TidyTable("dictionary", loaded.dictionary),
        TidyTable("population", loaded.flows.flatMap(\.rows)),
      ], diagnostics: loaded.diagnostics)
    return ResultsFile(
      metadata: [
        "title": .string(study.title), "version": .string(Version.current),
        "seed": .string(String(study.seed.rawValue)), "study_sha256": .string(loaded.studyHash),
      ],
      steps: [data] + studyStep
        + results.map {
          ResultsFile.Step(
            $0.name, kind: $0.kind, tables: $0.result.tables, diagnostics: $0.result.diagnostics)
        })
  }

  /// Tables about the study as a whole.
  private var studyStep: [ResultsFile.Step] {
    let tables = [family?.table, deviations].compactMap(\.self)
    return tables.isEmpty
      ? [] : [ResultsFile.Step("study", kind: "study", tables: tables, diagnostics: [])]
  }

  /// Planned beside run, where a plan was frozen.
  var deviations: TidyTable? {
    plan?.deviations(of: study, results: results, inputs: loaded.inputHashes)
  }

  /// The primary outcome and all others.
  var family: OutcomeFamily? { OutcomeFamily(study, results: results) }

  private func lock(tables: [String: String]) -> RunLock {
    RunLock(
      version: Version.current, studyHash: loaded.studyHash, seed: study.seed.rawValue,
      overrides: study.overrides, inputs: loaded.inputHashes, machine: .current, tables: tables)
  }
}
