public import Designs
internal import Probability
internal import Reports
public import StudyFiles
internal import Tables

/// The whole study again and again on synthetic data whose truth is known.
public struct RehearseStudyStep: StudyStep {
  public static let name = "rehearse"
  public static let documentation = ChoiceDocumentation(
    summary:
      "repeats the study on synthetic draws with known truth, and gives power, bias and coverage",
    formula: "bias = mean(estimate − truth); coverage = share of intervals that hold the truth",
    reference: "Morris, White & Crowther (2019), Statistics in Medicine 38, 2074-2102, "
      + "doi:10.1002/sim.8086")

  static let synthKey = Key(
    "synth", .text("a path to a specification"),
    "the specification of the draws, as `counterpart synth` reads it")
  static let drawsKey = Key(
    "draws", .integer("a whole number from 2", atLeast: 2, atMost: 100_000), default: 500,
    shown: "500", "how many synthetic studies are drawn")
  static let estimatesKey = Key(
    "estimates", ValueFormat<[Named<Target>]>.named(targetFormat),
    "what is looked at: for each a step, its coefficient, and where the truth stands")

  public static let keys = [AnyKey(synthKey), AnyKey(drawsKey), AnyKey(estimatesKey)]

  /// An estimate of the study and what is true of it.
  struct Target: Sendable {
    let step: LocatedText
    let term: LocatedText
    /// The keys that lead to the truth, or a number.
    let truth: LocatedText
    /// The values of a loop that tell its pass.
    let values: [(name: String, value: String)]
  }

  private static let stepKey = Key("step", .text("a step"), "the step that gives the estimate")
  private static let termKey = Key("term", .text("a coefficient"), "its coefficient")
  private static let truthKey = Key(
    "truth", .text("a number, or keys of `truth.json` such as `by_lag.3`"), "what is true")
  private static let whereKey = Key(
    "where", ValueFormat<[Named<LocatedText>]>.named(.text("a value")), default: [], shown: "none",
    "the values of the step's loop")

  private static let targetFormat = ValueFormat.section(
    "a section with `step`, `term` and `truth`",
    keys: [AnyKey(stepKey), AnyKey(termKey), AnyKey(truthKey), AnyKey(whereKey)]
  ) { (section) throws(SpecErrors) in
    Target(
      step: try section.read(stepKey), term: try section.read(termKey),
      truth: try section.read(truthKey),
      values: try section.read(whereKey).map { ($0.name.text, $0.value.text) })
  }

  let synth: LocatedText
  let draws: Int
  let targets: [(name: String, target: Target)]
  private let path: String

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    synth = try section.read(Self.synthKey)
    draws = try section.read(Self.drawsKey)
    targets = try section.read(Self.estimatesKey).map { ($0.name.text, $0.value) }
    path = section.path
  }

  public var needs: [StepNeed] { [] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {}

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    let known = others.filter { !($0.value is RehearseStudyStep) }.keys.sorted()
    let problems = targets.filter { !known.contains($0.target.step.text) }.map { name, target in
      SpecError(
        .unknownName(target.step.text, kind: "step", known: known),
        path: "\(path).estimates.\(name).step", at: target.step.location)
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let (design, _) = try SyntheticData.specification(context.study.resolve(path: synth.text))
    let study = context.study
    var wanted: Set<String> = []
    for (_, target) in targets {
      wanted.formUnion(StepOrder.closure(of: target.step.text, in: study.steps))
    }
    let steps = StepOrder.sorted(study.steps).filter { wanted.contains($0.name.text) }
    let seed = context.seed["rehearse"]
    let target = targets
    let outcomes = replicate(draws, threads: context.threads) { draw -> DrawOutcome in
      DrawOutcome.of(
        design, seed: seed["draw \(draw)"], study: study, steps: steps, targets: target)
    }
    if let error = outcomes.compactMap(\.mistake).first { throw error }
    var rows: [RehearsalRow] = []
    for (place, item) in targets.enumerated() {
      rows.append(
        RehearsalRow(
          name: item.name, step: item.target.step.text,
          draws: outcomes.compactMap { $0.found[place] }))
    }
    let failed = outcomes.count { $0.failure != nil }
    var diagnostics: [Diagnostic] = []
    if let reason = outcomes.compactMap(\.failure).first {
      diagnostics.append(
        Diagnostic(
          .warning, code: "failed-draws",
          "\(failed) of \(draws) draws could not be analysed; the first: \(reason)"))
    }
    for row in rows where row.draws < draws - failed {
      diagnostics.append(
        Diagnostic(
          .warning, code: "missing-estimates",
          "`\(row.name)` could be estimated in \(row.draws) of \(draws) draws"))
    }
    let table = TidyTable("rehearsal", rows)
    return StepResult(
      tables: [table], diagnostics: diagnostics, sample: nil, estimates: nil, answer: nil,
      sections: [section(table, context.name)])
  }

  private func section(_ table: TidyTable, _ name: String) -> ReportSection {
    ReportSection(
      "What the study would find if the truth were known", anchor: "rehearse-\(name)",
      [
        .paragraph(
          """
          The study was repeated, from the choice of comparators on, on \(draws) synthetic draws whose truth is \
          known. Unbiased estimates have a bias near 0, honest intervals a coverage near 95%.
          """)
      ]
        + AskedTables(
          step: name, tables: [table], captions: [("rehearsal", "Bias, coverage and power")]
        ).blocks)
  }
}

/// What one draw gave: for each target the estimate and the truth.
private struct DrawOutcome: Sendable {
  var found: [(test: TestedTerm, truth: Double)?]
  /// Why the draw could not be analysed.
  var failure: String?
  /// What no draw could do.
  var mistake: RunError?

  static func of(
    _ design: SyntheticData.Design, seed: Seed, study: Study, steps: [Study.NamedStep],
    targets: [(name: String, target: RehearseStudyStep.Target)]
  ) -> DrawOutcome {
    var outcome = DrawOutcome(found: targets.map { _ in nil })
    let (tables, truth) = design.make(seed: seed["data"], codes: false)
    var results: [String: StepResult] = [:]
    do throws(RunError) {
      let loaded = try LoadedStudy(study, given: tables, checksSteps: false) { _ in }
      for named in steps {
        let context = StepContext(
          name: named.name.text, study: study, data: loaded.data, streams: loaded.streams,
          places: loaded.places, calendar: loaded.calendar, seed: seed[named.name.text], threads: 1,
          earlier: results, demanded: [], progress: { _, _ in })
        results[named.name.text] = try named.step.run(context)
      }
    } catch {
      switch error {
      case .estimation, .data: outcome.failure = error.description
      case .study, .file: outcome.mistake = error
      }
    }
    for (place, item) in targets.enumerated() {
      guard let result = results[item.target.step.text],
        let table = result.tables.first(where: { $0.name == "coefficients" })?.rows(
          where: item.target.values), let test = TestedTerm(item.target.term.text, in: table),
        test.low.isFinite, test.high.isFinite,
        let truth = value(item.target.truth.text, in: truth)
      else { continue }
      outcome.found[place] = (test, truth)
    }
    return outcome
  }

  private static func value(_ text: String, in truth: JSON) -> Double? {
    if let number = Double(text) { return number }
    var here: JSON? = truth
    for key in text.split(separator: ".") { here = here?[String(key)] }
    if case .number(let number)? = here { return number }
    return nil
  }
}
