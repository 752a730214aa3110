internal import Designs
internal import LinearAlgebra
internal import Probability
internal import Reports
internal import StudyFiles
internal import Tables

/// The report of a run: the answer first, then what it rests on, then how to check it.
struct StudyReport: Sendable {
  private let outcome: RunOutcome

  init(outcome: RunOutcome) { self.outcome = outcome }

  var document: ReportDocument {
    ReportDocument(
      title: outcome.study.title, question: outcome.study.question.map { Prose($0) },
      subtitle: "A Counterpart report", metadata: metadata, answer: answer,
      sections: [dataSection] + [outcome.family?.section, planSection].compactMap(\.self)
        + outcome.results.flatMap(\.result.sections)
        + [doubtsSection, repetitionSection].compactMap { $0 })
  }

  private var metadata: [Fact] {
    outcome.study.assurance.map { role in
      Fact(role.role.prefix(1).uppercased() + role.role.dropFirst(), Prose(role.name))
    } + [
      Fact("Study", Prose([.code(outcome.study.name)])),
      Fact("Counterpart", Prose("version \(Version.current)")),
    ]
  }

  /// The last answer leads, because later steps build on earlier ones; the others stand below it. A model
  /// of the question outranks the design's own estimate, and a forecast never leads before a finding.
  private var answer: Answer? {
    let answers = outcome.telling.compactMap { named in
      named.result.answer.map { (name: named.name, kind: named.kind, answer: $0) }
    }
    let rank = [
      MultilevelStudyStep.name, EventStudyStudyStep.name, EquivalenceStudyStep.name,
      MatchStudyStep.name,
      ScenariosStudyStep.name,
      FormationStudyStep.name,
      PowerStudyStep.name,
    ]
    // A primary outcome leads, whatever else was modelled.
    let primary = OutcomeFamily.primaryStep(of: outcome.study)
    let ordered =
      answers.filter { $0.name == primary }
      + rank.flatMap { kind in
        answers.filter { $0.kind == kind && $0.name != primary }.reversed()
      }
      + answers.filter { !rank.contains($0.kind) && $0.name != primary }
    guard let first = ordered.first?.answer else { return nil }
    // One of each kind: a loop says the same of each pass, and doubts about the design would be crowded out.
    var codes: Set<String> = []
    let warnings = outcome.diagnostics.filter {
      $0.diagnostic.severity == .warning && codes.insert($0.diagnostic.code).inserted
    }
    // A variance of zero is a fact about a model; the others are about whether to believe it. A covariate without any
    // difference takes nothing from a comparison.
    let isMinor = { (doubt: String) in
      doubt.contains("singular") || doubt == "constant-covariate"
    }
    let cautions =
      (warnings.filter { !isMinor($0.diagnostic.code) }
      + warnings.filter { isMinor($0.diagnostic.code) }).map {
        Prose(sentence: $0.diagnostic.message)
      }
    return Answer(
      first.sentence, interval: first.interval,
      details: first.details
        + ordered.dropFirst().map { other in
          other.answer.interval.map { "\(other.answer.sentence) (\($0))" } ?? other.answer.sentence
        },
      cautions: Array(cautions.prefix(4)), figure: first.figure)
  }

  private var planSection: ReportSection? {
    guard let plan = outcome.plan, let deviations = outcome.deviations else { return nil }
    return plan.section(deviations)
  }

  private var dataSection: ReportSection {
    var blocks: [Block] = [
      .definitions(
        outcome.study.tables.map { table in
          let rows =
            outcome.loaded.flows.first { $0.table == table.name.text }?.start.all
            ?? outcome.loaded.rowCount(of: table.name.text)
          return Fact(
            table.name.text, "\(rows) rows from \(code: table.file.text)")
        })
    ]
    for flow in outcome.loaded.flows { blocks += populationBlocks(flow) }
    let missing = outcome.loaded.dictionary.filter { $0.missing > 0 }
    if missing.isEmpty {
      blocks.append(.paragraph("No value is missing in any column that was read."))
    } else {
      blocks.append(
        .table(
          TableView(
            TidyTable("dictionary", missing), caption: "Columns with missing values",
            columns: [
              TableColumn("table", "Table"), TableColumn("column", "Column"),
              TableColumn("missing", "Missing", .whole), TableColumn("codes", "By code"),
            ], rowLimit: 15, file: "tables/data.dictionary.csv")))
    }
    return ReportSection("The data", blocks)
  }

  private func populationBlocks(_ flow: PopulationFlow) -> [Block] {
    let hasArms = flow.start.treated != nil
    func counts(_ count: PopulationFlow.Count) -> [Int?] {
      hasArms ? [count.treated, count.control] : [count.all]
    }
    var before = counts(flow.start)
    let isOfCandidates = flow.table == TreatmentDeclaration.candidates
    var stages = [
      FlowDiagram.Stage(isOfCandidates ? "joined, or may be compared" : "In the file", before)
    ]
    for stage in flow.stages {
      let after = counts(stage.kept)
      let left = zip(before, after).map { pair in
        pair.0.flatMap { old in pair.1.map { old - $0 } }
      }
      stages.append(
        FlowDiagram.Stage(
          stage.rule, after, excluding: [FlowDiagram.Exclusion("rule not met", left)]))
      before = after
    }
    return [
      .figure(
        Figure(
          name: "data.population-\(flow.table)",
          caption: isOfCandidates
            ? "Units from the register to the comparison, each counted once"
            : "Rows of \(flow.table) in the study",
          FlowDiagram(
            stages, arms: hasArms ? ["Treated", "Control"] : ["All"], noun: flow.table),
          table: TableView(
            TidyTable("population", flow.rows), caption: "Rows kept by each rule",
            file: "tables/data.population.csv")))
    ]
  }

  private var doubtsSection: ReportSection? {
    let doubts = outcome.diagnostics
    guard !doubts.isEmpty else { return nil }
    return ReportSection(
      "What to be careful about", Block.diagnostics(doubts.map(\.diagnostic)))
  }

  private var repetitionSection: ReportSection {
    let study = outcome.study
    let lines =
      ["counterpart check \(study.file)", "counterpart run \(study.file)"]
      + ["counterpart verify \(study.file)"]
    let facts =
      [
        Fact("Seed", Prose(String(study.seed.rawValue))),
        Fact("Study file", Prose([.text("SHA-256 "), .code(outcome.loaded.studyHash)])),
      ]
      + study.overrides.map {
        Fact("Set on the command line", Prose([.code("\($0.path)=\($0.value)")]))
      }
      + outcome.loaded.inputHashes.sorted { $0.key < $1.key }.map {
        Fact($0.key, Prose([.text("SHA-256 "), .code($0.value)]))
      } + [Fact("Linear algebra", Prose(BLAS.name))]
    return ReportSection(
      "How to check this report",
      [
        .paragraph(
          """
          Every number above is in \(code: "tables/"), one file a table, and in \(code: "results.json") with \
          units. \(code: "run.lock.json") holds the hash of every input and table. These commands show the \
          plan, run it again, and compare the new tables with these:
          """),
        .code(lines.joined(separator: "\n")),
        .definitions(facts),
      ])
  }
}
