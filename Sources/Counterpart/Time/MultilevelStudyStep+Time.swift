internal import Designs
internal import Multilevel
internal import StudyFiles
internal import Tables

extension MultilevelStudyStep {
  static let lagKey = Key(
    "lag", .list(of: .integer("years after the base year", atLeast: -50, atMost: 50)),
    default: [], shown: "every year",
    "years after the base year whose outcomes are modelled; column `lag` tells them apart")
  static let enrolmentKey = Key<LagView.Enrolment?>.optional(
    "enrolment", .oneOf("enrolment"),
    shown: "base, where the table follows pupils over years; otherwise outcome",
    "whose pupils a school answers for: those of its base year, or those there when the outcome is measured"
  )

  enum Nesting: String, CaseIterable, Sendable { case partial }

  static let nestingKey = Key<Nesting?>.optional(
    "nesting", .oneOf("nesting"),
    "`partial`: adds the variance between groups that joined as a whole, for the treated alone")

  /// What the step says of time.
  struct Timing: Sendable {
    let lags: [Int]
    let enrolment: LagView.Enrolment?

    init(from section: Section) throws(SpecErrors) {
      lags = try section.read(lagKey)
      enrolment = try section.read(enrolmentKey)
      // Studies with a treatment have written the term into the formula before a step is read.
      guard !section.has(nestingKey.name) else {
        throw section.error(
          .rule(
            "`nesting: partial` needs the study's `treatment`, which says what joined as a whole"),
          at: nestingKey.name)
      }
    }
  }

  /// The data with the rows of the model linked to candidates, where the study has them and the step a sample.
  func timed(_ data: DataSet, units: MatchedUnits? = nil) -> LagView? {
    guard step.sample != nil else { return nil }
    return LagView(
      data, table: step.data.text, units: units, lags: timing.lags.isEmpty ? nil : timing.lags,
      enrolment: timing.enrolment)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    guard let name = step.sample, context.study.treatment != nil,
      let units = context.earlier[name.text]?.sample,
      units.table == TreatmentDeclaration.candidates,
      let view = timed(context.data, units: units)
    else { return try runOnce(context) }
    try requireOneBase(units, of: name.text, context)
    let result = try runOnce(context.replacing(data: view.data))
    var diagnostics =
      postTreatmentDoubts(in: view.data) + nestingDoubts(context.study)
      + estimandDoubts(context, result.tables)
    var tables: [TidyTable] = []
    if !timing.lags.isEmpty, let treatment = context.study.treatment {
      let outcome = (try? Formula(parsing: step.formula.text).names)?.first?.name.unqualified
      let rows = AttritionRow.rows(
        view, table: step.data.text, outcome: outcome, lags: timing.lags,
        treated: treatment.column.text, units: units)
      tables.append(TidyTable("attrition", rows))
      diagnostics += AttritionRow.doubts(rows)
    }
    if view.enrolment == .outcome, context.data.time.rowKeys[step.data.text] != nil {
      let names = (try? Formula(parsing: step.formula.text).names.map(\.name)) ?? []
      let rows = CompositionRow.rows(view, table: step.data.text, among: names)
      tables.append(TidyTable("composition", rows))
      diagnostics += CompositionRow.doubts(rows)
    }
    return StepResult(
      tables: result.tables + tables, diagnostics: diagnostics + result.diagnostics,
      sample: result.sample, estimates: result.estimates, answer: result.answer,
      sections: result.sections, model: result.model, models: result.models,
      failures: result.failures)
  }

  /// A row of outcomes belongs to one candidate, so a sample that uses a unit at several base years has no model.
  private func requireOneBase(
    _ units: MatchedUnits, of sample: String, _ context: StepContext
  ) throws(RunError) {
    guard let own = context.data.links.first(where: { $0.from == units.table })?.index else {
      return
    }
    var places: [Int32: Int] = [:]
    for row in own.indices where own[row] >= 0 && units.weights[row] > 0 {
      places[own[row], default: 0] += 1
    }
    let several = places.values.filter { $0 > 1 }
    guard !several.isEmpty else { return }
    throw .estimation(
      step: context.name,
      reason:
        "`\(sample)` uses \(several.count) units at several base years, \(several.reduce(0, +)) "
        + "times in all, and a model takes the rows of each unit once: match with `optimal` or `nearest`, "
        + "without `replace`")
  }

