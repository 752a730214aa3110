internal import Designs
internal import Multilevel
internal import StudyFiles
internal import Tables

/// What a match kept of the rows of a model's table.
struct SampledRows {
  let rows: [Int32]
  let lost: LostRows
  let diagnostics: [Diagnostic]
  /// The matched units, where their weights differ.
  let unequal: MatchedUnits?
}

extension MultilevelStudyStep {
  /// The model of a sample whose units weigh unequally: with their weights as design weights where the step allows
  /// it, and otherwise without them and with a warning that says why.
  ///
  /// Rows that are the matched units themselves have the weights; where they belong to those units, as pupils do to
  /// schools, the weights are those of the units' level, which the formula must have as a grouping factor.
  func run(
    carrying units: MatchedUnits, _ sample: SampledRows, _ context: StepContext
  ) throws(RunError) -> StepResult {
    if let key = step.obstacleToDesignWeights {
      return try runUnweighted(
        units, sample, context, because: "`\(key)` is not offered with design weights")
    }
    var level: LocatedText?
    if units.table != step.data.text {
      let groups = (try? Formula(parsing: step.formula.text))?.groupNames ?? []
      guard
        context.data.links.contains(where: { $0.to == units.table && groups.contains($0.column) })
          || groups.contains(units.table)
      else {
        return try runUnweighted(
          units, sample, context,
          because: "the formula has no random term of `\(units.table)`, whose weights they are")
      }
      level = LocatedText(units.table, at: step.data.location)
    }
    guard var table = context.data[table: units.table] else {
      return try runUnweighted(
        units, sample, context, because: "table `\(units.table)` is read in pieces")
    }
    let name = "match weight"
    table.set(Column(name, numbers: units.weights))
    var data = context.data
    data.set(table)
    let weighted = step.weighted(by: LocatedText(name, at: step.data.location), level: level)
    let frame: ModelFrame
    do throws(ExpressionError) {
      frame = try weighted.frame(in: data, rows: sample.rows, lost: [sample.lost])
    } catch {
      throw .study(SpecErrors(SpecError(error, in: step.formula, path: "\(path).formula")))
    }
    let note = Diagnostic(
      .note, code: "weights-carried",
      "the matched sample weighs its units unequally (\(range(units))): the model takes these as design "
        + "weights of \(level == nil ? "its rows" : "`\(units.table)`"), unscaled, with sandwich standard errors, "
        + "so that its effect is the match's estimand")
    do throws(RunError) {
      return try runDesignWeighted(frame, context, sample.diagnostics + [note])
    } catch {
      guard case .estimation(_, let reason) = error else { throw error }
      return try runUnweighted(units, sample, context, because: reason)
    }
  }

  private func runUnweighted(
    _ units: MatchedUnits, _ sample: SampledRows, _ context: StepContext, because reason: String
  ) throws(RunError) -> StepResult {
    try run(sample, context, notCarried(units, because: reason))
  }

  func notCarried(_ units: MatchedUnits, because reason: String) -> Diagnostic {
    Diagnostic(
      .warning, code: "weights-not-carried",
      "the matched sample weighs its units unequally (\(range(units))) and this model weighs every row "
        + "alike, because \(reason): its effect is not the match's estimand")
  }

  private func range(_ units: MatchedUnits) -> String {
    let kept = units.weights.filter { $0 > 0 }
    return "\(kept.min() ?? 0) to \(kept.max() ?? 0)"
  }
}
