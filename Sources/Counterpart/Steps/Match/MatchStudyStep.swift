public import Designs
internal import Matching
internal import Probability
public import StudyFiles
internal import Tables

/// A matched comparison as a step of a study.
public struct MatchStudyStep: StudyStep {
  public static let name = "match"
  public static let documentation = ChoiceDocumentation(
    summary: "chooses comparators that resemble the treated units, and shows how well they do",
    formula: "weights w with w = 1 for the treated and, for comparators, treated over comparators "
      + "in each set (att)",
    reference: "Stuart (2010), Statistical Science 25, 1-21, doi:10.1214/09-STS313")
  public static var keys: [AnyKey] {
    MatchStep.keys.filter(\.isAvailable) + [AnyKey(imputedKey), AnyKey(postTreatmentKey)]
  }

  let step: MatchStep
  /// The table whose rows are matched.
  var table: String? { step.data?.text }
  let imputed: LocatedText?
  /// Why covariates dated after joining are matched on, where they are.
  let allowsPostTreatment: LocatedText?
  /// Where `apart` stands.
  private let apartPlace: SourceLocation

  public init(from section: Section) throws(SpecErrors) {
    step = try MatchStep(from: section.withoutImputed()).completed(data: nil, treated: nil)
    apartPlace = section.location(of: "apart")
    imputed = try section.read(Self.imputedKey)
    allowsPostTreatment = try section.read(Self.postTreatmentKey)
  }

  public var needs: [StepNeed] {
    imputed.map { [StepNeed($0, .completed, path: "\(step.path).imputed")] } ?? []
  }

  public var arm: (table: String, column: String)? {
    step.data.flatMap { data in step.treated.map { (data.text, $0.text) } }
  }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try step.check(in: gated(data))
    try checkDates(in: data)
    guard step.apart != nil || step.farthest != nil, let table = step.data,
      places[table.text] == nil
    else { return }
    throw SpecErrors(
      SpecError(
        .rule(
          "`apart` needs places, and `\(table.text)` declares none: add "
            + "`location: {easting: …, northing: …}` to its data"),
        path: "\(step.path).apart", at: apartPlace))
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    if let imputed, let completed = context.earlier[imputed.text]?.completed {
      return try run(completed, of: imputed.text, context)
    }
    let table = step.data?.text ?? ""
    let key = context.study.tables.first { $0.name.text == table }?.key.first?.text ?? ""
    let time = timed(context.calendar)
    let result: MatchResult
    do throws(MatchingError) {
      result = try (context.isSealed ? step.withoutOutcome : step).run(
        in: context.calendar == nil
          ? context.data : gated(context.study.sealed(context.data)),
        outcomes: context.data, seed: context.seed, rows: time.rows,
        unitKey: time.rows == nil ? key : "candidate", places: context.places[table]?.places,
        groups: time.groups, owners: time.owners,
        fitter: MultilevelPropensity())
    } catch { throw .estimation(step: context.name, reason: "\(error)") }
    let rows = context.data[table: table]?.rowCount ?? 0
    let report = MatchReport(
      step: context.name, noun: table, result: result, labels: context.study.labels)
    return StepResult(
      tables: result.tables,
      diagnostics: result.diagnostics + BalanceTable(result.outcome).doubts
        + postTreatmentDoubts(in: context.data)
        + outcomeDoubts(in: context.data, study: context.study),
      sample: MatchedUnits(
        table: table, weights: result.weights(rowCount: rows),
        mustAdjust: result.gate?.mustAdjust ?? [],
        sets: time.rows == nil ? nil : result.sets(rowCount: rows)),
      estimates: nil, answer: report.answer, sections: [report.section],
      design: context.demanded.contains(.design) ? result : nil,
      failures: result.gate?.failures.map(\.description) ?? [])
  }
}
