public import Designs
internal import EventStudy
internal import LinearAlgebra
internal import Networks
public import StudyFiles
internal import Tables

/// Effects by years since joining, as a step of a study.
public struct EventStudyStudyStep: StudyStep {
  public static let name = "event-study"
  public static let documentation = ChoiceDocumentation(
    summary:
      "estimates effects by years since joining where units join at different times, and what they could be "
      + "if trends are not parallel",
    formula:
      "ATT(g, t) = E[Y_t − Y_base | G = g] less the comparators' expected change, then weighted means",
    reference:
      "Callaway & Sant'Anna (2021), Journal of Econometrics 225(2), 200-230, "
      + "doi:10.1016/j.jeconom.2020.12.001")
  public static var keys: [AnyKey] { EventStudyStep.keys }

  let step: EventStudyStep
  private let path: String

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try EventStudyStep(from: section)
    path = section.path
  }

  public var needs: [StepNeed] {
    step.sample.map { [StepNeed($0, .sample, path: "\(path).sample")] } ?? []
  }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try step.check(in: try joined(data), path: path)
  }

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    guard let sample = step.sample, let match = others[sample.text] as? MatchStudyStep,
      let table = match.table, rows(of: table, in: data) == nil
    else { return }
    throw SpecErrors(noLink(to: table, sample))
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let units = try sampleUnits(context)
    let data: DataSet
    do throws(SpecErrors) { data = try joined(context.data) } catch { throw .study(error) }
    let result: EventStudyStep.Result
    do throws(EventStudyError) {
      let panel = try step.panel(
        in: data, rowWeights: units?.weights, rowSets: units?.sets)
      result = try step.run(panel, seed: context.seed, threads: context.threads)
    } catch { throw .estimation(step: context.name, reason: "\(error)") }
    let report = EventStudyReport(
      step: context.name, settings: step, result: result, labels: context.study.labels)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics + sampleDoubts, sample: nil,
      estimates: CarriedEstimate(
        terms: result.carried.terms, estimates: result.carried.estimates,
        covariance: Matrix(rows: result.carried.terms.count, columns: result.carried.covariance),
        unit: ""), answer: report.answer, sections: [report.section])
  }

  /// The data with the first year after joining beside each row, where the study's treatment says it.
  private func joined(_ data: DataSet) throws(SpecErrors) -> DataSet {
    guard step.joined.text == EventStudyStep.joinedByTreatment else { return data }
    let candidates = TreatmentDeclaration.candidates
    guard let own = data.links.first(where: { $0.from == candidates }),
      case .numbers(let years)? = data[table: candidates]?[CandidateTable.joining]?.storage,
      var table = data[table: step.data.text],
      let unit = data.rowIndex(from: step.data.text, to: own.to)
    else {
      throw SpecErrors(
        SpecError(
          .rule(
            "say with `joined` which column has the first year after joining: the study has no `treatment` of the "
              + "units of `\(step.data.text)`"), path: path, at: step.data.location))
    }
    var first = [Double](repeating: .nan, count: data[table: own.to]?.rowCount ?? 0)
    for (row, unit) in own.index.enumerated() where unit >= 0 && !years[row].isNaN {
      first[Int(unit)] = years[row]
    }
    table.set(
      Column(
        step.joined.text, type: .integer,
        storage: .numbers(unit.map { $0 < 0 ? .nan : first[Int($0)] })))
    var result = data
    result.set(table)
    return result
  }

  /// The row of a match's table for each row of the step's: candidates stand for their units in every year.
  private func rows(of table: String, in data: DataSet, units: MatchedUnits? = nil) -> [Int32]? {
    guard table == TreatmentDeclaration.candidates,
      let own = data.links.first(where: { $0.from == table })
    else { return data.rowIndex(from: step.data.text, to: table) }
    guard let index = data.rowIndex(from: step.data.text, to: own.to) else { return nil }
    var candidate = [Int32](repeating: -1, count: data[table: own.to]?.rowCount ?? 0)
    for (row, unit) in own.index.enumerated() where unit >= 0 && (units?.weights[row] ?? 0) > 0 {
      candidate[Int(unit)] = Int32(row)
    }
    return index.map { $0 < 0 ? -1 : candidate[Int($0)] }
  }

  /// Weights and sets of the matched sample, one a row of the step's table; `nil` where there is none.
  private func sampleUnits(
    _ context: StepContext
  ) throws(RunError) -> (weights: [Double], sets: [Int32]?)? {
    guard let name = step.sample else { return nil }
    guard let units = context.earlier[name.text]?.sample else {
      throw .estimation(
        step: context.name, reason: "step `\(name.text)` left no single matched sample")
    }
    guard let index = rows(of: units.table, in: context.data, units: units) else {
      throw .study(SpecErrors(noLink(to: units.table, name)))
    }
    return (
      index.map { $0 < 0 ? 0 : units.weights[Int($0)] },
      units.sets.map { sets in index.map { $0 < 0 ? -1 : sets[Int($0)] } }
    )
  }

  private var sampleDoubts: [Diagnostic] {
    guard let sample = step.sample else { return [] }
    return [
      Diagnostic(
        .note, code: "matched-trends",
        "units come from the match `\(sample.text)`: matching on the outcome's level in one year invites a "
          + "return to the mean afterwards, so match on two earlier years, or read this beside the same "
          + "step without `sample`")
    ]
  }

  private func noLink(to table: String, _ sample: LocatedText) -> SpecError {
    SpecError(
      .rule(
        "`\(step.data.text)` has no link to `\(table)`, whose rows step `\(sample.text)` matched: add a "
          + "`link` to its data"), path: "\(path).sample", at: sample.location)
  }
}
