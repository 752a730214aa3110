internal import Designs
internal import Multilevel
internal import Reports
internal import StudyFiles
internal import Tables

/// The primary outcome and all others of a study, each with its effect and, for the others, p-values adjusted over
/// all of them.
struct OutcomeFamily: Sendable {
  struct Member: Sendable {
    let step: String
    let outcome: String
    let lag: String
    let term: String
    let isPrimary: Bool
    let test: TestedTerm
  }

  let members: [Member]

  /// A model of a study: its step, what the loop said, and its settings.
  struct Model: Sendable {
    let step: String
    let values: [(name: String, value: String)]
    let model: MultilevelStudyStep
    let location: SourceLocation

    var outcome: String {
      // Only the response stands before the tilde.
      model.step.formula.text.split(separator: "~").first.map(String.init)?.trimmed ?? ""
    }

    func isPrimary(_ primary: PrimaryDeclaration) -> Bool {
      primary.outcomes.contains { $0.text == outcome }
        && (primary.lags.isEmpty
          || (model.timing.lags.count == 1 && primary.lags.contains(model.timing.lags[0])))
        && (primary.step.map { $0.text == step } ?? true) && model.step.effect != nil
    }
  }

  static func models(of study: Study) -> [Model] {
    study.steps.flatMap { named -> [Model] in
      let parts =
        (named.step as? LoopStudyStep)?.children.map { ($0.values, $0.named) } ?? [([], named)]
      return parts.compactMap { values, part in
        (part.step as? MultilevelStudyStep).map {
          Model(step: named.name.text, values: values, model: $0, location: named.name.location)
        }
      }
    }
  }

  /// The position of the pass of a loop that fits a primary model.
  static func primaryChild(of loop: LoopStudyStep, in study: Study) -> Int? {
    guard let primary = study.primary else { return nil }
    return loop.children.firstIndex { child in
      (child.named.step as? MultilevelStudyStep).map {
        Model(
          step: child.named.name.text, values: child.values, model: $0,
          location: child.named.name.location
        ).isPrimary(primary)
      } ?? false
    }
  }

  /// The step that fits the primary model.
  static func primaryStep(of study: Study) -> String? {
    guard let primary = study.primary else { return nil }
    return models(of: study).first { $0.isPrimary(primary) }?.step
  }

  /// What is wrong with the primary outcome: no model of it, or several.
  static func problems(in study: Study) -> [SpecError] {
    guard let primary = study.primary else { return [] }
    let found = models(of: study).filter { $0.isPrimary(primary) }
    let wanted = primary.outcomes.count * max(1, primary.lags.count)
    guard found.count != wanted else { return [] }
    let words =
      primary.outcomes.map { "`\($0.text)`" }.joined(separator: ", ")
      + (primary.lags.isEmpty
        ? "" : " at lag " + primary.lags.map(String.init).joined(separator: ", "))
    return [
      SpecError(
        .rule(
          found.count < wanted
            ? "no `multilevel` step with an `effect` models \(words): the primary model must be part of the study"
            : "\(found.count) models are of \(words) (steps "
              + Array(Set(found.map(\.step))).sorted().map { "`\($0)`" }.joined(separator: ", ")
              + "): say which is primary with `step: NAME`"),
        path: "primary", at: primary.location)
    ]
  }

  /// - Returns: `nil` where the study names no primary outcome or no model ran.
  init?(_ study: Study, results: [NamedResult]) {
    guard let primary = study.primary else { return nil }
    members = Self.models(of: study).compactMap { model -> Member? in
      guard let effect = model.model.step.effect,
        let result = results.first(where: { $0.name == model.step })?.result,
        let table = result.tables.first(where: { $0.name == "coefficients" })?.rows(
          where: model.values), let test = TestedTerm(effect.of.text, in: table)
      else { return nil }
      return Member(
        step: model.step, outcome: model.outcome,
        lag: model.model.timing.lags.map(String.init).joined(separator: " "), term: effect.of.text,
        isPrimary: model.isPrimary(primary), test: test)
    }
    guard !members.isEmpty else { return nil }
    labels = study.labels
    correction = primary.correction.flatMap { Multiplicity(rawValue: $0.rawValue) } ?? .holm
  }