  /// What the formula takes from years after joining.
  private func postTreatmentDoubts(in data: DataSet) -> [Diagnostic] {
    guard let formula = try? Formula(parsing: step.formula.text) else { return [] }
    let groups = Set(formula.groupNames.flatMap { $0.split { ":/".contains($0) }.map(String.init) })
    let cohorts = treatedBases(in: data)
    var late: [String] = []
    var asOf: [(name: String, year: Int)] = []
    // The response stands first.
    for use in formula.names.dropFirst() {
      guard !use.isEpisodes, use.table == nil, !groups.contains(use.name), !late.contains(use.name),
        !asOf.contains(where: { $0.name == use.name })
      else { continue }
      if use.name.contains("@") {
        if let table = data.time.lookedAt[use.name], let year = data.time.asOf[table] {
          if MatchStudyStep.late(year, cohorts) != nil { asOf.append((use.name, year)) }
        } else if let expression = try? Expression(parsing: use.name),
          expression.datedReferences.contains(where: {
            if case .base(let offset) = $0.year { offset > 0 } else { false }
          })
        {
          late.append(use.name)
        }
        continue
      }
      guard let found = try? data.resolve(use.name, from: step.data.text) else { continue }
      if let year = data.time.asOf[found.table] {
        if MatchStudyStep.late(year, cohorts) != nil { asOf.append((use.name, year)) }
        continue
      }
      guard let column = data.time.yearColumns[found.table], column != found.column.name,
        found.column.name != "lag",
        found.table != step.data.text || isOfUnits(in: data)
      else { continue }
      late.append(use.name)
    }
    var doubts: [Diagnostic] = []
    if !late.isEmpty {
      doubts.append(
        Diagnostic(
          .warning, code: "post-treatment-covariate",
          "the model adjusts for " + late.map { "`\($0)`" }.joined(separator: ", ")
            + " of the outcome's year, when partnership may already have changed it: the effect is what "
            + "remains beside it. Write `@ base` for the value before joining"))
    }
    for year in Set(asOf.map(\.year)).sorted() {
      let names = asOf.filter { $0.year == year }.map { "`\($0.name)`" }.joined(separator: ", ")
      doubts.append(
        Diagnostic(
          .warning, code: "post-treatment-covariate",
          "the model adjusts for \(names) as of \(year), after the base year of "
            + "\(MatchStudyStep.late(year, cohorts) ?? "some cohorts"), when partnership may already have changed "
            + "it: the effect is what remains beside it"))
    }
    return doubts
  }

  /// The base years of the treated.
  private func treatedBases(in data: DataSet) -> Set<Int> {
    guard let stack = data[table: TreatmentDeclaration.candidates],
      case .numbers(let bases)? = stack["base"]?.storage,
      let treated = CompositionRow.treatedName(stack),
      case .numbers(let arms)? = stack[treated]?.storage
    else { return [] }
    return Set(zip(bases, arms).filter { $0.1 == 1 }.map { Int($0.0) })
  }

  /// Whether the rows of the model are the units that were compared, with or without years.
  private func isOfUnits(in data: DataSet) -> Bool {
    guard
      let units = data.links.first(where: { $0.from == TreatmentDeclaration.candidates })?.to
    else { return false }
    return step.data.text == units
      || data.links.contains {
        $0.from == step.data.text && $0.to == units
          && $0.column == data.time.rowKeys[step.data.text]
      }
  }

