internal import Designs
internal import Imputation
internal import Matching
internal import Probability
internal import Reports
internal import StudyFiles
internal import Tables

extension Section {
  /// The settings of the match alone, which it checks itself.
  func withoutImputed() throws(SpecErrors) -> Section {
    guard case .mapping(let pairs) = node.content else { return self }
    let added = [MatchStudyStep.imputedKey.name, MatchStudyStep.postTreatmentKey.name]
    let own = pairs.filter { !added.contains($0.key.text) }
    return try Section(
      Node(.mapping(own), path: path, at: location), expecting: "the settings of a match")
  }
}

extension MatchStudyStep {
  static let imputedKey = Key.optional(
    "imputed", ValueFormat.text("an `impute` step"),
    "An imputation step: units are matched anew in each of its completed data sets, and the design's "
      + "effect is pooled.")

  /// Matches in every completed data set: Mitra & Reiter (2016), doi:10.1177/0962280212445945, "within".
  func run(
    _ completed: CompletedData, of name: String, _ context: StepContext
  ) throws(RunError) -> StepResult {
    let table = step.data?.text ?? ""
    let key = context.study.tables.first { $0.name.text == table }?.key.first?.text ?? ""
    let places = context.places[table]?.places
    let time = timed(context.calendar)
    let results = try replicate(completed.sets.count, threads: context.threads) {
      (index) throws(RunError) -> MatchResult in
      do throws(MatchingError) {
        return try step.run(
          in: context.calendar == nil
            ? completed.sets[index] : context.study.sealed(completed.sets[index]),
          outcomes: completed.sets[index], seed: context.seed["imputation \(index + 1)"],
          rows: time.rows,
          unitKey: time.rows == nil ? key : "candidate", places: places, groups: time.groups,
          owners: time.owners, fitter: MultilevelPropensity())
      } catch {
        throw .estimation(
          step: context.name, reason: "completed data set \(index + 1): \(error)")
      }
    }
    guard let first = results.first else {
      throw .estimation(step: context.name, reason: "there is no completed data set")
    }
    let effect: PooledDesignEffect?
    do throws(PoolingError) { effect = try PooledDesignEffect(results.compactMap(\.effect)) } catch
    {
      throw .estimation(step: context.name, reason: "\(error)")
    }
    let each = PooledTables(results.map(\.tables))
    let rows = context.data[table: table]?.rowCount ?? 0
    let report = MatchReport(
      step: context.name, noun: table, result: first, labels: context.study.labels)
    let note = Block.paragraph(
      """
      Units were matched anew in each of \(results.count) completed data sets; what follows shows the first \
      of them, and the tables have all.
      """)
    return StepResult(
      tables: first.tables.compactMap { each.numbered($0.name, as: $0.name) }
        + [effect?.table].compactMap(\.self),
      diagnostics: first.diagnostics + BalanceTable(first.outcome).doubts
        + postTreatmentDoubts(in: context.data),
      sample: nil,
      estimates: nil, answer: effect.map { $0.answer(noun: table) },
      sections: [
        ReportSection(
          report.section.title, anchor: report.section.anchor,
          [note] + (effect.map { [.table($0.view(context.name))] } ?? []) + report.section.blocks,
          subsections: report.section.subsections)
      ],
      samples: ImputedSamples(
        imputed: name,
        units: results.map {
          MatchedUnits(
            table: table, weights: $0.weights(rowCount: rows),
            mustAdjust: $0.gate?.mustAdjust ?? [])
        }),
      failures: results.enumerated().flatMap { number, result in
        (result.gate?.failures ?? []).map { "completed data set \(number + 1): \($0.description)" }
      })
  }
}