  private let correction: Multiplicity
  private let labels: Labels

  /// Primary outcomes are adjusted among themselves, secondary ones by Holm's method among themselves.
  var table: TidyTable {
    var adjusted = [Double](repeating: .nan, count: members.count)
    for isPrimary in [true, false] {
      let places = members.indices.filter { members[$0].isPrimary == isPrimary }
      let method = isPrimary ? correction : .holm
      for (place, value) in zip(places, method.adjusted(places.map { members[$0].test.pValue })) {
        adjusted[place] = value
      }
    }
    return TidyTable(
      "outcomes",
      fields: [
        Field("role", "primary or secondary"), Field("step", "the step"),
        Field("outcome", "the response of its model"),
        Field("lag", unit: "years", "years after the base year"),
        Field("term", "the coefficient"), Field("estimate", "its estimate"),
        Field("ci_low", "lower end of its 95 % interval, not adjusted"),
        Field("ci_high", "upper end"),
        Field("p_value", "by itself"),
        Field(
          "p_adjusted",
          "among the outcomes of its role, by Holm's method unless the study says another"),
      ],
      rows: zip(members, adjusted).map { member, adjusted in
        [
          .text(member.isPrimary ? "primary" : "secondary"), .text(member.step),
          .text(member.outcome), Cell(loopValue: member.lag), .text(member.term),
          .number(member.test.estimate), .number(member.test.low), .number(member.test.high),
          .number(member.test.pValue), .number(adjusted),
        ]
      })
  }

  /// `a federation of unlike performance, pupils' reading, years 3 to 5`
  private func name(of member: Member) -> String {
    let lags = member.lag.split(separator: " ").compactMap { Int($0) }
    var years = ""
    if let first = lags.first, let last = lags.last {
      years =
        lags.count == 1
        ? ", year \(first)"
        : lags == Array(first...max(first, last))
          ? ", years \(first) to \(last)"
          : ", years \(lags.map(String.init).joined(separator: ", "))"
    }
    return (member.term == members[0].term ? "" : "\(labels.text(member.term)), ")
      + labels.text(member.outcome) + years
  }

  var section: ReportSection {
    let number = NumberFormat.decimals(3)
    let primary = members.filter(\.isPrimary)
    let names = members.map(name(of:))
    let plot = IntervalPlot(
      zip(members, names).map { member, name in
        IntervalPlot.Row(
          // A step is named where two of them say the same.
          names.count { $0 == name } > 1 ? "\(name) (\(member.step))" : name,
          estimate: member.test.estimate, low: member.test.low, high: member.test.high,
          isPrimary: member.isPrimary)
      }, title: "Effects by outcome and year", axisTitle: "difference, in the outcome's units")
    let sentence: Prose =
      primary.count == 1
      ? "The primary outcome is \(labels.prose(primary[0].outcome))\(primary[0].lag.isEmpty ? "" : " in year \(primary[0].lag)"): \(strong: number.text(primary[0].test.estimate)) (95% interval \(number.interval(primary[0].test.low, primary[0].test.high))). All others are secondary, and their p-values are adjusted over all \(members.count - 1)."
      : "The study names \(primary.count) primary outcomes, judged together; all others are secondary."
    return ReportSection(
      "Primary and secondary outcomes", anchor: "outcomes",
      [
        .paragraph(sentence),
        .figure(
          Figure(
            name: "study.outcomes",
            caption: "Effects with 95 % intervals; the primary one as a diamond",
            plot,
            table: TableView(table, caption: "Outcomes by role", file: "tables/study.outcomes.csv"))
        ),
      ])
  }
}

extension TidyTable {
  /// The rows with the given texts in the columns of these names.
  func rows(where values: [(name: String, value: String)]) -> TidyTable {
    let places = values.compactMap { value in
      fields.firstIndex { $0.name == value.name }.map { ($0, value.value) }
    }
    return TidyTable(
      name, fields: fields,
      rows: rows.filter { row in places.allSatisfy { row[$0.0] == Cell(loopValue: $0.1) } })
  }
}

extension String {
  /// Without spaces at either end.
  var trimmed: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
