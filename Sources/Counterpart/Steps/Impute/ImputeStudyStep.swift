public import Designs
internal import Imputation
internal import Probability
public import StudyFiles
internal import Tables

/// Multiple imputation as a step of a study: completed data sets for steps that name it as `imputed`.
public struct ImputeStudyStep: StudyStep {
  public static let name = "impute"
  public static let documentation = ChoiceDocumentation(
    summary:
      "completes missing values several times over, pupils' and schools' each at their level",
    formula: "each column given the others: y_ij = x_ij'β + u_j + e_ij, with every parameter drawn "
      + "from its posterior",
    reference:
      "van Buuren (2018), Flexible Imputation of Missing Data, 2nd edition; Grund, Lüdtke & "
      + "Robitzsch (2018), Organizational Research Methods 21, doi:10.1177/1094428117703686")
  public static var keys: [AnyKey] { ImputeStep.keys }

  private let step: ImputeStep
  private let path: String

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try ImputeStep(from: section)
    path = section.path
  }

  public var needs: [StepNeed] { [] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try step.check(in: data, path: path)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let result: ImputationResult
    do throws(ImputationError) {
      result = try step.run(
        in: context.data, seed: context.seed, threads: context.threads, progress: context.progress)
    } catch { throw .estimation(step: context.name, reason: "\(error)") }
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics + derived(context.study), sample: nil,
      estimates: nil, answer: nil,
      sections: [ImputeReport(step: context.name, settings: step, result: result).section],
      completed: CompletedData(sets: result.completed, columns: columns(in: context.data)))
  }

  /// What the imputation knows, as `table.column`.
  private func columns(in data: DataSet) -> Set<String> {
    let group = step.group?.text
    var known = step.columns.map { column in
      let level = column.level.map(\.text)
      return (level == group ? nil : level, column.name.text)
    }.map { "\($0 ?? step.data.text).\($1)" }
    for name in step.using.map(\.text) + [group].compactMap(\.self) {
      guard let column = try? data.resolve(name, from: step.data.text) else { continue }
      known.append("\(column.table).\(column.column.name)")
    }
    return Set(known)
  }

  /// Columns that were derived before, and so have the holes of what they were derived from.
  private func derived(_ study: Study) -> [Diagnostic] {
    let imputed = Set(step.columns.map(\.name.text))
    return study.preparations.compactMap { item in
      guard let expression = try? Expression(parsing: item.expression.text),
        let source = expression.names.first(where: { use in
          imputed.contains(use.name.split(separator: ".").last.map(String.init) ?? use.name)
        }), !imputed.contains(item.column.text)
      else { return nil }
      return Diagnostic(
        .warning, code: "derived-before-imputation",
        "`\(item.column.text)` of `prepare` is computed from `\(source.name)` before its missing values "
          + "are imputed, and is not computed again: write it into the formula, or impute it too.")
    }
  }
}