  /// The effect as the study's estimand counts it, in a table of its own.
  func estimands(_ frame: ModelFrame, _ context: StepContext) -> [TidyTable] {
    guard let asked = context.study.estimand?.per, let effect = step.effect,
      let units = step.sample.flatMap({ context.earlier[$0.text]?.sample }),
      units.table == TreatmentDeclaration.candidates
    else { return [] }
    let pupils = context.study.estimand?.pupils.flatMap { name -> [Double]? in
      guard let found = try? context.data.resolve(name.text, from: step.data.text),
        case .numbers(let values) = found.column.storage
      else { return nil }
      return found.index?.map { $0 < 0 ? .nan : values[Int($0)] } ?? values
    }
    let rows = EstimandRow.rows(
      frame, term: effect.of.text, asked: asked, in: context.data, table: step.data.text,
      weights: units.weights, isOfUnits: isOfUnits(in: context.data), pupils: pupils)
    return rows.isEmpty ? [] : [TidyTable("estimand", rows)]
  }

  /// Where no table has the effect as the study counts it, rows count alike, whatever it wants.
  private func estimandDoubts(_ context: StepContext, _ tables: [TidyTable]) -> [Diagnostic] {
    guard let per = context.study.estimand?.per, step.effect != nil else { return [] }
    let isOfUnits = isOfUnits(in: context.data)
    let isHad =
      tables.first { $0.name == "estimand" }?.column("asked")?.contains(.text("yes")) ?? false
    guard isOfUnits != (per == .school), !isHad else { return [] }
    return [
      Diagnostic(
        .warning, code: "estimand-unit",
        "the study asks for an effect per \(per.rawValue), and each row of `\(step.data.text)`, "
          + "\(isOfUnits ? "a school" : "a pupil"), counts alike in this model"
          + (isOfUnits ? ": " + pupilsAdvice(context.study.estimand?.pupils) : ""))
    ]
  }

  /// The study's treatment, where it stands in the model beside the effect that is asked about.
  func treatmentBeside(_ frame: ModelFrame, _ study: Study) -> String? {
    guard let treated = study.treatment?.column.text, let effect = step.effect,
      effect.of.text != treated, frame.fixedNames.contains(treated)
    else { return nil }
    return treated
  }

  private func pupilsAdvice(_ pupils: LocatedText?) -> String {
    pupils.map { "`\($0.text)` is no number above zero for every school of the model" }
      ?? "model the pupils, or name the column with their number as the estimand's `pupils`"
  }

  /// What is wrong with the column that says how many pupils a school has, for a model of schools.
  func estimandProblems(_ estimand: EstimandDeclaration?, in data: DataSet) -> [SpecError] {
    guard let pupils = estimand?.pupils, step.effect != nil, isOfUnits(in: data) else { return [] }
    let data = timed(data)?.data ?? data
    do throws(NameError) {
      let found = try data.resolve(pupils.text, from: step.data.text)
      guard case .codes = found.column.storage else { return [] }
      return [
        SpecError(
          .wrongType(
            expected: "a column of numbers",
            found: "the \(found.column.type.rawValue) `\(pupils.text)`"), path: "estimand.pupils",
          at: pupils.location)
      ]
    } catch { return [SpecError(error, at: pupils, path: "estimand.pupils")] }
  }

  /// Federations are assigned, not schools: a model that does not know them counts too many.
  private func nestingDoubts(_ study: Study) -> [Diagnostic] {
    guard let treatment = study.treatment,
      let formula = try? Formula(parsing: step.formula.text)
    else { return [] }
    let assigned =
      treatment.assigned?.text
      ?? study.tables.compactMap(\.episodes).first.map(\.group.text) ?? "group"
    guard !formula.groupNames.contains(assigned), !formula.groupNames.contains("cluster") else {
      return []
    }
    return [
      Diagnostic(
        .warning, code: "assignment-ignored",
        "`\(assigned)` joined as a whole, and the model has no `(0 + \(treatment.column.text) | \(assigned))`: "
          + "its standard errors are too small where partners resemble each other")
    ]
  }
}
